import type { Failure, Files } from "../host/host.ts";
import { emptyHead, hashLine } from "./chain.ts";
import { maxTorn } from "./chain-state.ts";
import type { Head } from "./entry.ts";
import { factsOf } from "./line.ts";
import { type RawLine, splitLines } from "./lines.ts";

/** How a log ends. */
export interface Tail {
  /** The last whole entry. */
  readonly head: Head;
  /** Torn lines after it, which no `log.torn` follows yet. */
  readonly torn: readonly Head[];
  /** False when the last line lacks its newline. */
  readonly isClosed: boolean;
}

const firstWindowBytes = 65_536;
const lastWindowBytes = 4_194_304;

const untouched: Tail = { head: emptyHead, torn: [], isClosed: true };

const failed = (code: string, why: string): Failure => ({ kind: "failed", code, why });

/** The last entry among `lines` and what follows it; undefined when there is none and the file begins before them. */
const tailOf = (lines: readonly RawLine[], isWhole: boolean): Tail | undefined => {
  const isClosed = lines.at(-1)?.isClosed ?? true;
  const newestFirst: string[] = [];
  const tornAfter = (seq: number): readonly Head[] =>
    newestFirst.toReversed().map((sha256, i) => ({ seq: seq + i + 1, sha256 }));
  for (const raw of lines.toReversed()) {
    const facts = factsOf(raw);
    const sha256 = hashLine(raw.bytes);
    if (facts.kind === "entry") return { head: { seq: facts.seq, sha256 }, torn: tornAfter(facts.seq), isClosed };
    newestFirst.push(sha256);
    if (newestFirst.length > maxTorn) break;
  }
  return isWhole || newestFirst.length > maxTorn ? { head: emptyHead, torn: tornAfter(0), isClosed } : undefined;
};

const windowOf = (files: Files, path: string, sizeBytes: number, windowBytes: number): Tail | Failure | undefined => {
  const start = Math.max(0, sizeBytes - windowBytes);
  const read = files.readAt(path, start, sizeBytes - start);
  if (read.kind === "failed") return read;
  const first = start === 0 ? 0 : read.bytes.indexOf(10) + 1;
  if (start > 0 && first === 0) return undefined;
  return tailOf(splitLines(read.bytes.subarray(first), start + first), start === 0);
};

/**
 * Finds how a log ends by reading only its tail, however long it is. A missing log is an empty one. Fails when the tail holds no
 * entry of ours: then nothing may be appended, because no sequence could be given. Never throws.
 */
export const readTail = (files: Files, path: string): Tail | Failure => {
  const stat = files.stat(path);
  if ("kind" in stat) return stat.code === "ENOENT" ? untouched : stat;
  if (stat.isLink) return failed("ELOOP", "it is a link; the heal log must be a regular file");
  if (stat.sizeBytes === 0) return untouched;
  for (let windowBytes = firstWindowBytes; windowBytes <= lastWindowBytes; windowBytes *= 4) {
    const tail = windowOf(files, path, stat.sizeBytes, windowBytes);
    if (tail === undefined) continue;
    if ("kind" in tail || tail.torn.length <= maxTorn) return tail;
    break;
  }
  return failed(
    "EBADMSG",
    "its end is not a heal log; keep a copy for the auditor, move the file away, and a new log begins",
  );
};
