/** What dogwatch.prom costs a green tick: `bun bench/metrics.ts`. Prints the mean of many, for 10 checks and for 1,000, in a real folder. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Cli } from "../src/cli/cli.ts";
import { leaveMetrics } from "../src/cli/tick-metrics.ts";
import { noHeal } from "../src/heal/healed.ts";
import { createHost } from "../src/host/real-host.ts";
import { noHeals } from "../src/state/heal-state.ts";
import type { TickReport } from "../src/tick-report.ts";

const rounds = 500;
const state = mkdtempSync(join(tmpdir(), "dogwatch-metrics-"));
const host = createHost({ env: {}, uid: process.getuid?.() ?? 0, binary: process.execPath, hostname: "web-1" });
const cli: Cli = {
  host,
  paths: {
    ...{ config: join(state, "dogwatch.yaml"), state, helper: state, socket: null, install: "system" },
    ...{ logFile: join(state, "heal.jsonl"), recipes: state },
    ...{ credentials: { path: state, prefix: "" }, beats: { folder: state, uid: 0 } },
  },
  flags: {
    ...{ isJson: false, isDryRun: false, hasExitCode: false, isStepped: false, logLevel: "info", logFormat: "text" },
    ...{ forText: undefined, reason: undefined, head: undefined, incident: undefined, since: undefined },
  },
  words: [],
};

const reportOf = (count: number): TickReport => ({
  ...{ host: "web-1", at: new Date().toISOString(), verdict: "green", heal: noHeal("nothing is red"), alerts: [] },
  ...{ outbox: 0, durationMs: 14, silences: [], troubles: [], exit: 0, wouldSend: [] },
  tally: { ticks: 1, incidents: 0, oldestAlertAt: null, heals: noHeals, latched: 0, logSeq: 41 },
  checks: Array.from({ length: count }, (_, at) => ({
    ...{ name: `check-${at}`, kind: "http", verdict: "green", reading: "ok", evidence: "200 in 5 ms" },
    ...{ since: "2026-11-23T02:00:00.000Z", ticks: 12, badTicks: 0, isInGrace: false, card: null, durationMs: 5 },
  })),
});

/** CPU of user and kernel, in milliseconds a file: what else the machine does at the same time counts less than in wall time. */
const spentMs = (count: number): number => {
  const found = reportOf(count);
  const before = process.cpuUsage();
  for (let round = 0; round < rounds; round += 1) leaveMetrics(cli, found);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / rounds;
};

for (const count of [10, 1000])
  process.stdout.write(`dogwatch.prom, ${count} checks: ${spentMs(count).toFixed(3)} ms of CPU (mean of ${rounds})\n`);
rmSync(state, { recursive: true });
