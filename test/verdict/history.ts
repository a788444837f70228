import type { Check } from "../../src/config/config.ts";
import type { Reading } from "../../src/probes/probe.ts";
import { nextChecks } from "../../src/state/next.ts";
import type { CheckState } from "../../src/state/state.ts";
import { type Judged, judge } from "../../src/verdict/judge.ts";

/** What one tick saw, and when. */
export interface Tick {
  readonly readings: ReadonlyMap<string, Reading>;
  readonly uptimeS: number;
}

/** Judges tick after tick, each with what the one before left in the state. */
export const judgeAll = (checks: readonly Check[], ticks: readonly Tick[]): readonly (readonly Judged[])[] => {
  let before: Readonly<Record<string, CheckState>> = {};
  return ticks.map(({ readings, uptimeS }) => {
    const at = new Date(Date.UTC(2026, 10, 22) + uptimeS * 1000).toISOString();
    const judged = judge(checks, readings, before, { at, uptimeS, bootId: "boot-1" });
    before = nextChecks(judged, new Set(), { checks: before, moment: { bootId: "boot-1", uptimeS } });
    return judged;
  });
};
