import { cut, maxText } from "./platforms/text.ts";

/** What lines are written with. */
export interface Held {
  readonly host: string;
  /** First lines of messages, each behind its time: the first and the newest. */
  readonly lines: readonly string[];
  /** Of these the first; what isn't shown lies behind them. */
  readonly first: number;
  /** Messages in all. */
  readonly count: number;
  /** Checks whose last message was no good end. */
  readonly open: readonly string[];
  /** Length of all that stands around the lines, in UTF-16 units. */
  readonly around: number;
}

/** Lengths of a line, in UTF-16 units: the more there are, the shorter, so that each is there. */
const lengths = [160, 120, 100, 85, 70] as const;
/** Room for the names of those in between that are not well, in UTF-16 units. */
const maxNames = 300;

const sizeOf = (lines: readonly string[]): number => lines.reduce((sum, line) => sum + line.length + 1, 0);

/** The check that a line is about: what stands before its first colon. */
const checkIn = (line: string): string => /([\w.-]+): /u.exec(line)?.[1] ?? "";

/** Names of checks that no line says anything of, as far as there is room. */
const namesOf = (open: readonly string[], shown: readonly string[]): string => {
  const said = new Set(shown.map(checkIn));
  const unsaid = open.filter((name) => !said.has(name));
  return unsaid.length === 0 ? "" : cut(`, not well: ${unsaid.join(", ")}`, maxNames);
};

const between = (
  { count, open, first }: Pick<Held, "count" | "open" | "first">,
  shown: readonly string[],
): readonly string[] => {
  const left = count - shown.length;
  if (left === 0) return shown;
  return [...shown.slice(0, first), `… and ${left} more in between${namesOf(open, shown)}`, ...shown.slice(first)];
};

/**
 * The lines of messages that were held back, as a message has room for them: the host, which its first line names, goes first, then the ends of
 * the lines, then lines out of the middle, which are counted, with the names of checks that are not well. Pure.
 */
export const heldLines = (held: Held): readonly string[] => {
  const { host, lines, around } = held;
  const room = maxText - around;
  const whole = between(held, lines);
  if (sizeOf(whole) <= room) return whole;
  const bare = lines.map((line) => line.replace(` ${host} · `, " "));
  for (const length of lengths) {
    const all = between(
      held,
      bare.map((line) => cut(line, length)),
    );
    if (sizeOf(all) <= room) return all;
  }
  let [shown, first] = [bare.map((line) => cut(line, lengths[4])), held.first];
  while (shown.length > 2 && sizeOf(between({ ...held, first }, shown)) > room) {
    first = Math.floor((shown.length * held.first) / lines.length);
    shown = shown.toSpliced(first, 1);
  }
  return between({ ...held, first }, shown);
};
