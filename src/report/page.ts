import type { LogCheck } from "../log/checked.ts";
import type { Verdict } from "../verdict/verdict.ts";

/** Days on a strip, the present one included. */
export const stripDays = 30;

/** How many ticks of one day (UTC) found a check so; all 0: nothing is known of it. */
export interface DayCount {
  /** `2026-11-26`. */
  readonly day: string;
  readonly green: number;
  readonly amber: number;
  readonly unknown: number;
  readonly red: number;
}

/** What one hour measured: mean and worst of its ticks. */
export interface HourValue {
  readonly mean: number;
  readonly max: number;
}

/** One value an hour; null where nothing was measured. `firstHour`: whole hours since 1970, UTC. */
export interface Series {
  readonly firstHour: number;
  readonly values: readonly (HourValue | null)[];
}

/** A check as the page shows it. */
export interface PageCheck {
  readonly name: string;
  readonly kind: string;
  readonly verdict: Verdict;
  /** Text from outside. */
  readonly evidence: string;
  /** ISO 8601 UTC. */
  readonly since: string;
  readonly ticks: number;
  /** The red check that explains it. */
  readonly because?: string;
  readonly card?: string;
  /** Oldest first, {@link stripDays} of them. */
  readonly days: readonly DayCount[];
  /** How long the look took, in milliseconds; for checks that ask over a network. */
  readonly latencyMs?: Series;
  /** Jobs that wait and that run; for queues. */
  readonly ready?: Series;
  readonly running?: Series;
}

/** One line of an incident's story. Everything but `at` and `event` may be text from outside. */
export interface PageStep {
  /** RFC 3339 UTC. */
  readonly at: string;
  readonly seq: number;
  readonly event: string;
  readonly by: string;
  readonly recipe?: string;
  readonly attempt?: number;
  readonly argv?: readonly string[];
  readonly target?: string;
  readonly backup?: readonly { readonly path: string; readonly sha256: string }[];
  readonly evidence?: string;
  readonly proof?: string;
  readonly why?: string;
  readonly exit?: number | string;
}

/** From detection to recovery. */
export interface PageIncident {
  readonly id: string;
  readonly check: string;
  readonly openedAt: string;
  /** Null: still open. */
  readonly resolvedAt: string | null;
  readonly steps: readonly PageStep[];
}

/** All that the page shows: plain data. Texts from outside are escaped where they are put into HTML, not before. */
export interface Page {
  readonly host: string;
  /** Of dogwatch. */
  readonly version: string;
  /** ISO 8601 UTC: when the page was made. */
  readonly at: string;
  /** The last finished tick; null: none yet. `isStale`: the next one is overdue. */
  readonly tick: { readonly at: string; readonly isStale: boolean } | null;
  readonly verdict: Verdict | null;
  readonly checks: readonly PageCheck[];
  /** Newest first. `olderIncidents`: how many more there are that aren't shown. */
  readonly incidents: readonly PageIncident[];
  readonly olderIncidents: number;
  /** Steps outside of incidents: silences, config changes, tears, rotations; newest first. */
  readonly others: readonly PageStep[];
  readonly log: LogCheck;
  readonly egress: {
    readonly destinations: readonly {
      readonly host: string;
      readonly port: number;
      readonly methods: readonly string[];
      readonly for: string;
    }[];
    readonly programs: readonly { readonly argv: readonly string[]; readonly for: string }[];
    readonly sockets: readonly { readonly path: string; readonly for: string }[];
  };
  /** Silences and open maintenance windows, each a sentence. */
  readonly silences: readonly string[];
  /** Alerts that wait. */
  readonly outbox: number;
  /** Troubles of the watchdog itself, and what the page can't tell. */
  readonly notes: readonly string[];
}
