import type { Incident, Moment } from "../state/state.ts";
import type { Judged, Now } from "../verdict/judge.ts";
import { toldAnew } from "./remind.ts";

/** `gateway-20261123T020500Z`: readable, and one a check and second. */
export const incidentId = (check: string, at: string): string => `${check}-${at.slice(0, 19).replace(/[-:]/gu, "")}Z`;

/** Incidents that the heal log holds open and the state has lost, by check. */
export type Logged = Readonly<Record<string, { readonly id: string; readonly openedAt: string }>>;

/** What opening looks at. `used`: ids of incidents that a heal was for; `lately`: that of each check's last one, where it may be met again. */
export interface Opening {
  readonly logged: Logged;
  readonly used?: ReadonlySet<string>;
  readonly lately?: Readonly<Record<string, string>>;
  readonly now: Now;
}

/** The moment without its wall time. Pure. */
export const momentOf = ({ bootId, uptimeS }: Now): Moment => ({ bootId, uptimeS });

const lastOf = (lately: Opening["lately"] = {}, check: string): string | undefined =>
  Object.hasOwn(lately, check) ? lately[check] : undefined;

const unused = (id: string, used: ReadonlySet<string> | undefined, last: string | undefined): string => {
  const isAgain = last === id || last?.startsWith(`${id}-`) === true;
  let count = isAgain ? Number(last.slice(id.length + 1) || 1) + 1 : 1;
  const named = (): string => (count === 1 ? id : `${id}-${count}`);
  while (used?.has(named())) count += 1;
  return named();
};

/**
 * Of the incidents that have ended, by check, those whose id a new one could get: opened in the second of `at`, or after it by a clock that was set
 * back since. Pure.
 */
export const endedLately = (
  before: Readonly<Record<string, string>>,
  ended: readonly Pick<Incident, "id" | "check">[],
  at: string,
): Readonly<Record<string, string>> => {
  const all = { ...before, ...Object.fromEntries(ended.map(({ check, id }) => [check, id])) };
  const isLate = ([check, id]: readonly [string, string]): boolean => id >= incidentId(check, at);
  return Object.fromEntries(Object.entries(all).filter(isLate));
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
  { now, logged, used, lately }: Opening,
): { readonly incident: Incident; readonly isLogged: boolean } => {
  const taken = logged[each.name];
  const id = taken?.id ?? unused(incidentId(each.name, now.at), used, lastOf(lately, each.name));
  const openedAt = taken?.openedAt ?? each.since;
  const incident = toldAnew({ id, check: each.name, openedAt, lastTold: momentOf(now) }, momentOf(now));
  return { incident: withTold(incident, each), isLogged: taken !== undefined };
};
