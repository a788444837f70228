import { describe, expect, test } from "bun:test";
import { asksBothDays, everClose, readCron } from "../../src/config/cron.ts";
import { zoneFault } from "../../src/config/zone-name.ts";

const hourMs = 3_600_000;

const lines: readonly { readonly given: string; readonly want: RegExp | "fine" }[] = [
  { given: "0 3 * * 0", want: "fine" },
  { given: "*/15 22-2 1,15 jan-mar mon", want: "fine" },
  { given: "0 0 29 2 *", want: "fine" },
  { given: "0 0 29 2 1", want: "fine" },
  { given: "0 3 * * 5L", want: "fine" },
  { given: "0 3 LW * *", want: "fine" },
  { given: "@Daily", want: "fine" },
  { given: "  0 3 * * 7 ", want: "fine" },
  { given: "0 3 30 2 *", want: /never comes: no such month/u },
  { given: "0 3 31 4,6,9,11 *", want: /never comes: no such month/u },
  { given: "0 3 31 * 1#1", want: /never comes: no day fits/u },
  { given: "0 24 * * *", want: /"24" is no hour/u },
  { given: "0 3 0 * *", want: /"0" is no day of the month/u },
  { given: "0 3 * foo *", want: /"foo" is no month/u },
  { given: "5/15 * * * *", want: /"5\/15" is no minute/u },
  { given: "0 3 * * * *", want: /got 6 fields/u },
  { given: "", want: /got 1 field/u },
  { given: "@fortnightly", want: /no cron name: expected one of @yearly/u },
  { given: "1-999 * * * *", want: /too large/u },
  { given: "* * * * \u001b[31m", want: /no cron line has/u },
];

describe("readCron()", () => {
  for (const { given, want } of lines)
    test(`readCron() finds ${JSON.stringify(given)} ${want === "fine" ? "fine" : `wrong: ${want.source}`}`, () => {
      const read = readCron(given);
      if (want === "fine") expect(typeof read).toBe("object");
      else expect(read).toMatch(want);
    });
});

const closing: readonly { readonly windows: readonly (readonly [string, number])[]; readonly want: boolean }[] = [
  { windows: [["0 3 * * *", 23]], want: true },
  { windows: [["0 3 * * *", 24]], want: false },
  { windows: [["0 * * * *", 1]], want: false },
  { windows: [["0 * * * *", 59 / 60]], want: false },
  { windows: [["0 * * * *", 55 / 60]], want: true },
  { windows: [["0 3 * * 1-5", 48]], want: true },
  { windows: [["0 3 * * 0", 168]], want: false },
  { windows: [["0 3 1 * *", 168]], want: true },
  { windows: [["0 3 29 2 *", 168]], want: true },
  { windows: [["* * 1-30 * *", 1]], want: true },
  {
    windows: [
      ["0 0 * * *", 12],
      ["0 12 * * *", 12],
    ],
    want: false,
  },
  {
    windows: [
      ["0 0 * * *", 12],
      ["0 12 * * *", 11],
    ],
    want: true,
  },
  {
    windows: [
      ["0 0 * * 0", 96],
      ["0 0 * * 4", 72],
    ],
    want: false,
  },
  {
    windows: [
      ["0 0 * * 0", 96],
      ["0 1 * * 4", 72],
    ],
    want: true,
  },
  {
    windows: [
      ["0 0 1-15 * *", 24],
      ["0 0 16-31 * *", 24],
    ],
    want: false,
  },
  {
    windows: [
      ["0 0 * 1-11 *", 24],
      ["0 0 1-24 12 *", 24],
    ],
    want: true,
  },
];

test("everClose() tells windows that close from those that open again before they end", () => {
  for (const { windows, want } of closing) {
    const read = windows.flatMap(([line, hours]) => {
      const cron = readCron(line);
      return typeof cron === "string" ? [] : [{ cron, forMs: hours * hourMs }];
    });
    expect({ windows, closes: everClose(read) }).toEqual({ windows, closes: want });
  }
});

test("asksBothDays() sees where crontab(5) would mean something else", () => {
  expect(["0 3 1 * 0", "0 3 1 * *", "0 3 * * 0", "0 3 ? * 1", "@weekly"].map(asksBothDays)).toEqual([
    true,
    false,
    false,
    false,
    false,
  ]);
});

test("zoneFault() takes IANA names, and no offset", () => {
  for (const zone of ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Etc/UTC"])
    expect(zoneFault(zone)).toBeUndefined();
  expect(zoneFault("Europe/Berln")).toContain('did you mean "Europe/Berlin"?');
  expect(zoneFault("new york")).toContain('did you mean "America/New_York"?');
  for (const zone of ["+02:00", "Mars/Base", ""]) expect(zoneFault(zone)).toContain("expected a time zone");
});
