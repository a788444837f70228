import { type Cron, readCron } from "../config/cron.ts";
import type { Maintenance } from "../config/maintenance.ts";
import { type Stretch, stretchesOf } from "./zone.ts";

const dayMs = 86_400_000;
const minuteMs = 60_000;

/** One time that a window of the config is open, both in milliseconds since 1970. */
export interface Opening {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** When a cron line fires between two times of the wall clock, the first included. */
function* wallStarts({ minutes, isDay }: Cron, fromMs: number, untilMs: number): Generator<number> {
  for (let midnightMs = Math.floor(fromMs / dayMs) * dayMs; midnightMs < untilMs; midnightMs += dayMs) {
    if (!isDay(midnightMs)) continue;
    for (const minute of minutes) {
      const atMs = midnightMs + minute * minuteMs;
      if (atMs >= fromMs && atMs < untilMs) yield atMs;
    }
  }
}

/**
 * As cron(8) does: what stands in the hour that a clock change skips comes right after it, and what stands in a repeated hour comes once. A line for
 * every hour goes by elapsed time.
 */
const startsIn = (cron: Cron, stretch: Stretch, before: Stretch | undefined): readonly number[] => {
  const wallMs = (atMs: number, { offsetMs }: Stretch): number => atMs + offsetMs;
  const [fromMs, untilMs] = [wallMs(stretch.fromMs, stretch), wallMs(stretch.untilMs, stretch)];
  const passedMs = before === undefined || cron.isHourly ? fromMs : wallMs(stretch.fromMs, before);
  const isSkipped = passedMs < fromMs && wallStarts(cron, passedMs, fromMs).next().done !== true;
  return [
    ...(isSkipped ? [stretch.fromMs] : []),
    ...[...wallStarts(cron, Math.max(fromMs, passedMs), untilMs)].map((atMs) => atMs - stretch.offsetMs),
  ];
};

/** Openings that overlap, or follow each other without a pause, are one. */
const joined = (openings: readonly Opening[]): readonly Opening[] => {
  const all: Opening[] = [];
  for (const each of openings) {
    const last = all.at(-1);
    if (last === undefined || each.fromMs > last.untilMs) all.push(each);
    else all[all.length - 1] = { fromMs: last.fromMs, untilMs: Math.max(last.untilMs, each.untilMs) };
  }
  return all;
};

/** When a window of the config is open at or after `fromMs`, of those openings that begin before `untilMs`, in order. `zone`: where it names none. Never throws for a config that was checked. */
export const openingsOf = (
  { cron: line, forMs, timezone }: Pick<Maintenance, "cron" | "forMs" | "timezone">,
  zone: string,
  fromMs: number,
  untilMs: number,
): readonly Opening[] => {
  const cron = readCron(line);
  if (typeof cron === "string") return [];
  // A chain of windows that overlap is as old as its first link.
  const stretches = stretchesOf(timezone ?? zone, fromMs - 2 * forMs - dayMs, untilMs);
  const starts = stretches.flatMap((stretch, at) => startsIn(cron, stretch, stretches[at - 1]));
  const openings = starts.map((startMs) => ({ fromMs: startMs, untilMs: startMs + forMs }));
  return joined(openings).filter((each) => each.untilMs > fromMs);
};
