import type { Failure, Files } from "../host/host.ts";
import type { Line } from "./line.ts";
import { eachLine, type RawLine } from "./lines.ts";
import { createVerifier, type Verdict } from "./verifier.ts";
import type { Witness } from "./witness.ts";

/** What `log verify` found. `unreadable`: `path` can't be read, so nothing is known. */
export type Verified = Verdict | { readonly kind: "unreadable"; readonly path: string; readonly failure: Failure };

/** What a log is held against. `onLine`: told of each line that follows the ones before it, in order. */
export interface VerifyOptions {
  readonly witnesses?: readonly Witness[];
  readonly onLine?: (line: Line, raw: RawLine) => void;
}

/**
 * Verifies files, oldest first, as one chain, with flat memory. A cut tail or a change to the very last line can't be seen
 * without a witness. Never rejects.
 */
export const verifyLog = async (
  { files }: { readonly files: Files },
  paths: readonly string[],
  { witnesses, onLine }: VerifyOptions = {},
): Promise<Verified> => {
  const verifier = createVerifier(witnesses, onLine);
  for (const path of paths) {
    const read = eachLine(files, path, (raw) => verifier.take(raw, path));
    if (read.kind === "failed") return { kind: "unreadable", path, failure: read };
  }
  return verifier.end();
};
