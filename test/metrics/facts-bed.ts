import type { Facts, Look } from "../../src/metrics/facts.ts";
import type { Judged } from "../../src/verdict/judge.ts";

/** A green check. */
export const judged = (more: Partial<Judged> = {}): Judged => ({
  name: "gateway",
  kind: "http",
  verdict: "green",
  reading: "ok",
  evidence: "200 in 5 ms",
  since: "2026-11-23T02:00:00.000Z",
  ticks: 12,
  badTicks: 0,
  isInGrace: false,
  card: null,
  durationMs: 5,
  ...more,
});

/** A board with a queue that was counted. */
export const queue = (more: Partial<Judged> = {}): Judged =>
  judged({ name: "board", kind: "queue", memory: { ready: 7, running: 2, blocked: null, boot: "b" }, ...more });

/** A tick that found all well. */
export const look = (more: Partial<Look> = {}): Look => ({
  verdict: "green",
  checks: [judged(), queue()],
  silenced: new Set(),
  silences: 0,
  durationMs: 14,
  isDeaf: false,
  ...more,
});

/** A host that is well. */
export const facts = (more: Partial<Facts> = {}): Facts => ({
  version: "0.5.0",
  exit: 0,
  ticks: 12,
  finishedAt: "2026-11-23T02:05:00.250Z",
  incidents: 0,
  outbox: 0,
  oldestAlertAt: null,
  heals: { healed: 3, failed: 1, indeterminate: 0 },
  latched: 0,
  logSeq: 41,
  look: look(),
  ...more,
});
