import type { QueueCheck } from "../config/config.ts";
import type { QueueReading } from "./reading.ts";

/** The live processes of this host, from a list that holds them all. Zombies are dead; stopped processes are there. */
export interface Live {
  /** By pid: the epoch seconds at which it started; NaN where the platform doesn't tell. */
  readonly startedS: ReadonlyMap<number, number>;
  /** By job id: pids of the workers that have it, a worker's own children left out. */
  readonly workers: ReadonlyMap<string, readonly number[]>;
}

/** The moment and the machine that a reading is judged at. */
export interface FlowFacts {
  /** Epoch seconds. */
  readonly nowS: number;
  readonly uptimeS: number;
  readonly bootId: string;
  /** What this host calls itself: its short name, and the whole one where that differs. */
  readonly hostnames: readonly string[];
  /** Null: not asked for, or not to be seen whole; then nothing is concluded from processes. */
  readonly live: Live | null;
}

/** What a check asks of its queue. */
export type FlowOptions = Pick<QueueCheck, "stuckAfterMs" | "staleAfterMs" | "backlogAfter" | "findings">;

/** What one look works with. */
export interface FlowLook {
  readonly reading: QueueReading;
  readonly facts: FlowFacts;
  readonly options: FlowOptions;
}
