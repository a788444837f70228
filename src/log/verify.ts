import type { Failure, Files } from "../host/host.ts";
import { eachLine } from "./lines.ts";
import { createVerifier, type Verdict, type Witness } from "./verifier.ts";

/** What `log verify` found. `unreadable`: `path` can't be read, so nothing is known. */
export type Verified = Verdict | { readonly kind: "unreadable"; readonly path: string; readonly failure: Failure };

/**
 * Reads `41:9f3ac2d1c07be55a` as a witness; undefined when it is none, or has fewer than 16 digits: 8 are matched by trial in minutes. Before the first
 * line the hash is all zeros, and nothing else is a witness of that. Never throws.
 */
export const parseWitness = (text: string): Witness | undefined => {
  const [, seq, prefix] = /^(?:log )?(\d{1,15}):([0-9a-f]{16,64})$/u.exec(text.toLowerCase()) ?? [];
  if (seq === undefined || prefix === undefined) return undefined;
  return Number(seq) === 0 && /[^0]/u.test(prefix) ? undefined : { seq: Number(seq), prefix };
};

/**
 * Verifies files, oldest first, as one chain, with flat memory. A cut tail or a change to the very last line can't be seen
 * without a `witness`. Never throws.
 */
export const verifyLog = (files: Files, paths: readonly string[], witness?: Witness): Verified => {
  const verifier = createVerifier(witness);
  for (const path of paths) {
    const read = eachLine(files, path, (raw) => verifier.take(raw, path));
    if (read.kind === "failed") return { kind: "unreadable", path, failure: read };
  }
  return verifier.end();
};
