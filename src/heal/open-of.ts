import { openFor } from "../state/book.ts";
import type { Incident } from "../state/state.ts";
import { readHealState } from "../state/store.ts";
import { momentOf, type Theatre } from "./operate.ts";

/**
 * By check, the incidents that the log holds open for what the watcher asks about: the one that it names, where that is this check's or this check is part
 * of the same outage, else the check's own.
 */
export const openOf = (
  { journal, host, folder }: Pick<Theatre, "journal" | "host" | "folder">,
  asked: readonly { readonly check: string; readonly incident: string }[],
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
      const id = isMeant ? incident : openFor(open, check);
      const known = id === undefined ? undefined : open[id];
      return id === undefined || known === undefined
        ? []
        : [[check, { id, check, openedAt: known.openedAt, lastTold }]];
    }),
  );
};
