import { describe, expect, test } from "bun:test";
import { fit, paint } from "../../src/cli/paint.ts";
import { verdicts } from "../../src/verdict/verdict.ts";
import { createFakeHost } from "../fake-host.ts";

describe("paint() and fit()", () => {
  const plain = createFakeHost().terminal;
  const coloured = createFakeHost({ terminal: { hasColour: true } }).terminal;
  for (const verdict of verdicts)
    test(`paint() colours ${verdict} where the terminal takes it, and says the same without`, () => {
      expect(Bun.stripANSI(paint(coloured, verdict, "word"))).toBe("word");
      expect(paint(coloured, verdict, "word")).not.toBe("word");
      expect(paint(plain, verdict, "word")).toBe("word");
    });

  const cases = [
    { name: "leaves what fits", given: ["abc", 3], want: "abc" },
    { name: "cuts what doesn't", given: ["abcd", 3], want: "ab…" },
    { name: "counts characters, not halves of them", given: ["👍👍👍", 3], want: "👍👍👍" },
    { name: "never cuts a character in two", given: ["👍👍👍", 2], want: "👍…" },
    { name: "leaves something of it whatever the width", given: ["abc", -5], want: "a…" },
  ] as const;
  for (const { name, given, want } of cases) test(`fit() ${name}`, () => expect(fit(given[0], given[1])).toBe(want));
});
