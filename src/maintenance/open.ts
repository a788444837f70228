import type { Config } from "../config/config.ts";
import type { Host } from "../host/host.ts";
import type { Silence } from "../state/silence.ts";
import { isOpen, type KeptWindows, keepWindows, readKeptWindows, silencesOf, type Window } from "../state/windows.ts";

const dayMs = 86_400_000;
/** How far it is looked ahead, and for how long that will do: `status` tells what opens within a day of then. */
const aheadMs = 3 * dayMs;
const goodForMs = dayMs;
/** A window every few minutes makes many: past this it is looked ahead less far. */
const maxWindows = 500;

const iso = (atMs: number): string => new Date(atMs).toISOString();

interface Configured {
  readonly config: Config;
  readonly configSha256: string;
}

/** What follows from the config for the days to come. Brings node-cron: only where there are windows, and once a day. */
const lookAhead = async ({ config, configSha256 }: Configured, zone: string, nowMs: number): Promise<KeptWindows> => {
  const [{ openingsOf }, { zoneFault }] = await Promise.all([import("./windows.ts"), import("../config/zone-name.ts")]);
  // As tzset(3) takes a TZ that it doesn't know.
  const local = zoneFault(zone) === undefined ? zone : "UTC";
  const all = config.maintenance
    .flatMap((each, item) =>
      openingsOf(each, local, nowMs, nowMs + aheadMs).map(
        ({ fromMs, untilMs }): Window => ({
          item,
          checks: each.checks,
          from: iso(fromMs),
          until: iso(untilMs),
          reason: each.reason ?? "",
          cron: each.cron,
          timezone: each.timezone ?? local,
        }),
      ),
    )
    .toSorted((a, b) => (a.from < b.from ? -1 : 1));
  const soonMs = nowMs + goodForMs;
  const left = all[maxWindows];
  const refreshAt = left === undefined || left.from > iso(soonMs) ? iso(soonMs) : left.from;
  return { version: 1, configSha256, zone, from: iso(nowMs), refreshAt, windows: all.slice(0, maxWindows) };
};

/**
 * The windows of the days to come, as kept in `folder` while they hold, else computed and kept there. By wall time, since they are wall-time things: a
 * clock that was set back, or far ahead, has them computed anew. Never throws.
 */
const windowsAhead = async (
  host: Host,
  folder: string,
  configured: Configured,
  isReadOnly: boolean,
): Promise<readonly Window[]> => {
  const nowMs = host.clock.nowMs();
  const at = iso(nowMs);
  const isLocal = configured.config.maintenance.some(({ timezone }) => timezone === null);
  const zone = isLocal ? host.clock.zone() : "UTC";
  const kept = readKeptWindows(host, folder);
  const isSame = kept?.configSha256 === configured.configSha256 && kept.zone === zone;
  if (isSame && kept.from <= at && at < kept.refreshAt) return kept.windows;
  const fresh = await lookAhead(configured, zone, nowMs);
  if (!isReadOnly) keepWindows(host, folder, fresh);
  return fresh.windows;
};

/**
 * The silences that the config's open windows are now. Who asks gives a folder of his own: the helper never reads what the watcher kept. Costs nothing
 * without windows, and one small file with them. `isReadOnly`: nothing is kept. Never throws.
 */
export const openWindows = async (
  host: Host,
  folder: string,
  configured: Configured,
  isReadOnly: boolean,
): Promise<readonly Silence[]> => {
  if (configured.config.maintenance.length === 0) return [];
  const at = iso(host.clock.nowMs());
  const windows = await windowsAhead(host, folder, configured, isReadOnly);
  return windows.filter((each) => isOpen(each, at)).flatMap(silencesOf);
};
