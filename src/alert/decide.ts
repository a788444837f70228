import type { Silence } from "../state/silence.ts";
import type { CheckState, Flap, Incident } from "../state/state.ts";
import type { Judged, Now } from "../verdict/judge.ts";
import { countStates, type Flaps } from "./flapping.ts";
import { type Needs, nearestNeed } from "./folding.ts";
import { withFolds } from "./folds.ts";
import { type Named, withHeirs } from "./heirs.ts";
import { hushed, unhushed } from "./hushed.ts";
import { heldOpen, type Logged } from "./incident.ts";
import { decideOne, incidentOf } from "./one.ts";
import type { Reason, ReasonName } from "./reason.ts";
import { spread } from "./remind.ts";

/** What a tick has to tell of one check, and why. */
export interface Decision {
  readonly kind: "red" | "reminder" | "recovered" | "unknown" | "flapping";
  readonly check: string;
  readonly incident: Incident | null;
  readonly reason: ReasonName;
  /** How it came and went, where that is told. */
  readonly flap?: Flap;
  /** Checks that it speaks for besides those that are folded under it: they can't be measured either. */
  readonly also?: readonly string[];
  /** It was sick under this silence, which is over. */
  readonly after?: Silence;
}

/** An incident's end that goes to the log: told or, when folded or gone, silent. */
export interface Ended {
  readonly incident: Incident;
  readonly why: string;
}

/** Why a check is told, or isn't. */
export interface Reasoned {
  readonly check: string;
  /** What is told of it; null: nothing. */
  readonly tells: Decision["kind"] | null;
  readonly reason: Reason;
}

/** What a tick does about all checks: what it tells, and what goes to the log and to the next tick. */
export interface Decided {
  readonly incidents: Readonly<Record<string, Incident>>;
  readonly opened: readonly Incident[];
  readonly ended: readonly Ended[];
  readonly tell: readonly Decision[];
  /** Checks whose unknown has been told and not ended. */
  readonly unknownTold: ReadonlySet<string>;
  /** How the checks that were red lately came and went. */
  readonly flaps: Flaps;
  /** Checks that nobody heals, each with the one that flaps: itself, or one that it needs. */
  readonly flapping: ReadonlyMap<string, string>;
  /** One for each check, in the config's order. */
  readonly reasons: readonly Reasoned[];
}

/** What deciding looks at. */
export interface Deciding {
  readonly judged: readonly Judged[];
  readonly checks: Readonly<Record<string, CheckState>>;
  readonly incidents: Readonly<Record<string, Incident>>;
  /** Incidents that the heal log holds open and the state has lost, by check: taken up again under their id. */
  readonly logged: Logged;
  /** How the checks came and went until now. */
  readonly flaps?: Flaps;
  readonly needs?: Needs;
  /** Checks that a heal of an open incident was to cure besides the incident's own, with that incident's id. */
  readonly patients?: Readonly<Record<string, string>>;
  /** Ids of incidents that a heal has ended, whoever ran it. */
  readonly healed?: ReadonlySet<string>;
  /** Checks that a recipe has cured lately. */
  readonly cured?: ReadonlySet<string>;
  /** Ids of incidents that a heal was for, and by check that of the last one which ended lately: a check that dies twice in one second gets a new one. */
  readonly used?: ReadonlySet<string>;
  readonly lately?: Readonly<Record<string, string>>;
  /** Checks whose heal is still being watched: its outcome, not the first good reading, ends their incident. */
  readonly watched: ReadonlySet<string>;
  readonly remindEveryMs: number;
  /** Checks that a person or a window of the config has silenced: nothing new is told of them, and no incident opens, until the silence is over. */
  readonly silenced?: ReadonlySet<string>;
  /** Checks that were sick under a silence at the last tick, with it. */
  readonly hushed?: Readonly<Record<string, Silence>>;
  readonly now: Now;
}

/** Who is told as flapping, and who can't be measured: they speak for those that need them. */
interface Speakers {
  readonly flapping: ReadonlySet<string>;
  readonly unknown: ReadonlySet<string>;
}

const oneOf = (each: Judged, given: Deciding, flaps: Flaps, speakers: Speakers): Named => {
  const { name } = each;
  const flap = flaps[name];
  const decided = decideOne(each, { given, flap, incident: incidentOf(each, given), ...speakers });
  const wasUnknownTold = given.checks[name]?.isUnknownTold ?? false;
  if (given.silenced?.has(name))
    return { name, ...hushed(decided, given.incidents[name], wasUnknownTold, flap?.isTold ?? false) };
  const after = given.hushed?.[name];
  return { name, ...(after === undefined ? decided : unhushed(decided, each, after, given.now)) };
};

const namesOf = (judged: readonly Judged[], is: (each: Judged) => boolean): ReadonlySet<string> =>
  new Set(judged.flatMap((each) => (is(each) ? [each.name] : [])));

/** Each check by itself; those that need one which begins to flap in this very tick are decided anew. */
const eachOf = (given: Deciding, flaps: Flaps, flapping: ReadonlySet<string>): readonly Named[] => {
  const unknown = namesOf(given.judged, ({ verdict }) => verdict === "unknown");
  const each = given.judged.map((judged) => oneOf(judged, given, flaps, { flapping, unknown }));
  const more = each.flatMap(({ name, tell }) => (tell?.kind === "flapping" && !flapping.has(name) ? [name] : []));
  return more.length === 0 ? each : eachOf(given, flaps, new Set([...flapping, ...more]));
};

const flapTold = (flaps: Flaps): ReadonlySet<string> =>
  new Set(Object.keys(flaps).filter((name) => flaps[name]?.isTold && flaps[name]?.isFlapping));

/** What is told together is reminded of one after the other. */
const spreadAll = (each: readonly Named[], { now, remindEveryMs }: Deciding): readonly Named[] => {
  const isFresh = ({ incident, tell }: Named): boolean =>
    tell !== undefined && incident?.remindFrom?.uptimeS === now.uptimeS && incident.remindFrom.bootId === now.bootId;
  const fresh = each.filter(isFresh);
  if (fresh.length < 2) return each;
  return each.map((one) => {
    const k = fresh.indexOf(one);
    return k === -1 || one.incident === undefined
      ? one
      : { ...one, incident: spread(one.incident, k, fresh.length, remindEveryMs) };
  });
};

const withFlap = (tell: Decision, flap: Flap | undefined): Decision =>
  flap === undefined || !tell.reason.startsWith("flapping") ? tell : { ...tell, flap };

const flapsOf = (flaps: Flaps, each: readonly Named[]): Flaps => {
  const told = new Set(each.flatMap(({ name, isFlapTold }) => (isFlapTold ? [name] : [])));
  return Object.fromEntries(
    Object.entries(flaps).map(([name, { isTold: _, ...flap }]): [string, Flap] => [
      name,
      told.has(name) ? { ...flap, isTold: true } : flap,
    ]),
  );
};

const decidedOf = (each: readonly Named[], given: Deciding, flaps: Flaps): Decided => {
  const names = new Set(given.judged.map(({ name }) => name));
  const isFlapping = (name: string): boolean => each.some((one) => one.name === name && one.isFlapTold);
  const flappingBy = (name: string): string | undefined =>
    isFlapping(name) ? name : nearestNeed(name, given.needs ?? {}, isFlapping);
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
    tell: each.flatMap(({ name, tell }) => (tell === undefined ? [] : [withFlap(tell, flaps[name])])),
    unknownTold: new Set(each.flatMap(({ name, isUnknownTold }) => (isUnknownTold ? [name] : []))),
    flaps: flapsOf(flaps, each),
    flapping: new Map(
      each.flatMap(({ name }): [string, string][] => {
        const by = flappingBy(name);
        return by === undefined ? [] : [[name, by]];
      }),
    ),
    reasons: each.map(({ name, tell, reason }) => ({ check: name, tells: tell?.kind ?? null, reason })),
  };
};

/**
 * What is told now: the first red of an incident, its reminders, its end, that it comes and goes, and once a check that can't be measured for three
 * ticks. A folded check says nothing: its red parent speaks for it. Each check gets its named reason, also for silence. Pure.
 */
export const decide = (given: Deciding): Decided => {
  const { flaps = {}, needs = {}, silenced, cured = new Set() } = given;
  const flapping = flapTold(flaps);
  const isQuiet = (name: string): boolean =>
    silenced?.has(name) === true || nearestNeed(name, needs, (need) => flapping.has(need)) !== undefined;
  const counted = countStates(given.judged, flaps, given.checks, { quiet: isQuiet, cured, now: given.now });
  const each = withHeirs(eachOf(given, counted, flapTold(counted)), given);
  return decidedOf(spreadAll(withFolds(each, given.judged), given), given, counted);
};
