import { describe, expect, test } from "bun:test";
import { openingsOf } from "../../src/maintenance/windows.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

interface Case {
  readonly name: string;
  readonly cron: string;
  readonly forMs: number;
  readonly zone: string;
  /** The first day that is looked at, and how many. */
  readonly from: string;
  readonly days: number;
  /** `from/until`, UTC, without the year. */
  readonly want: readonly string[];
}

const short = (atMs: number): string => new Date(atMs).toISOString().slice(5, 16);

const cases: readonly Case[] = [
  {
    name: "opens on the day of the week that is meant",
    cron: "0 3 * * 0",
    forMs: hourMs,
    zone: "UTC",
    from: "2026-11-26",
    days: 14,
    want: ["11-29T03:00/11-29T04:00", "12-06T03:00/12-06T04:00"],
  },
  {
    name: "keeps the wall clock in Berlin when summer ends",
    cron: "0 4 * * *",
    forMs: hourMs,
    zone: "Europe/Berlin",
    from: "2026-10-24",
    days: 3,
    want: ["10-24T02:00/10-24T03:00", "10-25T03:00/10-25T04:00", "10-26T03:00/10-26T04:00"],
  },
  {
    name: "opens right after the hour that Berlin skips",
    cron: "30 2 * * *",
    forMs: hourMs,
    zone: "Europe/Berlin",
    from: "2026-03-28",
    days: 3,
    want: ["03-28T01:30/03-28T02:30", "03-29T01:00/03-29T02:00", "03-30T00:30/03-30T01:30"],
  },
  {
    name: "opens once in the hour that Berlin has twice",
    cron: "30 2 * * *",
    forMs: hourMs,
    zone: "Europe/Berlin",
    from: "2026-10-24",
    days: 3,
    want: ["10-24T00:30/10-24T01:30", "10-25T00:30/10-25T01:30", "10-26T01:30/10-26T02:30"],
  },
  {
    name: "opens right after the hour that New York skips",
    cron: "0 2 8 3 *",
    forMs: 2 * hourMs,
    zone: "America/New_York",
    from: "2026-03-07",
    days: 3,
    want: ["03-08T07:00/03-08T09:00"],
  },
  {
    name: "opens once in the hour that New York has twice",
    cron: "0 1 * * sun",
    forMs: hourMs,
    zone: "America/New_York",
    from: "2026-10-31",
    days: 9,
    want: ["11-01T05:00/11-01T06:00", "11-08T06:00/11-08T07:00"],
  },
  {
    name: "goes by elapsed time for a line of every hour, where an hour comes twice",
    cron: "0 * * * *",
    forMs: 10 * 60_000,
    zone: "Europe/Berlin",
    from: "2026-10-25",
    days: 0.125,
    want: ["10-25T00:00/10-25T00:10", "10-25T01:00/10-25T01:10", "10-25T02:00/10-25T02:10"],
  },
  {
    name: "goes by elapsed time for a line of every hour, where one is skipped",
    cron: "30 * * * *",
    forMs: 10 * 60_000,
    zone: "Europe/Berlin",
    from: "2026-03-29",
    days: 0.125,
    want: ["03-29T00:30/03-29T00:40", "03-29T01:30/03-29T01:40", "03-29T02:30/03-29T02:40"],
  },
  {
    name: "follows a zone that is no whole hour from UTC",
    cron: "0 3 * * *",
    forMs: hourMs,
    zone: "Asia/Kolkata",
    from: "2026-11-26",
    days: 1,
    want: ["11-26T21:30/11-26T22:30"],
  },
  {
    name: "opens in a zone whose day is another than that of UTC",
    cron: "0 1 27 11 *",
    forMs: hourMs,
    zone: "Pacific/Auckland",
    from: "2026-11-26",
    days: 1,
    want: ["11-26T12:00/11-26T13:00"],
  },
  {
    name: "opens on a leap day",
    cron: "0 3 29 2 *",
    forMs: hourMs,
    zone: "UTC",
    from: "2028-02-27",
    days: 5,
    want: ["02-29T03:00/02-29T04:00"],
  },
  {
    name: "opens on no leap day that isn't there",
    cron: "0 3 29 2 *",
    forMs: hourMs,
    zone: "UTC",
    from: "2026-02-27",
    days: 5,
    want: [],
  },
  {
    name: "opens on the last day of a month",
    cron: "0 3 L * *",
    forMs: hourMs,
    zone: "UTC",
    from: "2026-11-26",
    days: 7,
    want: ["11-30T03:00/11-30T04:00"],
  },
  {
    name: "is open already where it opened before",
    cron: "0 22 * * 3",
    forMs: 3 * dayMs,
    zone: "UTC",
    from: "2026-11-28",
    days: 1,
    want: ["11-25T22:00/11-28T22:00"],
  },
  {
    name: "joins windows that overlap into one",
    cron: "0 3 * * 1-5",
    forMs: dayMs + hourMs,
    zone: "UTC",
    from: "2026-11-23",
    days: 7,
    want: ["11-23T03:00/11-28T04:00"],
  },
  {
    name: "gives a name of node-cron its meaning",
    cron: "@weekly",
    forMs: hourMs,
    zone: "UTC",
    from: "2026-11-26",
    days: 7,
    want: ["11-29T00:00/11-29T01:00"],
  },
];

describe("openingsOf()", () => {
  for (const { name, cron, forMs, zone, from, days, want } of cases)
    test(`openingsOf() ${name}`, () => {
      const fromMs = Date.parse(`${from}T00:00:00Z`);
      const openings = openingsOf({ cron, forMs, timezone: zone }, "UTC", fromMs, fromMs + days * dayMs);
      expect(openings.map((each) => `${short(each.fromMs)}/${short(each.untilMs)}`)).toEqual([...want]);
    });

  test("openingsOf() takes the host's zone where the window names none", () => {
    const fromMs = Date.parse("2026-11-26T00:00:00Z");
    const [first] = openingsOf(
      { cron: "0 3 * * *", forMs: hourMs, timezone: null },
      "America/New_York",
      fromMs,
      fromMs + dayMs,
    );
    expect(short(first?.fromMs ?? 0)).toBe("11-26T08:00");
  });
});
