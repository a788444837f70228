import type { Incident, Moment } from "../state/state.ts";
import type { Judged, Now } from "../verdict/judge.ts";
import { toldAnew } from "./remind.ts";

/** `gateway-20261123T020500Z`: readable, and one a check and second. */
export const incidentId = (check: string, at: string): string => `${check}-${at.slice(0, 19).replace(/[-:]/gu, "")}Z`;

/** Incidents that the heal log holds open and the state has lost, by check. */
export type Logged = Readonly<Record<string, { readonly id: string; readonly openedAt: string }>>;

/** What opening looks at. `used`: ids of incidents that have ended. */
export interface Opening {
  readonly logged: Logged;
  readonly used?: ReadonlySet<string>;
  readonly now: Now;
}

/** The moment without its wall time. Pure. */
export const momentOf = ({ bootId, uptimeS }: Now): Moment => ({ bootId, uptimeS });

const unused = (id: string, used: ReadonlySet<string> | undefined): string => {
  let free = id;
  for (let count = 2; used?.has(free); count += 1) free = `${id}-${count}`;
  return free;
};

/** An incident that only the log knows, of a check that isn't red by itself now: it was told once, so its end is told too. Pure. */
export const heldOpen = (name: string, { logged, now }: Opening): Incident | undefined => {
  const taken = logged[name];
  return taken === undefined
    ? undefined
    : { id: taken.id, check: name, openedAt: taken.openedAt, lastTold: momentOf(now) };
};

/** Remembers which findings are told with it. Pure. */
export const withTold = (incident: Incident, { findings }: Judged): Incident =>
  findings === undefined ? incident : { ...incident, told: [...new Set([...(incident.told ?? []), ...findings])] };

/** Something else is wrong now than what was told: that can't wait for the reminder. Pure. */
export const isMore = ({ told }: Incident, { findings }: Judged): boolean =>
  findings?.some((word) => told?.includes(word) !== true) === true;

/** A new incident, told now; or the one that the log holds open, under its own id. Pure. */
export const openIncident = (
  each: Judged,
  { now, logged, used }: Opening,
): { readonly incident: Incident; readonly isLogged: boolean } => {
  const taken = logged[each.name];
  const id = taken?.id ?? unused(incidentId(each.name, now.at), used);
  const openedAt = taken?.openedAt ?? each.since;
  const incident = toldAnew({ id, check: each.name, openedAt, lastTold: momentOf(now) }, momentOf(now));
  return { incident: withTold(incident, each), isLogged: taken !== undefined };
};
