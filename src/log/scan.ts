import type { Failure, Host } from "../host/host.ts";
import { factsOf, parseLine } from "./line.ts";
import { type RawLine, readLines } from "./lines.ts";
import { isSeenEntry, type SeenEntry } from "./seen-entry.ts";

/** A line of the log as it is read back for people and their tools. `bytes` are valid only while it is handed over. */
export interface ScannedLine {
  readonly bytes: Uint8Array;
  readonly file: string;
  /** The number that it has; of a line that is no entry, the one that it must have. */
  readonly number: number;
  /** `torn`: cut off in mid-write by a crash. `broken`: changed, or nothing of ours. */
  readonly what: { readonly kind: "entry"; readonly entry: SeenEntry } | { readonly kind: "torn" | "broken" };
}

/** All was read; `lines` is 0 where there is no log. */
export type Scanned =
  | { readonly kind: "scanned"; readonly lines: number }
  | (Failure & { readonly path: string; readonly lines: number });

const whatOf = (raw: RawLine): ScannedLine["what"] => {
  const value = raw.isTooLong ? undefined : parseLine(raw.bytes);
  if (isSeenEntry(value)) return { kind: "entry", entry: value };
  return { kind: factsOf(raw).kind === "cut" ? "torn" : "broken" };
};

/**
 * Reads files, oldest first, plain or packed, line by line, with flat memory. What is no entry is handed over too, so that nobody can leave it
 * out unseen. Stops at the first file that can't be read to its end. Never rejects by itself.
 */
export const scanLog = async (
  host: Pick<Host, "unpack">,
  paths: readonly string[],
  take: (line: ScannedLine) => void,
): Promise<Scanned> => {
  let [lines, number] = [0, 0];
  for (const path of paths) {
    const read = await readLines(host, path, (raw) => {
      const what = whatOf(raw);
      lines += 1;
      number = what.kind === "entry" ? what.entry.seq : number + 1;
      take({ bytes: raw.bytes, file: path, number, what });
    });
    if (read.kind === "failed") return { ...read, path, lines };
    if (read.kind === "damaged")
      return { kind: "failed", code: "EBADMSG", why: `it is damaged: ${read.why}`, path, lines };
  }
  return { kind: "scanned", lines };
};
