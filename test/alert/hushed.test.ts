import { describe, expect, test } from "bun:test";
import { type Deciding, decide } from "../../src/alert/decide.ts";
import type { Silence } from "../../src/state/silence.ts";
import type { Incident } from "../../src/state/state.ts";
import { judged } from "../heal/bed.ts";

const now = { at: "2026-11-23T06:05:00.000Z", bootId: "boot-1", uptimeS: 100_000 };
const silence: Silence = {
  check: "gateway",
  from: "2026-11-23T04:00:00.000Z",
  until: "2026-11-23T06:00:00.000Z",
  reason: "planned upgrade",
  by: "uid:0",
  name: "root",
};
const told: Incident = {
  id: "gateway-20261123T020500Z",
  check: "gateway",
  openedAt: "2026-11-23T02:05:00.000Z",
  lastTold: { bootId: "boot-1", uptimeS: 99_700 },
};
const isSilenced = { silenced: new Set(["gateway"]) };
const isOver = { hushed: { gateway: silence } };
const isKnown = { incidents: { gateway: told } };
const seen = (verdict: "red" | "green" | "amber" | "unknown") => ({ judged: [judged({ verdict, ticks: 5 })] });

const cases: readonly { readonly name: string; readonly given: Partial<Deciding>; readonly want: readonly string[] }[] =
  [
    { name: "nothing of a red that begins under it", given: { ...isSilenced, ...seen("red") }, want: [] },
    {
      name: "nothing of a check that can't be measured under it",
      given: { ...isSilenced, ...seen("unknown") },
      want: [],
    },
    {
      name: "no reminder under it",
      given: { ...isSilenced, ...isKnown, ...seen("red"), remindEveryMs: 1 },
      want: [],
    },
    {
      name: "the end of what was told before",
      given: { ...isSilenced, ...isKnown, ...seen("green") },
      want: ["recovered"],
    },
    {
      name: "what is still red after it, and that it was silenced",
      given: { ...isOver, ...seen("red") },
      want: ["red after"],
    },
    {
      name: "what was told before it and is still red after it, at once",
      given: { ...isOver, ...isKnown, ...seen("red") },
      want: ["reminder after"],
    },
    {
      name: "what still can't be measured after it",
      given: { ...isOver, ...seen("unknown") },
      want: ["unknown after"],
    },
    { name: "nothing of what is well again after it", given: { ...isOver, ...seen("green") }, want: [] },
    { name: "nothing of what is only amber after it", given: { ...isOver, ...seen("amber") }, want: [] },
    {
      name: "the end as ever of what is well after it",
      given: { ...isOver, ...isKnown, ...seen("green") },
      want: ["recovered"],
    },
    {
      name: "nothing as long as another silence follows",
      given: { ...isOver, ...isSilenced, ...isKnown, ...seen("red") },
      want: [],
    },
    {
      name: "nothing of a check that was folded meanwhile",
      given: { ...isOver, judged: [judged({ because: "host" })] },
      want: [],
    },
  ];

describe("decide() on a silence", () => {
  for (const { name, given, want } of cases)
    test(`decide() tells ${name}`, () => {
      const { tell } = decide({
        judged: [],
        checks: {},
        incidents: {},
        logged: {},
        watched: new Set(),
        remindEveryMs: 4 * 3_600_000,
        now,
        ...given,
      });
      expect(tell.map(({ kind, after }) => (after === undefined ? kind : `${kind} after`))).toEqual([...want]);
    });

  test("decide() opens no incident under it, and one that began when the check turned red after it", () => {
    const since = "2026-11-23T04:35:00.000Z";
    const of = (more: Partial<Deciding>) =>
      decide({
        ...{ judged: [judged({ since })], checks: {}, incidents: {}, logged: {}, watched: new Set<string>() },
        ...{ remindEveryMs: 1, now },
        ...more,
      });
    expect(of(isSilenced)).toMatchObject({ opened: [], incidents: {} });
    expect(of(isOver).opened).toMatchObject([{ check: "gateway", openedAt: since }]);
  });
});
