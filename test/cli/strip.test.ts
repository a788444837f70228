import { describe, expect, test } from "bun:test";
import { coarse, legend, stripText } from "../../src/cli/strip.ts";
import { widthOf } from "../../src/cli/width.ts";
import type { Sign } from "../../src/state/day.ts";

const canvas = { columns: 80, hasColour: false, isUtf8: true };
const signs = ["g", "-", "a", "u", "r"] as const;

describe("stripText()", () => {
  test("stripText() gives each sign a form of its own, which needs no colour", () => {
    expect(stripText(canvas, signs)).toBe("_·▄?█");
    expect(stripText({ ...canvas, isUtf8: false }, signs)).toBe("_.=?#");
    expect(new Set(stripText(canvas, signs)).size).toBe(signs.length);
    expect(new Set(stripText({ ...canvas, isUtf8: false }, signs)).size).toBe(signs.length);
  });

  test("stripText() colours what it knows, neighbours together, and says the same without", () => {
    const text = stripText({ ...canvas, hasColour: true }, ["g", "g", "-", "r"]);
    expect(text).toBe("\u001b[32m__\u001b[0m·\u001b[31;1m█\u001b[0m");
    expect(Bun.stripANSI(text)).toBe("__·█");
  });

  test("stripText() is as wide as it has signs, whatever they are", () => {
    for (let i = 0; i < 500; i++) {
      const day = Array.from({ length: i % 30 }, (_, n): Sign => signs[(n * i + n) % signs.length] ?? "-");
      for (const isUtf8 of [true, false])
        expect(widthOf(Bun.stripANSI(stripText({ ...canvas, hasColour: i % 2 === 0, isUtf8 }, day)))).toBe(day.length);
    }
  });
});

describe("coarse()", () => {
  const cases: readonly { readonly name: string; readonly given: readonly [string, number]; readonly want: string }[] =
    [
      { name: "leaves what fits", given: ["gar", 24], want: "gar" },
      { name: "keeps the worst of each pair", given: ["ggargu", 3], want: "gru" },
      { name: "shows no hour without a tick as green", given: ["g--ggg", 3], want: "--g" },
      { name: "never gives more than it may", given: ["ggggggg", 3], want: "ggg" },
    ];
  for (const { name, given, want } of cases)
    test(`coarse() ${name}`, () => {
      const day = [...given[0]].map((letter): Sign => signs.find((each) => each === letter) ?? "-");
      expect(coarse(day, given[1]).join("")).toBe(want);
    });
});

test("legend() fits its line, and names every sign once", () => {
  for (const [columns, hours] of [
    [80, 1],
    [80, 2],
    [60, 2],
  ] as const) {
    const text = legend({ ...canvas, columns }, hours);
    expect(widthOf(text)).toBeLessThanOrEqual(columns);
    for (const word of ["_ green", "▄ amber", "? unknown", "█ red", "· no tick"]) expect(text).toContain(word);
  }
});
