import type { Done, Ran } from "../host/host.ts";
import { cleanEvidence, quote } from "../probes/evidence.ts";
import type { Bench } from "./attempt.ts";
import type { Applicable } from "./choice.ts";
import { changeFile } from "./file-change.ts";
import { fileChangeOf } from "./recipe.ts";

/** How a step ended: its exit status, the signal, an errno name or `timeout`; `why` is empty when it ended well. */
interface Ended {
  readonly exit: number | string;
  readonly why: string;
}

/** What a step said on stderr: another program's words, which may hold the words of whoever it treated. */
const complaint = (stderr: string): string => (cleanEvidence(stderr) === "" ? "" : quote(stderr, 200));

const endOf = (ran: Ran): Ended => {
  switch (ran.kind) {
    case "exited":
      return { exit: ran.status, why: ran.status === 0 ? "" : complaint(ran.stderr) };
    case "signalled":
      return { exit: ran.signal, why: complaint(ran.stderr) };
    case "timed-out":
      return { exit: "timeout", why: "it did not end in time" };
    case "failed":
      return { exit: ran.code, why: cleanEvidence(ran.why, 200) };
  }
};

const endOfChange = (done: Done): Ended =>
  done.kind === "done" ? { exit: 0, why: "" } : { exit: done.code, why: done.why };

/**
 * Runs the steps one after the other, the recipe's own file change first, and stops at the first that fails; undefined when all
 * went well. Never throws.
 */
export const runSteps = async (
  bench: Pick<Bench, "host" | "hands" | "onStep">,
  { recipe, candidate }: Applicable,
): Promise<Ended | undefined> => {
  const { clock, exec } = bench.host;
  const endMs = clock.monotonicMs() + recipe.timeoutMs;
  const user = candidate.runAs;
  for (const argv of candidate.steps) {
    bench.onStep(`running ${argv.join(" ")}`);
    const change = fileChangeOf(argv);
    const timeoutMs = Math.max(1, endMs - clock.monotonicMs());
    const command = { argv, timeoutMs, maxOutputBytes: 4096, ...(user === undefined ? {} : { user }) };
    const { exit, why } =
      change === undefined ? endOf(await exec.run(command)) : endOfChange(await changeFile(bench, candidate, change));
    if (exit !== 0) return { exit, why: `"${argv.join(" ")}" ended with ${exit}${why === "" ? "" : `: ${why}`}` };
  }
  return undefined;
};
