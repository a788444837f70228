import { describe, expect, test } from "bun:test";
import { tidy } from "../../src/heal/housekeeping.ts";
import { emptyHealState } from "../../src/state/heal-state.ts";
import type { Moment } from "../../src/state/state.ts";
import { attempt, moment } from "./bed.ts";

const boot2 = (uptimeS: number): Moment => ({ bootId: "boot-2", uptimeS });

describe("tidy() on what no longer counts", () => {
  const cases = [
    { name: "an attempt of 59 min ago, which counts for an hour", given: [-3540, moment()], want: undefined },
    { name: "one of an hour ago", given: [-3600, moment()], want: true },
    { name: "one of another boot, an hour after this boot", given: [-3540, boot2(3600)], want: true },
    {
      name: "one of another boot, soon after this boot: nobody knows how long it was off",
      given: [-3540, boot2(60)],
      want: undefined,
    },
  ] as const;
  for (const { name, given, want } of cases)
    test(`tidy() gives isSpent ${want} to ${name}`, () => {
      const [endedAt, now] = given;
      const heal = { ...emptyHealState, attempts: [attempt({ ended: moment(endedAt), countsForS: 3600 })] };
      expect(tidy(heal, [], [], new Set(), now).attempts[0]?.isSpent).toBe(want);
    });

  test("tidy() keeps an attempt spent over a reboot, so that an old heal never blocks a new one", () => {
    const heal = { ...emptyHealState, attempts: [attempt({ ended: moment(-7200), countsForS: 3600 })] };
    const later = tidy(heal, [], [], new Set(), moment());
    expect(tidy(later, [], [], new Set(), boot2(60)).attempts[0]?.isSpent).toBe(true);
  });

  test("tidy() forgets after a day that the heal state was lost", () => {
    const heal = { ...emptyHealState, lostAt: moment(-86_000) };
    expect(tidy(heal, [], [], new Set(), moment()).lostAt).not.toBeNull();
    expect(tidy(heal, [], [], new Set(), moment(500)).lostAt).toBeNull();
  });
});
