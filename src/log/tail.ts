import type { Failure, Files } from "../host/host.ts";
import { emptyHead, hashLine } from "./chain.ts";
import { maxTorn } from "./chain-state.ts";
import type { Head } from "./entry.ts";
import { factsOf, parseLine } from "./line.ts";
import { type RawLine, splitLines } from "./lines.ts";

/** How a log ends. */
export interface Tail {
  /** The last whole entry. */
  readonly head: Head;
  /** Torn lines after it, which no `log.torn` follows yet. */
  readonly torn: readonly Head[];
  /** False when the last line lacks its newline. */
  readonly isClosed: boolean;
  /** What the head's line says; absent where the file holds no whole entry. */
  readonly last?: LastEntry;
}

/** The last whole entry of a file. `at`: RFC 3339; empty where it has none. `proof`: undefined where it has none. */
export interface LastEntry {
  readonly event: string;
  readonly proof: string | undefined;
  readonly at: string;
}

const firstWindowBytes = 65_536;
const lastWindowBytes = 4_194_304;

/** Before the first line of all. */
export const untouched: Tail = { head: emptyHead, torn: [], isClosed: true };

const failed = (code: string, why: string): Failure => ({ kind: "failed", code, why });

/** The number of a tail's last line, torn or not. Pure. */
export const lastNumber = ({ head, torn }: Tail): number => torn.at(-1)?.seq ?? head.seq;

/** When a line says that it was written; empty where it doesn't. */
const atOf = (bytes: Uint8Array): string => {
  const value = parseLine(bytes);
  return typeof value === "object" && value !== null && "at" in value && typeof value.at === "string" ? value.at : "";
};

/**
 * The last entry among `lines` and what follows it. Where there is none: what the files `before` end with and all of these lines, if this is the
 * whole file, else undefined. Never throws.
 */
export const tailOf = (lines: readonly RawLine[], isWhole: boolean, before: Tail): Tail | undefined => {
  const isClosed = lines.at(-1)?.isClosed ?? true;
  const newestFirst: string[] = [];
  const tornAfter = (seq: number): readonly Head[] =>
    newestFirst.toReversed().map((sha256, i) => ({ seq: seq + i + 1, sha256 }));
  for (const raw of lines.toReversed()) {
    const facts = factsOf(raw);
    const sha256 = hashLine(raw.bytes);
    if (facts.kind === "entry") {
      const last = { event: facts.event, proof: facts.proof, at: atOf(raw.bytes) };
      return { head: { seq: facts.seq, sha256 }, torn: tornAfter(facts.seq), isClosed, last };
    }
    newestFirst.push(sha256);
    if (newestFirst.length > maxTorn) break;
  }
  if (!isWhole && newestFirst.length <= maxTorn) return undefined;
  return { head: before.head, torn: [...before.torn, ...tornAfter(lastNumber(before))], isClosed };
};

const windowOf = (
  files: Files,
  path: string,
  sizeBytes: number,
  windowBytes: number,
  before: Tail,
): Tail | Failure | undefined => {
  const start = Math.max(0, sizeBytes - windowBytes);
  const read = files.readAt(path, start, sizeBytes - start);
  if (read.kind === "failed") return read;
  const first = start === 0 ? 0 : read.bytes.indexOf(10) + 1;
  if (start > 0 && first === 0) return undefined;
  return tailOf(splitLines(read.bytes.subarray(first), start + first), start === 0, before);
};

/** Why nothing may be appended where no sequence could be given. */
export const noLog: Failure = failed(
  "EBADMSG",
  "its end is not a heal log; keep a copy for the auditor, move the file away, and the log goes on in a new one",
);

/**
 * Finds how a log's file ends by reading only its tail, however long it is. A missing file is an empty one; `before`: how the files before it end.
 * Fails when the tail holds no entry of ours: then nothing may be appended, because no sequence could be given. Never throws.
 */
export const readTail = (files: Files, path: string, before: Tail = untouched): Tail | Failure => {
  const stat = files.stat(path);
  if ("kind" in stat) return stat.code === "ENOENT" ? before : stat;
  if (stat.isLink) return failed("ELOOP", "it is a link; the heal log must be a regular file");
  if (stat.sizeBytes === 0) return before;
  for (let windowBytes = firstWindowBytes; windowBytes <= lastWindowBytes; windowBytes *= 4) {
    const tail = windowOf(files, path, stat.sizeBytes, windowBytes, before);
    if (tail === undefined) continue;
    if ("kind" in tail || tail.torn.length <= maxTorn) return tail;
    break;
  }
  return noLog;
};
