import { describe, expect, test } from "bun:test";
import type { Candidate, Choice } from "../../src/heal/choice.ts";
import { refusalOf } from "../../src/heal/refuse.ts";
import { emptyHealState, type HealState } from "../../src/state/heal-state.ts";
import type { Judged } from "../../src/verdict/judge.ts";
import { missingUnit, unitFacts } from "../fake-facts.ts";
import { attempt, candidate, choice, incident, judged, moment, recipe, rule } from "./bed.ts";

interface Given {
  readonly check?: Partial<Judged>;
  readonly candidate?: Partial<Candidate>;
  readonly choice?: Partial<Choice>;
  readonly heal?: Partial<HealState>;
}

const ask = (given: Given) => {
  const check = judged(given.check);
  const mine = candidate(given.candidate);
  const all = choice({ judged: [check], ...given.choice, heal: { ...emptyHealState, ...given.heal } });
  const { recipe: read } = mine;
  if ("kind" in read) throw new Error("the table gives a recipe");
  return refusalOf({ check, incident: incident(), candidate: mine, recipe: read, choice: all });
};

const unit = (facts: Parameters<typeof unitFacts>[0]): Given => ({ candidate: { facts: unitFacts(facts) } });
const inactive = { activeState: "inactive", subState: "dead", mainPid: 0, execMainStartUs: 1 } as const;
const stopped = { ...inactive, activeExitUs: 5_000_000, execMainExitUs: 6_000_000 } as const;
const whileStopping = { mainPid: 0, execMainStartUs: 1, activeExitUs: 5_000_000, execMainExitUs: 6_000_000 } as const;
const byItself = { ...inactive, activeExitUs: 6_000_000, execMainExitUs: 5_000_000 } as const;
const forgotten: Candidate["facts"] = unitFacts({ ...inactive, activeEnterUs: 0, execMainStartUs: 0 });

const silence = (check: string) => ({
  check,
  from: "2026-11-23T02:00:00.000Z",
  until: "2026-11-23T04:00:00.000Z",
  reason: "we move it",
  by: "uid:0",
});
const silencedWhy = (check: string): string => `"${check}" is silenced until 2026-11-23 04:00 UTC by uid:0: we move it`;
/** A rule of two checks, the second red and folded under the first. */
const withFolded = {
  candidate: { rule: rule({ on: ["gateway", "ready"] }) },
  choice: { judged: [judged(), judged({ name: "ready", because: "gateway" })] },
};

const refused: readonly { readonly name: string; readonly given: Given; readonly want: string }[] = [
  { name: "observes", given: { choice: { mode: "observe" } }, want: "observe mode: planned and told only" },
  { name: "is in its grace", given: { check: { isInGrace: true } }, want: "in its start grace" },
  ...["initializing", "starting", "stopping", "maintenance", "offline", "unknown"].map((state) => ({
    name: `runs on a host that is ${state}`,
    given: { choice: { systemState: state } },
    want: `the host is ${state}`,
  })),
  { name: "is silenced", given: { choice: { silences: [silence("gateway")] } }, want: silencedWhy("gateway") },
  { name: "is silenced with all others", given: { choice: { silences: [silence("all")] } }, want: silencedWhy("all") },
  {
    name: "stands beside a silenced red check of its rule, though folded",
    given: { ...withFolded, choice: { ...withFolded.choice, silences: [silence("ready")] } },
    want: silencedWhy("ready"),
  },
  {
    name: "is flapping",
    given: { choice: { flapping: new Set(["gateway"]) } },
    want: '"gateway" is flapping: it comes and goes, and a restart would join in',
  },
  {
    name: "stands beside a flapping red check of its rule",
    given: { ...withFolded, choice: { ...withFolded.choice, flapping: new Set(["ready"]) } },
    want: '"ready" is flapping: it comes and goes, and a restart would join in',
  },
  {
    name: "is for a person to decide",
    given: { choice: { judged: [judged({ isAlertOnly: true, findings: ["re-blocked", "ghost"] })] } },
    want: '"gateway" is for a person to decide: re-blocked, ghost',
  },
  {
    name: "is latched",
    given: {
      heal: { latched: { "1:restart-unit": { at: "2026-11-23T01:00:00.000Z", moment: moment(), why: "spent" } } },
    },
    want: "spent",
  },
  {
    name: "has a unit whose state can't be had",
    given: { candidate: { facts: { kind: "fault", why: "systemctl did not answer" } } },
    want: 'the state of "gateway.service" is not known: systemctl did not answer',
  },
  {
    name: "has a missing unit",
    given: { candidate: { facts: missingUnit("gateway.service") } },
    want: 'there is no unit "gateway.service"',
  },
  { name: "has a masked unit", given: unit({ loadState: "masked", ...inactive }), want: '"gateway.service" is masked' },
  {
    name: "has a unit with a broken file",
    given: unit({ loadState: "bad-setting", ...inactive }),
    want: '"gateway.service" cannot be loaded (bad-setting)',
  },
  {
    name: "has an activating unit",
    given: unit({ activeState: "activating", subState: "start-pre" }),
    want: '"gateway.service" is activating (start-pre)',
  },
  {
    name: "has a unit that systemd is about to restart",
    given: unit({ activeState: "activating", subState: "auto-restart" }),
    want: '"gateway.service" is activating (auto-restart)',
  },
  {
    name: "has a deactivating unit",
    given: unit({ activeState: "deactivating", subState: "stop-sigterm" }),
    want: '"gateway.service" is deactivating',
  },
  { name: "has a job waiting", given: unit({ hasJob: true }), want: '"gateway.service" has a job waiting' },
  {
    name: "has a unit that was stopped on purpose",
    given: unit(stopped),
    want: '"gateway.service" was stopped on purpose',
  },
  {
    name: "has a unit that failed while it was being stopped",
    given: unit({ activeState: "failed", result: "exit-code", execMainCode: 1, execMainStatus: 143, ...whileStopping }),
    want: '"gateway.service" failed while it was being stopped',
  },
  {
    name: "has a unit that was stopped on purpose, whatever heal_clean_exit says",
    given: { candidate: { facts: unitFacts(stopped), rule: rule({ healCleanExit: true }), wasSeenActive: true } },
    want: '"gateway.service" was stopped on purpose',
  },
  {
    name: "has a unit that systemd has forgotten",
    given: { candidate: { facts: forgotten } },
    want: 'systemd no longer knows why "gateway.service" is inactive',
  },
  {
    name: "has a forgotten unit that dogwatch saw active, without heal_clean_exit",
    given: { candidate: { facts: forgotten, wasSeenActive: true } },
    want: 'systemd no longer knows why "gateway.service" is inactive',
  },
  {
    name: "has a forgotten unit that dogwatch never saw active, with heal_clean_exit",
    given: { candidate: { facts: forgotten, rule: rule({ healCleanExit: true }) } },
    want: 'systemd no longer knows why "gateway.service" is inactive',
  },
  {
    name: "died with exit status 78",
    given: unit({ activeState: "failed", execMainCode: 1, execMainStatus: 78 }),
    want: '"restart-unit" is no cure for exit status 78',
  },
  {
    name: "has evidence with a refused word, in any case",
    given: { check: { evidence: "/error is 409 Conflict: terminated by other getUpdates" } },
    want: '"restart-unit" is no cure where the evidence says "conflict"',
  },
  {
    name: "answers 409, as the http probe words it",
    given: { check: { evidence: "status 409 Conflict, want 200" } },
    want: '"restart-unit" is no cure where the evidence says "conflict"',
  },
  {
    name: "has evidence with a refused number",
    given: {
      check: { evidence: "/error_code is 409, want 0" },
      candidate: { recipe: recipe({ refuseWhen: { exitStatus: [], evidence: ["401", "409"] } }) },
    },
    want: '"restart-unit" is no cure where the evidence says "409"',
  },
  {
    name: "stands beside another red check of its rule with a refused word, a folded one",
    given: {
      candidate: { rule: rule({ on: ["gateway", "ready"] }) },
      choice: {
        judged: [judged(), judged({ name: "ready", because: "gateway", evidence: "status 503: '409: Conflict'" })],
      },
    },
    want: '"restart-unit" is no cure where the evidence says "conflict"',
  },
  {
    name: "is in its cooldown after an attempt for another incident",
    given: { heal: { attempts: [attempt({ key: "other/restart-unit", ended: moment(-300) })] } },
    want: "in cooldown for 10 min more",
  },
  {
    name: "is in its cooldown, a second before the end",
    given: { heal: { attempts: [attempt({ ended: moment(-899) })] } },
    want: "in cooldown for 1 s more",
  },
  {
    name: "has an attempt without an end, which counts from its start",
    given: { heal: { attempts: [attempt({ key: "other/x", ended: null, started: moment(-60) })] } },
    want: "in cooldown for 14 min more",
  },
  {
    name: "may not touch its files",
    given: {
      candidate: { files: { kind: "fault", why: 'the lock "/run/x" stays: process 7, which holds it, is alive' } },
    },
    want: 'the lock "/run/x" stays: process 7, which holds it, is alive',
  },
  { name: "has lost its heal state", given: { heal: { lostAt: moment() } }, want: "in cooldown for 15 min more" },
  {
    name: "was rebooted in its cooldown, which then counts from the boot",
    given: {
      choice: { now: { bootId: "boot-2", uptimeS: 60 } },
      heal: { attempts: [attempt({ key: "other/x", ended: moment() })] },
    },
    want: "in cooldown for 14 min more",
  },
  {
    name: "had two attempts",
    given: { heal: { attempts: [attempt(), attempt({ number: 2 })] } },
    want: "two attempts for this incident have been made",
  },
  {
    name: "was cut off",
    given: { heal: { attempts: [attempt({ outcome: "indeterminate" })] } },
    want: "an attempt was cut off, and such a one is never repeated",
  },
  ...(["running", "watching", "healed"] as const).map((outcome) => ({
    name: `has an attempt that is ${outcome}`,
    given: { heal: { attempts: [attempt({ outcome })] } },
    want: `an attempt for this incident is ${outcome}`,
  })),
];

describe("refusalOf()", () => {
  for (const { name, given, want } of refused)
    test(`refusalOf() refuses a check that ${name}`, () => {
      expect(ask(given)).toEqual({ kind: "refused", why: want, isLatching: false });
    });

  const allowed: readonly { readonly name: string; readonly given: Given; readonly want: readonly [number, number] }[] =
    [
      { name: "a failed unit", given: {}, want: [1, 2] },
      { name: "an active, deaf unit", given: unit({}), want: [1, 2] },
      { name: "a unit that ended by itself", given: unit(byItself), want: [1, 2] },
      {
        name: "a forgotten unit that dogwatch saw active in this boot, with heal_clean_exit",
        given: { candidate: { facts: forgotten, rule: rule({ healCleanExit: true }), wasSeenActive: true } },
        want: [1, 2],
      },
      {
        name: "a signal whose number is a refused exit status",
        given: unit({ activeState: "failed", execMainCode: 2, execMainStatus: 78 }),
        want: [1, 2],
      },
      {
        name: "a check beside one of another rule that is silenced or flaps",
        given: { choice: { silences: [silence("other")], flapping: new Set(["other"]) } },
        want: [1, 2],
      },
      {
        name: "a longer number with a refused one in it",
        given: {
          check: { evidence: "answered in 4096 ms, pid 14090" },
          candidate: { recipe: recipe({ refuseWhen: { exitStatus: [], evidence: ["409"] } }) },
        },
        want: [1, 2],
      },
      { name: "a recipe without a unit", given: { candidate: { target: undefined, facts: undefined } }, want: [1, 2] },
      { name: "a degraded host", given: { choice: { systemState: "degraded" } }, want: [1, 2] },
      { name: "a host without systemd", given: { choice: { systemState: "absent" } }, want: [1, 2] },
      {
        name: "a latch of another rule",
        given: { heal: { latched: { "2:x": { at: "", moment: moment(), why: "" } } } },
        want: [1, 2],
      },
      {
        name: "a second attempt after a failed first, when its cooldown is over",
        given: { heal: { attempts: [attempt({ ended: moment(-900) })] } },
        want: [2, 2],
      },
      {
        name: "another incident after one that was healed",
        given: { heal: { attempts: [attempt({ key: "other/restart-unit", outcome: "healed" })] } },
        want: [1, 2],
      },
      {
        name: "another rule's cooldown",
        given: { heal: { attempts: [attempt({ key: "other/x", rule: "2:x", ended: moment() })] } },
        want: [1, 2],
      },
      { name: "a state lost longer ago than the cooldown", given: { heal: { lostAt: moment(-900) } }, want: [1, 2] },
    ];
  for (const { name, given, want } of allowed)
    test(`refusalOf() allows ${name}`, () => {
      expect(ask(given)).toEqual({ kind: "allowed", number: want[0], budgetLeft: want[1] });
    });

  const spent = (starts: readonly number[]): Given => ({
    heal: {
      attempts: starts.map((at) => attempt({ key: `other${at}/restart-unit`, started: moment(at), ended: moment(at) })),
    },
  });

  test("refusalOf() refuses and latches when the budget is spent", () => {
    expect(ask(spent([-3599, -2400, -1200]))).toEqual({
      kind: "refused",
      why: 'the budget of 3 per 1 h is spent: only alerts until "dogwatch heal unlatch 1:restart-unit" or a green day',
      isLatching: true,
    });
  });

  test("refusalOf() counts an attempt against the budget until its time is over, whatever became of it", () => {
    expect(ask(spent([-3600, -2400, -1200]))).toEqual({ kind: "allowed", number: 1, budgetLeft: 0 });
  });

  test("refusalOf() takes a lost state's attempts up again: one known only from the log cools down and counts too", () => {
    const fromLog = attempt({ rule: "", sick: [], started: moment(), ended: moment() });
    expect(ask({ heal: { attempts: [fromLog] } })).toMatchObject({
      kind: "refused",
      why: "in cooldown for 15 min more",
    });
    const older = attempt({ rule: "", started: moment(-1000), ended: moment(-1000) });
    expect(
      ask({ candidate: { recipe: recipe({ budget: { count: 1, perMs: 3_600_000 } }) }, heal: { attempts: [older] } }),
    ).toMatchObject({
      isLatching: true,
    });
  });
});
