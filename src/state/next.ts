import type { Reading } from "../probes/probe.ts";
import type { Judged } from "../verdict/judge.ts";
import { type Verdict, worst } from "../verdict/verdict.ts";
import type { CheckState, LastWell, Moment } from "./state.ts";

/** What the tick before left. `moment`: its end. */
export interface Left {
  readonly checks: Readonly<Record<string, CheckState>>;
  readonly moment: Moment;
}

/** Nothing is kept of a check that is well: then it was last seen well just now. */
const lastWellOf = ({ name, reading }: Judged, { checks, moment }: Left): LastWell | undefined => {
  const before = checks[name];
  if (reading === "ok" || before?.reading !== "ok") return reading === "ok" ? undefined : before?.lastWell;
  const restarts = before.memory?.["restarts"];
  return typeof restarts === "number" ? { moment, restarts } : { moment };
};

/** What the verdicts of this tick leave for the next, by check name. Pure. */
export const nextChecks = (
  judged: readonly Judged[],
  unknownTold: ReadonlySet<string>,
  left: Left,
): Readonly<Record<string, CheckState>> =>
  Object.fromEntries(
    judged.map((each): [string, CheckState] => {
      const lastWell = lastWellOf(each, left);
      const state = {
        verdict: each.verdict,
        reading: each.reading,
        evidence: each.evidence,
        since: each.since,
        ticks: each.ticks,
        badTicks: each.badTicks,
        ...(each.wasRed === undefined ? {} : { wasRed: each.wasRed }),
        isUnknownTold: unknownTold.has(each.name),
        ...(lastWell === undefined ? {} : { lastWell }),
        ...(each.because === undefined ? {} : { because: each.because }),
        ...(each.memory === undefined ? {} : { memory: each.memory }),
      };
      return [each.name, state];
    }),
  );

/** The worst that a tick found of each check: before a heal and after it. Pure. */
export const worstOf = (found: readonly Judged[], after: readonly Judged[]): ReadonlyMap<string, Verdict> => {
  const verdicts = new Map<string, Verdict>(found.map(({ name, verdict }) => [name, verdict]));
  for (const { name, verdict } of after) verdicts.set(name, worst([verdict, verdicts.get(name) ?? "green"]));
  return verdicts;
};

/** A check that is folded no more: what explained it was proved well. */
const unfolded = ({ because: _, ...rest }: Judged): Judged => rest;

/** The verdicts after a proof: the checks that were proved well are green from `at` (ISO 8601 UTC) on. Pure. */
export const afterProof = (
  judged: readonly Judged[],
  proved: ReadonlyMap<string, Reading>,
  at: string,
): readonly Judged[] =>
  judged.map((each): Judged => {
    const reading = proved.get(each.name);
    if (reading === undefined) return proved.has(each.because ?? "") ? unfolded(each) : each;
    return {
      ...unfolded(each),
      verdict: "green",
      reading: "ok",
      evidence: reading.evidence,
      since: at,
      ticks: 1,
      badTicks: 0,
      ...(reading.memory === undefined ? {} : { memory: reading.memory }),
    };
  });
