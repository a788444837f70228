import { type Decided, decide } from "./alert/decide.ts";
import type { Telling } from "./alert/tell.ts";
import type { LoggedIncidents } from "./heal/helper.ts";
import type { Recalled } from "./recall.ts";
import { nowOf, type Run } from "./run.ts";
import { silenceOf } from "./state/silence.ts";
import type { TickReport } from "./tick-report.ts";
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
const curesOf = async (
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

/** What this tick's messages are told with. The log's head is asked for only where there is a message. */
export const tellingOf = async (
  run: Run,
  recalled: Recalled,
  judged: readonly Judged[],
  decided: Decided,
): Promise<Telling> => {
  const head = decided.tell.length === 0 ? null : await run.helper.head();
  const cures = await curesOf(run, recalled, judged, decided);
  return { host: run.config.host, judged, head, now: nowOf(run).at, cures };
};
