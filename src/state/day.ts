import type { Verdict } from "../verdict/verdict.ts";

/** Hours that are kept: a day. */
export const hoursKept = 24;

/**
 * Of an hour, the worst verdict that a tick found: `g` green, `a` amber, `u` unknown, `r` red. `-`: nothing is known, since no tick finished or
 * the check wasn't there.
 */
export type Sign = "g" | "a" | "u" | "r" | "-";

/** What past hours of wall time were like, in one line of signs for the host and one for each check that wasn't green throughout. */
export interface Hours {
  /** The newest hour, in whole hours since 1970, UTC. */
  readonly last: number;
  /** Oldest hour first: `g` where a tick finished, `-` where none did. A check without a line of its own has this one. */
  readonly ticked: string;
  /** By check, of the same length. */
  readonly worst: Readonly<Record<string, string>>;
}

const signs: Readonly<Record<Verdict, Sign>> = { green: "g", amber: "a", unknown: "u", red: "r" };
/** From best to worst; what nothing is known of is no better than green, so it never passes for it. */
const order: readonly Sign[] = ["g", "-", "a", "u", "r"];

const isSign = (letter: string): letter is Sign => order.some((each) => each === letter);

/** The worst of several signs; an hour that nothing is known of outweighs green. Pure. */
export const worstSign = (list: readonly Sign[]): Sign =>
  list.reduce<Sign>((a, b) => (order.indexOf(b) > order.indexOf(a) ? b : a), "g");

const read = (line: string): readonly Sign[] => [...line].map((letter) => (isSign(letter) ? letter : "-"));

/** What is known of an hour outweighs that nothing was known of it before: one green tick makes it green. */
const merged = (cells: readonly Sign[]): Sign => {
  const known = cells.filter((cell) => cell !== "-");
  return known.length === 0 ? "-" : worstSign(known);
};

/**
 * A line moved on by `by` hours, with `now` in its newest. Hours between are gaps. Where the clock was set back, the hours that now lie ahead become
 * part of the present one: a red isn't forgotten.
 */
const moved = (line: string, by: number, now: Sign): string => {
  if (by > 0) return `${line}${"-".repeat(Math.min(by - 1, hoursKept))}${now}`.slice(-hoursKept);
  return `${line.slice(0, by - 1)}${merged([...read(line.slice(by - 1)), now])}`;
};

/** Whether this is what {@link nextHours} made: a state may be older, or somebody's work. Pure. */
export const isHours = (value: unknown): value is Hours =>
  typeof value === "object" &&
  value !== null &&
  "last" in value &&
  Number.isSafeInteger(value.last) &&
  "ticked" in value &&
  typeof value.ticked === "string" &&
  value.ticked.length <= hoursKept &&
  "worst" in value &&
  typeof value.worst === "object" &&
  value.worst !== null;

const ownLine = ({ worst }: Hours, name: string): string | undefined => {
  const line: unknown = Object.hasOwn(worst, name) ? worst[name] : undefined;
  return typeof line === "string" ? line : undefined;
};

/** A check's line as long as the host's. */
const lineOf = (before: Hours, name: string, isNew: boolean): string => {
  const { length } = before.ticked;
  const line = isNew ? "" : (ownLine(before, name) ?? before.ticked);
  return length === 0 ? "" : line.slice(-length).padStart(length, "-");
};

/**
 * The hours after a tick. `verdicts`: what it found, the worst by check; `isNew`: a check that the last tick didn't have, of which nothing before now is
 * known; `hour`: the present one, as in {@link Hours}. Checks that are gone are forgotten. Pure.
 */
export const nextHours = (
  kept: unknown,
  verdicts: ReadonlyMap<string, Verdict>,
  isNew: (name: string) => boolean,
  hour: number,
): Hours => {
  const before: Hours = isHours(kept) ? kept : { last: hour, ticked: "", worst: {} };
  const by = before.ticked === "" ? 1 : hour - before.last;
  const ticked = moved(before.ticked, by, "g");
  const worst: [string, string][] = [];
  for (const [name, verdict] of verdicts) {
    if (verdict === "green" && ownLine(before, name) === undefined && !isNew(name)) continue;
    const line = moved(lineOf(before, name, isNew(name)), by, signs[verdict]);
    if (line !== ticked) worst.push([name, line]);
  }
  return { last: hour, ticked, worst: Object.fromEntries(worst) };
};

/** The whole hour of a moment of wall time, in ISO 8601 UTC. Pure. */
export const hourOf = (at: string): number => Math.floor(Date.parse(at) / 3_600_000);

/** What a check's last `count` hours were like, up to the hour `end`: always that many signs, oldest first, gaps where nothing is known. Pure. */
export const dayOf = (kept: unknown, name: string, end: number, count: number = hoursKept): readonly Sign[] => {
  const known = isHours(kept) ? kept : { last: end, ticked: "", worst: {} };
  const ahead = Math.max(0, Math.min(count, end - known.last));
  const line = read((ownLine(known, name) ?? known.ticked).slice(-count));
  const gaps = (length: number): readonly Sign[] => Array.from({ length }, () => "-" as const);
  const past = [...gaps(count - Math.min(count, line.length)), ...line, ...gaps(ahead)];
  return past.slice(-count);
};
