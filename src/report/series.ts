import type { HourValue, Series } from "./page.ts";

/** The whole hours that plots stand on: from `first`, in bins of `size` hours. */
export interface Span {
  /** Whole hours since 1970, UTC. */
  readonly first: number;
  readonly size: number;
  readonly bins: number;
}

const maxBins = 120;
const maxHours = 30 * 24;

/** The span that holds all of some series, the newest 30 days at most, so that plots beside each other have one time axis. Never throws. */
export const spanOf = (all: readonly Series[]): Span => {
  const known = all.filter(({ values }) => values.length > 0);
  const end = known.reduce((last, { firstHour, values }) => Math.max(last, firstHour + values.length), 0);
  const begin = known.reduce((first, { firstHour }) => Math.min(first, firstHour), end);
  const hours = Math.max(1, Math.min(maxHours, end - begin));
  const size = Math.max(1, Math.ceil(hours / maxBins));
  const bins = Math.ceil(hours / size);
  return { first: end - bins * size, size, bins };
};

const together = (hours: readonly (HourValue | null | undefined)[]): HourValue | null => {
  const known = hours.flatMap((hour) => (hour === null || hour === undefined ? [] : [hour]));
  if (known.length === 0) return null;
  return {
    mean: known.reduce((sum, { mean }) => sum + mean, 0) / known.length,
    max: known.reduce((worst, { max }) => Math.max(worst, max), 0),
  };
};

/** A series in the bins of a span: the mean of the hours' means and the worst of all; null where nothing was measured. Never throws. */
export const binned = ({ firstHour, values }: Series, { first, size, bins }: Span): readonly (HourValue | null)[] =>
  Array.from({ length: bins }, (_, at) => {
    const from = first + at * size - firstHour;
    return together(values.slice(Math.max(0, from), Math.max(0, from + size)));
  });

/** What a series is like in a few numbers; undefined when nothing was measured. */
export interface Gist {
  /** The hour in the middle, by its mean. */
  readonly typical: number;
  readonly worst: number;
  /** ISO 8601 UTC: the start of the hour of `worst`. */
  readonly worstAt: string;
  readonly hours: number;
}

/** When an hour begins, in ISO 8601 UTC; nothing for an hour that no clock shows. Never throws. */
export const hourStart = (hour: number): string => {
  const date = new Date(hour * 3_600_000);
  return Number.isNaN(date.getTime()) ? "" : date.toISOString();
};

/** Finds what is typical and what was worst. Never throws. */
export const gistOf = ({ firstHour, values }: Series): Gist | undefined => {
  const known = values.flatMap((value, at) => (value === null ? [] : [{ ...value, at }]));
  const [first] = known;
  if (first === undefined) return undefined;
  const means = known.map(({ mean }) => mean).sort((a, b) => a - b);
  const worst = known.reduce((a, b) => (b.max > a.max ? b : a), first);
  return {
    typical: means[Math.floor(means.length / 2)] ?? 0,
    worst: worst.max,
    worstAt: hourStart(firstHour + worst.at),
    hours: known.length,
  };
};

/** A series day by day (UTC), days without a value left out. Never throws. */
export const daily = ({ firstHour, values }: Series): ReadonlyMap<string, HourValue> => {
  const days = new Map<string, HourValue>();
  const lead = ((firstHour % 24) + 24) % 24;
  for (let from = -lead; from < values.length; from += 24) {
    const value = together(values.slice(Math.max(0, from), from + 24));
    if (value !== null) days.set(hourStart(firstHour + from).slice(0, 10), value);
  }
  return days;
};
