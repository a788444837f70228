import { describe, expect, test } from "bun:test";
import { textOf } from "../../src/report/markup.ts";
import { binned, daily, gistOf, spanOf } from "../../src/report/series.ts";
import { levelsOf, linearAxis, logAxis, overlayOf } from "../../src/report/svg-plot.ts";

const at = (mean: number, max = mean) => ({ mean, max });
/** 2026-11-14T00:00Z. */
const hour = Date.UTC(2026, 10, 14) / 3_600_000;

describe("series", () => {
  test("spanOf() holds all series, the newest 30 days of them, in at most 120 bins", () => {
    const short = { firstHour: hour, values: [at(1), at(2)] };
    const long = { firstHour: hour - 2000, values: Array.from({ length: 2000 }, () => at(1)) };
    expect(spanOf([short])).toEqual({ first: hour, size: 1, bins: 2 });
    expect(spanOf([long, short])).toEqual({ first: hour + 2 - 720, size: 6, bins: 120 });
    expect(spanOf([])).toEqual({ first: -1, size: 1, bins: 1 });
  });

  test("binned() gives the mean of the means, the worst of all, and null where nothing was measured", () => {
    const series = { firstHour: hour, values: [at(1, 5), at(3, 4), null, null, null, at(9)] };
    expect(binned(series, { first: hour - 2, size: 2, bins: 4 })).toEqual([null, at(2, 5), null, at(9)]);
  });

  test("gistOf() finds the middle hour, and the worst with its time", () => {
    const series = { firstHour: hour, values: [at(1, 2), null, at(40, 900), at(2, 3)] };
    expect(gistOf(series)).toEqual({ typical: 2, worst: 900, worstAt: "2026-11-14T02:00:00.000Z", hours: 3 });
    expect(gistOf({ firstHour: hour, values: [null] })).toBeUndefined();
  });

  test("daily() begins its days at midnight, UTC", () => {
    const series = { firstHour: hour - 1, values: [at(4), ...Array.from({ length: 24 }, () => at(2, 3)), null] };
    expect([...daily(series)]).toEqual([
      ["2026-11-13", at(4)],
      ["2026-11-14", at(2, 3)],
    ]);
  });
});

describe("axes", () => {
  const rows = [
    { name: "a spread of times", axis: logAxis([4, 30, 5200]), ticks: [1, 10, 100, 1000, 10_000] },
    { name: "one time", axis: logAxis([5]), ticks: [1, 10] },
    { name: "no time at all", axis: logAxis([]), ticks: [1, 10] },
    { name: "zeros and nonsense", axis: logAxis([0, -1, Number.NaN, Number.POSITIVE_INFINITY]), ticks: [1, 10] },
    { name: "a depth", axis: linearAxis([156]), ticks: [0, 100, 200] },
    { name: "an empty queue", axis: linearAxis([0, 0]), ticks: [0, 1] },
  ] as const;
  for (const { name, axis, ticks } of rows)
    test(`an axis for ${name} has ${ticks.join(", ")}, evenly apart`, () => {
      expect(axis.ticks).toEqual([...ticks]);
      const shares = axis.ticks.map((tick) => Math.round(1000 * axis.shareOf(tick)));
      expect(shares).toEqual(axis.ticks.map((_, index) => Math.round((1000 * index) / (axis.ticks.length - 1))));
    });

  test("shareOf() stays within the height whatever comes", () => {
    for (const axis of [logAxis([1, 50]), linearAxis([7])])
      for (const value of [-5, 0, 1e300, Number.NaN, Number.POSITIVE_INFINITY]) {
        expect(axis.shareOf(value)).toBeGreaterThanOrEqual(0);
        expect(axis.shareOf(value)).toBeLessThanOrEqual(1);
      }
  });
});

describe("paths", () => {
  const axis = linearAxis([100]);
  test("levelsOf() leaves a gap where nothing was measured", () => {
    const text = textOf(levelsOf([at(10, 50), at(20, 50), null, at(30, 100)], axis));
    expect(text).toContain('class="max" d="M0 100V50h4V100zM6 100V0h2V100z"');
    expect(text).toContain('class="mean" d="M1 90l2-10M6 70h2"');
  });

  test("overlayOf() draws nothing for nothing", () => {
    expect(textOf(overlayOf([null, null], axis))).toBe('<path class="second" d=""/>');
  });
});
