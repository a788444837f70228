import { hourOf } from "../state/day.ts";
import type { HourSums } from "../state/history.ts";
import { type DayCount, type HourValue, type Series, stripDays } from "./page.ts";

/** What the past tells of one check. */
export interface CheckPast {
  readonly days: readonly DayCount[];
  readonly latencyMs?: Series;
  readonly ready?: Series;
  readonly running?: Series;
}

const dayHours = 24;
const hourMs = 3_600_000;
const curves = ["ms", "ready", "running"] as const;
type Curve = (typeof curves)[number];

/** Sums of a day's ticks; what is in the file may be anybody's work, so nothing is believed of it before it is looked at. */
type Counts = [green: number, amber: number, unknown: number, red: number];

const curveHours = stripDays * dayHours;
/** Numbers of one hour of a curve: how many values, their sum, the greatest. */
const width = 3;
/** Checks that have curves: beyond, the page would be too long for anybody to look at. */
export const maxCurved = 100;

interface Tally {
  readonly days: Map<number, Counts>;
  /** {@link width} numbers for each of the last {@link curveHours} hours. */
  readonly curves: Map<Curve, Float64Array>;
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const numberOf = (value: unknown): number =>
  typeof value === "number" && Number.isFinite(value) && value > 0 ? value : 0;

const addTicks = (days: Tally["days"], day: number, ticks: readonly unknown[]): void => {
  const counts = days.get(day) ?? [0, 0, 0, 0];
  days.set(day, [
    counts[0] + numberOf(ticks[0]),
    counts[1] + numberOf(ticks[1]),
    counts[2] + numberOf(ticks[2]),
    counts[3] + numberOf(ticks[3]),
  ]);
};

const addValues = (curves: Tally["curves"], curve: Curve, place: number, sums: unknown): void => {
  if (!Array.isArray(sums) || numberOf(sums[0]) === 0) return;
  const kept = curves.get(curve) ?? new Float64Array(curveHours * width);
  curves.set(curve, kept);
  const at = place * width;
  kept[at] = (kept[at] ?? 0) + numberOf(sums[0]);
  kept[at + 1] = (kept[at + 1] ?? 0) + numberOf(sums[1]);
  kept[at + 2] = Math.max(kept[at + 2] ?? 0, numberOf(sums[2]));
};

/** `place`: how many hours after the first of the curves. */
const add = ({ days, curves: kept }: Tally, day: number, place: number, seen: unknown, isCurved: boolean): void => {
  if (typeof seen === "number") addTicks(days, day, [seen]);
  if (!isMap(seen)) return;
  addTicks(days, day, Array.isArray(seen["ticks"]) ? seen["ticks"] : []);
  if (isCurved) for (const curve of curves) addValues(kept, curve, place, seen[curve]);
};

const dayName = (day: number): string => new Date(day * dayHours * hourMs).toISOString().slice(0, 10);

const daysOf = ({ days }: Tally, today: number): readonly DayCount[] =>
  Array.from({ length: stripDays }, (_, at) => {
    const day = today - stripDays + 1 + at;
    const [green, amber, unknown, red] = days.get(day) ?? [0, 0, 0, 0];
    return { day: dayName(day), green, amber, unknown, red };
  });

const rounded = (value: number): number => Math.round(value * 10) / 10;

const hourValue = (kept: Float64Array, place: number): HourValue | null => {
  const [count = 0, sum = 0, max = 0] = kept.subarray(place * width, place * width + width);
  return count === 0 ? null : { mean: rounded(sum / count), max: rounded(max) };
};

/** From the first hour that has a value to the last. */
const seriesOf = (kept: Float64Array | undefined, firstHour: number): Series | undefined => {
  if (kept === undefined) return undefined;
  const all = Array.from({ length: curveHours }, (_, place) => hourValue(kept, place));
  const first = all.findIndex((value) => value !== null);
  const last = all.findLastIndex((value) => value !== null);
  return { firstHour: firstHour + first, values: all.slice(first, last + 1) };
};

const pastOf = (tally: Tally, today: number): CheckPast => {
  const firstHour = (today - stripDays + 1) * dayHours;
  const [latencyMs, ready, running] = curves.map((curve) => seriesOf(tally.curves.get(curve), firstHour));
  return {
    days: daysOf(tally, today),
    ...(latencyMs === undefined ? {} : { latencyMs }),
    ...(ready === undefined ? {} : { ready }),
    ...(running === undefined ? {} : { running }),
  };
};

/** Of hours with the same beginning those of the state count: a kill may have left one there and in the file. */
const eachOnce = function* (past: Iterable<HourSums>, present: readonly HourSums[]): Generator<HourSums> {
  const known = new Set(present.map(({ from }) => from));
  for (const hour of past) if (!known.has(hour.from)) yield hour;
  yield* present;
};

/**
 * The last {@link stripDays} days of these checks; curves only of the first {@link maxCurved} that have any. `past`: the hours of the file, each once;
 * `present`: those of the state. The same hour lived twice, after a clock was set back, is added up. `at`: ISO 8601 UTC, the present. Pure.
 */
export const pastsOf = (
  names: readonly string[],
  past: Iterable<HourSums>,
  present: readonly HourSums[],
  at: string,
): ReadonlyMap<string, CheckPast> => {
  const today = Math.floor(hourOf(at) / dayHours);
  const tallies = names.map((name): [string, Tally] => [name, { days: new Map(), curves: new Map() }]);
  let curved = 0;
  for (const { from, checks } of eachOnce(past, present)) {
    const hour = hourOf(from);
    const day = Math.floor(hour / dayHours);
    if (day > today || day <= today - stripDays) continue;
    const place = hour - (today - stripDays + 1) * dayHours;
    for (const [name, tally] of tallies) {
      if (!Object.hasOwn(checks, name)) continue;
      const had = tally.curves.size;
      add(tally, day, place, checks[name], had > 0 || curved < maxCurved);
      if (had === 0 && tally.curves.size > 0) curved += 1;
    }
  }
  return new Map(tallies.map(([name, tally]) => [name, pastOf(tally, today)]));
};
