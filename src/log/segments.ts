import { baseNameOf, folderOf } from "../config/path.ts";
import type { Files } from "../host/host.ts";
import { isZstd, startOf } from "../host/packed.ts";
import { isCutLine, seqOfCutLine } from "./cut.ts";

/** One file of a log that goes over several. */
interface Segment {
  readonly path: string;
  readonly firstSeq: number;
  /** Of two that begin with the same line, the lower is taken. */
  readonly rank: number;
  readonly sizeBytes: number;
}

const digits = 10;
const ranks = { plain: 0, packed: 1, foreign: 2, emptied: 3 } as const;
/** Enough of a file to see its first number. A Zstandard block, 128 KiB at most, is unpacked whole or not at all. Source: RFC 8878 section 3.1.1.2.3. */
const startBytes = 4096;
const zstdStartBytes = 163_840;

const stemOf = (logFile: string): string => baseNameOf(logFile).replace(/\.jsonl$/u, "");

/** Where the rotated part of a log lies whose first line has this number: `heal-0000000001.jsonl` beside `heal.jsonl`. Pure. */
export const segmentPath = (logFile: string, firstSeq: number): string =>
  `${folderOf(logFile)}/${stemOf(logFile)}-${String(firstSeq).padStart(digits, "0")}.jsonl`;

const packings = /\.(?:gz|zst|xz|bz2)$/u;

/** The number that a segment of our own has in its name, packed or not; undefined for any other name. Pure. */
export const firstSeqOfName = (logFile: string, name: string): number | undefined => {
  const plain = name.replace(packings, "");
  const number = new RegExp(`^[0-9]{${digits},15}$`, "u").exec(
    plain.startsWith(`${stemOf(logFile)}-`) && plain.endsWith(".jsonl")
      ? plain.slice(stemOf(logFile).length + 1, -".jsonl".length)
      : "",
  )?.[0];
  return number === undefined ? undefined : Number(number);
};

/**
 * Names that logrotate gives: `heal.jsonl.1`, `heal.jsonl-20261126`, with `extension .jsonl` also `heal-20261126.jsonl`; and, where its pattern is a
 * `*.jsonl` or wider, the same of our own rotated files: `heal-0000000001.jsonl.1`. Source: logrotate(8).
 */
const isLogrotates = (logFile: string, name: string): boolean => {
  const [base, stem, plain] = [baseNameOf(logFile), stemOf(logFile), name.replace(packings, "")];
  const rotated = name.replace(/(?:[.-]\d+|\.(?:gz|zst|xz|bz2))+$/u, "");
  if (rotated !== name && (rotated === base || firstSeqOfName(logFile, rotated) !== undefined)) return true;
  const between = plain.startsWith(stem) && plain.endsWith(".jsonl") ? plain.slice(stem.length, -".jsonl".length) : "";
  return /^[.-]\d[\d.-]*$/u.test(between);
};

/** What the beginning of a log's file tells. `at`: when its first line was written, RFC 3339; empty where that can't be seen. */
export interface Beginning {
  readonly firstSeq: number;
  readonly at: string;
  readonly sizeBytes: number;
}

const numbered = /^\{"seq":[1-9]\d*,"at":"([^"]*)"/u;

/** Looks at the first lines of a file; undefined where it doesn't begin as a log does, or can't be read. Never throws. */
export const lookFirst = (files: Files, path: string): Beginning | undefined => {
  const look = (length: number) => files.readAt(path, 0, length);
  const first = look(startBytes);
  const read = first.kind === "read" && isZstd(first.bytes) ? look(zstdStartBytes) : first;
  if (read.kind === "failed") return undefined;
  const lines = new TextDecoder().decode(startOf(read.bytes).subarray(0, startBytes)).split("\n");
  // A first line that was torn before its number: the one after it tells.
  const at = lines.findIndex((line) => seqOfCutLine(line) !== undefined || !isCutLine(line));
  const seq = seqOfCutLine(lines[at] ?? "");
  if (seq === undefined || seq <= at) return undefined;
  return { firstSeq: seq - at, at: numbered.exec(lines[at] ?? "")?.[1] ?? "", sizeBytes: read.stat.sizeBytes };
};

const segmentOf = (files: Files, logFile: string, name: string): readonly Segment[] => {
  const path = `${folderOf(logFile)}/${name}`;
  const firstSeq = firstSeqOfName(logFile, name);
  if (firstSeq !== undefined)
    return [{ path, firstSeq, rank: packings.test(name) ? ranks.packed : ranks.plain, sizeBytes: 0 }];
  const seen = isLogrotates(logFile, name) ? lookFirst(files, path) : undefined;
  return seen === undefined ? [] : [{ path, rank: ranks.foreign, firstSeq: seen.firstSeq, sizeBytes: seen.sizeBytes }];
};

const byBeginning = (a: Segment, b: Segment): number =>
  a.firstSeq - b.firstSeq || a.rank - b.rank || b.sizeBytes - a.sizeBytes || (a.path < b.path ? -1 : 1);

/** What logrotate's copytruncate left empty is no match for the copy that it made. */
const rankedAnew = (files: Files, segment: Segment): Segment => {
  const stat = segment.rank === ranks.plain ? files.stat(segment.path) : undefined;
  return stat !== undefined && !("kind" in stat) && stat.sizeBytes === 0
    ? { ...segment, rank: ranks.emptied }
    : segment;
};

const rotatedOf = (files: Files, logFile: string, names: readonly string[]): readonly string[] => {
  const all = names.flatMap((name) => segmentOf(files, logFile, name));
  const isForeign = all.some(({ rank }) => rank === ranks.foreign);
  const found = (isForeign ? all.map((each) => rankedAnew(files, each)) : all).toSorted(byBeginning);
  const active = isForeign ? lookFirst(files, logFile)?.firstSeq : undefined;
  // A kill in mid-compress leaves two of one beginning; so does a copy that somebody's logrotate made of the log itself.
  const isTaken = ({ firstSeq, rank }: Segment, i: number): boolean =>
    found[i - 1]?.firstSeq !== firstSeq && !(rank === ranks.foreign && firstSeq === active);
  return found.filter(isTaken).map(({ path }) => path);
};

/**
 * All files of a log, oldest first, the active one last where it is there: our own rotated ones, and those that a logrotate made. A file
 * that no longer can be read is listed all the same, so that whoever reads it learns why; where the folder itself can't be listed, that is the
 * active log. Never throws.
 */
export const segmentsOf = (files: Files, logFile: string): readonly string[] => {
  const names = files.list(folderOf(logFile));
  if ("kind" in names) return names.code === "ENOENT" ? [] : [logFile];
  const active = names.includes(baseNameOf(logFile)) ? [logFile] : [];
  return [...rotatedOf(files, logFile, names), ...active];
};
