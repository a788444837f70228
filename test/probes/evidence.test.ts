import { describe, expect, test } from "bun:test";
import { cleanEvidence, maxEvidence, quote } from "../../src/probes/evidence.ts";
import { seeded } from "../log/log-bed.ts";

const cases = [
  { name: "plain text as it is", given: "HTTP 503 from größer × 漢字 👍", want: "HTTP 503 from größer × 漢字 👍" },
  { name: "colours away", given: "\u001b[31;1mred\u001b[0m", want: "red" },
  { name: "an 8-bit escape away", given: "a\u009b31mb", want: "a b" },
  { name: "a window title harmless", given: "a\u001b]0;pwned\u0007b", want: "a pwned b" },
  { name: "a clear-screen away", given: "a\u001b[2J\u001b[Hb", want: "a b" },
  { name: "newlines one line", given: "RED web-2\r\n· all is well\n\n", want: "RED web-2 · all is well" },
  { name: "tabs and runs of blanks one blank", given: " a\t\t b \u00a0 c ", want: "a b c" },
  { name: "line and paragraph separators blanks", given: "a\u2028b\u2029c\u0085d", want: "a b c d" },
  { name: "bidi overrides away", given: "\u202egnp.exe\u202c \u2066x\u2069 \u061cy", want: "gnp.exe x y" },
  { name: "zero-width characters away", given: "a\u200bb\u200dc\ufeffd\u2060e", want: "a b c d e" },
  { name: "hidden tag characters away", given: "ok\u{e0069}\u{e0067}\u{e006e}", want: "ok" },
  { name: "a soft hyphen away", given: "a\u00adb", want: "a b" },
  { name: "variation selectors away", given: "a\ufe0fb\u{e0100}c", want: "a b c" },
  { name: "NUL, BEL, backspace and DEL away", given: "a\u0000b\u0007c\bd\u007fe", want: "a b c d e" },
  { name: "lone surrogates away", given: "a\ud800b\udc00c", want: "a b c" },
  { name: "nothing of nothing", given: "", want: "" },
  { name: "nothing of controls alone", given: "\u001b[0m\u0000\u200b\n", want: "" },
] as const;

describe("cleanEvidence()", () => {
  for (const { name, given, want } of cases)
    test(`cleanEvidence() makes ${name}`, () => expect(cleanEvidence(given)).toBe(want));

  test("cleanEvidence() cuts to its bound in code points and says so", () => {
    expect(cleanEvidence("x".repeat(300))).toBe("x".repeat(300));
    expect(cleanEvidence("x".repeat(301))).toBe(`${"x".repeat(299)}…`);
    expect(cleanEvidence("👍".repeat(300))).toBe("👍".repeat(300));
    expect([...cleanEvidence("👍".repeat(10_000))]).toHaveLength(maxEvidence);
    expect(cleanEvidence("abcdef", 4)).toBe("abc…");
  });

  test("cleanEvidence() takes 10 MB of anything, and never cuts a character in two", () => {
    for (const piece of ["x", "\u001b[31m", "\u202e", "x👍", " \n", "\u001b", "\u001b[1;"]) {
      const cleaned = cleanEvidence(piece.repeat(Math.ceil(10_000_000 / piece.length)));
      expect([...cleaned].length).toBeLessThanOrEqual(maxEvidence);
      expect(cleaned.isWellFormed()).toBe(true);
    }
  });

  test("cleanEvidence() leaves nothing that a terminal, a log or a reader acts on, whatever comes (10,000 seeded texts)", () => {
    const next = seeded(7);
    const alphabet = [
      "\u001b",
      "[",
      "]",
      ";",
      "3",
      "m",
      "\u009b",
      "\u202e",
      "\u200d",
      "\ud83d",
      "\udc4d",
      "\n",
      "\r",
      "\u0000",
      "\u{e0041}",
      " ",
      "a",
      "é",
      "👍",
    ];
    for (let round = 0; round < 10_000; round += 1) {
      const text = Array.from({ length: next(40) }, () => alphabet[next(alphabet.length)] ?? "").join("");
      const cleaned = cleanEvidence(text, 20);
      expect(cleaned).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|^\s|\s$|\s\s/u);
      expect([...cleaned].length).toBeLessThanOrEqual(20);
      expect(cleanEvidence(cleaned, 20)).toBe(cleaned);
    }
  });
});

describe("quote()", () => {
  const quotes = [
    { name: "shows where foreign text begins and ends", given: "a b", want: '"a b"' },
    { name: "lets no quote in it end it", given: 'a" · RED "b', want: `"a' · RED 'b"` },
    { name: "bounds it", given: "x".repeat(100), want: `"${"x".repeat(79)}…"` },
  ] as const;
  for (const { name, given, want } of quotes) test(`quote() ${name}`, () => expect(quote(given)).toBe(want));
});
