const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const dayMs = 86_400_000;

/** Reads `0s 5s 2m 1h 7d` (and `250ms`) into milliseconds; undefined when it is not one, or too large to count. One number, one unit, nothing between. Never throws. */
export const parseDuration = (text: string): number | undefined => {
  const [, digits, unit] = /^(\d{1,15})(ms|[smhd])$/u.exec(text) ?? [];
  if (digits === undefined || unit === undefined) return undefined;
  const ms = Number(digits) * (unitMs[unit] ?? Number.NaN);
  return Number.isSafeInteger(ms) ? ms : undefined;
};

/** Writes milliseconds the way the config does, in the largest unit that holds them whole: `2m`, `90s`, `250ms`. Never throws. */
export const printDuration = (ms: number): string => {
  const [unit, size] = Object.entries(unitMs).findLast(([, each]) => ms % each === 0 && ms >= each) ?? ["s", 1000];
  return `${Math.round(ms / size)}${unit}`;
};

const joined = (large: number, largeUnit: string, small: number, smallUnit: string): string =>
  small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;

/** Writes milliseconds for a person, in at most two units, rounded: `250 ms`, `1.5 s`, `90 s`, `15 min`, `4 h`, `2 d 3 h`. Never throws. */
export const formatDuration = (ms: number): string => {
  if (ms > 0 && ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${Math.round(ms / 100) / 10} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 120 && seconds !== 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 120 && seconds !== 3600) return joined(minutes, "min", seconds % 60, "s");
  if (ms < 2 * dayMs && seconds !== 86_400) return joined(Math.floor(minutes / 60), "h", minutes % 60, "min");
  return joined(Math.floor(minutes / 1440), "d", Math.floor((minutes % 1440) / 60), "h");
};

/** A text without the times that {@link formatDuration} wrote into it: what is left tells whether two texts say the same. Never throws. */
export const withoutDurations = (text: string): string =>
  text.replace(/\b\d+(?:\.\d+)? (?:ms|s|min|h|d)(?: \d+ (?:s|min|h))?\b/gu, "…");
