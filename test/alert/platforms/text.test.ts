import { describe, expect, test } from "bun:test";
import { cut, fit, maxText, messageText, plain } from "../../../src/alert/platforms/text.ts";

describe("plain()", () => {
  const cases: readonly { readonly name: string; readonly given: string; readonly want: string }[] = [
    { name: "keeps letters of every script, and newlines", given: "größer 日本 👍🏽\nb", want: "größer 日本 👍🏽\nb" },
    {
      name: "takes escapes and other control characters out",
      given: "a\u001b[31mb\u0007\u0000c\u009bd",
      want: "a [31mb  c d",
    },
    { name: "makes every line end a newline", given: "a\r\nb\rc", want: "a\nb\nc" },
    { name: "takes marks out that turn the writing around", given: "a\u202eb\u2066c\u2028d", want: "a b c d" },
    { name: "replaces halves of characters", given: "a\ud83db", want: "a\ufffdb" },
  ];
  for (const { name, given, want } of cases) test(`plain() ${name}`, () => expect(plain(given)).toBe(want));
});

describe("cut()", () => {
  const cases: readonly { readonly name: string; readonly given: readonly [string, number]; readonly want: string }[] =
    [
      { name: "leaves what fits", given: ["abc", 3], want: "abc" },
      { name: "marks what is missing", given: ["abcd", 3], want: "ab…" },
      { name: "never splits a character", given: ["a👍👍", 4], want: "a👍…" },
      { name: "drops a character that would be split", given: ["a👍👍", 3], want: "a…" },
      { name: "ends a quotation that it cuts", given: ['a "bcdefg', 6], want: 'a "b…"' },
      { name: "leaves no quotation that would be empty open", given: ['ab "cdefg', 5], want: "ab …" },
      { name: "survives no room at all", given: ["abc", 0], want: "…" },
    ];
  for (const { name, given, want } of cases) test(`cut() ${name}`, () => expect(cut(...given)).toBe(want));
});

describe("fit()", () => {
  test("fit() leaves what fits", () => expect(fit("a\nb\nc", 5)).toBe("a\nb\nc"));

  test("fit() keeps the first and the last line and as much between as there is room for", () => {
    const middle = Array.from({ length: 100 }, (_, at) => `line ${at} ${"x".repeat(30)}`);
    const lines = fit(["RED first", ...middle, "log 1:aa"].join("\n"), 300).split("\n");
    expect(lines[0]).toBe("RED first");
    expect(lines[1]).toStartWith("line 0 ");
    expect(lines.at(-2)).toBe("… (shortened)");
    expect(lines.at(-1)).toBe("log 1:aa");
  });

  test("fit() never exceeds its limit, whatever the text", () => {
    for (const part of ["a", "👍", "\n", "ab\n", "👍".repeat(400), `${"x".repeat(700)}\n`]) {
      for (const limit of [100, 900, 1500]) {
        for (const count of [1, 7, 400, 2000]) {
          const fitted = fit(part.repeat(count), limit);
          expect(fitted.length).toBeLessThanOrEqual(limit);
          expect(fitted.isWellFormed()).toBe(true);
        }
      }
    }
  });

  test("messageText() keeps to the limit of every platform", () => {
    expect(messageText(`RED a\n${"b\n".repeat(9999)}log 1:aa`).length).toBeLessThanOrEqual(maxText);
  });
});
