import type { Rule } from "../../src/config/config.ts";
import type { Candidate, Choice } from "../../src/heal/choice.ts";
import type { Recipe } from "../../src/heal/recipe.ts";
import { type Attempt, emptyHealState } from "../../src/state/heal-state.ts";
import type { Incident, Moment } from "../../src/state/state.ts";
import type { Judged } from "../../src/verdict/judge.ts";
import { unitFacts } from "../fake-facts.ts";

/** A moment of `boot-1`, a day after boot and `seconds` later. */
export const moment = (seconds = 0): Moment => ({ bootId: "boot-1", uptimeS: 86_400 + seconds });

/** A check that is red for the second tick; say what differs. */
export const judged = (facts: Partial<Judged> = {}): Judged => ({
  name: "gateway",
  kind: "http",
  verdict: "red",
  reading: facts.verdict === "green" ? "ok" : facts.verdict === "unknown" ? "unknown" : "bad",
  evidence: "no answer in 5 s",
  since: "2026-11-23T02:05:00.000Z",
  ticks: 2,
  badTicks: 2,
  isInGrace: false,
  card: null,
  durationMs: 5,
  ...facts,
});

export const incident = (check = "gateway", id = `${check}-20261123T020500Z`): Incident => ({
  id,
  check,
  openedAt: "2026-11-23T02:05:00.000Z",
  lastTold: moment(),
});

export const rule = (facts: Partial<Rule> = {}): Rule => ({
  id: "1:restart-unit",
  on: ["gateway"],
  recipe: "restart-unit",
  with: { unit: "gateway.service" },
  sha256: null,
  healCleanExit: false,
  ...facts,
});

export const recipe = (facts: Partial<Recipe> = {}): Recipe => ({
  name: "restart-unit",
  treats: "a unit",
  params: { unit: { type: "unit", isRequired: true, default: null, choices: [] } },
  backup: [],
  fileChange: null,
  steps: [["/usr/bin/systemctl", "restart", "--no-block", "{unit}"]],
  timeoutMs: 30_000,
  proof: { withinMs: 60_000, everyMs: 2000 },
  cooldownMs: 900_000,
  budget: { count: 3, perMs: 3_600_000 },
  refuseWhen: { exitStatus: [78], evidence: ["conflict"] },
  card: "unit-down",
  file: "restart-unit.yaml",
  sha256: "ab".repeat(32),
  ...facts,
});

/** A rule whose unit failed and may be healed; say what differs. */
export const candidate = (facts: Partial<Candidate> = {}): Candidate => ({
  rule: rule(),
  recipe: recipe(),
  steps: [["/usr/bin/systemctl", "restart", "--no-block", "gateway.service"]],
  backup: [],
  target: { unit: "gateway.service", scope: "system" },
  runAs: undefined,
  facts: unitFacts({ activeState: "failed", subState: "failed", result: "signal", execMainCode: 2, execMainStatus: 9 }),
  wasSeenActive: false,
  ...facts,
});

export const choice = (facts: Partial<Choice> = {}): Choice => {
  const all = facts.judged ?? [judged()];
  return {
    judged: all,
    incidents: Object.fromEntries(all.map(({ name }) => [name, incident(name)])),
    candidates: [candidate()],
    heal: emptyHealState,
    mode: "apply",
    systemState: "running",
    flapping: new Set(),
    silences: [],
    now: moment(),
    ...facts,
  };
};

/** A first attempt that failed an hour ago; say what differs. */
export const attempt = (facts: Partial<Attempt> = {}): Attempt => ({
  key: "gateway-20261123T020500Z/restart-unit",
  rule: "1:restart-unit",
  recipe: "restart-unit",
  incident: "gateway-20261123T020500Z",
  check: "gateway",
  sick: ["gateway"],
  number: 1,
  outcome: "failed",
  at: "2026-11-23T01:05:00.000Z",
  started: moment(-3660),
  ended: moment(-3600),
  proofWithinS: 60,
  proofEveryS: 2,
  countsForS: 3600,
  target: { unit: "gateway.service", scope: "system" },
  invocationBefore: "0a".repeat(16),
  why: "",
  ...facts,
});

/** A seeded generator of numbers from 0 up to below `below`. Source: mulberry32. */
export { seeded } from "../log/log-bed.ts";
