import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderPage } from "../../src/report/html.ts";
import type { Page } from "../../src/report/page.ts";
import { hostileTexts, pages } from "../report/pages.ts";

// long

// The page in Debian's Chromium. With DOGWATCH_PICTURES=FOLDER its pictures and prints stay there.

interface Fault {
  readonly id: string;
  readonly impact: string;
  readonly where: readonly string[];
}

interface Look {
  readonly width: number;
  readonly colorScheme: string;
  readonly background: string;
  readonly overflow: number;
  readonly wide: readonly string[];
  readonly faults: readonly Fault[];
}

interface Seen {
  readonly console: readonly string[];
  readonly requests: readonly string[];
}

interface Told extends Seen {
  readonly title: string;
  readonly looks: readonly Look[];
  readonly plain: Seen & {
    readonly words: string;
    readonly focus: {
      readonly text: string;
      readonly left: number;
      readonly outlineStyle: string;
      readonly outlineWidth: string;
    };
    readonly print: { readonly background: string; readonly hidden: number };
  };
}

/** A page with a fault for every gate below: each must turn red for it. */
const planted = `<!doctype html><html><head><meta http-equiv="Content-Security-Policy" content="style-src 'none'">
<style>p { color: #eee }</style></head><body><img src="https://out.invalid/x.png">
<script>console.error("a script ran")</script><p style="width: 3000px">wide</p>
<table width="3000"><tr><td bgcolor="#ffffff"><font color="#eeeeee">pale</font></td></tr></table>
<details><summary>closed</summary><b>a story that no print shows</b></details></body></html>`;

const kept = process.env["DOGWATCH_PICTURES"];
const folder = kept ?? mkdtempSync(join(tmpdir(), "dogwatch-page-"));
const told: Record<string, Told> = {};

/** What axe-core says of a story it says of the next one too, in as many seconds again. */
const someIncidents = (page: Page | undefined): string => {
  if (page === undefined) throw new Error("no such page");
  const { incidents, olderIncidents } = page;
  const shown = incidents.slice(0, 8);
  const older = olderIncidents + incidents.length - shown.length;
  return renderPage({ ...page, incidents: shown, olderIncidents: older });
};

const names = ["empty", "one-day", "hostile-30x60"] as const;
const drawn: ReadonlyMap<string, string> = new Map(names.map((name) => [name, someIncidents(pages[name])]));

beforeAll(async () => {
  for (const [name, text] of drawn) writeFileSync(join(folder, `${name}.html`), text);
  writeFileSync(join(folder, "planted.html"), planted);
  const program = join(import.meta.dirname, "page-looks.mjs");
  const child = Bun.spawn(["node", program, folder], { stdout: "pipe", stderr: "pipe" });
  const [said, status] = await Promise.all([new Response(child.stderr).text(), child.exited]);
  expect({ said, status }).toEqual({ said: "", status: 0 });
  Object.assign(told, JSON.parse(readFileSync(join(folder, "told.json"), "utf8")));
});
afterAll(() => {
  if (kept === undefined) rmSync(folder, { recursive: true, force: true });
});

const toldOf = (name: string): Told => {
  const found = told[name];
  if (found === undefined) throw new Error(`nothing was told of "${name}"`);
  return found;
};

const grave = ({ faults }: Look): readonly Fault[] =>
  faults.filter(({ impact }) => impact === "serious" || impact === "critical");

const printed = (name: string): string =>
  Bun.spawnSync(["pdftotext", "-raw", join(folder, `${name}.pdf`), "-"]).stdout.toString();

/** A print breaks lines where it likes. */
const pressed = (text: string): string => text.replace(/\s+/gu, "");

describe("the page in Chromium", () => {
  for (const name of names) {
    test(`${name}: asks nobody for anything and has nothing to complain of`, () => {
      const { console, requests, plain } = toldOf(name);
      expect({ console, requests }).toEqual({ console: [], requests: [] });
      expect({ console: plain.console, requests: plain.requests }).toEqual({ console: [], requests: [] });
    });

    test(`${name}: axe-core finds no serious fault, nothing is wider than the window, light and dark differ`, () => {
      const { looks } = toldOf(name);
      expect(looks.map(({ width, colorScheme }) => `${width} ${colorScheme}`)).toEqual([
        "390 light",
        "1280 light",
        "390 dark",
        "1280 dark",
      ]);
      expect(looks.flatMap(grave)).toEqual([]);
      expect(looks.map(({ overflow, wide }) => ({ overflow, wide }))).toEqual(
        looks.map(() => ({ overflow: 0, wide: [] })),
      );
      expect(new Set(looks.map(({ background }) => background)).size).toBe(2);
    });

    test(`${name}: reads without scripts, shows where the keyboard is, and prints light with everything open`, () => {
      const { plain } = toldOf(name);
      expect(plain.words).toContain("Silences and notes");
      expect(plain.focus).toMatchObject({ text: "Skip to the checks", left: 0, outlineStyle: "solid" });
      expect(plain.print).toEqual({ background: toldOf(name).looks[0]?.background ?? "", hidden: 0 });
    });
  }

  test("hostile texts stay texts: the title is ours, and each is there to be read", () => {
    const { title, plain } = toldOf("hostile-30x60");
    expect(title).toStartWith("RED ");
    expect(plain.words).toContain("</bdi></q></details><h1 style=position:fixed");
    expect(plain.words).toContain("[U+202E]gnihtyna");
    expect(plain.words).toContain(hostileTexts[1] ?? "?");
  });

  test("the print tells every story that the page tells", () => {
    const print = pressed(printed("hostile-30x60"));
    const seqs = [...(drawn.get("hostile-30x60") ?? "").matchAll(/<small>line (\d+) <bdi>([a-z.]+)</gu)];
    expect(seqs.length).toBeGreaterThan(30);
    const missing = seqs.filter(([, seq, event]) => !print.includes(`line${seq}${event}`));
    expect(missing.map(([text]) => text)).toEqual([]);
  });
});

describe("the gates, on a page with planted faults", () => {
  test("a request out and a complaint of the console are seen, also without scripts", () => {
    const { console, requests, plain } = toldOf("planted");
    expect(requests).toEqual(["https://out.invalid/x.png", "https://out.invalid/x.png"]);
    expect(plain.requests).toEqual(["https://out.invalid/x.png"]);
    expect(console.join("\n")).toContain("a script ran");
    expect(console.join("\n")).toContain("Content Security Policy");
    expect(plain.console.join("\n")).not.toContain("a script ran");
  });

  test("pale text, a missing language and a picture without words are serious faults", () => {
    for (const look of toldOf("planted").looks) {
      const ids = grave(look).map(({ id }) => id);
      expect(ids).toContain("color-contrast");
      expect(ids).toContain("html-has-lang");
      expect(ids).toContain("image-alt");
    }
  });

  test("what is wider than the window, and what a print hides, is seen", () => {
    const { looks, plain } = toldOf("planted");
    expect(looks.every(({ overflow, wide }) => overflow > 0 && wide.length > 0)).toBe(true);
    expect(plain.print.hidden).toBeGreaterThan(0);
    expect(printed("planted")).toContain("closed");
    expect(printed("planted")).not.toContain("a story that no print shows");
    expect(plain.focus.text).not.toBe("Skip to the checks");
  });
});
