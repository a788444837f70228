import { describe, expect, test } from "bun:test";
import { matchesGlob } from "../../src/probes/glob.ts";
import { seeded } from "../log/log-bed.ts";

const cases = [
  { name: "a text that is the glob", given: ["TOKEN", "TOKEN"], want: true },
  { name: "no part of a text", given: ["TOKEN", "TOKENS"], want: false },
  { name: "* as nothing", given: ["*TOKEN", "TOKEN"], want: true },
  { name: "* as anything, newlines too", given: ["*TOKEN", "a\nb_TOKEN"], want: true },
  { name: "* in the middle", given: ["A*Z", "ABYZ"], want: true },
  { name: "several *", given: ["*_*_*", "a_b_c"], want: true },
  { name: "several * that don't fit", given: ["*_*_*", "a_b"], want: false },
  { name: "? as one", given: ["A?C", "ABC"], want: true },
  { name: "? as no less", given: ["A?C", "AC"], want: false },
  { name: "a dot as a dot", given: ["A.C", "ABC"], want: false },
  { name: "brackets as they are", given: ["A[BC]", "A[BC]"], want: true },
  { name: "nothing with *", given: ["*", ""], want: true },
  { name: "nothing with nothing", given: ["", ""], want: true },
  { name: "something with nothing", given: ["", "a"], want: false },
] as const;

describe("matchesGlob()", () => {
  for (const { name, given, want } of cases)
    test(`matchesGlob() judges ${name}`, () => expect(matchesGlob(given[0], given[1])).toBe(want));

  test("matchesGlob() says what the same regular expression says (10,000 seeded pairs)", () => {
    const next = seeded(3);
    const word = (letters: string, length: number): string =>
      Array.from({ length: next(length) }, () => letters[next(letters.length)] ?? "").join("");
    for (let round = 0; round < 10_000; round += 1) {
      const [glob, text] = [word("ab*?", 7), word("ab\n", 9)];
      const pattern = new RegExp(`^${glob.replaceAll("*", ".*").replaceAll("?", ".")}$`, "su");
      expect([glob, text, matchesGlob(glob, text)]).toEqual([glob, text, pattern.test(text)]);
    }
  });

  test("matchesGlob() comes to its end with a text that stalls a regular expression", () => {
    expect(matchesGlob("*_*_*_*_*X", "_".repeat(128 * 1024))).toBe(false);
  });
});
