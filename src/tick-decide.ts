import { type Decided, decide } from "./alert/decide.ts";
import { endedLately } from "./alert/incident.ts";
import type { Telling } from "./alert/tell.ts";
import type { LoggedIncidents } from "./heal/helper.ts";
import type { Recalled } from "./recall.ts";
import type { TickReport } from "./report.ts";
import { nowOf, type Run } from "./run.ts";
import { type Silence, silenceOf } from "./state/silence.ts";
import type { State } from "./state/state.ts";
import type { Judged } from "./verdict/judge.ts";

/** What this tick tells, and what it doesn't, from its verdicts and what the last one left. */
export const decideNow = (
  run: Run,
  recalled: Recalled,
  judged: readonly Judged[],
  logged: LoggedIncidents,
): Decided => {
  const { at, moment } = nowOf(run);
  const watching = recalled.heal.attempts.filter(({ outcome }) => outcome === "watching");
  const healed = recalled.heal.attempts.filter(({ outcome }) => outcome === "healed");
  return decide({
    judged,
    checks: recalled.state.checks,
    incidents: recalled.state.incidents,
    logged,
    flaps: recalled.state.flaps ?? {},
    needs: Object.fromEntries(run.config.checks.map(({ name, needs }) => [name, needs])),
    patients: Object.fromEntries(
      recalled.heal.attempts.flatMap(({ incident, sick }) => sick.map((name) => [name, incident])),
    ),
    healed: new Set(healed.map(({ incident }) => incident)),
    cured: new Set(healed.flatMap(({ sick }) => sick)),
    used: new Set(recalled.heal.attempts.map(({ incident }) => incident)),
    lately: recalled.state.ended ?? {},
    watched: new Set(watching.flatMap(({ check, sick }) => [check, ...sick])),
    remindEveryMs: run.config.remindEveryMs,
    hushed: recalled.state.hushed ?? {},
    silenced: new Set(judged.flatMap(({ name }) => (silenceOf(recalled.silences, name) === undefined ? [] : [name]))),
    now: { at, ...moment },
  });
};

/** Why each check is told, or isn't: for the debug log and the dry run. */
export const reasonsOf = async (
  run: Run,
  { silences }: Recalled,
  { reasons }: Decided,
): Promise<NonNullable<TickReport["reasons"]>> => {
  if (!run.isDryRun && !run.log.shows("debug")) return [];
  const { saidOf } = await import("./alert/said.ts");
  const said = saidOf(reasons, silences);
  for (const { check, tells, why } of said)
    run.log.log("debug", `alert ${check}: ${tells ?? "nothing"}: ${why}`, { check, tells: tells ?? "nothing", why });
  return said;
};

/** What cured the checks whose end is told. */
export const curesOf = async (
  run: Run,
  { state, heal }: Recalled,
  judged: readonly Judged[],
  { tell }: Decided,
): Promise<NonNullable<Telling["cures"]>> => {
  const ended = tell.filter(({ kind }) => kind === "recovered");
  if (ended.length === 0) return {};
  const { at, moment } = nowOf(run);
  const { cureOf } = await import("./alert/cure.ts");
  return Object.fromEntries(
    ended.flatMap(({ check, incident }) => {
      if (incident === null) return [];
      const needs = run.config.checks.find(({ name }) => name === check)?.needs ?? [];
      const { lastWell } = state.checks[check] ?? {};
      const { attempts } = heal;
      return [[check, cureOf({ incident, judged, check, needs, lastWell, attempts, now: { at, ...moment } })]];
    }),
  );
};

/** Incidents that ended in this very second: the next one of the check gets another id. Pure. */
export const endedNow = ({ state }: Recalled, { ended }: Pick<Decided, "ended">, at: string): Pick<State, "ended"> => {
  const lately = endedLately(
    state.ended ?? {},
    ended.map(({ incident }) => incident),
    at,
  );
  return Object.keys(lately).length === 0 ? {} : { ended: lately };
};

/** What is kept quiet at this tick, for the first message afterwards. Pure. */
export const hushedNow = ({ silences }: Recalled, judged: readonly Judged[]): Pick<State, "hushed"> => {
  const sick = silences.length === 0 ? [] : judged.filter(({ verdict }) => verdict === "red" || verdict === "unknown");
  const hushed = sick.flatMap(({ name }): [string, Silence][] => {
    const silence = silenceOf(silences, name);
    return silence === undefined ? [] : [[name, silence]];
  });
  return hushed.length === 0 ? {} : { hushed: Object.fromEntries(hushed) };
};
