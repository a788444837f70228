import type { Silence } from "../state/silence.ts";
import type { CheckState, Incident, Moment } from "../state/state.ts";
import { elapsedS } from "../state/state.ts";
import { isUnfoldedRed, type Judged, type Now } from "../verdict/judge.ts";

/** Ticks in a row that a check reads unknown before it is told, once. */
export const unknownTicks = 3;

/** What a tick has to tell of one check, and why. */
export interface Decision {
  readonly kind: "red" | "reminder" | "recovered" | "unknown";
  readonly check: string;
  readonly incident: Incident | null;
  /** It was sick under this silence, which is over. */
  readonly after?: Silence;
}

/** An incident's end that goes to the log: told or, when folded or gone, silent. */
export interface Ended {
  readonly incident: Incident;
  readonly why: string;
}

export interface Decided {
  readonly incidents: Readonly<Record<string, Incident>>;
  readonly opened: readonly Incident[];
  readonly ended: readonly Ended[];
  readonly tell: readonly Decision[];
  /** Checks whose unknown has been told and not ended. */
  readonly unknownTold: ReadonlySet<string>;
}

/** What deciding looks at. */
export interface Deciding {
  readonly judged: readonly Judged[];
  readonly checks: Readonly<Record<string, CheckState>>;
  readonly incidents: Readonly<Record<string, Incident>>;
  /** Incidents that the heal log holds open and the state has lost, by check: taken up again under their id. */
  readonly logged: Readonly<Record<string, { readonly id: string; readonly openedAt: string }>>;
  /** Checks that a heal of an open incident was to cure besides the incident's own, with that incident's id. */
  readonly patients?: Readonly<Record<string, string>>;
  /** Ids of incidents that have ended: a check that dies twice in one second gets a new one. */
  readonly used?: ReadonlySet<string>;
  /** Checks whose heal is still being watched: its outcome, not the first good reading, ends their incident. */
  readonly watched: ReadonlySet<string>;
  readonly remindEveryMs: number;
  /** Checks that a person has silenced: nothing new is told of them, and no incident opens, until the silence is over. */
  readonly silenced?: ReadonlySet<string>;
  /** Checks that were sick under a silence at the last tick, with it. */
  readonly hushed?: Readonly<Record<string, Silence>>;
  readonly now: Now;
}

/** `gateway-20261123T020500Z`: readable, and one a check and second. */
export const incidentId = (check: string, at: string): string => `${check}-${at.slice(0, 19).replace(/[-:]/gu, "")}Z`;

const unused = (id: string, used: ReadonlySet<string> | undefined): string => {
  let free = id;
  for (let count = 2; used?.has(free); count += 1) free = `${id}-${count}`;
  return free;
};

const momentOf = ({ bootId, uptimeS }: Now): Moment => ({ bootId, uptimeS });

/** An incident that only the log knows, of a check that isn't red by itself now: it was told once, so its end is told too. */
const heldOpen = (name: string, { logged, now }: Deciding): Incident | undefined => {
  const taken = logged[name];
  return taken === undefined
    ? undefined
    : { id: taken.id, check: name, openedAt: taken.openedAt, lastTold: momentOf(now) };
};

/** Remembers which findings are told with it. */
const withTold = (incident: Incident, { findings }: Judged): Incident => {
  if (findings === undefined) return incident;
  return { ...incident, told: [...new Set([...(incident.told ?? []), ...findings])] };
};

/** Something else is wrong now than what was told: that can't wait for the reminder. */
const isMore = ({ told }: Incident, { findings }: Judged): boolean =>
  findings?.some((word) => told?.includes(word) !== true) === true;

const open = (
  each: Judged,
  { now, logged, used }: Deciding,
): { readonly incident: Incident; readonly isLogged: boolean } => {
  const taken = logged[each.name];
  const id = taken?.id ?? unused(incidentId(each.name, now.at), used);
  const openedAt = taken?.openedAt ?? each.since;
  const incident = { id, check: each.name, openedAt, lastTold: momentOf(now) };
  return { incident: withTold(incident, each), isLogged: taken !== undefined };
};

interface One {
  readonly incident: Incident | undefined;
  readonly opened?: Incident;
  readonly ended?: Ended;
  readonly tell?: Decision;
  readonly isUnknownTold: boolean;
}

const red = (each: Judged, incident: Incident | undefined, given: Deciding, isUnknownTold: boolean): One => {
  if (incident === undefined) {
    const { incident: opened, isLogged } = open(each, given);
    const tell: Decision = { kind: "red", check: each.name, incident: opened };
    return { incident: opened, tell, isUnknownTold, ...(isLogged ? {} : { opened }) };
  }
  const isDue = elapsedS(incident.lastTold, momentOf(given.now)) * 1000 >= given.remindEveryMs;
  if (!isDue && !isMore(incident, each)) return { incident, isUnknownTold };
  const told = withTold({ ...incident, lastTold: momentOf(given.now) }, each);
  return { incident: told, tell: { kind: "reminder", check: each.name, incident: told }, isUnknownTold };
};

const green = (each: Judged, incident: Incident | undefined, wasUnknownTold: boolean): One => {
  const told = { isUnknownTold: false };
  if (incident !== undefined)
    return {
      incident: undefined,
      ended: { incident, why: "the check is green again" },
      tell: { kind: "recovered", check: each.name, incident },
      ...told,
    };
  return {
    incident,
    ...(wasUnknownTold ? { tell: { kind: "recovered", check: each.name, incident: null } } : {}),
    ...told,
  };
};

const one = (each: Judged, given: Deciding): One => {
  const isRed = isUnfoldedRed(each);
  const incident = given.incidents[each.name] ?? (isRed ? undefined : heldOpen(each.name, given));
  const wasUnknownTold = given.checks[each.name]?.isUnknownTold ?? false;
  if (given.watched.has(each.name) && each.verdict !== "red") return { incident, isUnknownTold: wasUnknownTold };
  if (each.verdict === "green") return green(each, incident, wasUnknownTold);
  if (each.because !== undefined)
    return incident === undefined
      ? { incident, isUnknownTold: wasUnknownTold }
      : {
          incident: undefined,
          ended: { incident, why: `folded under "${each.because}"` },
          isUnknownTold: wasUnknownTold,
        };
  if (each.verdict === "red") return red(each, incident, given, wasUnknownTold);
  const isTime = each.verdict === "unknown" && each.ticks >= unknownTicks && !wasUnknownTold;
  if (!isTime) return { incident, isUnknownTold: wasUnknownTold };
  return { incident, tell: { kind: "unknown", check: each.name, incident: incident ?? null }, isUnknownTold: true };
};

/** Under a silence nothing begins: what is red or unknown is told when the silence is over, if it still is. An end is told. */
const hushed = (one: One, before: Incident | undefined, wasUnknownTold: boolean): One => {
  switch (one.tell?.kind) {
    case "red":
      return { incident: undefined, isUnknownTold: one.isUnknownTold };
    case "reminder":
      return { incident: before, isUnknownTold: one.isUnknownTold };
    case "unknown":
      return { incident: one.incident, isUnknownTold: wasUnknownTold };
    case "recovered":
    case undefined:
      return one;
  }
};

/** A silence is over: what is still sick is told now and says so, whenever its reminder is due. */
const unhushed = (one: One, each: Judged, after: Silence, now: Now): One => {
  if (one.tell !== undefined) return one.tell.kind === "recovered" ? one : { ...one, tell: { ...one.tell, after } };
  if (one.incident === undefined || !isUnfoldedRed(each)) return one;
  const incident = { ...one.incident, lastTold: momentOf(now) };
  return { ...one, incident, tell: { kind: "reminder", check: each.name, incident, after } };
};

const oneOf = (each: Judged, given: Deciding): One => {
  const decided = one(each, given);
  if (given.silenced?.has(each.name))
    return hushed(decided, given.incidents[each.name], given.checks[each.name]?.isUnknownTold ?? false);
  const after = given.hushed?.[each.name];
  return after === undefined ? decided : unhushed(decided, each, after, given.now);
};

type Named = One & { readonly name: string };

/**
 * One outage is one incident: a check that a heal was to cure, and that is red on its own now, belongs to the heal's incident. While
 * that lives it opens none of its own; when the incident's own check is well before it, it takes the incident over, with its attempts.
 */
const withHeirs = (each: readonly Named[], given: Deciding): readonly Named[] => {
  const all = new Map(each.map((one) => [one.name, one]));
  for (const { name, tell } of each) {
    const owner = Object.values(given.incidents).find(({ id }) => id === given.patients?.[name]);
    const mine = all.get(name);
    if (owner === undefined || mine === undefined || tell?.kind !== "red") continue;
    const before = all.get(owner.check);
    const isOwnerRed = given.judged.some((judged) => judged.name === owner.check && judged.verdict === "red");
    const isFree =
      before !== undefined && !isOwnerRed && (before.tell?.kind === "recovered" || before.incident?.id === owner.id);
    const { isUnknownTold } = mine;
    all.set(name, { name, isUnknownTold, incident: isFree ? { ...owner, check: name } : undefined });
    if (isFree) all.set(owner.check, { name: owner.check, incident: undefined, isUnknownTold: before.isUnknownTold });
  }
  return [...all.values()];
};

/**
 * What is told now: the first red of an incident, its reminders, its end, and once a check that can't be measured for three
 * ticks. A folded check says nothing: its red parent speaks for it. Pure.
 */
export const decide = (given: Deciding): Decided => {
  const each = withHeirs(
    given.judged.map((judged) => ({ name: judged.name, ...oneOf(judged, given) })),
    given,
  );
  const names = new Set(given.judged.map(({ name }) => name));
  const held = Object.keys(given.logged).flatMap((name) => heldOpen(name, given) ?? []);
  const gone = [...Object.values(given.incidents), ...held].filter(({ check }) => !names.has(check));
  return {
    incidents: Object.fromEntries(
      each.flatMap(({ name, incident }) => (incident === undefined ? [] : [[name, incident]])),
    ),
    opened: each.flatMap(({ opened }) => opened ?? []),
    ended: [
      ...each.flatMap(({ ended }) => ended ?? []),
      ...gone.map((incident) => ({ incident, why: "the check is no longer in the config" })),
    ],
    tell: each.flatMap(({ tell }) => tell ?? []),
    unknownTold: new Set(each.flatMap(({ name, isUnknownTold }) => (isUnknownTold ? [name] : []))),
  };
};
