import { cleanEvidence } from "../probes/evidence.ts";
import type { Reading } from "../probes/probe.ts";

/**
 * Puts the second look's readings in place of the first's. A check that is well now is well: that it was bad a moment ago stands
 * in its evidence. `apart`: the time between the looks, in words. Pure.
 */
export const withSecondLook = (
  first: ReadonlyMap<string, Reading>,
  second: ReadonlyMap<string, Reading>,
  apart: string,
): ReadonlyMap<string, Reading> => {
  const merged = new Map(first);
  for (const [name, reading] of second) {
    const before = first.get(name);
    const evidence =
      reading.kind === "ok" && before !== undefined
        ? cleanEvidence(`${reading.evidence} (${apart} before: ${before.evidence})`)
        : reading.evidence;
    merged.set(name, { ...reading, evidence });
  }
  return merged;
};
