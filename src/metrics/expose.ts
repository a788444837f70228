import { healOutcomes } from "../state/heal-state.ts";
import type { Judged } from "../verdict/judge.ts";
import { type Verdict, verdicts } from "../verdict/verdict.ts";
import { familyText, type Sample } from "./exposition.ts";
import type { Facts, Look } from "./facts.ts";
import { type FamilyName, familyNames } from "./families.ts";

type Samples = Readonly<Record<FamilyName, readonly Sample[]>>;

const one = (value: number, ...labels: readonly string[]): readonly Sample[] => [{ labels, value }];
const flag = (is: boolean): number => (is ? 1 : 0);

/** Unix time in seconds; 0 for never. */
const secondsOf = (at: string | null): number => {
  const ms = Date.parse(at ?? "");
  return Number.isNaN(ms) ? 0 : ms / 1000;
};

const statesOf = (now: Verdict, ...labels: readonly string[]): readonly Sample[] =>
  verdicts.map((verdict) => ({ labels: [...labels, verdict], value: flag(verdict === now) }));

/** What a queue's last look counted. An unknown one counted nothing: what it remembers is older. */
const jobsOf = ({ name, kind, reading, memory }: Judged): readonly Sample[] => {
  if (kind !== "queue" || reading === "unknown" || memory === undefined) return [];
  return ["ready", "running", "blocked"].flatMap((state) => {
    const value = memory[state];
    return typeof value === "number" ? [{ labels: [name, state], value }] : [];
  });
};

/** A tick that came to no verdict says nothing of the checks: series that end are seen to end, zeros would look well. */
const ofLook = (look: Look | null) => {
  const checks = look?.checks ?? [];
  const each = (measure: (check: Judged) => number): readonly Sample[] =>
    checks.map((check) => ({ labels: [check.name], value: measure(check) }));
  return {
    dogwatch_tick_duration_seconds: look === null ? [] : one(look.durationMs / 1000),
    dogwatch_verdict: look === null ? [] : statesOf(look.verdict),
    dogwatch_check_info: checks.map(({ name, kind, card }) => ({ labels: [name, kind, card ?? ""], value: 1 })),
    dogwatch_check_verdict: checks.flatMap(({ name, verdict }) => statesOf(verdict, name)),
    dogwatch_check_folded: each(({ because }) => flag(because !== undefined)),
    dogwatch_check_silenced: each(({ name }) => flag(look?.silenced.has(name) === true)),
    dogwatch_check_duration_seconds: each(({ durationMs }) => durationMs / 1000),
    dogwatch_queue_jobs: checks.flatMap(jobsOf),
    dogwatch_silences_active: look === null ? [] : one(look.silences),
    dogwatch_deadman_deaf: look === null ? [] : one(flag(look.isDeaf)),
  };
};

const samplesOf = (facts: Facts): Samples => ({
  dogwatch_build_info: one(1, facts.version),
  dogwatch_ill: one(flag(facts.exit !== 0)),
  dogwatch_tick_exit_status: one(facts.exit),
  dogwatch_ticks_total: one(facts.ticks),
  dogwatch_tick_last_finished_timestamp_seconds: one(secondsOf(facts.finishedAt)),
  ...ofLook(facts.look),
  dogwatch_incidents_open: one(facts.incidents),
  dogwatch_heals_total: healOutcomes.map((outcome) => ({ labels: [outcome], value: facts.heals[outcome] })),
  dogwatch_heals_latched: one(facts.latched),
  dogwatch_outbox_alerts: one(facts.outbox),
  dogwatch_outbox_oldest_timestamp_seconds: one(secondsOf(facts.oldestAlertAt)),
  dogwatch_log_sequence: facts.logSeq === null ? [] : one(facts.logSeq),
});

/** The file for node_exporter's textfile collector: all that is known after a run of the tick. No text of a probed system is in it. Pure. */
export const expose = (facts: Facts): string => {
  const samples = samplesOf(facts);
  return familyNames.map((name) => familyText(name, samples[name])).join("");
};
