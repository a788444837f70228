import { describe, expect, test } from "bun:test";
import type { Check } from "../../src/config/config.ts";
import type { Reading } from "../../src/probes/probe.ts";
import type { CheckState } from "../../src/state/state.ts";
import { type Judged, judge, type Now, turningRed } from "../../src/verdict/judge.ts";
import { checkState, httpCheck, reading, unitCheck } from "../checks.ts";
import { judgeAll } from "./history.ts";

const now: Now = { at: "2026-11-23T02:05:00.000Z", uptimeS: 86_400, bootId: "boot-1" };

const one = (
  given: Parameters<typeof httpCheck>[0],
  kind: Reading["kind"] | Reading,
  before?: Partial<CheckState>,
): Judged | undefined => {
  const seen = typeof kind === "string" ? reading(kind) : kind;
  const states = before === undefined ? {} : { gateway: checkState(before) };
  return judge([httpCheck(given)], new Map([["gateway", seen]]), states, now)[0];
};

describe("judge() colours a check", () => {
  const red = { verdict: "red", reading: "bad", badTicks: 5 } as const;
  const fresh = { graceMs: 100_000_000 };
  const cases = [
    { name: "green when it reads ok", given: [{}, "ok", undefined], want: "green" },
    {
      name: "amber where the reading only advises, however often",
      given: [{ redAfter: 1 }, reading("bad", { isAdvisory: true }), { badTicks: 9 }],
      want: "amber",
    },
    { name: "green at the first ok after red", given: [{}, "ok", red], want: "green" },
    { name: "red at the first bad where one is enough", given: [{ redAfter: 1 }, "bad", undefined], want: "red" },
    { name: "amber until the threshold is reached", given: [{ redAfter: 3 }, "bad", { badTicks: 1 }], want: "amber" },
    { name: "red once the threshold is reached", given: [{ redAfter: 3 }, "bad", { badTicks: 2 }], want: "red" },
    { name: "unknown when it can't be measured", given: [{ redAfter: 1 }, "unknown", undefined], want: "unknown" },
    {
      name: "unknown, never red, after any number of bad ones",
      given: [{ redAfter: 1 }, "unknown", red],
      want: "unknown",
    },
    {
      name: "unknown for an advisory check too",
      given: [{ severity: "amber" }, "unknown", undefined],
      want: "unknown",
    },
    {
      name: "amber at most when it is advisory",
      given: [{ severity: "amber" }, "bad", { badTicks: 99 }],
      want: "amber",
    },
    {
      name: "amber while advisory, though it was red before",
      given: [{ severity: "amber" }, "bad", red],
      want: "amber",
    },
    { name: "amber in its grace", given: [{ redAfter: 1, ...fresh }, "bad", undefined], want: "amber" },
    { name: "red in a grace that began after it was red", given: [{ redAfter: 1, ...fresh }, "bad", red], want: "red" },
    { name: "green in its grace", given: [fresh, "ok", undefined], want: "green" },
  ] as const;
  for (const { name, given, want } of cases)
    test(`judge() gives ${name}`, () => expect(one(given[0], given[1], given[2])?.verdict).toBe(want));

  test("judge() doesn't know a check that nobody looked at", () => {
    expect(judge([httpCheck()], new Map(), {}, now)).toMatchObject([
      { verdict: "unknown", reading: "unknown", evidence: "not looked at" },
    ]);
  });

  test("judge() keeps the order of the config and what each check is", () => {
    const checks: readonly Check[] = [httpCheck({ name: "b", card: "gateway-down" }), unitCheck({ name: "a" })];
    const readings = new Map([
      ["a", reading("ok", { durationMs: 7 })],
      ["b", reading("ok")],
    ]);
    expect(judge(checks, readings, {}, now)).toMatchObject([
      { name: "b", kind: "http", card: "gateway-down" },
      { name: "a", kind: "unit", card: null, durationMs: 7 },
    ]);
  });
});

describe("judge() counts bad ticks in a row", () => {
  const cases = [
    { name: "one more with each bad one", given: ["bad", 3], want: 4 },
    { name: "from nothing", given: ["bad", undefined], want: 1 },
    { name: "none after an ok", given: ["ok", 3], want: 0 },
    { name: "as many after an unknown, which neither counts nor resets", given: ["unknown", 3], want: 3 },
  ] as const;
  for (const { name, given, want } of cases)
    test(`judge() counts ${name}`, () => {
      const before = given[1] === undefined ? undefined : { badTicks: given[1], reading: "bad" as const };
      expect(one({}, given[0], before)?.badTicks).toBe(want);
    });

  const stories = [
    {
      name: "turns red over an unknown in between",
      given: ["bad", "unknown", "bad"],
      want: ["amber", "unknown", "red"],
    },
    {
      name: "begins anew after an ok in between",
      given: ["bad", "ok", "bad", "bad"],
      want: ["amber", "green", "amber", "red"],
    },
    {
      name: "never turns red by unknowns",
      given: ["bad", "unknown", "unknown"],
      want: ["amber", "unknown", "unknown"],
    },
  ] as const;
  for (const { name, given, want } of stories)
    test(`judge() ${name}`, () => {
      const ticks = given.map((kind, i) => ({
        readings: new Map([["gateway", reading(kind)]]),
        uptimeS: 5000 + i * 300,
      }));
      const judged = judgeAll([httpCheck({ redAfter: 2 })], ticks);
      expect(judged.flatMap((each) => each.map(({ verdict }) => verdict))).toEqual([...want]);
    });
});

describe("judge() tells since when", () => {
  const before = { reading: "bad", since: "2026-11-23T01:00:00.000Z", ticks: 3 } as const;
  const cases = [
    { name: "goes on with the same reading", given: "bad", want: { since: before.since, ticks: 4 } },
    { name: "begins anew with another", given: "unknown", want: { since: now.at, ticks: 1 } },
    { name: "begins anew with ok", given: "ok", want: { since: now.at, ticks: 1 } },
  ] as const;
  for (const { name, given, want } of cases)
    test(`judge() ${name}`, () => expect(one({}, given, before)).toMatchObject(want));

  test("judge() begins at the first look", () => expect(one({}, "ok")).toMatchObject({ since: now.at, ticks: 1 }));
});

describe("judge() carries a probe's memory", () => {
  const cases = [
    { name: "the new one when there is one", given: reading("ok", { memory: { restarts: 2 } }), want: { restarts: 2 } },
    { name: "the old one over a look that left none", given: reading("unknown"), want: { restarts: 1 } },
  ] as const;
  for (const { name, given, want } of cases)
    test(`judge() keeps ${name}`, () => expect(one({}, given, { memory: { restarts: 1 } })?.memory).toEqual(want));

  test("judge() has none where there was none", () => expect(one({}, "ok", {})).not.toHaveProperty("memory"));
});

describe("turningRed()", () => {
  const cases = [
    { name: "takes a check that was green", given: ["bad", { verdict: "green" }], want: ["gateway"] },
    { name: "takes a check that was amber", given: ["bad", { verdict: "amber" }], want: ["gateway"] },
    { name: "takes a check that was unknown", given: ["bad", { verdict: "unknown" }], want: ["gateway"] },
    { name: "takes a check at its first look", given: ["bad", undefined], want: ["gateway"] },
    { name: "leaves one that is red already", given: ["bad", { verdict: "red" }], want: [] },
    { name: "leaves one that doesn't turn red", given: ["ok", { verdict: "green" }], want: [] },
    { name: "leaves one that can't be measured", given: ["unknown", { verdict: "green" }], want: [] },
  ] as const;
  for (const { name, given, want } of cases)
    test(`turningRed() ${name}`, () => {
      const before = given[1] === undefined ? {} : { gateway: checkState(given[1]) };
      const judged = judge([httpCheck()], new Map([["gateway", reading(given[0])]]), before, now);
      expect([...turningRed(judged, before)]).toEqual([...want]);
    });

  test("turningRed() takes all of them, folded ones too, so that they are looked at together", () => {
    const checks = [httpCheck({ name: "a" }), httpCheck({ name: "b", needs: ["a"] })];
    const judged = judge(
      checks,
      new Map([
        ["a", reading("bad")],
        ["b", reading("bad")],
      ]),
      {},
      now,
    );
    expect(judged[1]?.because).toBe("a");
    expect([...turningRed(judged, {})]).toEqual(["a", "b"]);
  });
});
