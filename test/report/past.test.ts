import { describe, expect, test } from "bun:test";
import { stripDays } from "../../src/report/page.ts";
import { maxCurved, pastsOf } from "../../src/report/past.ts";
import type { HourSums } from "../../src/state/history.ts";

const at = "2026-11-26T19:30:00.000Z";
const hourMs = 3_600_000;
const hour = (ago: number, checks: HourSums["checks"], minute = 5): HourSums => ({
  from: new Date(Date.parse("2026-11-26T19:00:00Z") - ago * hourMs + minute * 60_000).toISOString(),
  checks,
});
const pastOf = (past: readonly HourSums[], present: readonly HourSums[] = []) =>
  pastsOf(["web"], past, present, at).get("web");

describe("pastsOf()", () => {
  test("pastsOf() counts the ticks of thirty days, the present one last", () => {
    const days = pastOf(
      [
        hour(29 * 24 + 19, { web: 12 }),
        hour(25, { web: { ticks: [10, 1, 1] } }),
        hour(2, { web: { ticks: [9, 0, 0, 3] } }),
      ],
      [hour(0, { web: 6 })],
    )?.days;
    expect(days).toHaveLength(stripDays);
    expect(days?.[0]).toEqual({ day: "2026-10-28", green: 12, amber: 0, unknown: 0, red: 0 });
    expect(days?.[28]).toEqual({ day: "2026-11-25", green: 10, amber: 1, unknown: 1, red: 0 });
    expect(days?.[29]).toEqual({ day: "2026-11-26", green: 15, amber: 0, unknown: 0, red: 3 });
  });

  test("pastsOf() leaves out what is older, and what a wrong clock put into the future", () => {
    const days = pastOf([hour(30 * 24, { web: 12 }), hour(-24 * 300, { web: 12 })])?.days;
    expect(days?.every(({ green }) => green === 0)).toBe(true);
  });

  test("pastsOf() adds up an hour that was lived twice, and takes the state's word for one that is in the file too", () => {
    const twice = [
      hour(1, { web: { ticks: [6], ms: [6, 60, 20] } }),
      hour(1, { web: { ticks: [4], ms: [4, 20, 5] } }, 7),
    ];
    expect(pastOf(twice)).toMatchObject({ latencyMs: { values: [{ mean: 8, max: 20 }] } });
    const both = pastOf([hour(0, { web: 6 })], [hour(0, { web: 7 })]);
    expect(both?.days.at(-1)?.green).toBe(7);
  });

  test("pastsOf() gives a value an hour from the first to the last, null where nothing was measured", () => {
    const past = pastOf([
      hour(3, { web: { ticks: [12], ms: [12, 606, 99.5], ready: [2, 7, 5], running: [2, 2, 1] } }),
      hour(2, { web: 12 }),
      hour(1, { web: { ticks: [1], ms: [1, 30, 30] } }),
    ]);
    const firstHour = Date.parse("2026-11-26T16:00:00Z") / hourMs;
    expect(past?.latencyMs).toEqual({ firstHour, values: [{ mean: 50.5, max: 99.5 }, null, { mean: 30, max: 30 }] });
    expect(past?.ready).toEqual({ firstHour, values: [{ mean: 3.5, max: 5 }] });
    expect(past?.running).toEqual({ firstHour, values: [{ mean: 1, max: 1 }] });
    expect(pastOf([hour(2, { web: 12 })])).not.toHaveProperty("latencyMs");
  });

  const foreign: readonly { readonly name: string; readonly given: string }[] = [
    { name: "counts that are words", given: '{"web":{"ticks":["12",null,{}],"ms":["a",1,1]}}' },
    { name: "counts below zero", given: '{"web":{"ticks":[-5],"ms":[-1,5,5]}}' },
    { name: "a list in place of a check", given: '{"web":[12]}' },
    { name: "a curve that is none", given: '{"web":{"ticks":[0],"ms":{"length":3}}}' },
  ];
  for (const { name, given } of foreign)
    test(`pastsOf() believes nothing of ${name}`, () => {
      const past = pastOf([hour(1, JSON.parse(given))]);
      expect(past?.days.at(-1)).toEqual({ day: "2026-11-26", green: 0, amber: 0, unknown: 0, red: 0 });
      expect(past).not.toHaveProperty("latencyMs");
    });

  test("pastsOf() takes names of an object's own parts for the names that they are", () => {
    const past = pastsOf(["constructor", "__proto__"], [hour(1, JSON.parse('{"__proto__":3}'))], [], at);
    expect(past.get("constructor")?.days.at(-1)?.green).toBe(0);
    expect(past.get("__proto__")?.days.at(-1)?.green).toBe(3);
  });

  test("pastsOf() draws no more curves than anybody looks at", () => {
    const names = Array.from({ length: maxCurved + 5 }, (_, i) => `c${i}`);
    const checks = Object.fromEntries(names.map((name) => [name, { ticks: [1], ms: [1, 2, 2] as const }]));
    const pasts = [...pastsOf(names, [hour(2, checks), hour(1, checks)], [], at).values()];
    expect(pasts.filter(({ latencyMs }) => latencyMs !== undefined)).toHaveLength(maxCurved);
    expect(pasts[0]?.latencyMs?.values).toHaveLength(2);
    expect(pasts.every(({ days }) => days.at(-1)?.green === 2)).toBe(true);
  });
});
