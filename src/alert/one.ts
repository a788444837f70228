import type { Flap, Incident } from "../state/state.ts";
import { flapWindow } from "../verdict/flap.ts";
import type { Judged } from "../verdict/judge.ts";
import type { Deciding, Decision, Ended } from "./decide.ts";
import { nearestNeed } from "./folding.ts";
import { heldOpen, isMore, momentOf, openIncident, withTold } from "./incident.ts";
import type { Reason, ReasonName } from "./reason.ts";
import { isReminderDue, toldAnew, toldAs, toldInTime, wasToldBeforeBoot } from "./remind.ts";

/** Ticks in a row that a check reads unknown before it is told, once. */
export const unknownTicks = 3;

/** What a tick does about one check. */
export interface One {
  readonly incident: Incident | undefined;
  readonly opened?: Incident;
  readonly ended?: Ended;
  readonly tell?: Decision;
  readonly reason: Reason;
  readonly isUnknownTold: boolean;
  /** The operator knows that it flaps, and not that it ended. */
  readonly isFlapTold: boolean;
}

/** What deciding on one check looks at besides the check. */
export interface Scope {
  readonly given: Deciding;
  readonly flap: Flap | undefined;
  readonly incident: Incident | undefined;
  /** Checks that are told as flapping. */
  readonly flapping: ReadonlySet<string>;
  /** Checks that can't be measured now. */
  readonly unknown: ReadonlySet<string>;
}

type Kept = Pick<One, "isUnknownTold" | "isFlapTold">;

const keptOf = (each: Judged, { given, flap }: Scope): Kept => ({
  isUnknownTold: given.checks[each.name]?.isUnknownTold ?? false,
  isFlapTold: flap?.isTold ?? false,
});

const silent = (each: Judged, scope: Scope, name: ReasonName, by?: string): One => ({
  incident: scope.incident,
  reason: by === undefined ? { name } : { name, by },
  ...keptOf(each, scope),
});

const telling = (each: Judged, scope: Scope, kind: Decision["kind"], name: ReasonName, incident: Incident): One => ({
  incident,
  tell: { kind, check: each.name, incident, reason: name },
  reason: { name },
  ...keptOf(each, scope),
  isUnknownTold: false,
});

/** It was red and untold until now, folded or silenced, and what it looks at has just started: it gets its grace before it is told. */
const waitsForGrace = (each: Judged, { given: { checks } }: Scope): boolean =>
  each.isInGrace && (checks[each.name]?.verdict === "red" || checks[each.name]?.wasRed === true);

const opening = (each: Judged, scope: Scope): One => {
  if (waitsForGrace(each, scope)) return silent(each, scope, "in-grace");
  const { incident, isLogged } = openIncident(each, scope.given);
  const told = telling(each, scope, "red", isLogged ? "taken-up" : "first", incident);
  return isLogged ? told : { ...told, opened: incident };
};

/** Ticks in a row that a check which was told well and flapping is red until that is told: a real outage isn't hidden by its past. */
const redTicks = 4;

const isRedSince = ({ isToldWell }: Incident, { verdict, ticks }: Judged): boolean =>
  isToldWell === true && verdict === "red" && ticks >= redTicks;

/** What a known incident tells while it lasts: at once what is new, else at the reminder's time. */
const lasting = (each: Judged, scope: Scope, incident: Incident, isFlapping: boolean): One => {
  const { now, remindEveryMs } = scope.given;
  const moment = momentOf(now);
  const kind = isFlapping ? "flapping" : "reminder";
  const isWell = isFlapping && each.verdict === "green";
  const anew = (): Incident => toldAs(withTold(toldAnew(incident, moment), each), isWell);
  if (wasToldBeforeBoot(incident, moment))
    return each.isInGrace ? silent(each, scope, "in-grace") : telling(each, scope, kind, "rebooted", anew());
  if (isMore(incident, each)) return telling(each, scope, kind, "more-findings", anew());
  if (isFlapping && isRedSince(incident, each)) return telling(each, scope, kind, "flapping-red", anew());
  if (!isReminderDue(incident, moment, remindEveryMs))
    return silent(each, scope, isFlapping ? "flapping-goes-on" : "not-due");
  const inTime = toldAs(withTold(toldInTime(incident, moment), each), isWell);
  return telling(each, scope, kind, isFlapping ? "flapping-reminder" : "reminder", inTime);
};

const green = (each: Judged, scope: Scope, name: ReasonName, why: string): One => {
  const { incident } = scope;
  const well = { incident: undefined, isUnknownTold: false, isFlapTold: false };
  const tell = (reason: ReasonName): Decision => ({
    kind: "recovered",
    check: each.name,
    incident: incident ?? null,
    reason,
  });
  if (incident !== undefined) return { ...well, reason: { name }, ended: { incident, why }, tell: tell(name) };
  if (!keptOf(each, scope).isUnknownTold) return { ...well, reason: { name: "well" } };
  return { ...well, reason: { name: "measured-again" }, tell: tell("measured-again") };
};

/** A heal has ended its incident in the log, by hand or in a tick that was killed: its end is told, flapping or not. */
const isHealed = ({ incident, given }: Scope): boolean =>
  incident !== undefined && given.healed?.has(incident.id) === true;

/**
 * Flapping that was told: it goes on, with a reminder at its time, or it has ended. One that recipes cured, and that died again and again, doesn't end
 * by staying red: that it does so is our own doing, who heal nothing that flaps.
 */
const told = (each: Judged, scope: Scope, flap: Flap, incident: Incident): One => {
  if (each.verdict === "green" && isHealed(scope)) return green(each, scope, "recovered", "the check is green again");
  if (flap.isFlapping || (flap.wasCured && each.verdict === "red")) return lasting(each, scope, incident, true);
  if (each.verdict === "green")
    return green(each, scope, "flapping-ends", "the check is green again and no longer flaps");
  const anew = withTold(toldAnew(incident, momentOf(scope.given.now)), each);
  return { ...telling(each, scope, "reminder", "flapping-ends", anew), isFlapTold: false };
};

const hard = (each: Judged, scope: Scope): One => {
  const { flap, incident } = scope;
  if (flap?.isTold && incident !== undefined) return told(each, scope, flap, incident);
  if (each.verdict === "green") return green(each, scope, "recovered", "the check is green again");
  return incident === undefined ? opening(each, scope) : lasting(each, scope, incident, false);
};

/**
 * What would be told of a check that comes and goes is told as flapping, once; its incident stays open until that ends. Where a recipe cured it before,
 * that begins with a red: a person who has mended what the recipe couldn't hears RECOVERED.
 */
const orFlapping = (one: One, each: Judged, scope: Scope): One => {
  const { flap, incident, given } = scope;
  const { tell } = one;
  if (each.verdict === "green" && (flap?.wasCured || isHealed(scope))) return one;
  if (!flap?.isFlapping || one.isFlapTold || tell === undefined || tell.incident === null) return one;
  const open = tell.kind === "recovered" && incident !== undefined ? incident : tell.incident;
  const kept = toldAs(withTold(toldAnew(open, momentOf(given.now)), each), each.verdict === "green");
  const { ended: _, ...rest } = one;
  return {
    ...rest,
    incident: kept,
    isFlapTold: true,
    reason: { name: "flapping-begins" },
    tell: { kind: "flapping", check: each.name, incident: kept, reason: "flapping-begins" },
  };
};

const unmeasured = (each: Judged, scope: Scope): One => {
  const need = nearestNeed(each.name, scope.given.needs ?? {}, (name) => scope.unknown.has(name));
  if (need !== undefined) return silent(each, scope, "unknown-need", need);
  if (keptOf(each, scope).isUnknownTold) return silent(each, scope, "unknown-told");
  if (each.ticks < unknownTicks) return silent(each, scope, "unknown-not-yet");
  const tell: Decision = { kind: "unknown", check: each.name, incident: scope.incident ?? null, reason: "unknown" };
  return { ...silent(each, scope, "unknown"), tell, isUnknownTold: true };
};

/** The incident that a check has now: the state's, or one that only the log holds open. Pure. */
export const incidentOf = (each: Judged, given: Deciding): Incident | undefined =>
  given.incidents[each.name] ??
  (each.verdict === "red" && each.because === undefined ? undefined : heldOpen(each.name, given));

/** Bad for so long without a break, while what it needs came and went, that this is an outage of its own. Pure. */
export const isSteady = ({ verdict, ticks }: Judged): boolean => verdict === "red" && ticks >= flapWindow;

/** What is told of one check by itself, or why nothing is. Pure. */
export const decideOne = (each: Judged, scope: Scope): One => {
  const { given, flapping } = scope;
  if (given.watched.has(each.name) && each.verdict !== "red") return silent(each, scope, "heal-watched");
  if (each.verdict === "green") return orFlapping(hard(each, scope), each, scope);
  if (each.because !== undefined) return silent(each, scope, "folded", each.because);
  if (each.verdict === "amber") return silent(each, scope, "below-threshold");
  if (each.verdict === "unknown") return unmeasured(each, scope);
  const need = nearestNeed(each.name, given.needs ?? {}, (name) => flapping.has(name));
  if (need !== undefined && !isSteady(each)) return silent(each, scope, "flapping-need", need);
  return orFlapping(hard(each, scope), each, scope);
};
