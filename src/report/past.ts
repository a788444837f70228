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

/** Sums of a day's or an hour's ticks; what is in the file may be anybody's work, so nothing is believed of it before it is looked at. */
type Counts = [green: number, amber: number, unknown: number, red: number];
type Values = [count: number, sum: number, max: number];

interface Tally {
  readonly days: Map<number, Counts>;
  readonly curves: Readonly<Record<Curve, Map<number, Values>>>;
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

const addValues = (hours: Map<number, Values>, hour: number, sums: unknown): void => {
  if (!Array.isArray(sums) || numberOf(sums[0]) === 0) return;
  const [count, sum, max] = hours.get(hour) ?? [0, 0, 0];
  hours.set(hour, [count + numberOf(sums[0]), sum + numberOf(sums[1]), Math.max(max, numberOf(sums[2]))]);
};

const add = ({ days, curves: kept }: Tally, hour: number, seen: unknown): void => {
  const day = Math.floor(hour / dayHours);
  if (typeof seen === "number") addTicks(days, day, [seen]);
  if (!isMap(seen)) return;
  addTicks(days, day, Array.isArray(seen["ticks"]) ? seen["ticks"] : []);
  for (const curve of curves) addValues(kept[curve], hour, seen[curve]);
};

const newTally = (): Tally => ({ days: new Map(), curves: { ms: new Map(), ready: new Map(), running: new Map() } });

const dayName = (day: number): string => new Date(day * dayHours * hourMs).toISOString().slice(0, 10);

const daysOf = ({ days }: Tally, today: number): readonly DayCount[] =>
  Array.from({ length: stripDays }, (_, at) => {
    const day = today - stripDays + 1 + at;
    const [green, amber, unknown, red] = days.get(day) ?? [0, 0, 0, 0];
    return { day: dayName(day), green, amber, unknown, red };
  });

const rounded = (value: number): number => Math.round(value * 10) / 10;

const hourValue = (values: Values | undefined): HourValue | null =>
  values === undefined ? null : { mean: rounded(values[1] / values[0]), max: rounded(values[2]) };

/** From the first hour that has a value to the last. */
const seriesOf = (hours: ReadonlyMap<number, Values>): Series | undefined => {
  if (hours.size === 0) return undefined;
  const known = [...hours.keys()];
  const firstHour = Math.min(...known);
  const length = Math.max(...known) - firstHour + 1;
  return { firstHour, values: Array.from({ length }, (_, at) => hourValue(hours.get(firstHour + at))) };
};

const pastOf = (tally: Tally, today: number): CheckPast => {
  const { ms, ready, running } = tally.curves;
  const [latencyMs, readySeries, runningSeries] = [seriesOf(ms), seriesOf(ready), seriesOf(running)];
  return {
    days: daysOf(tally, today),
    ...(latencyMs === undefined ? {} : { latencyMs }),
    ...(readySeries === undefined ? {} : { ready: readySeries }),
    ...(runningSeries === undefined ? {} : { running: runningSeries }),
  };
};

/** Of hours with the same beginning the last counts: a kill may have left one in the file and in the state. */
const eachOnce = (hours: readonly HourSums[]): readonly HourSums[] => [
  ...new Map(hours.map((each) => [each.from, each])).values(),
];

/**
 * The last {@link stripDays} days of these checks. `hours`: those of the file, then those of the state; the same hour lived twice, after a clock was
 * set back, is added up. `at`: ISO 8601 UTC, the present. Pure.
 */
export const pastsOf = (
  names: readonly string[],
  hours: readonly HourSums[],
  at: string,
): ReadonlyMap<string, CheckPast> => {
  const today = Math.floor(hourOf(at) / dayHours);
  const tallies = new Map(names.map((name) => [name, newTally()]));
  for (const { from, checks } of eachOnce(hours)) {
    const hour = hourOf(from);
    const day = Math.floor(hour / dayHours);
    if (day > today || day <= today - stripDays) continue;
    for (const [name, tally] of tallies) if (Object.hasOwn(checks, name)) add(tally, hour, checks[name]);
  }
  return new Map([...tallies].map(([name, tally]) => [name, pastOf(tally, today)]));
};
