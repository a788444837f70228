import type { Check } from "../config/config.ts";
import type { Reading } from "../probes/probe.ts";
import type { CheckState } from "../state/state.ts";
import type { Verdict } from "./verdict.ts";

/** Bad ticks in a row: an unknown neither counts nor resets, since it says nothing. */
export const countBad = (reading: Reading["kind"], before: number): number =>
  reading === "bad" ? before + 1 : reading === "ok" ? 0 : before;

/** The colour of one reading. A check that was red and hasn't read ok since is red when it reads bad: a grace that begins later doesn't hide it. */
export const colour = (
  check: Check,
  { kind, isAdvisory }: Pick<Reading, "kind" | "isAdvisory">,
  badTicks: number,
  isInGrace: boolean,
  before: CheckState | undefined,
): Verdict => {
  if (kind === "ok") return "green";
  if (kind === "unknown") return "unknown";
  if (check.severity === "amber" || isAdvisory) return "amber";
  if (before?.verdict === "red" || before?.wasRed) return "red";
  return isInGrace || badTicks < check.redAfter ? "amber" : "red";
};

/** Whether a check can't be measured now that was red when it last could. */
export const isUnknownAfterRed = (verdict: Verdict, before: CheckState | undefined): boolean =>
  verdict === "unknown" && (before?.verdict === "red" || before?.wasRed === true);
