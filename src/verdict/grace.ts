import type { Check } from "../config/config.ts";
import type { Reading } from "../probes/probe.ts";

/**
 * Whether a check is in its start grace: after boot, or after the process or unit that it looks at or needs has started.
 * `uptimeS`: seconds of host uptime now. Never throws.
 */
export const isInGrace = (check: Check, readings: ReadonlyMap<string, Reading>, uptimeS: number): boolean => {
  if (check.graceMs === 0) return false;
  const starts = [check.name, ...check.needs].flatMap((name) => readings.get(name)?.startedUptimeS ?? []);
  return [0, ...starts].some((startS) => (uptimeS - startS) * 1000 < check.graceMs);
};
