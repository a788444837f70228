import { describe, expect, test } from "bun:test";
import { elapsedS, type Moment } from "../../src/state/state.ts";
import { createFakeHost } from "../fake-host.ts";

describe("elapsedS()", () => {
  const then: Moment = { bootId: "boot-1", uptimeS: 1000 };
  const cases = [
    { name: "is the difference within a boot", given: { bootId: "boot-1", uptimeS: 1300 }, want: 300 },
    { name: "is nothing at the same moment", given: then, want: 0 },
    { name: "is never negative", given: { bootId: "boot-1", uptimeS: 900 }, want: 0 },
    { name: "is the time since boot after a reboot", given: { bootId: "boot-2", uptimeS: 40 }, want: 40 },
    {
      name: "is the time since boot after a reboot, however long",
      given: { bootId: "boot-2", uptimeS: 5000 },
      want: 5000,
    },
  ] as const;
  for (const { name, given, want } of cases) test(`elapsedS() ${name}`, () => expect(elapsedS(then, given)).toBe(want));

  const clocks = [
    { name: "set back by a year", given: -365 * 86_400_000 },
    { name: "set ahead by a year", given: 365 * 86_400_000 },
  ] as const;
  for (const { name, given } of clocks)
    test(`elapsedS() doesn't mind a clock that is ${name}`, () => {
      const { clock } = createFakeHost();
      const moment = (): Moment => ({ bootId: clock.bootId(), uptimeS: clock.uptimeS() });
      const before = moment();
      clock.setWall(clock.nowMs() + given);
      clock.advance(60_000);
      expect(elapsedS(before, moment())).toBe(60);
    });
});
