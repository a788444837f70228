import { afterEach, describe, expect, setSystemTime, test } from "bun:test";
import { nextDue, openSchedule, scheduleFault } from "../../src/host/schedule.ts";

/** Rings of a real schedule. */
const listen = (cron: string) => {
  const heard = { due: 0, missed: 0 };
  const schedule = openSchedule(cron, {
    due: () => {
      heard.due += 1;
    },
    missed: () => {
      heard.missed += 1;
    },
  });
  return { heard, schedule };
};

const until = async (is: () => boolean): Promise<void> => {
  while (!is()) await Bun.sleep(20);
};

describe("the schedule", () => {
  afterEach(() => void setSystemTime());

  const cases = [
    { given: "*/5 * * * *", want: undefined },
    { given: "31 4-59/5 * * * *", want: undefined },
    { given: "@hourly", want: undefined },
    { given: "", want: "pattern includes illegal characters" },
    { given: "5m", want: "expected 5 or 6 fields but got 1" },
    { given: "61 * * * *", want: "61 is a invalid expression for minute" },
    { given: "* * 30 2 *", want: "30 2 is an impossible day of month for the given month" },
    { given: "*/5 * * * *; reboot", want: "pattern includes illegal characters" },
  ] as const;
  for (const { given, want } of cases)
    test(`scheduleFault() of "${given}" is ${want ?? "none"}`, () => expect(scheduleFault(given)).toBe(want));

  test("openSchedule() rings at each due time until it is stopped, and holds no process up afterwards", async () => {
    const { heard, schedule } = listen("* * * * * *");
    expect(schedule.msToNext()).toBeWithin(0, 1001);
    await until(() => heard.due === 2);
    schedule.stop();
    expect(heard).toEqual({ due: 2, missed: 0 });
  });

  test("nextDue() gives the next due time and the period", () => {
    setSystemTime(new Date("2026-11-23T02:05:00.000Z"));
    expect(nextDue("31 4-59/5 * * * *")).toEqual({ atMs: Date.parse("2026-11-23T02:09:31.000Z"), periodMs: 300_000 });
  });
});
