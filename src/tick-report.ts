import type { Tried } from "./alert/deliver.ts";
import type { Healed } from "./heal/healed.ts";
import type { HealTotals } from "./state/heal-state.ts";
import type { Silence } from "./state/silence.ts";
import type { Judged } from "./verdict/judge.ts";
import type { Verdict } from "./verdict/verdict.ts";

/** What a tick leaves, counted. */
export interface Tally {
  /** Ticks that reached their end since the state was made, this one too. */
  readonly ticks: number;
  /** Incidents that are open. */
  readonly incidents: number;
  /** ISO 8601 UTC: since when the oldest alert waits; null: none does. */
  readonly oldestAlertAt: string | null;
  /** What heals had left before this tick, and the log's last line then; null: not known. */
  readonly heals: HealTotals;
  readonly latched: number;
  readonly logSeq: number | null;
}

/** What a tick found and did: the object of `tick --json`, and the source of its line in the journal. */
export interface TickReport {
  readonly host: string;
  /** ISO 8601 UTC, start of the tick. */
  readonly at: string;
  readonly verdict: Verdict;
  readonly checks: readonly Judged[];
  readonly heal: Healed | null;
  readonly alerts: readonly Tried[];
  readonly outbox: number;
  /** Absent where nothing was looked at. */
  readonly tally?: Tally;
  /** Number of the newest seal of the heal log; absent: not known. */
  readonly seal?: number;
  /** The dead-man's switch didn't hear of this tick. */
  readonly isDeaf?: true;
  readonly durationMs: number;
  /** What is silenced now, by persons and by the config's open windows. */
  readonly silences: readonly Silence[];
  /** Trouble of the watchdog itself, each a sentence; empty when it is well. */
  readonly troubles: readonly string[];
  readonly exit: number;
  /** In a dry run: why each check is told, or isn't. */
  readonly reasons?: readonly { readonly check: string; readonly tells: string | null; readonly why: string }[];
  /** Messages that a dry run would have sent. */
  readonly wouldSend: readonly { readonly kind: string; readonly text: string }[];
}

/** Exit status of a tick: what it could not write (errno names) comes before a deaf chat. Pure. Source: sysexits(3). */
export const exitOf = (writeCodes: readonly string[], isChatStuck: boolean): number => {
  const first = writeCodes[0];
  if (first === undefined) return isChatStuck ? 75 : 0;
  return ["EACCES", "EPERM", "EROFS", "ENOENT", "ENOTDIR", "ELOOP"].includes(first) ? 73 : 74;
};
