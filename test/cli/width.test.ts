import { describe, expect, test } from "bun:test";
import { fitTo, linesTo, padTo, widthOf } from "../../src/cli/width.ts";

describe("widthOf()", () => {
  const cases = [
    { name: "a column a letter", given: "gateway · é", want: 11 },
    { name: "two for East Asian letters", given: "監視 ok", want: 7 },
    { name: "two for full-width signs and Hangul", given: "！한", want: 4 },
    { name: "two for an emoji", given: "👍", want: 2 },
    { name: "none for marks and what isn't shown", given: "e\u0301\u200b", want: 1 },
    { name: "one for the blocks of a spark line", given: "_▄█·", want: 4 },
  ] as const;
  for (const { name, given, want } of cases) test(`widthOf() counts ${name}`, () => expect(widthOf(given)).toBe(want));
});

describe("fitTo() and padTo()", () => {
  const cases = [
    { name: "leaves what fits", given: ["abc", 3], want: "abc" },
    { name: "cuts what doesn't", given: ["abcd", 3], want: "ab…" },
    { name: "cuts before a wide letter that is half out", given: ["監視監", 4], want: "監…" },
    { name: "cuts nothing where there is no width", given: ["abc", Number.POSITIVE_INFINITY], want: "abc" },
  ] as const;
  for (const { name, given, want } of cases)
    test(`fitTo() ${name}`, () => expect(fitTo(given[0], given[1])).toBe(want));

  test("padTo() fills up by columns, not by letters", () => {
    expect(padTo("監視", 6)).toBe("監視  ");
    expect(padTo("long", 2)).toBe("long");
  });
});

describe("linesTo()", () => {
  const cases = [
    { name: "breaks at blanks", given: ["one two three", 9, 0], want: ["one two", "three"] },
    { name: "indents", given: ["one two three", 12, 4], want: ["    one two", "    three"] },
    { name: "breaks a long word where it must", given: ["abcdefghijkl", 8, 0], want: ["abcdefgh", "ijkl"] },
    { name: "breaks wide letters by columns", given: ["監視監視監", 8, 0], want: ["監視監視", "監"] },
    { name: "keeps a number with its unit", given: ["waited 12 min", 10, 0], want: ["waited", "12 min"] },
    {
      name: "leaves a line whole where there is no width",
      given: ["a  b", Number.POSITIVE_INFINITY, 2],
      want: ["  a b"],
    },
  ] as const;
  for (const { name, given, want } of cases)
    test(`linesTo() ${name}`, () => expect(linesTo(given[0], given[1], given[2])).toEqual([...want]));
});
