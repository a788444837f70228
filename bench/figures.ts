/** Least, middle and greatest of several figures. */
export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** The spread of at least one figure. */
export const spread = (figures: readonly number[]): Spread => {
  const sorted = figures.toSorted((a, b) => a - b);
  const at = (i: number): number => sorted[i] ?? Number.NaN;
  const half = sorted.length / 2;
  return { min: at(0), median: (at(Math.ceil(half) - 1) + at(Math.floor(half))) / 2, max: at(sorted.length - 1) };
};

/** `12.3`, `123`: three digits are as much as a shared machine can tell. */
export const figure = (value: number): string => (Math.abs(value) < 100 ? value.toFixed(1) : value.toFixed(0));

/** `22.1 (20.4 to 30.0)`. */
export const spreadText = ({ min, median, max }: Spread): string =>
  `**${figure(median)}** (${figure(min)} to ${figure(max)})`;

/** `0.31x`. */
export const ratio = (value: number): string => `${value.toFixed(2)}x`;

/** A Markdown table. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map((_, i) => (i === 0 ? "---" : "---:")), ...rows].map((row) => `| ${row.join(" | ")} |\n`).join("");
