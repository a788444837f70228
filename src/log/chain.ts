import { sha256 } from "../host/digest.ts";
import { boundedFields, escapeUnsafe } from "./bounds.ts";
import type { Head, NewEntry } from "./entry.ts";

/** What stands before the first line of a log. */
export const emptyHead: Head = { seq: 0, sha256: "0".repeat(64) };

/** When and where a line is written. */
export interface Stamp {
  /** RFC 3339, UTC, milliseconds. */
  readonly at: string;
  readonly host: string;
  readonly boot: string;
}

/** Lower-case hex SHA-256 of a line's bytes without its newline: what `sha256sum` prints for them. Never throws. */
export const hashLine = (line: Uint8Array | string): string => sha256(line);

/** Builds the line that follows `head`, without its newline, and the head after it. Texts are bounded and inert. Never throws. */
export const nextLine = (entry: NewEntry, head: Head, stamp: Stamp): { readonly line: string; readonly head: Head } => {
  const seq = head.seq + 1;
  const line = escapeUnsafe(JSON.stringify({ seq, ...stamp, ...boundedFields(entry), prev: head.sha256 }));
  return { line, head: { seq, sha256: hashLine(line) } };
};

/**
 * What a `log.torn` line carries as `proof`: sequence and hash of each line that no `prev` seals. A torn line has lost its own
 * `prev`, so without this the line before it could be changed unseen. The last torn line is left out: `prev` of `log.torn` seals
 * it. Undefined when nothing is left to seal. Never throws.
 */
export const sealOf = (unsealed: readonly Head[]): string | undefined =>
  unsealed.length === 0 ? undefined : unsealed.map(({ seq, sha256 }) => `${seq}:${sha256}`).join(" ");
