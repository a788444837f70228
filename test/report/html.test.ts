import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { commands } from "../../src/cli/commands.ts";
import { renderPage } from "../../src/report/html.ts";
import { leadOf } from "../../src/report/html-now.ts";
import type { Page } from "../../src/report/page.ts";
import { css, cssHash } from "../../src/report/style.ts";
import { emptyPage, hostileTexts, pageOf, pages } from "./pages.ts";

interface Element {
  readonly tag: string;
  readonly attributes: readonly (readonly [string, string])[];
}

/** The elements of a page, as a parser of HTML sees them. */
const elementsOf = (text: string): readonly Element[] => {
  const found: Element[] = [];
  new HTMLRewriter()
    .on("*", {
      element: ({ tagName, attributes }) => {
        found.push({ tag: tagName, attributes: [...attributes].map(([name = "", value = ""]) => [name, value]) });
      },
    })
    .transform(text);
  return found;
};

const valuesOf = (elements: readonly Element[], attribute: string): readonly string[] =>
  elements.flatMap(({ attributes }) => attributes.flatMap(([name, value]) => (name === attribute ? [value] : [])));

describe("leadOf()", () => {
  const red = (count: number, of: number) =>
    pageOf({ checks: of, verdicts: Array.from({ length: count }, () => "red") });
  const stale: Page = { ...pageOf(), tick: { at: "2026-11-26T16:02:11.000Z", isStale: true } };
  const rows: readonly { readonly given: Page; readonly want: string; readonly tone: string }[] = [
    { given: pageOf(), want: "All eleven checks are green", tone: "green" },
    { given: pageOf({ checks: 1 }), want: "The one check is green", tone: "green" },
    { given: pageOf({ checks: 0 }), want: "Nothing is watched yet", tone: "green" },
    { given: red(1, 11), want: "gateway is red", tone: "red" },
    { given: red(3, 20), want: "Three of 20\u00a0checks are red", tone: "red" },
    { given: pageOf({ verdicts: ["green", "unknown", "amber"] }), want: "gateway-process is unknown", tone: "unknown" },
    { given: { ...pageOf(), verdict: "red" }, want: "The last tick said red", tone: "red" },
    { given: stale, want: "Nobody has looked for 3 h", tone: "unknown" },
    { given: emptyPage, want: "No tick has finished yet", tone: "none" },
  ];
  for (const { given, want, tone } of rows)
    test(`leadOf() says "${want}"`, () => {
      expect(leadOf(given)).toMatchObject({ sentence: want, tone });
    });

  test("leadOf() puts what explains others before them, and counts it alone", () => {
    const [first, second, ...rest] = red(2, 11).checks;
    if (first === undefined || second === undefined) throw new Error("no checks");
    const page: Page = { ...red(2, 11), checks: [{ ...first, because: second.name }, second, ...rest] };
    expect(leadOf(page)).toMatchObject({ sentence: "gateway-process is red" });
    expect(leadOf(page).listed.map(({ name }) => name)).toEqual(["gateway-process", "gateway"]);
  });
});

describe("renderPage()", () => {
  test("renderPage() lets its own style sheet pass, and nothing else", () => {
    const hash = new Bun.CryptoHasher("sha256").update(css).digest("base64");
    expect(cssHash).toBe(`sha256-${hash}`);
    const text = renderPage(emptyPage);
    expect(text.split("<style>")[1]?.split("</style>")[0]).toBe(css);
    expect(text).toContain(`default-src 'none'; style-src 'sha256-${hash}'; img-src data:;`);
  });

  for (const [name, page] of Object.entries(pages)) {
    const text = renderPage(page);
    const elements = elementsOf(text);

    test(`renderPage() of ${name} holds nothing that runs, loads or styles but its own`, () => {
      const tags = elements.map(({ tag }) => tag);
      const names = new Set(elements.flatMap(({ attributes }) => attributes.map(([attribute]) => attribute)));
      for (const tag of [
        "script",
        "img",
        "iframe",
        "object",
        "embed",
        "base",
        "form",
        "input",
        "foreignobject",
        "animate",
      ])
        expect(tags).not.toContain(tag);
      expect(tags.filter((tag) => tag === "style" || tag === "title").length).toBe(
        2 + tags.filter((tag) => tag === "rect" || tag === "g").length - plainBars(elements),
      );
      expect(
        [...names].filter((each) => each.startsWith("on") || ["style", "src", "srcset", "action"].includes(each)),
      ).toEqual([]);
      const addresses = [...valuesOf(elements, "href"), ...valuesOf(elements, "xlink:href")];
      expect(addresses.filter((each) => !each.startsWith("#") && !each.startsWith("data:image/svg+xml,"))).toEqual([]);
    });

    test(`renderPage() of ${name} has each id once, and every link leads to one`, () => {
      const ids = valuesOf(elements, "id");
      expect(new Set(ids).size).toBe(ids.length);
      const aims = valuesOf(elements, "href").filter((each) => each.startsWith("#"));
      expect(aims.filter((each) => !ids.includes(each.slice(1)))).toEqual([]);
    });

    test(`renderPage() of ${name} is the same each time, well-formed text, and below 1.5 MB`, () => {
      expect(renderPage(page)).toBe(text);
      expect(text.isWellFormed()).toBe(true);
      expect(/[\p{Cc}\u202a-\u202e]/u.test(text.replaceAll("\n", ""))).toBe(false);
      expect(Buffer.byteLength(text)).toBeLessThan(1_500_000);
    });
  }

  test("renderPage() keeps hostile texts out of tags, whatever field they come in", () => {
    const known = new Set(elementsOf(renderPage(pages["plain-30x60"] ?? emptyPage)).map(({ tag }) => tag));
    const tags = new Set(elementsOf(renderPage(pages["hostile-30x60"] ?? emptyPage)).map(({ tag }) => tag));
    expect([...tags].filter((tag) => !known.has(tag) && tag !== "details")).toEqual([]);
  });

  test("renderPage() opens and closes as many elements for hostile texts as for plain ones", () => {
    const shape = (isHostile: boolean): readonly string[] =>
      elementsOf(renderPage(withTexts(isHostile ? hostileTexts : hostileTexts.map((_, at) => `plain ${at}`)))).map(
        ({ tag }) => tag,
      );
    expect(shape(true)).toEqual(shape(false));
  });

  test("renderPage() stays below 1.5 MB for 1,000 checks, each with a plot and an incident a day", () => {
    const page = pageOf({ checks: 1000, seed: 11 });
    expect(Buffer.byteLength(renderPage(page))).toBeLessThan(1_500_000);
  });

  test("renderPage() never throws for times, days and numbers that are none", () => {
    const [check] = pageOf({ verdicts: ["red"] }).checks;
    if (check === undefined) throw new Error("no check");
    const odd = { ...check, since: "yesterday", days: [{ day: "never", green: 0, amber: 0, unknown: 0, red: 0 }] };
    const series = { firstHour: 1e18, values: [{ mean: Number.NaN, max: Number.POSITIVE_INFINITY }] };
    const page: Page = {
      ...pageOf({ checks: 0 }),
      at: "",
      checks: [{ ...odd, latencyMs: series, ready: series, running: { firstHour: -5, values: [] } }],
    };
    expect(renderPage(page)).toContain("yesterday");
  });

  test("renderPage() shows a log that isn't as it was written at the top", () => {
    const log = {
      kind: "faulty",
      what: "line 41 is not what line 42 says",
      checkedAt: "2026-11-26T19:00:05Z",
    } as const;
    const [top = ""] = renderPage({ ...pageOf(), log }).split("<main");
    expect(top).toContain("The heal log is not as it was written");
  });

  test("renderPage() doesn't claim that nothing happened where the log can't be read", () => {
    const log = { kind: "unchecked", why: "it can't be read from here", head: null } as const;
    const text = renderPage({ ...pageOf({ days: 0 }), log });
    expect(text).not.toContain("Nothing turned red.");
    expect(text).not.toContain("Nothing was changed.");
  });
});

/** Bars and groups that have no title of their own: the halves of a red day, the key. */
function plainBars(elements: readonly Element[]): number {
  return elements.filter(
    ({ tag, attributes }) => ["rect", "g"].includes(tag) && !attributes.some(([name]) => name === "role"),
  ).length;
}

/** A page with these texts wherever text from outside may stand. */
function withTexts(texts: readonly string[]): Page {
  const [base] = pageOf({ verdicts: ["red"] }).checks;
  if (base === undefined) throw new Error("no check");
  const step = (text: string) => ({
    at: text,
    seq: 1,
    event: text,
    by: text,
    recipe: `r${text}`,
    argv: [`a${text}`],
    target: `t${text}`,
    backup: [{ path: text, sha256: text }],
    evidence: `e${text}`,
    proof: `p${text}`,
    why: `w${text}`,
    exit: `x${text}`,
  });
  return {
    ...pageOf({ checks: 0 }),
    host: texts[0] ?? "",
    version: texts[1] ?? "",
    verdict: "red",
    checks: texts.map((text, at) => ({
      ...base,
      name: `${text} ${at}`,
      kind: `k${text}`,
      evidence: text,
      card: `c${text}`,
      because: `b${text}`,
    })),
    incidents: texts.map((text, at) => ({
      id: text,
      check: text,
      openedAt: text,
      resolvedAt: at % 2 === 0 ? text : null,
      steps: [step(text)],
    })),
    others: texts.map(step),
    log: { kind: "whole", lines: 1, head: texts[2] ?? "", checkedAt: texts[3] ?? "", notes: texts },
    egress: {
      destinations: texts.map((text) => ({ host: text, port: 1, methods: [text], for: text })),
      programs: texts.map((text) => ({ argv: [text], for: text })),
      sockets: texts.map((text) => ({ path: text, for: text })),
    },
    silences: texts,
    notes: texts,
  };
}

describe("the one place where text becomes HTML", () => {
  const folder = join(import.meta.dirname, "../../src/report");
  /** What would let a text pass as it is. */
  const bypass = (text: string): boolean => /\[made\]|styleOf\((?!css\))|innerHTML/u.test(text);

  test("no file but markup.ts makes markup by itself", () => {
    const files = readdirSync(folder).filter((name) => name.endsWith(".ts") && name !== "markup.ts");
    expect(files.filter((name) => bypass(readFileSync(join(folder, name), "utf8")))).toEqual([]);
  });

  test("a planted bypass is seen", () => {
    expect(bypass("styleOf(check.name)")).toBe(true);
    expect(bypass("({ [made]: check.name })")).toBe(true);
  });
});

test("renderPage() names no command of dogwatch that there isn't", () => {
  const said = Object.values(pages).flatMap((page) =>
    [...renderPage(page).matchAll(/<code>(?:sudo )?dogwatch ([a-z]+)/gu)].map(([, word]) => word ?? ""),
  );
  expect(said).toContain("egress");
  expect(said.filter((word) => !(word in commands))).toEqual([]);
});
