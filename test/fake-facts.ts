import type { HttpAnswer, ProcessFacts, UnitFacts } from "../src/host/host.ts";

/** A live process; say what differs. */
export const processFacts = (facts: Partial<ProcessFacts> = {}): ProcessFacts => ({
  pid: 100,
  ppid: 1,
  state: "S",
  comm: "gateway",
  argv: ["/usr/bin/gateway"],
  uid: 0,
  startedUptimeS: 1000,
  ...facts,
});

/** A service that runs well; say what differs. */
export const unitFacts = (facts: Partial<UnitFacts> = {}): UnitFacts => ({
  unit: "gateway.service",
  loadState: "loaded",
  activeState: "active",
  subState: "running",
  serviceType: "simple",
  result: "success",
  unitFileState: "enabled",
  invocationId: "0a".repeat(16),
  mainPid: 100,
  restarts: 0,
  execMainStatus: 0,
  execMainCode: 0,
  hasJob: false,
  activeEnterUs: 1_000_000_000,
  activeExitUs: 0,
  execMainStartUs: 1_000_000_000,
  execMainExitUs: 0,
  ...facts,
});

/** What systemctl says of a unit that isn't there. */
export const missingUnit = (unit: string): UnitFacts =>
  unitFacts({
    unit,
    loadState: "not-found",
    activeState: "inactive",
    subState: "dead",
    mainPid: 0,
    unitFileState: "",
    invocationId: "",
    activeEnterUs: 0,
    execMainStartUs: 0,
  });

/** An answer that came in 5 ms. */
export const answer = (status: number, body = "", more: Partial<HttpAnswer & { kind: "answer" }> = {}): HttpAnswer => ({
  kind: "answer",
  status,
  headers: {},
  body,
  isBodyCut: false,
  elapsedMs: 5,
  ...more,
});
