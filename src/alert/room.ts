import { cut } from "./platforms/text.ts";

/** How many of these lines fit into `room` UTF-16 units, each with its line break. Pure. */
export const fitting = (lines: readonly string[], room: number): number => {
  let left = room;
  for (const [at, line] of lines.entries()) {
    left -= line.length + 1;
    if (left < 0) return at;
  }
  return lines.length;
};

/** The lines at the first of these lengths at which all of them fit into `room`; undefined where they never do. In UTF-16 units. Pure. */
export const allFitting = (
  room: number,
  lengths: readonly number[],
  linesOf: (length: number) => readonly string[],
): readonly string[] | undefined => lengths.map(linesOf).find((lines) => fitting(lines, room) === lines.length);

/** What these lines take, each with its line break, in UTF-16 units. Pure. */
export const sizeOf = (lines: readonly string[]): number => lines.reduce((sum, line) => sum + line.length + 1, 0);

/**
 * Lengths to which lines of several messages in one are cut, in UTF-16 units: the more there are, the shorter. At the least of them a held back message has
 * room for all that it shows.
 */
const lineLengths: readonly number[] = [200, 150, 120, 100, 85, 70, 62, 58];

/** All these lines, cut where `room` (UTF-16 units) asks for it, rather than some of them whole. Pure. */
export const shortened = (lines: readonly string[], room: number): readonly string[] => {
  const linesAt = (length: number): readonly string[] => lines.map((line) => cut(line, length));
  return allFitting(room, lineLengths, linesAt) ?? linesAt(Math.min(...lineLengths));
};
