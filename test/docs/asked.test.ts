import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";

const page = readFileSync("docs/alerts.md", "utf8");
/** The last section of the page: what people ask for, what goes wrong elsewhere. */
const section = page.slice(page.indexOf("## What users of other monitors ask for"));

/** A row's last cell: a test file and words of one of its tests. */
interface Held {
  readonly file: string;
  readonly words: string;
}

const heldIn = (text: string): readonly Held[] =>
  [...text.matchAll(/\| `(test\/[^`]+\.test\.ts)`: ?([^|]*) \|$/gmu)].map(([, file = "", words = ""]) => ({
    file,
    words,
  }));
const rowsIn = (text: string): number => [...text.matchAll(/^\| (?!they ask for|elsewhere \|)[^-|]/gmu)].length;

/** Why a row holds nothing; undefined when its test stands there. */
const faultOf = ({ file, words }: Held): string | undefined => {
  if (words.length < 8) return `${file}: no words of a test`;
  if (!existsSync(file)) return `${file}: no such file`;
  return readFileSync(file, "utf8").includes(words) ? undefined : `${file}: no test with "${words}"`;
};

describe("docs/alerts.md, what users of other monitors ask for", () => {
  test("every row names a test that stands in the suite", () => {
    const held = heldIn(section);
    expect(held.flatMap((each) => faultOf(each) ?? [])).toEqual([]);
    expect(held.length).toBe(rowsIn(section));
    expect(held.length).toBeGreaterThanOrEqual(15);
  });

  test("a row whose test is gone, or that names none, is noticed", () => {
    expect(faultOf({ file: "test/docs/gone.test.ts", words: "some words" })).toBe(
      "test/docs/gone.test.ts: no such file",
    );
    expect(faultOf({ file: "README.md", words: "no such words at all" })).toContain("no test with");
    expect(faultOf({ file: "README.md", words: "" })).toContain("no words");
    expect(heldIn("| a | b |\n")).toEqual([]);
    expect(rowsIn("| a wish | nothing |\n")).toBe(1);
  });
});
