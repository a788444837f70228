import type { Memory } from "../../src/probes/probe.ts";
import type { Flow } from "../../src/queues/flow.ts";
import { judgeFlow } from "../../src/queues/flow.ts";
import type { FlowFacts, FlowOptions, Live } from "../../src/queues/flow-look.ts";
import type { Job, QueueReading } from "../../src/queues/reading.ts";

/** Epoch seconds and uptime of the first look in these tests. */
export const startS = 1_795_411_656;
export const bootS = 50_000;
export const minute = 60;
export const hour = 3600;

/** A queue of which nothing is told but that it is empty. */
export const reading = (given: Partial<QueueReading>): QueueReading => ({
  kind: "queue",
  ready: 0,
  running: null,
  blocked: null,
  done: null,
  failed: null,
  slots: null,
  oldestReadyS: null,
  movedS: null,
  jobs: null,
  jobsLeftOut: 0,
  uncleanStarts: null,
  workers: null,
  ...given,
});

export const job = (given: Partial<Job>): Job => ({
  id: "t_1",
  status: "running",
  key: null,
  sinceS: null,
  claim: null,
  beatS: null,
  reblocked: null,
  gaveUp: null,
  ...given,
});

/** All live processes: started at boot unless told, and the workers of jobs. */
export const live = (
  pids: Readonly<Record<number, number>> = {},
  workers: Readonly<Record<string, readonly number[]>> = {},
): Live => ({
  startedS: new Map(Object.entries(pids).map(([pid, atS]) => [Number(pid), atS])),
  workers: new Map(Object.entries(workers)),
});

export const options = (given: Partial<FlowOptions> = {}): FlowOptions => ({
  stuckAfterMs: 30 * minute * 1000,
  staleAfterMs: hour * 1000,
  backlogAfter: 3,
  findings: ["stuck", "stale-claim", "re-blocked", "gave-up", "double-spawn", "ghost", "crash-loop", "backlog"],
  ...given,
});

interface At {
  /** Seconds since the first look. */
  readonly afterS?: number;
  readonly facts?: Partial<FlowFacts>;
  readonly options?: Partial<FlowOptions>;
  readonly memory?: Memory;
}

/** One look. */
export const judged = (given: Partial<QueueReading>, at: At = {}): Flow => {
  const { afterS = 0 } = at;
  const facts = {
    nowS: startS + afterS,
    uptimeS: bootS + afterS,
    bootId: "boot-1",
    hostnames: ["web-1", "web-1.example.org"],
    live: null,
    ...at.facts,
  };
  return judgeFlow({ reading: reading(given), facts, options: options(at.options) }, at.memory);
};

/** Looks one after the other, `everyS` apart, each with what the one before left; gives the last. */
export const judgedInTurn = (
  turns: readonly Partial<QueueReading>[],
  everyS: number = 5 * minute,
  at: Omit<At, "afterS" | "memory"> = {},
): Flow => {
  let flow: Flow | undefined;
  for (const [index, turn] of turns.entries())
    flow = judged(turn, { ...at, afterS: index * everyS, ...(flow === undefined ? {} : { memory: flow.memory }) });
  if (flow === undefined) throw new Error("no turn was given");
  return flow;
};

/** So many times the same. */
export const times = (count: number, turn: Partial<QueueReading>): readonly Partial<QueueReading>[] =>
  Array.from({ length: count }, () => turn);
