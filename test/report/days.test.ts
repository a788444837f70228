import { describe, expect, test } from "bun:test";
import { dayText, stripText, uptimeBasis, uptimeFigure, uptimeOf } from "../../src/report/days.ts";
import type { DayCount } from "../../src/report/page.ts";

const day = (counts: Partial<DayCount>): DayCount => ({
  day: "2026-11-14",
  green: 0,
  amber: 0,
  unknown: 0,
  red: 0,
  ...counts,
});

describe("uptimeFigure()", () => {
  const rows = [
    { name: "nothing looked", given: [day({})], want: "–" },
    { name: "every look measured nothing", given: [day({ unknown: 9 })], want: "–" },
    { name: "no look was red", given: [day({ green: 3, amber: 2 })], want: "100\u00a0%" },
    { name: "one look of many was red", given: [day({ green: 999_999, red: 1 })], want: "99.99\u00a0%" },
    { name: "four of five were red", given: [day({ green: 1, red: 4 })], want: "20.00\u00a0%" },
    { name: "all were red", given: [day({ red: 5 })], want: "0.00\u00a0%" },
    {
      name: "unknown looks and gaps don't count",
      given: [day({ green: 1, red: 1, unknown: 98 }), day({})],
      want: "50.00\u00a0%",
    },
  ] as const;
  for (const { name, given, want } of rows)
    test(`uptimeFigure() says ${want} when ${name}`, () => {
      expect(uptimeFigure(uptimeOf(given))).toBe(want);
    });

  test("uptimeFigure() never passes a red for 100 %, nor rounds up (law of every count)", () => {
    for (let measured = 1; measured < 20_000; measured += 37)
      for (const red of [1, Math.ceil(measured / 7), measured]) {
        const figure = Number.parseFloat(uptimeFigure(uptimeOf([day({ green: measured - red, red })])));
        expect(figure).toBeLessThan(100);
        expect(figure).toBeLessThanOrEqual((1 - red / measured) * 100 + 1e-9);
      }
  });
});

test("uptimeBasis() names what the figure leaves out", () => {
  const days = [day({ green: 280, red: 4, unknown: 4 }), day({})];
  expect(uptimeBasis(uptimeOf(days))).toEqual([
    "4 of 284\u00a0looks red",
    "4 measured nothing",
    "1\u00a0day without a look",
  ]);
  expect(uptimeBasis(uptimeOf([day({})]))).toEqual(["no look yet"]);
});

describe("dayText()", () => {
  const rows = [
    { given: {}, want: "14 Nov: no look" },
    { given: { green: 288 }, want: "14 Nov: green, 288\u00a0looks" },
    { given: { green: 1 }, want: "14 Nov: green, 1\u00a0look" },
    {
      given: { green: 270, red: 12, amber: 3, unknown: 3 },
      want: "14 Nov: red in 12 of 288\u00a0looks, unknown in 3, amber in 3",
    },
    { given: { unknown: 2 }, want: "14 Nov: unknown in 2 of 2\u00a0looks" },
  ] as const;
  for (const { given, want } of rows)
    test(`dayText() says "${want}"`, () => {
      expect(dayText(day(given))).toBe(want);
    });
});

test("stripText() counts the days by what was worst in them", () => {
  expect(stripText([day({ red: 1, green: 9 }), day({ green: 1 }), day({ green: 2 }), day({})])).toBe(
    "4\u00a0days: 1 red, 2 green, 1 without a look",
  );
});
