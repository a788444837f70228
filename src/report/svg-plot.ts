import { type Html, html } from "./markup.ts";
import type { HourValue } from "./page.ts";

/** Heights that a plot is drawn in; the style sheet stretches them. */
const plotHeight = 100;

/** From a value to its share of the height, 0 to 1, and the values that stand beside the axis, lowest first and evenly apart. */
export interface Axis {
  readonly shareOf: (value: number) => number;
  readonly ticks: readonly number[];
}

const clamped = (share: number): number => (Number.isFinite(share) ? Math.min(1, Math.max(0, share)) : 0);

/** Whole powers of ten: a spike of seconds leaves the milliseconds readable. `values` in one unit, those not above 0 are ignored. Never throws. */
export const logAxis = (values: readonly number[]): Axis => {
  const known = values.filter((value) => value > 0 && Number.isFinite(value));
  const least = known.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const most = known.reduce((a, b) => Math.max(a, b), 1);
  const low = Math.floor(Math.log10(Math.min(least, most)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(most)));
  return {
    shareOf: (value) => (value <= 0 ? 0 : clamped((Math.log10(value) - low) / (high - low))),
    ticks: Array.from({ length: high - low + 1 }, (_, at) => 10 ** (low + at)),
  };
};

const roundUp = (value: number): number => {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  return power * ([1, 2, 4, 10].find((factor) => factor * power >= value) ?? 10);
};

/** From 0 to a round number. Never throws. */
export const linearAxis = (values: readonly number[]): Axis => {
  const most = values.reduce((a, b) => (Number.isFinite(b) ? Math.max(a, b) : a), 1);
  const top = roundUp(most);
  return { shareOf: (value) => clamped(value / top), ticks: top === 1 ? [0, 1] : [0, top / 2, top] };
};

type Bins = readonly (HourValue | null)[];

const levels = (bins: Bins, axis: Axis, of: (value: HourValue) => number): readonly (number | null)[] =>
  bins.map((value) => (value === null ? null : Math.round(plotHeight * (1 - axis.shareOf(of(value))))));

const means = (bins: Bins, axis: Axis): readonly (number | null)[] => levels(bins, axis, ({ mean }) => mean);

/** Steps down to the foot, two units wide each, broken where there is a gap. Source: SVG 2, 9.3 "Path data". */
const areaOf = (list: readonly (number | null)[]): string => {
  let path = "";
  let before: number | null = null;
  const close = (): void => {
    if (before !== null) path += `V${plotHeight}z`;
  };
  list.forEach((level, at) => {
    if (level === null) close();
    else if (before === null) path += `M${2 * at} ${plotHeight}V${level}h2`;
    else path += level === before ? "h2" : `v${level - before}h2`;
    before = level;
  });
  close();
  return path.replace(/(?:h2){2,}/gu, (run) => `h${run.length}`);
};

/** A line through the middles of bins, two units wide each; broken where there is a gap. */
const lineOf = (list: readonly (number | null)[]): string => {
  let path = "";
  list.forEach((level, at) => {
    if (level === null) return;
    const before = list[at - 1] ?? null;
    if (before !== null) path += `l2 ${level - before}`;
    else path += (list[at + 1] ?? null) === null ? `M${2 * at} ${level}h2` : `M${2 * at + 1} ${level}`;
  });
  return path.replaceAll(" -", "-");
};

/** The area under the worst of each bin, and the line of its mean. Never throws. */
export const levelsOf = (bins: Bins, axis: Axis): Html => {
  const worst = levels(bins, axis, ({ max }) => max);
  return html`<path class="max" d="${areaOf(worst)}"/><path class="mean" d="${lineOf(means(bins, axis))}"/>`;
};

/** A second line of means over the first. Never throws. */
export const overlayOf = (bins: Bins, axis: Axis): Html =>
  html`<path class="second" d="${lineOf(means(bins, axis))}"/>`;

const rule =
  (axis: Axis) =>
  (value: number): Html =>
    html`<path class="rule" d="M0 ${Math.round(plotHeight * (1 - axis.shareOf(value)))}h999"/>`;

/** A plot as one picture with its words. `words` may hold text from outside, isolated by the caller. Never throws. */
export const plot = (words: Html, axis: Axis, bins: number, drawn: Html): Html =>
  html`<svg class="area" role="img" viewBox="0 0 ${2 * bins} ${plotHeight}" preserveAspectRatio="none" aria-label="${words}">${axis.ticks.map(rule(axis))}${drawn}</svg>`;
