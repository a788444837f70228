import { describe, expect, test } from "bun:test";
import { clip, isolated, visible } from "../../src/report/inert.ts";
import { html, join, nothing, textOf } from "../../src/report/markup.ts";

describe("html``", () => {
  const rows = [
    { name: "a tag", given: "<b>", want: "&lt;b&gt;" },
    { name: "the end of an attribute", given: `" onload='x'`, want: "&quot; onload=&#39;x&#39;" },
    { name: "what is escaped already", given: "&amp;", want: "&amp;amp;" },
    { name: "a control character", given: "\u001b[31m", want: "[U+001B][31m" },
    { name: "right-to-left letters", given: "שלום", want: "שלום" },
    { name: "an empty text", given: "", want: "" },
  ] as const;
  for (const { name, given, want } of rows)
    test(`html\`\` writes ${name} so that it stays a text`, () => {
      expect(textOf(html`<p title="${given}">${given}</p>`)).toBe(`<p title="${want}">${want}</p>`);
    });

  test("html`` takes markup, lists of it and numbers as they are", () => {
    const list = [html`<li>${1}</li>`, html`<li>${"<"}</li>`];
    expect(textOf(html`<ul>${list}</ul>${nothing}`)).toBe("<ul><li>1</li><li>&lt;</li></ul>");
    expect(textOf(join(list, html`, `))).toBe("<li>1</li>, <li>&lt;</li>");
  });

  test("isolated() keeps a direction inside, and what is in it can't end it", () => {
    expect(textOf(html`${isolated("a\u2069<")}`)).toBe("\u2068a[U+2069]&lt;\u2069");
  });
});

describe("visible()", () => {
  const rows = [
    { name: "bidi overrides", given: "\u202eabc\u202c", want: "[U+202E]abc[U+202C]" },
    { name: "tags that no one sees", given: "a\u{e0041}", want: "a[U+E0041]" },
    { name: "line breaks of every kind", given: "a\r\nb\u2028c\u0085", want: "a[U+000D][U+000A]b[U+2028]c[U+0085]" },
    { name: "half a pair", given: "a\ud800b", want: "a\ufffdb" },
    { name: "a heap of marks", given: `z${"\u0351".repeat(9)}`, want: `z${"\u0351".repeat(4)}[+5]` },
  ] as const;
  for (const { name, given, want } of rows)
    test(`visible() shows ${name}`, () => {
      expect(visible(given)).toBe(want);
    });
  const kept = ["👩‍👩‍👧‍👦 🏳️‍🌈", "می‌خواهم", "é ê", "قول"];
  for (const given of kept)
    test(`visible() leaves ${given} as it is`, () => {
      expect(visible(given)).toBe(given);
    });
});

describe("clip()", () => {
  test("clip() counts code points and says how many are left out", () => {
    expect(clip("😀😀😀", 3)).toBe("😀😀😀");
    expect(clip("😀😀😀", 2)).toBe("😀😀… (1 more characters)");
  });
});
