import { expect, test } from "bun:test";
import { cardCommand } from "../../src/cli/card.ts";
import { shippedCards, shippedRouter } from "../../src/heal/shipped.ts";
import { createFakeHost, type FakeHost } from "../fake-host.ts";
import { flags, paths } from "../tick-bed.ts";

const run = async (words: readonly string[], host: FakeHost = createFakeHost(), isJson = false) => {
  const exit = await cardCommand({ host, paths, words, flags: { ...flags, isJson } });
  return { exit, out: host.terminal.stdout, err: host.terminal.stderr };
};

test("card without a name shows the router, the admin's own before the shipped one", async () => {
  expect(await run([])).toEqual({ exit: 0, out: shippedRouter, err: "" });
  const host = createFakeHost();
  host.files.put(`${paths.recipes}/README.md`, "# mine\n");
  expect((await run([], host)).out).toBe("# mine\n");
});

test("card NAME shows that card whole", async () => {
  for (const [name, text] of Object.entries(shippedCards))
    expect(await run([name])).toEqual({ exit: 0, out: text, err: "" });
});

test("card NAME says where the pages lie that it leads to, once they are installed", async () => {
  const host = createFakeHost();
  const folder = host.binary.split("/").slice(0, -2).join("/");
  host.files.put(`${folder}/share/dogwatch/docs/recipes.md`, "");
  expect((await run(["gateway-down"], host)).out).toEndWith(`\n(docs/ is ${folder}/share/dogwatch/docs)\n`);
});

test("card NAME names the card that was probably meant, and all there are", async () => {
  expect(await run(["gateway-dwon"])).toEqual({
    exit: 64,
    out: "",
    err: `dogwatch: cannot show the card "gateway-dwon": there is none: did you mean "gateway-down"?\n  There are: ${Object.keys(shippedCards).sort().join(", ")}\n`,
  });
});

test("card NAME shows no file outside the cards", async () => {
  const host = createFakeHost();
  host.files.put("/etc/dogwatch/secret.md", "hush");
  for (const name of ["../../secret", "/etc/dogwatch/secret", "constructor"])
    expect((await run([name], host)).exit).toBe(64);
  expect(host.terminal.stdout).toBe("");
});

test("card --json is one object", async () => {
  expect(JSON.parse((await run([], createFakeHost(), true)).out)).toEqual({ cards: Object.keys(shippedCards).sort() });
  const text = shippedCards["unit-down"];
  expect(JSON.parse((await run(["unit-down"], createFakeHost(), true)).out)).toEqual({ card: "unit-down", text });
});
