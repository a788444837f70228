import type { Ran } from "../host/host.ts";
import { cleanEvidence } from "../probes/evidence.ts";
import type { Bench } from "./attempt.ts";
import type { Applicable } from "./choice.ts";

/** How a step ended: its exit status, the signal, an errno name or `timeout`; `why` is empty when it ended well. */
interface Ended {
  readonly exit: number | string;
  readonly why: string;
}

const endOf = (ran: Ran): Ended => {
  switch (ran.kind) {
    case "exited":
      return { exit: ran.status, why: ran.status === 0 ? "" : cleanEvidence(ran.stderr, 200) };
    case "signalled":
      return { exit: ran.signal, why: cleanEvidence(ran.stderr, 200) };
    case "timed-out":
      return { exit: "timeout", why: "it did not end in time" };
    case "failed":
      return { exit: ran.code, why: ran.why };
  }
};

/** Runs the steps one after the other and stops at the first that fails; undefined when all exited 0. Never throws. */
export const runSteps = async (
  { host: { clock, exec }, onStep }: Pick<Bench, "host" | "onStep">,
  chosen: Applicable,
): Promise<Ended | undefined> => {
  const endMs = clock.monotonicMs() + chosen.recipe.timeoutMs;
  const user = chosen.candidate.runAs;
  for (const argv of chosen.candidate.steps) {
    onStep(`running ${argv.join(" ")}`);
    const timeoutMs = Math.max(1, endMs - clock.monotonicMs());
    const ran = await exec.run({ argv, timeoutMs, maxOutputBytes: 4096, ...(user === undefined ? {} : { user }) });
    const { exit, why } = endOf(ran);
    if (exit !== 0) return { exit, why: `"${argv.join(" ")}" ended with ${exit}${why === "" ? "" : `: ${why}`}` };
  }
  return undefined;
};
