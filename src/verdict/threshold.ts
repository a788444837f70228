import type { Check } from "../config/config.ts";
import type { Reading } from "../probes/probe.ts";
import type { CheckState } from "../state/state.ts";
import type { Verdict } from "./verdict.ts";

/** Bad ticks in a row: an unknown neither counts nor resets, since it says nothing. */
export const countBad = (reading: Reading["kind"], before: number): number =>
  reading === "bad" ? before + 1 : reading === "ok" ? 0 : before;

/** The colour of one reading. A check that is red stays red while it reads bad: a grace that begins later doesn't hide it. */
export const colour = (
  check: Check,
  reading: Reading["kind"],
  badTicks: number,
  isInGrace: boolean,
  before: CheckState | undefined,
): Verdict => {
  if (reading === "ok") return "green";
  if (reading === "unknown") return "unknown";
  if (check.severity === "amber") return "amber";
  if (before?.verdict === "red") return "red";
  return isInGrace || badTicks < check.redAfter ? "amber" : "red";
};
