import { folderOf } from "../config/path.ts";
import type { Cli } from "./cli.ts";

/** The unit that makes ticks come. */
export type Ticker = "dogwatch.timer" | "dogwatch-daemon.service";

/**
 * What makes ticks come here: the daemon's unit where it is enabled, else the timer. By the link that `systemctl enable` leaves, since a stale
 * watchdog is told of at each login, where nobody waits for systemd. Never throws.
 */
export const tickerOf = ({ host, paths }: Cli): Ticker => {
  const folder =
    paths.install === "user"
      ? `${folderOf(folderOf(paths.config))}/systemd/user/default`
      : "/etc/systemd/system/multi-user";
  const isDaemon = !("kind" in host.files.stat(`${folder}.target.wants/dogwatch-daemon.service`));
  return isDaemon ? "dogwatch-daemon.service" : "dogwatch.timer";
};
