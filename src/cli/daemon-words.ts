import { clock } from "../alert/compose.ts";
import { formatDuration } from "../config/duration.ts";
import { cleanEvidence } from "../probes/evidence.ts";
import type { Rung } from "./daemon-bell.ts";
import { plural } from "./paint.ts";
import type { Ended } from "./tick.ts";

/** What a tick has to tell of those that did not run before it, a sentence each. `lastedMs`: how long the one before took. Pure. */
export const missedNotes = ({ busy, stood, isClockBack }: Rung, lastedMs: number): readonly string[] => [
  ...(busy > 0 ? [`missed ${plural(busy, "tick")}: the one before took ${formatDuration(lastedMs)}`] : []),
  ...(stood > 0
    ? [`missed ${plural(stood, "tick")}: the host slept, its clock was set forward, or this process stood still`]
    : []),
  ...(isClockBack ? ["the host's clock was set back: the ticks go on from now"] : []),
];

const outcome = ({ exit, report }: Ended, now: string): string => {
  if (report === undefined) return exit === 0 ? "another tick was running" : `no verdict (status ${exit})`;
  const green = report.checks.filter(({ verdict }) => verdict === "green").length;
  return `${report.verdict}: ${green} of ${plural(report.checks.length, "check")} green at ${clock(report.at, now)}`;
};

/** The last tick and the next as one line, for `systemctl status`: what is ill first. `nextAt`, `now`: ISO 8601 UTC. Pure. */
export const statusLine = (ended: Ended, why: string | undefined, nextAt: string, now: string): string => {
  const ill = why === undefined ? [] : [`dogwatch is ill: ${cleanEvidence(why, 200)}`];
  return [...ill, outcome(ended, now), `next tick ${clock(nextAt, now)}`].join("; ");
};

/**
 * Every five minutes, at a second that is fixed for each host name: a fleet doesn't knock on one chat at once, as with the timer's FixedRandomDelay=.
 * Six cron fields, seconds in front. Pure.
 */
export const usualCron = (hash: string): string => {
  const offsetS = Number.parseInt(hash.slice(0, 8), 16) % 300;
  return `${offsetS % 60} ${Math.floor(offsetS / 60)}-59/5 * * * *`;
};
