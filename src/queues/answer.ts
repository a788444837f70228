import type { HttpAnswer } from "../host/host.ts";
import { askOnce, sayStatus } from "../probes/ask.ts";
import type { ProbeContext } from "../probes/probe.ts";
import type { AskedSource } from "./fields.ts";

/** More than any queue tells of itself, in bytes. */
const maxBodyBytes = 10 * 1024 * 1024;

type Answer = Extract<HttpAnswer, { kind: "answer" }>;

/**
 * A whole answer with a status of success, or why there is none. That nobody answers says nothing of how jobs flow, so it is unknown and never bad:
 * an `http` check on the same address tells it. `name`: the check's. Never throws.
 */
export const answerOf = async (
  name: string,
  { ask }: AskedSource,
  accept: string,
  context: ProbeContext,
): Promise<Answer | { readonly kind: "unknown"; readonly why: string }> => {
  const answer = await askOnce({ name, ask, method: "GET", accept, maxBodyBytes }, context);
  if (answer.kind === "unknown") return { kind: "unknown", why: answer.evidence };
  if (answer.kind === "failed") return { kind: "unknown", why: answer.why };
  if (answer.status < 200 || answer.status > 299) return { kind: "unknown", why: `${sayStatus(answer)}, want 2xx` };
  return answer.isBodyCut ? { kind: "unknown", why: "the answer is longer than 10 MiB" } : answer;
};
