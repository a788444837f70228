import type { Incident } from "../state/state.ts";
import { readHealState } from "../state/store.ts";
import { byCheck } from "./in-process.ts";
import { momentOf, type Theatre } from "./operate.ts";

/**
 * By check, the incident that the log holds open: the one that the watcher names, of another check only where that is part of the same outage, else
 * the check's own. `isDryRun`: nothing was written for it, so one that would be opened now counts.
 */
export const openOf = (
  { journal, host, folder }: Pick<Theatre, "journal" | "host" | "folder">,
  asked: readonly { readonly check: string; readonly incident: string }[],
  isDryRun: boolean,
): Readonly<Record<string, Incident>> => {
  const { open } = journal.book();
  const own = byCheck(open);
  const lastTold = momentOf(host);
  const { attempts } = readHealState(host, folder, lastTold, true).value;
  const isPatient = (check: string, id: string): boolean =>
    attempts.some(({ incident, sick }) => incident === id && sick.includes(check));
  return Object.fromEntries(
    asked.flatMap(({ check, incident }) => {
      const named = Object.hasOwn(open, incident) ? open[incident] : undefined;
      const isItsOwn = named !== undefined && (named.check === check || isPatient(check, incident));
      const known = isItsOwn
        ? { id: incident, openedAt: named.openedAt }
        : Object.hasOwn(own, check)
          ? own[check]
          : undefined;
      const would = { id: incident, openedAt: new Date(host.clock.nowMs()).toISOString() };
      const mine = known ?? (isDryRun ? would : undefined);
      return mine === undefined ? [] : [[check, { ...mine, check, lastTold }]];
    }),
  );
};
