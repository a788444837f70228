/** What a metric is, as its HELP and TYPE lines and the table in docs/metrics.md tell it. `labels`: in the order in which they are written. */
export interface Family {
  readonly type: "counter" | "gauge";
  readonly labels: readonly string[];
  readonly help: string;
}

/** Every metric that dogwatch exposes, in the order of the file. */
export const familyNames = [
  "dogwatch_build_info",
  "dogwatch_ill",
  "dogwatch_tick_exit_status",
  "dogwatch_ticks_total",
  "dogwatch_tick_last_finished_timestamp_seconds",
  "dogwatch_tick_duration_seconds",
  "dogwatch_verdict",
  "dogwatch_check_info",
  "dogwatch_check_verdict",
  "dogwatch_check_folded",
  "dogwatch_check_silenced",
  "dogwatch_check_duration_seconds",
  "dogwatch_queue_jobs",
  "dogwatch_incidents_open",
  "dogwatch_heals_total",
  "dogwatch_heals_latched",
  "dogwatch_outbox_alerts",
  "dogwatch_outbox_oldest_timestamp_seconds",
  "dogwatch_silences_active",
  "dogwatch_deadman_deaf",
  "dogwatch_log_sequence",
] as const;

/** A metric that dogwatch exposes. */
export type FamilyName = (typeof familyNames)[number];

/**
 * What each is. A verdict is a set of states (one series for each word, one of them 1), no number:
 * what has no unit is no gauge's value, `sum by (verdict)` counts, and a rule reads `verdict="red"`. A moment is a timestamp, never an age: an age in
 * a file stands still when the writer does.
 * Source: OpenMetrics 1.0 (StateSet, Info), prometheus.io/docs/practices/naming and /instrumentation.
 */
export const families: Readonly<Record<FamilyName, Family>> = {
  dogwatch_build_info: { type: "gauge", labels: ["version"], help: "Always 1; the version of dogwatch as a label." },
  dogwatch_ill: {
    type: "gauge",
    labels: [],
    help: "1 when the watchdog itself is ill: the last run of the tick ended with another status than 0.",
  },
  dogwatch_tick_exit_status: {
    type: "gauge",
    labels: [],
    help: "Exit status of the last run of the tick: 0 well, 70 a bug, 73 or 74 state or log cannot be written, 75 an alert is stuck, 78 the config cannot be used; -1 it was killed.",
  },
  dogwatch_ticks_total: { type: "counter", labels: [], help: "Ticks that reached their end since the state was made." },
  dogwatch_tick_last_finished_timestamp_seconds: {
    type: "gauge",
    labels: [],
    help: "When a tick last reached its end, in Unix time; 0 when none did.",
  },
  dogwatch_tick_duration_seconds: {
    type: "gauge",
    labels: [],
    help: "How long the last finished tick took, a heal that it watched with it.",
  },
  dogwatch_verdict: {
    type: "gauge",
    labels: ["verdict"],
    help: "1 for the worst verdict of all checks at the last tick, 0 for the other three.",
  },
  dogwatch_check_info: {
    type: "gauge",
    labels: ["check", "kind", "card"],
    help: "Always 1; the kind of a check and the card for its red as labels.",
  },
  dogwatch_check_verdict: {
    type: "gauge",
    labels: ["check", "verdict"],
    help: "1 for the verdict of the check at the last tick, 0 for the other three.",
  },
  dogwatch_check_folded: {
    type: "gauge",
    labels: ["check"],
    help: "1 when a check that this one needs is red and explains it: it neither alerts nor heals by itself.",
  },
  dogwatch_check_silenced: {
    type: "gauge",
    labels: ["check"],
    help: "1 while a silence or a maintenance window keeps the check quiet.",
  },
  dogwatch_check_duration_seconds: {
    type: "gauge",
    labels: ["check"],
    help: "How long the last look at the check took.",
  },
  dogwatch_queue_jobs: {
    type: "gauge",
    labels: ["check", "state"],
    help: "Jobs that a queue check counted at its last look, by state: ready, running, blocked.",
  },
  dogwatch_incidents_open: { type: "gauge", labels: [], help: "Incidents from their first red to their end." },
  dogwatch_heals_total: {
    type: "counter",
    labels: ["outcome"],
    help: "Recipes that were applied, by how the attempt ended; those by hand too.",
  },
  dogwatch_heals_latched: {
    type: "gauge",
    labels: [],
    help: "Heal rules that have used up their budget: they only alert until somebody unlatches them.",
  },
  dogwatch_outbox_alerts: { type: "gauge", labels: [], help: "Alerts that the chat has not taken yet." },
  dogwatch_outbox_oldest_timestamp_seconds: {
    type: "gauge",
    labels: [],
    help: "When the oldest of them was written, in Unix time; 0 when none waits.",
  },
  dogwatch_silences_active: {
    type: "gauge",
    labels: [],
    help: "Silences and open maintenance windows, one for each check that they name.",
  },
  dogwatch_deadman_deaf: {
    type: "gauge",
    labels: [],
    help: "1 when the dead-man's switch did not hear of the last tick; 0 where none is configured.",
  },
  dogwatch_log_sequence: {
    type: "gauge",
    labels: [],
    help: "Number of the heal log's last line; it never gets smaller unless somebody cuts the log.",
  },
};
