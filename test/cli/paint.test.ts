import { describe, expect, test } from "bun:test";
import { inertLines, paint } from "../../src/cli/paint.ts";
import { verdicts } from "../../src/verdict/verdict.ts";
import { createFakeHost } from "../fake-host.ts";

describe("paint()", () => {
  const plain = createFakeHost().terminal;
  const coloured = createFakeHost({ terminal: { hasColour: true } }).terminal;
  for (const verdict of verdicts)
    test(`paint() colours ${verdict} where the terminal takes it, and says the same without`, () => {
      expect(Bun.stripANSI(paint(coloured, verdict, "word"))).toBe("word");
      expect(paint(coloured, verdict, "word")).not.toBe("word");
      expect(paint(plain, verdict, "word")).toBe("word");
    });
});

describe("inertLines()", () => {
  const [plain, coloured] = [{ hasColour: false }, { hasColour: true }];
  const cases = [
    { name: "a title and a cleared screen", given: "a\u001b]0;x\u0007\u001b[2Jb\n", want: "a ]0;x  [2Jb\n" },
    { name: "concealed text", given: "\u001b[8mb", want: " [8mb" },
    { name: "a carriage return, C1 and what turns the direction", given: "a\r\u009b2J\u202eb", want: "a  2J b" },
  ] as const;
  for (const { name, given, want } of cases)
    test(`inertLines() takes the effect from ${name}`, () => {
      for (const terminal of [plain, coloured]) expect(inertLines(given, terminal)).toBe(want);
    });

  test("inertLines() keeps our own colours, where the terminal takes any", () => {
    for (const verdict of verdicts) {
      const text = `${paint(createFakeHost({ terminal: { hasColour: true } }).terminal, verdict, "word")}\n`;
      expect(inertLines(text, coloured)).toBe(text);
      expect(inertLines(text, plain)).not.toContain("\u001b");
    }
  });
});
