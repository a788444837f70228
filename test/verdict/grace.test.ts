import { describe, expect, test } from "bun:test";
import type { CheckState } from "../../src/state/state.ts";
import { isGraceSpent, isInGrace } from "../../src/verdict/grace.ts";
import { type Judged, judge } from "../../src/verdict/judge.ts";
import { httpCheck, reading } from "../checks.ts";

const uptimeS = 1000;
const started = (startedUptimeS?: number) => reading("bad", startedUptimeS === undefined ? {} : { startedUptimeS });

describe("isInGrace()", () => {
  const cases = [
    { name: "none is wanted", given: { graceMs: 0, own: 999, needed: 999 }, want: false },
    { name: "nothing started lately", given: { graceMs: 300_000, own: 10, needed: 10 }, want: false },
    { name: "the host booted lately", given: { graceMs: 1_000_001, own: undefined, needed: undefined }, want: true },
    {
      name: "the boot is just long enough ago",
      given: { graceMs: 1_000_000, own: undefined, needed: undefined },
      want: false,
    },
    { name: "what it looks at started lately", given: { graceMs: 300_000, own: 701, needed: undefined }, want: true },
    {
      name: "that start is just long enough ago",
      given: { graceMs: 300_000, own: 700, needed: undefined },
      want: false,
    },
    { name: "what it needs started lately", given: { graceMs: 300_000, own: undefined, needed: 701 }, want: true },
    { name: "either of them started lately", given: { graceMs: 300_000, own: 10, needed: 999 }, want: true },
    {
      name: "a clock says that it starts in a moment",
      given: { graceMs: 300_000, own: 1001, needed: undefined },
      want: true,
    },
    { name: "the start isn't known", given: { graceMs: 300_000, own: Number.NaN, needed: undefined }, want: false },
  ] as const;
  for (const { name, given, want } of cases)
    test(`isInGrace() says ${want} when ${name}`, () => {
      const check = httpCheck({ name: "a", needs: ["b"], graceMs: given.graceMs });
      const readings = new Map([
        ["a", started(given.own)],
        ["b", started(given.needed)],
        ["c", started(999)],
      ]);
      expect(isInGrace(check, readings, uptimeS)).toBe(want);
    });

  test("isInGrace() goes by the boot alone where nothing was looked at", () => {
    expect(isInGrace(httpCheck({ needs: ["gone"], graceMs: 300_000 }), new Map(), 299)).toBe(true);
    expect(isInGrace(httpCheck({ needs: ["gone"], graceMs: 300_000 }), new Map(), 300)).toBe(false);
  });
});

describe("isGraceSpent()", () => {
  const check = httpCheck({ name: "a", graceMs: 300_000, redAfter: 2 });
  const before = (facts: Partial<CheckState>): CheckState => ({
    ...{ verdict: "amber", reading: "bad", evidence: "", since: "", ticks: 3, badTicks: 3, isUnknownTold: false },
    lastWell: { moment: { bootId: "boot-1", uptimeS: 399 } },
    ...facts,
  });
  const cases = [
    { name: "it was well two graces ago, and bad since", given: {}, want: true },
    {
      name: "that is not so long ago",
      given: { lastWell: { moment: { bootId: "boot-1", uptimeS: 400 } } },
      want: false,
    },
    {
      name: "the host was booted two graces ago",
      given: { lastWell: { moment: { bootId: "boot-0", uptimeS: 9 } } },
      want: true,
    },
    { name: "it was bad too seldom", given: { badTicks: 1 }, want: false },
    { name: "it could not be measured at the last tick", given: { reading: "unknown" }, want: false },
    { name: "it was well at the last tick", given: { reading: "ok", badTicks: 0 }, want: false },
  ] as const;
  for (const { name, given, want } of cases)
    test(`isGraceSpent() says ${want} when ${name}`, () =>
      expect(isGraceSpent(check, before(given), { bootId: "boot-1", uptimeS })).toBe(want));

  test("isGraceSpent() says false when nobody saw it well", () => {
    const { lastWell: _, ...unseen } = before({});
    expect(isGraceSpent(check, unseen, { bootId: "boot-1", uptimeS })).toBe(false);
    expect(isGraceSpent(check, undefined, { bootId: "boot-1", uptimeS })).toBe(false);
  });

  test("judge() calls an outage red that a process hides which starts anew within each grace", () => {
    const at = (uptime: number, state: CheckState | undefined): Judged | undefined =>
      judge([check], new Map([["a", started(uptime - 60)]]), state === undefined ? {} : { a: state }, {
        ...{ at: "2026-11-23T02:05:00.000Z", bootId: "boot-1", uptimeS: uptime },
      })[0];
    const verdicts: (string | undefined)[] = [];
    const well = { bootId: "boot-1", uptimeS: 5000 };
    let state: CheckState | undefined;
    for (let tick = 1; tick <= 4; tick += 1) {
      const judged = at(5000 + 300 * tick, state);
      verdicts.push(judged?.verdict);
      if (judged !== undefined) state = before({ verdict: judged.verdict, badTicks: tick, lastWell: { moment: well } });
    }
    expect(verdicts).toEqual(["amber", "amber", "red", "red"]);
  });
});
