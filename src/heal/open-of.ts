import { openFor } from "../state/book.ts";
import type { Incident } from "../state/state.ts";
import { momentOf } from "../state/state.ts";
import { readHealState } from "../state/store.ts";
import type { HealContext } from "./context.ts";

/**
 * By check, the incidents that the log holds open for what the watcher asks about: the one that it names, where that is this check's or this check is part
 * of the same outage, else the check's own. `isDryRun`: nothing was written for it, so one that would be opened now counts.
 */
export const openOf = (
  { journal, host, folder }: Pick<HealContext, "journal" | "host" | "folder">,
  asked: readonly { readonly check: string; readonly incident: string }[],
  isDryRun: boolean,
): Readonly<Record<string, Incident>> => {
  const { open } = journal.book();
  const lastTold = momentOf(host);
  const { attempts } = readHealState(host, folder, lastTold, true).value;
  const isPatient = (check: string, id: string): boolean =>
    attempts.some(({ incident, sick }) => incident === id && sick.includes(check));
  return Object.fromEntries(
    asked.flatMap(({ check, incident }) => {
      const named = Object.hasOwn(open, incident) ? open[incident] : undefined;
      const isMeant = named !== undefined && (named.check === check || isPatient(check, incident));
      const id = (isMeant ? incident : openFor(open, check)) ?? (isDryRun ? incident : undefined);
      if (id === undefined) return [];
      const openedAt = open[id]?.openedAt ?? new Date(host.clock.nowMs()).toISOString();
      return [[check, { id, check, openedAt, lastTold }]];
    }),
  );
};
