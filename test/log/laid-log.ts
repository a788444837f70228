import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import type { NewEntry } from "../../src/log/entry.ts";
import { parseLine } from "../../src/log/line.ts";
import { isSeenEntry } from "../../src/log/seen-entry.ts";
import type { Laid, Random } from "./edits.ts";
import type { LogBed } from "./log-bed.ts";

const fixtures = join(import.meta.dirname, "..", "fixtures", "heal-log");

/** The lines of bytes, the last without its newline too. */
const linesOf = (bytes: Buffer): readonly Buffer[] => {
  const lines: Buffer[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(10, start);
    lines.push(bytes.subarray(start, end === -1 ? bytes.length : end));
    start = end === -1 ? bytes.length : end + 1;
  }
  return lines;
};

/** What the program wrote in real runs; see scripts/record-log.ts. */
export const realLines = (name: "real" | "another"): readonly Buffer[] =>
  linesOf(readFileSync(join(fixtures, `${name}.jsonl`)));

const isEvent = (event: string): event is NewEntry["event"] => event !== "";

/** The entries of real lines, to be written once more. */
export const realEntries = (lines: readonly Buffer[]): readonly NewEntry[] =>
  lines.flatMap((line) => {
    const value = parseLine(line);
    if (!isSeenEntry(value) || !isEvent(value.event)) return [];
    const { seq: _, at: _at, host: _host, boot: _boot, prev: _prev, event, ...rest } = value;
    return [{ ...rest, event }];
  });

const chunk = (entries: readonly NewEntry[], random: Random): readonly NewEntry[] =>
  entries.slice(0, 1 + random(Math.min(12, entries.length)));

/** Cuts the log's last line, as a kill in mid-write does. */
const tear = (bed: LogBed, random: Random): void => {
  const bytes = bed.read();
  const start = bytes.lastIndexOf(10, bytes.length - 2) + 1;
  bed.write(bytes.subarray(0, start + 1 + random(bytes.length - start - 1)));
};

/**
 * Writes real entries anew as one chain, with tears that are closed and rotations at random places, by the code that writes logs; gives its lines
 * and which file each is in.
 */
export const layLog = (bed: LogBed, entries: readonly NewEntry[], random: Random, breaks: number): readonly Laid[] => {
  const starts: number[] = [0];
  bed.write("");
  for (let rest = entries; rest.length > 0; ) {
    const some = chunk(rest, random);
    rest = rest.slice(some.length);
    const head = bed.append(...some);
    bed.wait(1234);
    if (random(10) >= breaks || rest.length === 0) continue;
    if (random(2) === 0) tear(bed, random);
    else {
      const closed = bed.append({ event: "log.rotated", by: "helper", why: "closed: it goes on in the next file" });
      starts.push(linesOf(bed.read()).length);
      const proof = `${closed.seq}:${closed.sha256}`;
      bed.append({ event: "log.rotated", by: "helper", why: `goes on from lines 1 to ${head.seq}`, proof });
    }
  }
  return linesOf(bed.read()).map((bytes, i) => ({ bytes, part: starts.findLastIndex((start) => start <= i) }));
};

/** Where a line of a log lies. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly offset: number;
}

const plainly = (bytes: Buffer): Uint8Array => bytes;
const packers: readonly { readonly end: string; readonly pack: (bytes: Buffer) => Uint8Array }[] = [
  { end: "", pack: plainly },
  { end: ".gz", pack: (bytes) => gzipSync(bytes) },
  { end: ".zst", pack: (bytes) => zstdCompressSync(bytes) },
];

const bytesOf = (lines: readonly Laid[]): Buffer =>
  Buffer.concat(lines.flatMap(({ bytes, isOpen }) => (isOpen === true ? [bytes] : [bytes, Buffer.of(10)])));

/** Where each line of one file lies, and what would come next. */
const placesIn = (file: string, lines: readonly Laid[]): readonly Place[] => {
  let offset = 0;
  const places = lines.map(({ bytes, isOpen }, i) => {
    const place = { file, line: i + 1, offset };
    offset += bytes.length + (isOpen === true ? 0 : 1);
    return place;
  });
  return [...places, { file, line: lines.length + 1, offset }];
};

/** Puts a log's files into a folder, the rotated ones plain or packed; gives them, and where each line lies, and a place for what would come next. */
export const putLog = (
  folder: string,
  lines: readonly Laid[],
  random: Random,
): { readonly files: readonly string[]; readonly places: readonly Place[] } => {
  mkdirSync(folder, { recursive: true });
  const last = Math.max(0, ...lines.map(({ part }) => part));
  const files: string[] = [];
  const places: Place[] = [];
  for (let part = 0; part <= last; part++) {
    const own = lines.filter((line) => line.part === part);
    const { end, pack } = packers[part === last ? 0 : random(3)] ?? { end: "", pack: plainly };
    if (own.length === 0 && part < last) continue;
    const name = part === last ? "heal.jsonl" : `heal-${String(places.length + 1).padStart(10, "0")}.jsonl${end}`;
    const file = join(folder, name);
    places.push(...placesIn(file, own).slice(0, part === last ? undefined : -1));
    files.push(file);
    writeFileSync(file, pack(bytesOf(own)));
  }
  return { files, places };
};
