import { formatDuration } from "../config/duration.ts";
import type { Seen } from "./probe.ts";

/** Clocks that write and look may differ by so much. */
const slackMs = 60_000;

/**
 * Judges an age; `what` is the sign of life, in words. A time that lies ahead has none: a file that was touched into the future would be
 * alive for ever, and a clock that was set back says nothing of the job. Pure.
 */
export const judgeAge = (what: string, atMs: number, nowMs: number, maxAgeMs: number): Seen => {
  const ageMs = Math.max(0, nowMs - atMs);
  if (atMs - nowMs > slackMs)
    return {
      kind: "unknown",
      evidence: `${what} is ${formatDuration(atMs - nowMs)} ahead of this host's clock: no age`,
    };
  if (ageMs <= maxAgeMs) return { kind: "ok", evidence: `${what} was ${formatDuration(ageMs)} ago` };
  return { kind: "bad", evidence: `${what} was ${formatDuration(ageMs)} ago, at most ${formatDuration(maxAgeMs)}` };
};
