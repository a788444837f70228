import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { cardNames, findCard } from "../../src/heal/card.ts";
import { shippedCards, shippedRecipes, shippedRouter } from "../../src/heal/shipped.ts";
import { createFakeHost } from "../fake-host.ts";

const folder = "/etc/dogwatch/heal-recipes";
const shipped = join(import.meta.dirname, "..", "..", "heal-recipes");
const stems = (path: string, end: string): readonly string[] =>
  readdirSync(path).flatMap((name) => (name.endsWith(end) && name !== "README.md" ? [name.slice(0, -end.length)] : []));

test("findCard() takes the admin's own card before the shipped one", () => {
  const host = createFakeHost();
  expect(findCard(host, folder, "gateway-down")).toStartWith("# gateway-down");
  host.files.put(`${folder}/cards/gateway-down.md`, "# mine\n");
  expect(findCard(host, folder, "gateway-down")).toBe("# mine\n");
});

test("findCard() finds nothing outside its folder, nor under a name that every object has", () => {
  const host = createFakeHost();
  host.files.put("/etc/dogwatch/secret.md", "hush");
  for (const name of ["../../secret", "..", "", "constructor", "a/b", "Gateway-down", "x".repeat(64)])
    expect(findCard(host, folder, name)).toBeUndefined();
});

test("cardNames() lists the admin's and the shipped ones, sorted, each once", () => {
  const host = createFakeHost();
  host.files.put(`${folder}/cards/a-card.md`, "");
  host.files.put(`${folder}/cards/unit-down.md`, "");
  host.files.put(`${folder}/cards/notes.txt`, "");
  expect(cardNames(host, folder)).toEqual(["a-card", ...Object.keys(shippedCards).sort()]);
});

test("shippedCards and shippedRecipes hold every file of heal-recipes/, and the router names each", () => {
  expect(Object.keys(shippedCards).sort()).toEqual([...stems(join(shipped, "cards"), ".md")].sort());
  expect(Object.keys(shippedRecipes).sort()).toEqual([...stems(shipped, ".yaml")].sort());
  for (const name of [...Object.keys(shippedCards), ...Object.keys(shippedRecipes)])
    expect(shippedRouter).toContain(name);
});

/** Rows of the router that lead from a symptom to a card. */
const routes: readonly { readonly symptom: string; readonly card: string }[] = [
  ...shippedRouter.matchAll(/^\| (.+?) +\| ([a-z]+(?:-[a-z]+)*) +\|$/gmu),
]
  .map(([, symptom = "", card = ""]) => ({ symptom, card }))
  // The heads of both tables.
  .filter(({ card }) => card !== "card" && card !== "changes");

test("shippedRouter leads from every symptom to one card that is there, and to every card", () => {
  expect(new Set(routes.map(({ symptom }) => symptom)).size).toBe(routes.length);
  expect([...new Set(routes.map(({ card }) => card))].sort()).toEqual(Object.keys(shippedCards).sort());
});

test("shippedRouter is read at a glance: 40 lines of 80 columns at most", () => {
  const lines = shippedRouter.trimEnd().split("\n");
  expect(lines.length).toBeLessThanOrEqual(40);
  for (const line of lines) expect([...line].length).toBeLessThanOrEqual(80);
});

test("every recipe names a card that ships", () => {
  for (const [name, text] of Object.entries(shippedRecipes)) {
    const card = /^card: (.+)$/mu.exec(text)?.[1] ?? "none";
    expect({ name, isThere: Object.hasOwn(shippedCards, card) }).toEqual({ name, isThere: true });
  }
});

/** A heading's anchor, as GitHub and most readers make it. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(/\s/gu, "-");

const root = join(shipped, "..");
const anchorsIn = (page: string): readonly string[] =>
  [...readFileSync(join(root, page), "utf8").matchAll(/^#+ (.+)$/gmu)].map(([, heading = ""]) => anchorOf(heading));

describe("the cards", () => {
  for (const [name, text] of Object.entries(shippedCards)) {
    const links = [...text.matchAll(/\bdocs\/[\w-]+\.md(?:#[\w-]+)?/gu)].map(([link]) => link);
    test(`the card ${name} links to sections of docs that are there`, () => {
      expect(links.length).toBeGreaterThan(0);
      for (const link of links) {
        const [page = "", anchor = ""] = link.split("#");
        expect({ link, isThere: existsSync(join(root, page)) && anchorsIn(page).includes(anchor) }).toEqual({
          link,
          isThere: true,
        });
      }
    });

    test(`the card ${name} begins with its name, ends with what done means, and fits a terminal`, () => {
      expect(text).toStartWith(`# ${name}: `);
      expect(text).toContain("**It is this card** when ");
      expect(text).toContain("**Done when** ");
      for (const line of text.split("\n")) expect([...line].length).toBeLessThanOrEqual(80);
    });
  }
});

describe("docs/recipes.md", () => {
  const page = readFileSync(join(root, "docs", "recipes.md"), "utf8");
  test("the page names every shipped recipe, and every parameter of it", () => {
    for (const [name, text] of Object.entries(shippedRecipes)) {
      expect(page).toContain(`\`${name}\``);
      for (const [, param = ""] of text.matchAll(/^ {2}(\w+): \{ type/gmu)) expect(page).toContain(`\`${param}\``);
    }
  });

  test("links within the page lead to its sections", () => {
    const anchors = anchorsIn("docs/recipes.md");
    const links = [...page.matchAll(/\]\(#([^)]+)\)/gu)].map(([, anchor = ""]) => anchor);
    expect(links.filter((each) => !anchors.includes(each))).toEqual([]);
    expect(links.length).toBeGreaterThan(4);
  });
});
