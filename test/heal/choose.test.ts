import { describe, expect, test } from "bun:test";
import type { Candidate, Choice } from "../../src/heal/choice.ts";
import { choose } from "../../src/heal/choose.ts";
import { emptyHealState } from "../../src/state/heal-state.ts";
import type { Judged } from "../../src/verdict/judge.ts";
import { unitFacts } from "../fake-facts.ts";
import { attempt, candidate, choice, incident, judged, moment, recipe, rule, seeded } from "./bed.ts";

const second = rule({ id: "2:start-unit", recipe: "start-unit" });
const startUnit = candidate({ rule: second, recipe: recipe({ name: "start-unit" }) });
const activating = unitFacts({ activeState: "activating", subState: "start" });

const chosenOf = (given: Partial<Choice>): string => {
  const { chosen } = choose(choice(given));
  switch (chosen.kind) {
    case "none":
      return `none: ${chosen.why}`;
    case "refused":
      return `refused ${chosen.rule.id} for ${chosen.check}: ${chosen.why}`;
    case "chosen":
      return `chosen ${chosen.candidate.rule.id} for ${chosen.check}`;
  }
};

describe("choose()", () => {
  const cases: readonly { readonly name: string; readonly given: Partial<Choice>; readonly want: string }[] = [
    { name: "takes the one rule that fits", given: {}, want: "chosen 1:restart-unit for gateway" },
    {
      name: "takes the first of two rules that fit",
      given: { candidates: [candidate(), startUnit] },
      want: "chosen 1:restart-unit for gateway",
    },
    {
      name: "takes the second rule when the first one's recipe is refused",
      given: { candidates: [candidate({ facts: activating }), startUnit] },
      want: "chosen 2:start-unit for gateway",
    },
    {
      name: "takes the second rule when the first one's recipe can't be read",
      given: { candidates: [candidate({ recipe: { kind: "fault", why: "it was changed" } }), startUnit] },
      want: "chosen 2:start-unit for gateway",
    },
    {
      name: "tells the first reason when all are refused",
      given: { candidates: [candidate({ facts: activating }), startUnit], systemState: "stopping" },
      want: "refused 1:restart-unit for gateway: the host is stopping",
    },
    {
      name: "refuses a changed pin",
      given: { candidates: [candidate({ recipe: { kind: "fault", why: 'the recipe "restart-unit" was changed' } })] },
      want: 'refused 1:restart-unit for gateway: the recipe "restart-unit" was changed',
    },
    {
      name: "asks for nothing when nothing is red",
      given: { judged: [judged({ verdict: "green" })] },
      want: "none: nothing is red",
    },
    ...(["unknown", "amber", "green"] as const).map((verdict) => ({
      name: `asks for nothing for a check that is ${verdict}`,
      given: { judged: [judged({ verdict }), judged({ name: "other" })] },
      want: 'none: no rule covers "other"',
    })),
    {
      name: "asks for nothing for a folded check, which its red parent speaks for",
      given: { judged: [judged({ because: "host" }), judged({ name: "host" })] },
      want: 'none: no rule covers "host"',
    },
    {
      name: "takes the rule's first red check that stands for itself",
      given: {
        judged: [judged({ name: "a", because: "b" }), judged({ name: "b" }), judged({ name: "c" })],
        candidates: [candidate({ rule: rule({ on: ["a", "c", "b"] }) })],
      },
      want: "chosen 1:restart-unit for b",
    },
    { name: "asks for nothing without a rule", given: { candidates: [] }, want: 'none: no rule covers "gateway"' },
    {
      name: "asks for nothing without an incident",
      given: { incidents: {} },
      want: 'none: no incident of "gateway" is open in the heal log',
    },
    {
      name: "refuses when any red check of the rule says a refused word",
      given: {
        judged: [judged({ name: "process" }), judged({ evidence: "409 conflict" })],
        candidates: [candidate({ rule: rule({ on: ["process", "gateway"] }) })],
      },
      want: 'refused 1:restart-unit for process: "restart-unit" is no cure where the evidence says "conflict"',
    },
  ];
  for (const { name, given, want } of cases)
    test(`choose() ${name}`, () => {
      expect(chosenOf(given)).toBe(want);
    });

  test("choose() keeps every refusal, so that each red check can be told its own", () => {
    const other = candidate({ rule: rule({ id: "2:x", on: ["other"] }), facts: activating });
    const { chosen, refused } = choose(
      choice({ judged: [judged(), judged({ name: "other" })], candidates: [candidate(), other] }),
    );
    expect(chosen.kind).toBe("chosen");
    expect(refused.map(({ check, why }) => ({ check, why }))).toEqual([
      { check: "other", why: '"gateway.service" is activating (start)' },
    ]);
  });

  test("choose() numbers the second attempt and tells what is left of the budget", () => {
    const heal = { ...emptyHealState, attempts: [attempt({ started: moment(-1000), ended: moment(-950) })] };
    expect(choose(choice({ heal })).chosen).toMatchObject({ kind: "chosen", number: 2, budgetLeft: 1 });
  });
});

describe("choose() on machines made up at random", () => {
  const pick = <Item>(below: (limit: number) => number, items: readonly [Item, ...Item[]]): Item =>
    items[below(items.length)] ?? items[0];

  const randomJudged = (below: (limit: number) => number, name: string): Judged =>
    judged({
      name,
      verdict: pick(below, ["green", "amber", "unknown", "red", "red"]),
      isInGrace: below(4) === 0,
      evidence: pick(below, ["no answer", "409 conflict", "", "unauthorized"]),
      ...(below(4) === 0 ? { because: "parent" } : {}),
    });

  const randomCandidate = (below: (limit: number) => number, at: number): Candidate =>
    candidate({
      rule: rule({ id: `${at}:restart-unit`, on: ["a", "b", "c"].filter(() => below(2) === 0) }),
      recipe: below(8) === 0 ? { kind: "fault", why: "gone" } : recipe(),
      facts: unitFacts({
        loadState: pick(below, ["loaded", "loaded", "loaded", "masked", "not-found"]),
        activeState: pick(below, ["active", "failed", "failed", "inactive", "activating", "deactivating"]),
        hasJob: below(6) === 0,
        activeExitUs: below(3),
        execMainExitUs: below(3),
        execMainCode: below(3),
        execMainStatus: pick(below, [0, 1, 78]),
      }),
    });

  const randomChoice = (seed: number): Choice => {
    const below = seeded(seed);
    const all = ["a", "b", "c"].map((name) => randomJudged(below, name));
    return {
      judged: all,
      incidents: Object.fromEntries(all.map(({ name }) => [name, incident(name)])),
      candidates: [1, 2, 3].map((at) => randomCandidate(below, at)),
      heal: {
        ...emptyHealState,
        attempts: Array.from({ length: below(3) }, () =>
          attempt({
            rule: `${1 + below(3)}:restart-unit`,
            key: `${incident(pick(below, ["a", "b", "c"])).id}/restart-unit`,
            outcome: pick(below, ["running", "watching", "healed", "failed", "failed", "indeterminate"]),
            ended: moment(-below(2000)),
          }),
        ),
      },
      mode: below(6) === 0 ? "observe" : "apply",
      systemState: pick(below, ["running", "running", "degraded", "starting", "absent"]),
      flapping: new Set(below(8) === 0 ? ["a"] : []),
      silences: [],
      now: moment(),
    };
  };

  const isSafe = (given: Choice, name: string, facts: Candidate["facts"]): boolean => {
    const check = given.judged.find((each) => each.name === name);
    if (facts === undefined || "kind" in facts) return false;
    return (
      check?.verdict === "red" &&
      check.because === undefined &&
      !check.isInGrace &&
      given.mode === "apply" &&
      given.systemState !== "starting" &&
      facts.loadState === "loaded" &&
      ["active", "failed", "inactive"].includes(facts.activeState) &&
      !facts.hasJob &&
      !(facts.activeState === "inactive" && facts.activeExitUs < facts.execMainExitUs)
    );
  };

  test("choose() never heals what is unknown, folded, in grace, in transition or stopped on purpose", () => {
    const seen = { chosen: 0, refused: 0, none: 0 };
    for (let seed = 0; seed < 5000; seed += 1) {
      const given = randomChoice(seed);
      const { chosen } = choose(given);
      seen[chosen.kind] += 1;
      if (chosen.kind === "chosen" && !isSafe(given, chosen.check, chosen.candidate.facts))
        throw new Error(`seed ${seed}: ${JSON.stringify(chosen)}`);
    }
    expect(Math.min(seen.chosen, seen.refused, seen.none)).toBeGreaterThan(50);
  });

  test("choose() never gives one incident and recipe a third attempt, nor a second after anything but a failure", () => {
    for (let seed = 0; seed < 5000; seed += 1) {
      const given = randomChoice(seed);
      const { chosen } = choose(given);
      if (chosen.kind !== "chosen") continue;
      const key = `${chosen.incident.id}/restart-unit`;
      const mine = given.heal.attempts.filter((each) => each.key === key);
      expect(mine.length).toBeLessThan(2);
      expect(mine.every(({ outcome }) => outcome === "failed")).toBeTrue();
    }
  });
});
