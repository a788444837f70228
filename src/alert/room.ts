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
