import { describe, expect, test } from "bun:test";
import { type Attempt, emptyHealState, type HealTotals, noHeals, totalsAfter } from "../../src/state/heal-state.ts";

const attempt = (outcome: Attempt["outcome"], uptimeS = 100, number = 1): Attempt => ({
  ...{ key: "i-1/restart-unit", rule: "r", recipe: "restart-unit", incident: "i-1", check: "unit", sick: ["unit"] },
  ...{ number, outcome, at: "2026-11-23T02:00:00.000Z", started: { bootId: "b", uptimeS }, ended: null },
  ...{ proofWithinS: 300, proofEveryS: 2, target: null, invocationBefore: null, why: "", countsForS: 3600 },
});

describe("totalsAfter()", () => {
  const had: HealTotals = { healed: 4, failed: 1, indeterminate: 0 };
  const rows: readonly {
    readonly name: string;
    readonly before: readonly Attempt[];
    readonly after: readonly Attempt[];
    readonly want: HealTotals;
  }[] = [
    { name: "counts nothing while one runs", before: [], after: [attempt("running")], want: had },
    {
      name: "counts nothing while one is watched",
      before: [attempt("running")],
      after: [attempt("watching")],
      want: had,
    },
    { name: "counts its end", before: [attempt("watching")], after: [attempt("healed")], want: { ...had, healed: 5 } },
    { name: "counts no end twice", before: [attempt("healed")], after: [attempt("healed")], want: had },
    { name: "loses none that is forgotten", before: [attempt("healed")], after: [], want: had },
    {
      name: "counts a second attempt of the same incident by itself",
      before: [attempt("failed")],
      after: [attempt("failed"), attempt("failed", 2000, 2)],
      want: { ...had, failed: 2 },
    },
    {
      name: "counts one that a crash cut off",
      before: [attempt("running")],
      after: [attempt("indeterminate")],
      want: { ...had, indeterminate: 1 },
    },
  ];
  for (const { name, before, after, want } of rows)
    test(`totalsAfter() ${name}`, () => {
      expect(totalsAfter({ ...emptyHealState, attempts: before, totals: had }, { attempts: after })).toEqual(want);
    });

  test("totalsAfter() begins at nothing with a file of an older dogwatch, whose attempts it doesn't count again", () => {
    const old = { ...emptyHealState, attempts: [attempt("healed")] };
    expect(totalsAfter(old, { attempts: [attempt("healed")] })).toEqual(noHeals);
  });
});
