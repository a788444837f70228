import type { Maintenance } from "./config.ts";
import { everClose, readCron, type Windows } from "./cron.ts";
import { quoted } from "./near.ts";

interface Read extends Windows, Pick<Maintenance, "checks"> {
  /** The host's own is written as null: whether it is that of another window can't be told from the config. */
  readonly zone: string | null;
}

const readAll = (maintenance: readonly Maintenance[]): readonly Read[] =>
  maintenance.flatMap(({ cron: line, forMs, checks, timezone }) => {
    const cron = readCron(line);
    return typeof cron === "string" ? [] : [{ cron, forMs, checks, zone: timezone }];
  });

/**
 * What is wrong with windows that close each by itself but not together: a check under them would be off, without a word. Undefined where
 * every check has its pauses. Looks at the windows of one time zone at a time. Never throws.
 */
export const alwaysQuiet = (maintenance: readonly Maintenance[]): string | undefined => {
  if (maintenance.length < 2) return undefined;
  const all = readAll(maintenance);
  for (const name of new Set(["all", ...all.flatMap(({ checks }) => checks)])) {
    const mine = all.filter(({ checks }) => checks.includes(name) || checks.includes("all"));
    for (const zone of new Set(mine.map((each) => each.zone))) {
      const windows = mine.filter((each) => each.zone === zone);
      if (windows.length > 1 && !everClose(windows))
        return `these windows never close together for ${quoted(name)}: one opens before the others have ended, or within 5 min`;
    }
  }
  return undefined;
};
