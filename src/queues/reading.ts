/** Where a job stands, in one vocabulary for all sources. `waiting`: not to be claimed yet (scheduled, a dependency, a person's triage). */
export type JobStatus = "ready" | "running" | "blocked" | "waiting" | "done" | "failed";

/** Who holds a running job. */
export interface Claim {
  /** The host's name as the source has it; null: this host. A source that doesn't know the host tells no pid. */
  readonly host: string | null;
  /** The process that works on it; null: not told. */
  readonly pid: number | null;
  /** Epoch seconds at which it began; a process that started later isn't the one. */
  readonly atS: number | null;
  /** Epoch seconds until which the claim holds without being renewed; null: not told. */
  readonly expiresS: number | null;
}

/** A job that a person may want to know of: running, or with something wrong. Texts are as the source has them, uncleaned but bounded. */
export interface Job {
  readonly id: string;
  readonly status: JobStatus;
  /** Two running jobs of one key are one job done twice; null: the source has no keys. */
  readonly key: string | null;
  /** Epoch seconds since when it stands so, by the latest event that made it so; null: not told. */
  readonly sinceS: number | null;
  readonly claim: Claim | null;
  /** Epoch seconds of the worker's last sign of life; null: not told, or none yet. */
  readonly beatS: number | null;
  /** It was unblocked and blocked again, and stands so: why, in the source's words; null: not so. */
  readonly reblocked: string | null;
  /** The queue has given it up: the last error, in the source's words; null: not so. */
  readonly gaveUp: string | null;
}

/** What most jobs don't have. */
export const plainJob: Omit<Job, "id" | "status"> = {
  key: null,
  sinceS: null,
  claim: null,
  beatS: null,
  reblocked: null,
  gaveUp: null,
};

/** The numbers of a queue at one moment; null: the source doesn't tell. */
export interface QueueReading {
  readonly kind: "queue";
  readonly ready: number;
  readonly running: number | null;
  readonly blocked: number | null;
  readonly done: number | null;
  readonly failed: number | null;
  readonly slots: number | null;
  /** Age of the oldest ready job in seconds. */
  readonly oldestReadyS: number | null;
  /**
   * Epoch seconds of the last claim or finish that the source knows of; 0: it keeps them, and there was none yet; null: it keeps no times, and only
   * counters that move tell.
   */
  readonly movedS: number | null;
  /**
   * The running jobs, those with something wrong, the ready ones that have waited longest, and any that a live worker names, whatever they
   * are; bounded by the source. Null: it has no list. `jobsLeftOut`: how many more there are that are running or have something wrong.
   */
  readonly jobs: readonly Job[] | null;
  readonly jobsLeftOut: number;
  /** Starts of the queue's own program in the last 10 minutes that ended unclean; null: not told. */
  readonly uncleanStarts: number | null;
  /** Tables and columns that this version of the source hasn't got, by name: what they tell isn't judged. */
  readonly lacks?: readonly string[];
  /** Source text of a regular expression for the command lines of this source's workers, first group the job's id; null: none known. */
  readonly workers: string | null;
}

/** What a source gives: numbers, or why there are none. */
export type QueueLook = QueueReading | { readonly kind: "unknown"; readonly why: string };
