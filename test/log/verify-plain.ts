import type { Files } from "../../src/host/host.ts";
import { eachLine } from "../../src/log/lines.ts";
import { createVerifier, type Verdict } from "../../src/log/verifier.ts";
import type { Witness } from "../../src/log/witness.ts";

/** Verifies plain files at once, for tests that wait for nothing. Throws for a file that can't be read. */
export const verifyPlain = (files: Files, paths: readonly string[], ...witnesses: readonly Witness[]): Verdict => {
  const verifier = createVerifier(witnesses);
  for (const path of paths) {
    const read = eachLine(files, path, (raw) => verifier.take(raw, path));
    if (read.kind === "failed") throw new Error(`cannot read "${path}": ${read.why}`);
  }
  return verifier.end();
};
