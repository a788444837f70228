import { healOutcomes } from "../state/heal-state.ts";
import type { Judged } from "../verdict/judge.ts";
import { type Verdict, verdicts } from "../verdict/verdict.ts";
import { familyText, label, type Sample } from "./exposition.ts";
import type { Facts, Look } from "./facts.ts";
import { type FamilyName, familyNames } from "./families.ts";

type Samples = Readonly<Partial<Record<FamilyName, readonly Sample[]>>>;

const one = (value: number): readonly Sample[] => [{ labels: "", value }];
const flag = (is: boolean): number => (is ? 1 : 0);

/** Unix time in seconds; 0 for never. */
const secondsOf = (at: string | null): number => {
  const ms = Date.parse(at ?? "");
  return Number.isNaN(ms) ? 0 : ms / 1000;
};

const verdictLabels: readonly (readonly [verdict: Verdict, text: string])[] = verdicts.map((verdict) => [
  verdict,
  label("verdict", verdict),
]);

/** One series for each word. `own`: the labels before it. */
const putStates = (into: Sample[], now: Verdict, own: string): void => {
  for (const [verdict, text] of verdictLabels) into.push({ labels: own + text, value: flag(verdict === now) });
};

const jobStates = ["ready", "running", "blocked"] as const;

/** What a queue's last look counted. An unknown one counted nothing: what it remembers is older. */
const putJobs = (into: Sample[], { kind, reading, memory }: Judged, own: string): void => {
  if (kind !== "queue" || reading === "unknown" || memory === undefined) return;
  for (const state of jobStates) {
    const value = memory[state];
    if (typeof value === "number") into.push({ labels: `${own},${label("state", state)}`, value });
  }
};

/** A line or several of each check, family by family. */
const ofChecks = ({ checks, silenced }: Look) => {
  const info: Sample[] = [];
  const verdict: Sample[] = [];
  const folded: Sample[] = [];
  const quiet: Sample[] = [];
  const duration: Sample[] = [];
  const jobs: Sample[] = [];
  for (const check of checks) {
    const labels = label("check", check.name);
    info.push({ labels: `${labels},${label("kind", check.kind)},${label("card", check.card ?? "")}`, value: 1 });
    putStates(verdict, check.verdict, `${labels},`);
    folded.push({ labels, value: flag(check.because !== undefined) });
    quiet.push({ labels, value: flag(silenced.has(check.name)) });
    duration.push({ labels, value: check.durationMs / 1000 });
    putJobs(jobs, check, labels);
  }
  return {
    dogwatch_check_info: info,
    dogwatch_check_verdict: verdict,
    dogwatch_check_folded: folded,
    dogwatch_check_silenced: quiet,
    dogwatch_check_duration_seconds: duration,
    dogwatch_queue_jobs: jobs,
  };
};

const ofLook = (look: Look): Samples => {
  const verdict: Sample[] = [];
  putStates(verdict, look.verdict, "");
  return {
    dogwatch_tick_duration_seconds: one(look.durationMs / 1000),
    dogwatch_verdict: verdict,
    ...ofChecks(look),
    dogwatch_silences_active: one(look.silences),
    dogwatch_deadman_deaf: one(flag(look.isDeaf)),
  };
};

/** A tick that came to no verdict says nothing of the checks: series that end are seen to end, zeros would look well. */
const samplesOf = (facts: Facts): Samples => ({
  dogwatch_build_info: [{ labels: label("version", facts.version), value: 1 }],
  dogwatch_ill: one(flag(facts.exit !== 0)),
  dogwatch_tick_exit_status: one(facts.exit),
  dogwatch_ticks_total: one(facts.ticks),
  dogwatch_tick_last_finished_timestamp_seconds: one(secondsOf(facts.finishedAt)),
  ...(facts.look === null ? {} : ofLook(facts.look)),
  dogwatch_incidents_open: one(facts.incidents),
  dogwatch_heals_total: healOutcomes.map((outcome) => ({
    labels: label("outcome", outcome),
    value: facts.heals[outcome],
  })),
  dogwatch_heals_latched: one(facts.latched),
  dogwatch_outbox_alerts: one(facts.outbox),
  dogwatch_outbox_oldest_timestamp_seconds: one(secondsOf(facts.oldestAlertAt)),
  ...(facts.logSeq === null ? {} : { dogwatch_log_sequence: one(facts.logSeq) }),
});

/** The file for node_exporter's textfile collector: all that is known after a run of the tick. No text of a probed system is in it. Pure. */
export const expose = (facts: Facts): string => {
  const samples = samplesOf(facts);
  let text = "";
  for (const name of familyNames) text += familyText(name, samples[name] ?? []);
  return text;
};
