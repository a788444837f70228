import type { NextTick } from "../host/host.ts";
import { elapsedS, type Moment, type State } from "../state/state.ts";
import type { Cli } from "./cli.ts";
import { nextOfDaemon, wasCutShort } from "./daemon-note.ts";

/** What makes the ticks here: a unit, and when it ticks next; undefined where that is not to be seen. */
export interface Ticker {
  readonly unit: "dogwatch.timer" | "dogwatch-daemon.service";
  readonly next: NextTick | undefined;
}

/** The shipped timer's period, in seconds, where what ticks here doesn't tell its own. */
const usualPeriodS = 300;

/**
 * Asks the daemon's note, then systemd: a daemon that lives, else a timer that is set, else a daemon that left its note. Where it can't be told, the
 * timer, as shipped. Never throws.
 */
export const tickerOf = async ({ host, paths }: Cli): Promise<Ticker> => {
  const daemon = await nextOfDaemon(host, paths.state);
  if (daemon !== undefined) return { unit: "dogwatch-daemon.service", next: daemon };
  const next = await host.systemd.nextTick();
  const isDaemons = next === undefined && wasCutShort(host, paths.state);
  return { unit: isDaemons ? "dogwatch-daemon.service" : "dogwatch.timer", next };
};

/** Whether no tick has finished for two periods of what ticks here. Pure. */
export const isStaleAt = (state: State, moment: Moment, { next }: Pick<Ticker, "next">): boolean =>
  elapsedS(state.moment, moment) > 2 * (next?.periodS ?? usualPeriodS);
