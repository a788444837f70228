import type { CheckState, Flap, Incident, Moment } from "../state/state.ts";
import { flapKnown, withState } from "../verdict/flap.ts";
import type { Judged, Now } from "../verdict/judge.ts";
import { momentOf } from "./incident.ts";

/** By check name: how it came and went. */
export type Flaps = Readonly<Record<string, Flap>>;

/**
 * States without which nothing is judged: none, since the time before the first red counts as steady. Where recipes cure it, as many as the helper wants:
 * until then cooldown and budget are the limits.
 */
const knownFor = (isCured: boolean): number => (isCured ? flapKnown : 0);

/** A hard state: amber is none, unknown neither, and what another check explains isn't this one's own. */
const stateOf = ({ verdict, because }: Judged, isQuiet: boolean): "g" | "r" | undefined => {
  if (verdict === "green") return "g";
  return verdict === "red" && because === undefined && !isQuiet ? "r" : undefined;
};

/** A check that was seen and wasn't red before its first red: that is a change. */
const seed = (before: CheckState | undefined, now: Moment): ReturnType<typeof withState> | undefined =>
  before === undefined || before.verdict === "red" || before.wasRed ? undefined : withState(undefined, "g", now, 0);

/** What counting looks at besides the state: the last tick's verdict, whether a recipe cured the check lately. */
interface Around {
  readonly before?: CheckState | undefined;
  readonly isCured: boolean;
  readonly now: Now;
}

const counted = (flap: Flap | undefined, state: "g" | "r", { before, isCured, now }: Around): Flap => {
  const moment = momentOf(now);
  const wasCured = isCured || flap?.wasCured === true;
  const history = withState(
    flap ?? seed(before, moment),
    state,
    moment,
    knownFor(wasCured && flap?.isFlapping !== true),
  );
  const isOnset = state === "r" && (flap === undefined || flap.states.at(-1) === "g");
  return {
    ...history,
    since: flap?.since ?? now.at,
    reds: (flap?.reds ?? 0) + (isOnset ? 1 : 0),
    ...(wasCured ? { wasCured: true as const } : {}),
    ...(flap?.isTold ? { isTold: true as const } : {}),
  };
};

/** Nothing is kept of a check that was well for the whole window. */
const isWorthKeeping = ({ states, isTold }: Flap): boolean => states.includes("r") || isTold === true;

/**
 * How the checks come and go, with this tick's states. `quiet`: whether a check's red says nothing of it: silenced, or under
 * one that flaps; `cured`: those that a recipe cured lately. A check that
 * was never red takes no room. Pure.
 */
export const countStates = (
  judged: readonly Judged[],
  flaps: Flaps,
  checks: Readonly<Record<string, CheckState>>,
  { quiet, cured, now }: { quiet: (name: string) => boolean; cured: ReadonlySet<string>; now: Now },
): Flaps =>
  Object.fromEntries(
    judged.flatMap((each): readonly [string, Flap][] => {
      const flap = flaps[each.name];
      const state = stateOf(each, each.verdict === "red" && quiet(each.name));
      if (state === undefined || (state === "g" && flap === undefined))
        return flap === undefined ? [] : [[each.name, flap]];
      const after = counted(flap, state, { before: checks[each.name], isCured: cured.has(each.name), now });
      return isWorthKeeping(after) ? [[each.name, after]] : [];
    }),
  );

/**
 * What is kept at the tick's end: a heal that was proved meanwhile is a change too, and where the incident has ended so has what was told of the
 * flapping. Pure.
 */
export const flapsAfter = (
  flaps: Flaps,
  judged: readonly Judged[],
  incidents: Readonly<Record<string, Incident>>,
  now: Now,
): Flaps =>
  Object.fromEntries(
    Object.entries(flaps).map(([name, flap]): [string, Flap] => {
      const isWell = judged.some((each) => each.name === name && each.verdict === "green");
      const after = isWell && flap.states.endsWith("r") ? counted(flap, "g", { isCured: true, now }) : flap;
      const { isTold, ...rest } = after;
      return [name, isTold && incidents[name] !== undefined ? after : rest];
    }),
  );
