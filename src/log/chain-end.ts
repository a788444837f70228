import type { Failure, Files } from "../host/host.ts";
import type { Head } from "./entry.ts";
import { readSegmentTail } from "./segment-lines.ts";
import { segmentsOf } from "./segments.ts";
import { lastNumber, readTail, type Tail, untouched } from "./tail.ts";

/** Lines that the writer knew whole, and that no file of the log holds any more. Both ends included. */
export interface Lost {
  readonly from: number;
  readonly to: number;
}

/** How a whole log ends, over all of its files. */
export interface ChainEnd {
  /** What the next line follows. */
  readonly tail: Tail;
  /** Whether the active log has a line. `missing` and `empty`: the next line begins it. */
  readonly active: "begun" | "missing" | "empty";
  /** The newest rotated file, where the active log has no line. */
  readonly newest: string | undefined;
  readonly lost: Lost | undefined;
}

/** The line that closes a file for its rotation has no `proof`, and the lines that begin a file or tell of one that was removed have. */
export const isClosing = ({ last }: Tail): boolean => last?.event === "log.rotated" && last.proof === undefined;

const lostAfter = (last: number, { seq }: Head): Lost | undefined =>
  seq > last ? { from: last + 1, to: seq } : undefined;

/** How the newest rotated file ends. */
const endOf = (files: Files, path: string | undefined): Tail | Failure => {
  const tail = path === undefined ? untouched : readSegmentTail(files, path);
  return "kind" in tail ? { ...tail, why: `"${path}" cannot be read: ${tail.why}` } : tail;
};

const newestRotated = (files: Files, logFile: string): string | undefined =>
  segmentsOf(files, logFile).findLast((path) => path !== logFile);

const begun = (files: Files, logFile: string, known: Head): ChainEnd | Failure => {
  const alone = readTail(files, logFile);
  if ("kind" in alone) return alone;
  // Not one whole entry: what it follows stands in the file before.
  const before = alone.last === undefined ? endOf(files, newestRotated(files, logFile)) : untouched;
  if ("kind" in before) return before;
  const tail = alone.last === undefined ? readTail(files, logFile, before) : alone;
  if ("kind" in tail) return tail;
  return { tail, active: "begun", newest: undefined, lost: lostAfter(tail.head.seq, known) };
};

/**
 * Finds how a log ends. `known`: the last line that its writer remembers, which is believed where the active log has no line: somebody else moved or
 * emptied it then, or a rotation was cut short. Never throws.
 */
export const readEnd = (files: Files, logFile: string, known: Head): ChainEnd | Failure => {
  const stat = files.stat(logFile);
  if ("kind" in stat && stat.code !== "ENOENT") return stat;
  if (!("kind" in stat) && (stat.sizeBytes > 0 || !stat.isFile)) return begun(files, logFile, known);
  const active = "kind" in stat ? "missing" : "empty";
  const newest = newestRotated(files, logFile);
  const found = endOf(files, newest);
  if ("kind" in found && known.seq === 0) return found;
  // A file that can't be read is no reason to write nothing, while we know what it ended with.
  const before = "kind" in found ? { ...untouched, head: known } : found;
  const lost = lostAfter(lastNumber(before), known);
  const tail = lost === undefined ? { ...before, isClosed: true } : { ...untouched, head: known };
  return { tail, active, newest, lost };
};
