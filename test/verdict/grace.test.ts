import { describe, expect, test } from "bun:test";
import { isInGrace } from "../../src/verdict/grace.ts";
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
