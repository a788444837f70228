import { folderOf } from "../config/path.ts";
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
 * The daemon's unit where it is enabled, by the link that `systemctl enable` leaves, or was killed while it kept this state; else the timer, as shipped.
 * Asks nobody, since whoever logs in doesn't wait for systemd. Never throws.
 */
export const usualUnit = ({ host, paths }: Cli): Ticker["unit"] => {
  const folder =
    paths.install === "user"
      ? `${folderOf(folderOf(paths.config))}/systemd/user/default`
      : "/etc/systemd/system/multi-user";
  const isEnabled = !("kind" in host.files.stat(`${folder}.target.wants/dogwatch-daemon.service`));
  return isEnabled || wasCutShort(host, paths.state) ? "dogwatch-daemon.service" : "dogwatch.timer";
};

/**
 * Asks the daemon's note, then systemd: a daemon that lives, else a timer that is set, else {@link usualUnit}. Never throws.
 */
export const tickerOf = async (cli: Cli): Promise<Ticker> => {
  const { host, paths } = cli;
  const daemon = await nextOfDaemon(host, paths.state);
  if (daemon !== undefined) return { unit: "dogwatch-daemon.service", next: daemon };
  const next = await host.systemd.nextTick();
  return { unit: next === undefined ? usualUnit(cli) : "dogwatch.timer", next };
};

/** Whether no tick has finished for two periods of what ticks here. Pure. */
export const isStaleAt = (state: State, moment: Moment, { next }: Pick<Ticker, "next">): boolean =>
  elapsedS(state.moment, moment) > 2 * (next?.periodS ?? usualPeriodS);
