import { describe, expect, test } from "bun:test";
import { formatDuration, parseDuration, printDuration } from "../../src/config/duration.ts";

describe("parseDuration()", () => {
  const cases = [
    { given: "0s", want: 0 },
    { given: "250ms", want: 250 },
    { given: "5s", want: 5000 },
    { given: "2m", want: 120_000 },
    { given: "1h", want: 3_600_000 },
    { given: "7d", want: 604_800_000 },
    { given: "", want: undefined },
    { given: "5", want: undefined },
    { given: "5 s", want: undefined },
    { given: "-5s", want: undefined },
    { given: "1.5s", want: undefined },
    { given: "1h30m", want: undefined },
    { given: "5S", want: undefined },
    { given: "999999999999999d", want: undefined },
    { given: "1s\n", want: undefined },
  ] as const;
  for (const { given, want } of cases)
    test(`parseDuration() reads ${JSON.stringify(given)} as ${want}`, () => expect(parseDuration(given)).toBe(want));
});

describe("printDuration()", () => {
  for (const text of ["0s", "250ms", "5s", "90s", "2m", "26h", "7d"])
    test(`printDuration() gives back ${text}`, () => expect(printDuration(parseDuration(text) ?? -1)).toBe(text));
});

describe("formatDuration()", () => {
  const cases = [
    { given: 0, want: "0 s" },
    { given: 250, want: "250 ms" },
    { given: 1500, want: "1.5 s" },
    { given: 5000, want: "5 s" },
    { given: 60_000, want: "1 min" },
    { given: 90_000, want: "90 s" },
    { given: 120_000, want: "2 min" },
    { given: 200_000, want: "3 min 20 s" },
    { given: 900_000, want: "15 min" },
    { given: 3_600_000, want: "1 h" },
    { given: 5_400_000, want: "90 min" },
    { given: 14_400_000, want: "4 h" },
    { given: 86_400_000, want: "1 d" },
    { given: 93_600_000, want: "26 h" },
    { given: 183_600_000, want: "2 d 3 h" },
  ] as const;
  for (const { given, want } of cases)
    test(`formatDuration() says "${want}"`, () => expect(formatDuration(given)).toBe(want));
});
