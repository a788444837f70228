import { describe, expect, test } from "bun:test";
import { missedNotes, statusLine, usualCron } from "../../src/cli/daemon-words.ts";
import { sha256 } from "../../src/host/digest.ts";
import { scheduleFault } from "../../src/host/schedule.ts";
import type { TickReport } from "../../src/tick-report.ts";

const now = "2026-11-23T02:05:10.000Z";
const next = "2026-11-23T02:10:31.000Z";
const report: TickReport = {
  ...{ host: "web-1", at: "2026-11-23T02:05:00.000Z", verdict: "green", checks: [], heal: null, alerts: [] },
  ...{ outbox: 0, durationMs: 12, silences: [], troubles: [], exit: 0, wouldSend: [] },
};

describe("the daemon's words", () => {
  const well = "green: 0 of 0 checks green at 02:05 UTC; next tick 02:10 UTC";
  const cases = [
    { name: "a tick that ended", given: [{ exit: 0, report }, undefined], want: well },
    {
      name: "a tick that ended ill",
      given: [{ exit: 75, report }, "an alert cannot be delivered"],
      want: `dogwatch is ill: an alert cannot be delivered; ${well}`,
    },
    {
      name: "a reason with a newline, which would be another message to the manager",
      given: [{ exit: 0, report }, "a\nMAINPID=1\u{1B}[31m b"],
      want: `dogwatch is ill: a MAINPID=1 b; ${well}`,
    },
    {
      name: "a tick that threw",
      given: [{ exit: 70 }, undefined],
      want: "no verdict (status 70); next tick 02:10 UTC",
    },
    {
      name: "a tick beside another",
      given: [{ exit: 0 }, undefined],
      want: "another tick was running; next tick 02:10 UTC",
    },
  ] as const;
  for (const { name, given, want } of cases)
    test(`statusLine() of ${name}`, () => expect(statusLine(given[0], given[1], next, now)).toBe(want));

  test("missedNotes() says nothing of a tick that came in time, and each reason by itself", () => {
    expect(missedNotes({ busy: 0, stood: 0, isClockBack: false }, 9)).toEqual([]);
    expect(missedNotes({ busy: 1, stood: 2, isClockBack: true }, 61_000)).toEqual([
      "missed 1 tick: the one before took 61 s",
      "missed 2 ticks: the host slept, its clock was set forward, or this process stood still",
      "the host's clock was set back: the ticks go on from now",
    ]);
  });

  test("usualCron() is every five minutes for every host name, and spreads hosts over them", () => {
    const all = Array.from({ length: 500 }, (_, at) => usualCron(sha256(`web-${at}`)));
    expect(
      all.filter((cron) => !/^[1-5]?\d [0-4]-59\/5 \* \* \* \*$/u.test(cron) || scheduleFault(cron) !== undefined),
    ).toEqual([]);
    expect(new Set(all).size).toBeGreaterThan(200);
    expect(usualCron(sha256("web-1"))).toBe(usualCron(sha256("web-1")));
  });
});
