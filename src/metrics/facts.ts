import type { HealTotals } from "../state/heal-state.ts";
import type { Judged } from "../verdict/judge.ts";
import type { Verdict } from "../verdict/verdict.ts";

/** What one finished tick saw. */
export interface Look {
  readonly verdict: Verdict;
  readonly checks: readonly Judged[];
  /** Names of the checks that are kept quiet. */
  readonly silenced: ReadonlySet<string>;
  readonly silences: number;
  readonly durationMs: number;
  /** The dead-man's switch didn't hear of it. */
  readonly isDeaf: boolean;
}

/** What the metrics tell. */
export interface Facts {
  readonly version: string;
  /** Exit status of the last run of the tick; -1: a signal ended it. */
  readonly exit: number;
  readonly ticks: number;
  /** ISO 8601 UTC: when a tick last reached its end; empty: none did. */
  readonly finishedAt: string;
  readonly incidents: number;
  readonly outbox: number;
  /** ISO 8601 UTC; null: no alert waits. */
  readonly oldestAlertAt: string | null;
  readonly heals: HealTotals;
  readonly latched: number;
  /** Null: not known. */
  readonly logSeq: number | null;
  /** Null: the last run came to no verdict, so that nothing is known of the checks. */
  readonly look: Look | null;
}
