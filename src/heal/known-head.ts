import { emptyHead } from "../log/chain.ts";
import type { Head } from "../log/entry.ts";
import type { Book } from "../state/book.ts";

/** A number that no line has, for a book that is written before its line: it is held against the log, and still tells the line before. Pure. */
export const outOfStep = (seq: number): number => -seq - 1;

/** The last line that a book knows to be on disk, whole; `seq` 0 when it knows none. Pure. */
export const knownHead = ({ seq, sha256 }: Book): Head => {
  const known = seq < 0 ? outOfStep(seq) : seq;
  return known > 0 && /^[0-9a-f]{64}$/u.test(sha256) ? { seq: known, sha256 } : emptyHead;
};
