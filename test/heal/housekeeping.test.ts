import { describe, expect, test } from "bun:test";
import { tidy } from "../../src/heal/housekeeping.ts";
import { emptyHealState } from "../../src/state/heal-state.ts";
import { attempt, judged, type moment, rule } from "./bed.ts";

const dayS = 86_400;
const none: ReadonlySet<string> = new Set();
const now = { bootId: "boot-1", uptimeS: 100 * dayS };
const ago = (seconds: number) => ({ bootId: "boot-1", uptimeS: now.uptimeS - seconds });

describe("tidy() on attempts", () => {
  const cases = [
    { name: "keeps a young one", given: attempt({ started: ago(29 * dayS) }), want: 1 },
    { name: "drops one of thirty days", given: attempt({ started: ago(30 * dayS) }), want: 0 },
    {
      name: "keeps an old one of an open incident",
      given: attempt({ started: ago(90 * dayS), incident: "open" }),
      want: 1,
    },
    {
      name: "keeps an old one that is watched",
      given: attempt({ started: ago(90 * dayS), outcome: "watching" }),
      want: 1,
    },
    {
      name: "keeps an old one that was cut off",
      given: attempt({ started: ago(90 * dayS), outcome: "running" }),
      want: 1,
    },
  ] as const;
  for (const { name, given, want } of cases)
    test(`tidy() ${name}`, () => {
      const tidied = tidy({ ...emptyHealState, attempts: [given] }, [], [], new Set(["open"]), now);
      expect(tidied.attempts).toHaveLength(want);
    });

  test("tidy() keeps the newest 500", () => {
    const attempts = Array.from({ length: 600 }, (_, i) => attempt({ key: `${i}`, started: now }));
    const tidied = tidy({ ...emptyHealState, attempts }, [], [], none, now);
    expect(tidied.attempts).toHaveLength(500);
    expect(tidied.attempts.at(-1)?.key).toBe("599");
  });
});

describe("tidy() on latches and refusals", () => {
  const latched = (at: ReturnType<typeof moment>) => ({
    ...emptyHealState,
    latched: { "1:restart-unit": { at: "2026-11-23T02:05:00.000Z", moment: at, why: "spent" } },
  });
  const latches = (seconds: number, verdict: "green" | "amber" | "unknown" | "red", rules = [rule()]) =>
    tidy(latched(ago(seconds)), rules, [judged({ verdict })], none, now).latched["1:restart-unit"]?.moment;

  test("tidy() ends a latch after a whole green day, no sooner", () => {
    expect(latches(dayS - 1, "green")).toEqual(ago(dayS - 1));
    expect(latches(dayS, "green")).toBeUndefined();
  });

  test("tidy() begins the green day anew at every tick that isn't green, unknown too", () => {
    for (const verdict of ["amber", "unknown", "red"] as const) expect(latches(10 * dayS, verdict)).toEqual(now);
  });

  test("tidy() drops the latch of a rule that is no longer in the config", () => {
    expect(latches(1, "green", [])).toBeUndefined();
  });

  test("tidy() forgets the refusals of incidents that ended", () => {
    const refusals = { a: { why: "x", count: 3 }, b: { why: "y", count: 1 } };
    expect(tidy({ ...emptyHealState, refusals }, [], [], new Set(["b"]), now).refusals).toEqual({
      b: { why: "y", count: 1 },
    });
  });

  test("tidy() changes nothing where there is nothing to forget", () => {
    const heal = latched(ago(5));
    expect(tidy(heal, [rule()], [judged({ verdict: "green" })], none, now)).toEqual(heal);
  });
});
