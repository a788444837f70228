import type { Decided } from "./alert/decide.ts";
import { flapsAfter } from "./alert/flapping.ts";
import { endedLately } from "./alert/incident.ts";
import type { Recalled } from "./recall.ts";
import { nowOf, type Run } from "./run.ts";
import { hourOf, nextHours } from "./state/day.ts";
import { nextHistory } from "./state/history.ts";
import { nextChecks, worstOf } from "./state/next.ts";
import { type Silence, silenceOf } from "./state/silence.ts";
import type { State } from "./state/state.ts";
import { foundOf } from "./tick-history.ts";
import type { Latest, Mail } from "./tick-mail.ts";
import type { Judged } from "./verdict/judge.ts";
import { worst } from "./verdict/verdict.ts";

/** What is kept quiet at this tick, for the first message afterwards. Pure. */
const hushedNow = ({ silences }: Recalled, judged: readonly Judged[]): Pick<State, "hushed"> => {
  const sick = silences.length === 0 ? [] : judged.filter(({ verdict }) => verdict === "red" || verdict === "unknown");
  const hushed = sick.flatMap(({ name }): [string, Silence][] => {
    const silence = silenceOf(silences, name);
    return silence === undefined ? [] : [[name, silence]];
  });
  return hushed.length === 0 ? {} : { hushed: Object.fromEntries(hushed) };
};

/** Incidents that ended in this very second: the next one of the check gets another id. Pure. */
const endedNow = ({ state }: Recalled, { ended }: Pick<Decided, "ended">, at: string): Pick<State, "ended"> => {
  const lately = endedLately(
    state.ended ?? {},
    ended.map(({ incident }) => incident),
    at,
  );
  return Object.keys(lately).length === 0 ? {} : { ended: lately };
};

/** What this tick hands the next, as far as it has come. Written several times in a tick: each time it is whole. */
export const nextState = (
  run: Run,
  recalled: Recalled,
  { found, judged, decided }: Latest,
  { mailbox, held }: Mail,
  sealed: State["sealed"] = recalled.state.sealed,
): State => {
  const { state } = recalled;
  const { at, moment } = nowOf(run);
  const flaps = flapsAfter(decided.flaps, judged, decided.incidents, { at, ...moment });
  const holding = held();
  const worstSeen = worstOf(found, judged);
  const isNew = (name: string): boolean => !Object.hasOwn(state.checks, name);
  return {
    version: 1,
    tick: state.tick + 1,
    at,
    moment,
    verdict: worst(judged.map(({ verdict }) => verdict)),
    configSha256: run.configSha256,
    checks: nextChecks(judged, decided.unknownTold, recalled.state),
    incidents: decided.incidents,
    ...(Object.keys(flaps).length === 0 ? {} : { flaps }),
    outbox: mailbox.outbox(),
    ...hushedNow(recalled, judged),
    ...endedNow(recalled, decided, at),
    chatWait: mailbox.wait(),
    ...(holding === undefined ? {} : { held: holding }),
    ...(sealed === undefined ? {} : { sealed }),
    day: nextHours(state.day, worstSeen, isNew, hourOf(at)),
    history: nextHistory(state.history, foundOf(judged, worstSeen), at),
  };
};
