import type { Check } from "../config/config.ts";
import type { Reading } from "../probes/probe.ts";
import { type CheckState, elapsedS, type Moment } from "../state/state.ts";

/**
 * Whether a check is in its start grace: after boot, or after the process or unit that it looks at or needs has started.
 * `uptimeS`: seconds of host uptime now. Never throws.
 */
export const isInGrace = (check: Check, readings: ReadonlyMap<string, Reading>, uptimeS: number): boolean => {
  if (check.graceMs === 0) return false;
  const starts = [check.name, ...check.needs].flatMap((name) => readings.get(name)?.startedUptimeS ?? []);
  return [0, ...starts].some((startS) => (uptimeS - startS) * 1000 < check.graceMs);
};

/** So many times its length a grace excuses at most, however often what it hangs on starts anew. */
const mostGraces = 2;

/**
 * Whether a check has been bad for so long that no start excuses it any more: a process that dies again and again within the grace would hide an outage
 * for ever. By uptime, from when it was last well; where that isn't known, every start counts. Pure.
 */
export const isGraceSpent = (check: Check, before: CheckState | undefined, now: Moment): boolean => {
  if (before?.reading !== "bad" || before.badTicks < check.redAfter || before.lastWell === undefined) return false;
  return elapsedS(before.lastWell.moment, now) * 1000 > mostGraces * check.graceMs;
};
