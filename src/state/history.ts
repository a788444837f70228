import type { Verdict } from "../verdict/verdict.ts";
import { hourOf } from "./day.ts";

/** Hours with a tick that are kept: 35 days of a host that is always on. */
export const maxHours: number = 35 * 24;
/** Checks that are counted; those beyond have no history. */
const maxChecks = 1000;
/** Finished hours that wait for a disk that takes them. */
const maxWaiting = 48;

/** How many values were measured, their sum, and the greatest. */
export type Sums = readonly [count: number, sum: number, max: number];

/** What one hour saw of a check. `ticks`: green, amber, unknown, red; zeros at the end are left out. `ms`: how long the looks took. */
export interface CheckHour {
  readonly ticks: readonly number[];
  readonly ms?: Sums;
  /** Jobs of a queue that wait, and that run. */
  readonly ready?: Sums;
  readonly running?: Sums;
}

/** One hour, as far as its ticks have come: by check, or a plain number where all there is to tell are so many green ticks. */
export interface HourSums {
  /** ISO 8601 UTC: its first tick. With it an hour is told from the same hour lived again after the clock was set back. */
  readonly from: string;
  readonly checks: Readonly<Record<string, number | CheckHour>>;
}

/** What a tick found of a check, for the history. */
export interface Found {
  readonly name: string;
  readonly verdict: Verdict;
  /** Milliseconds; only for checks that ask somebody else. */
  readonly ms?: number;
  readonly ready?: number;
  readonly running?: number;
}

const places: Readonly<Record<Verdict, number>> = { green: 0, amber: 1, unknown: 2, red: 3 };

const rounded = (value: number): number => Math.round(value * 10) / 10;

const plus = (sums: Sums | undefined, value: number | undefined): Sums | undefined => {
  if (value === undefined) return sums;
  const [count, sum, max] = sums ?? [0, 0, 0];
  return [count + 1, rounded(sum + value), rounded(Math.max(max, value))];
};

const counted = (ticks: readonly number[], verdict: Verdict): readonly number[] => {
  const next = [...ticks];
  while (next.length <= places[verdict]) next.push(0);
  next[places[verdict]] = (next[places[verdict]] ?? 0) + 1;
  return next;
};

/** Most checks are green, and there is nothing to measure: a number is enough. */
const isPlain = ({ verdict, ms, ready }: Found): boolean =>
  verdict === "green" && ms === undefined && ready === undefined;

const nextOf = (before: number | CheckHour | undefined, found: Found): number | CheckHour => {
  if (typeof before !== "object" && isPlain(found)) return (before ?? 0) + 1;
  const known: CheckHour = typeof before === "object" ? before : { ticks: before === undefined ? [] : [before] };
  const ms = plus(known.ms, found.ms);
  const ready = plus(known.ready, found.ready);
  const running = plus(known.running, found.running);
  return {
    ticks: counted(known.ticks, found.verdict),
    ...(ms === undefined ? {} : { ms }),
    ...(ready === undefined ? {} : { ready }),
    ...(running === undefined ? {} : { running }),
  };
};

/** The present hour after a tick. Checks that are gone stay in it until it ends. */
const counting = ({ from, checks }: HourSums, found: readonly Found[]): HourSums => {
  const next = new Map(Object.entries(checks));
  for (const each of found)
    if (next.size < maxChecks || next.has(each.name)) next.set(each.name, nextOf(next.get(each.name), each));
  return { from, checks: Object.fromEntries(next) };
};

/**
 * The hours that a state carries after a tick: the present one last, before it those that are finished and not yet in the file. `at`: ISO 8601 UTC.
 * Called several times in a tick, always with what the tick before left, so that each tick counts once. Pure.
 */
export const nextHistory = (
  kept: readonly HourSums[] | undefined,
  found: readonly Found[],
  at: string,
): readonly HourSums[] => {
  const before = kept ?? [];
  const last = before.at(-1);
  if (last !== undefined && hourOf(last.from) === hourOf(at)) return [...before.slice(0, -1), counting(last, found)];
  return [...before, counting({ from: at, checks: {} }, found)].slice(-maxWaiting);
};
