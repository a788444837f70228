import type { Moment } from "./state.ts";

/** A file as it was before a change: in heals' own state, so that a proof that outlasts its tick can still put it back. */
export interface BackedUp {
  readonly path: string;
  /** Who handles it; null: we ourselves. */
  readonly user: string | null;
  /** What was there, and the path of its copy; null: there was no such file. */
  readonly was: {
    readonly sha256: string;
    readonly mode: number;
    readonly uid: number;
    readonly gid: number;
    readonly copy: string;
  } | null;
  /** What dogwatch itself does with it; absent: only the steps may change it. */
  readonly change?: "restore-kept" | "remove-stale-lock";
  /** SHA-256 of what the steps left there; null: no file. Absent: not looked at yet. */
  readonly left?: string | null;
}

/** For which start of a process a file was last looked at. `sha256`: of the kept copy, empty while there is none. */
export interface KeptFor {
  readonly sha256: string;
  readonly bootId: string;
  readonly startedUptimeS: number;
}

/**
 * One application of a recipe. `running`: begun, no outcome yet (after a crash: indeterminate, never repeated). `watching`: the
 * steps are done, later ticks conclude the proof.
 */
export interface Attempt {
  /** Incident and recipe: one change is planned under one key, at most twice. */
  readonly key: string;
  readonly rule: string;
  readonly recipe: string;
  readonly incident: string;
  readonly check: string;
  /** The checks whose recovery proves it. */
  readonly sick: readonly string[];
  /** The person who applied it by hand, `uid:N`; absent: dogwatch itself, or not known. */
  readonly by?: string;
  readonly number: number;
  readonly outcome: "running" | "watching" | "healed" | "failed" | "indeterminate";
  /** ISO 8601 UTC, to show. */
  readonly at: string;
  readonly started: Moment;
  /** End of the attempt, where it has one: the cooldown runs from here. */
  readonly ended: Moment | null;
  /** Until when the proof may take, in seconds from `started`. */
  readonly proofWithinS: number;
  readonly proofEveryS: number;
  /** The unit that was changed, with its manager; null when the recipe changes none. */
  readonly target: { readonly unit: string; readonly scope: "system" | "user"; readonly user?: string } | null;
  /** The unit's invocation before the change: only another one proves a restart. */
  readonly invocationBefore: string | null;
  /** The files that it may change, as they were; absent: it changes none. */
  readonly backup?: readonly BackedUp[];
  readonly why: string;
  /** How long it counts for cooldown and budget, in seconds from its end. */
  readonly countsForS: number;
  /** Attempts that the budget had left after this one; absent in older files. */
  readonly budgetLeft?: number;
  /** It no longer counts: its time has passed, or a person has unlatched its rule. Still one of its incident's two. */
  readonly isSpent?: true;
}

/** Whether an attempt is without its end: being watched, or cut off by a crash. Pure. */
export const isOpenAttempt = ({ outcome }: Attempt): boolean => outcome === "running" || outcome === "watching";

/** How an attempt that is over has ended. */
export const healOutcomes = ["healed", "failed", "indeterminate"] as const;

/** Attempts that are over, by their outcome, since this file was made. */
export type HealTotals = Readonly<Record<(typeof healOutcomes)[number], number>>;

/** Before the first. */
export const noHeals: HealTotals = { healed: 0, failed: 0, indeterminate: 0 };

/** What heals leave behind: its own file, so that the wall between watcher and helper can run along it. */
export interface HealState {
  readonly version: 1;
  /** Newest last, those that still count for a cooldown, a budget or an open incident. */
  readonly attempts: readonly Attempt[];
  /** Rule id to why it only alerts now. */
  readonly latched: Readonly<Record<string, { readonly at: string; readonly moment: Moment; readonly why: string }>>;
  /** Set when the file was lost or broken: every rule cools down from here. */
  readonly lostAt: Moment | null;
  /** Last refusal that was logged, by incident and rule id with a blank between: a repeat is counted, not logged. */
  readonly refusals: Readonly<Record<string, { readonly why: string; readonly count: number }>>;
  /** By path, for files that a recipe may put back: what ran green. */
  readonly kept: Readonly<Record<string, KeptFor>>;
  /** Absent: none is over, or an older dogwatch didn't count. */
  readonly totals?: HealTotals;
}

/** No heal yet. */
export const emptyHealState: HealState = {
  version: 1,
  attempts: [],
  latched: {},
  lostAt: null,
  refusals: {},
  kept: {},
};

const isSame = (a: Attempt, b: Attempt): boolean =>
  a.key === b.key &&
  a.number === b.number &&
  a.started.bootId === b.started.bootId &&
  a.started.uptimeS === b.started.uptimeS;

/** The totals after a write: those of the file that is replaced, and what ends with this write. Pure. */
export const totalsAfter = (before: HealState, after: Pick<HealState, "attempts">): HealTotals => {
  const totals = { ...noHeals, ...before.totals };
  for (const attempt of after.attempts) {
    const { outcome } = attempt;
    if (outcome === "running" || outcome === "watching") continue;
    const was = before.attempts.find((each) => isSame(each, attempt));
    if (was === undefined || isOpenAttempt(was)) totals[outcome] += 1;
  }
  return totals;
};
