import { readlinkSync } from "node:fs";
import { attempt, isFailure } from "./failure.ts";

/** The name of a zone, also as the path of its file: `Europe/Berlin`, `UTC`. */
const nameIn = (path: string): string | undefined =>
  /^:?(?:.*\/zoneinfo\/(?:posix\/|right\/)?)?((?:[A-Z][A-Za-z0-9_+-]*\/){0,2}[A-Z][A-Za-z0-9_+-]*)$/u.exec(path)?.[1];

/**
 * The zone that `tz` (of the environment) names, else that of the file `localtime`. Both are told without ICU, which costs more than the rest of a tick;
 * it is asked where neither has a name. Never throws. Source: localtime(5), tzset(3).
 */
export const localZone = (tz: string | undefined, localtime = "/etc/localtime"): string => {
  const link = tz === undefined || tz === "" ? attempt(() => readlinkSync(localtime)) : tz;
  const named = isFailure(link) ? undefined : nameIn(link);
  return named ?? (new Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC");
};
