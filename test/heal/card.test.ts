import { expect, test } from "bun:test";
import { readdirSync } from "node:fs";
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
