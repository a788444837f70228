import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { printFault } from "../../src/config/fault.ts";
import { readRecipe } from "../../src/heal/recipe-file.ts";
import { shippedRecipes } from "../../src/heal/shipped.ts";
import { createFakeHost, type FakeHost } from "../fake-host.ts";

const fixtures = join(import.meta.dirname, "..", "fixtures", "recipes");
const golden = readFileSync(join(import.meta.dirname, "..", "golden", "recipe-faults.txt"), "utf8")
  .trim()
  .split("\n");
const folder = "/etc/dogwatch/heal-recipes";

const hostWith = (name: string, content: string | Uint8Array): FakeHost => {
  const host = createFakeHost();
  host.files.put(`${folder}/${name}.yaml`, content);
  return host;
};

const faultsIn = async (host: FakeHost, name: string): Promise<readonly string[]> => {
  const read = await readRecipe(host, folder, name);
  return read.kind === "faults" ? read.faults.map((fault) => printFault({ ...fault, file: `${name}.yaml` })) : [];
};

describe("readRecipe() on one fault a file", () => {
  const files = readdirSync(fixtures).filter((name) => name.startsWith("invalid-"));
  for (const file of files) {
    const name = file.replace(/\.yaml$/u, "");
    test(`readRecipe() says of ${file} what is pinned`, async () => {
      const want = golden.filter((line) => line.startsWith(`${file}:`));
      expect(await faultsIn(hostWith(name, readFileSync(join(fixtures, file))), name)).toEqual(want);
      expect(want).toHaveLength(1);
    });
  }

  test("readRecipe() is pinned for no file that isn't there", () => {
    expect(golden.map((line) => line.split(":")[0] ?? "").sort()).toEqual(files.sort());
  });
});

describe("readRecipe() on what it finds", () => {
  const valid = "recipe: mine\ntreats: a unit\nsteps:\n  - [/usr/bin/true]\nproof: { within: 5m }\n";

  test("readRecipe() fills in the defaults", async () => {
    const read = await readRecipe(hostWith("mine", valid), folder, "mine");
    expect(read).toMatchObject({
      kind: "recipe",
      isShadowing: false,
      recipe: {
        name: "mine",
        params: {},
        backup: [],
        timeoutMs: 30_000,
        proof: { withinMs: 300_000, everyMs: 2000 },
        cooldownMs: 900_000,
        budget: { count: 3, perMs: 3_600_000 },
        refuseWhen: { exitStatus: [], evidence: [] },
        card: null,
      },
    });
  });

  test("readRecipe() gives the hash of the file's bytes, for the pin", async () => {
    const read = await readRecipe(hostWith("mine", valid), folder, "mine");
    const want = new Bun.CryptoHasher("sha256").update(valid).digest("hex");
    expect(read.kind === "recipe" ? read.recipe.sha256 : read).toBe(want);
  });

  test("readRecipe() reads every shipped recipe without a fault", async () => {
    for (const name of Object.keys(shippedRecipes))
      expect(await readRecipe(createFakeHost(), folder, name)).toMatchObject({ kind: "recipe", isShadowing: false });
  });

  test("readRecipe() takes the admin's own before the shipped one, and says so", async () => {
    const host = hostWith("restart-unit", valid.replace("mine", "restart-unit"));
    const read = await readRecipe(host, folder, "restart-unit");
    expect(read).toMatchObject({ kind: "recipe", isShadowing: true, recipe: { treats: "a unit" } });
  });

  test("readRecipe() never falls back to the shipped one when the admin's own is broken or can't be read", async () => {
    const host = hostWith("restart-unit", "recipe: [");
    expect(await readRecipe(host, folder, "restart-unit")).toMatchObject({ kind: "faults" });
    host.files.fail("read", /restart-unit/u, "EACCES");
    expect(await faultsIn(host, "restart-unit")).toEqual([
      "restart-unit.yaml:1:1: cannot read the file: permission denied",
    ]);
  });

  test("readRecipe() names the recipes there are when one is missing", async () => {
    const read = await readRecipe(hostWith("mine", valid), folder, "none");
    expect(read).toEqual({ kind: "missing", known: ["mine", ...Object.keys(shippedRecipes)] });
  });

  test("readRecipe() finds no recipe under a name that every object has", async () => {
    expect(await readRecipe(createFakeHost(), folder, "constructor")).toMatchObject({ kind: "missing" });
  });

  const untrusted = [
    { name: "that its group can write", given: { mode: 0o664 }, want: "others can write the file" },
    { name: "that all can write", given: { mode: 0o646 }, want: "others can write the file" },
    { name: "of another user", given: { uid: 1000 }, want: "belongs to uid 1000, who can change it" },
  ] as const;
  for (const { name, given, want } of untrusted)
    test(`readRecipe() refuses a file ${name}`, async () => {
      const host = createFakeHost();
      host.files.put(`${folder}/mine.yaml`, valid, given);
      const [fault] = await faultsIn(host, "mine");
      expect(fault).toStartWith("mine.yaml:1:1: refused, since whoever can write it decides what dogwatch does: ");
      expect(fault).toContain(want);
    });

  test("readRecipe() refuses a folder that others can write", async () => {
    const host = hostWith("mine", valid);
    const stat = host.files.stat(folder);
    const open = "kind" in stat ? stat : { ...stat, mode: 0o777 };
    const read = await readRecipe(
      { ...host, files: { ...host.files, stat: (path) => (path === folder ? open : host.files.stat(path)) } },
      folder,
      "mine",
    );
    expect(JSON.stringify(read)).toContain("others can put files into the folder");
  });

  test("readRecipe() refuses a file of more than 1 MiB and one that is not UTF-8", async () => {
    expect(await faultsIn(hostWith("mine", `${valid}${"#".repeat(1_048_576)}`), "mine")).toHaveLength(1);
    expect(await faultsIn(hostWith("mine", new Uint8Array([0xff, 0xfe])), "mine")).toEqual([
      "mine.yaml:1:1: not UTF-8: byte 0xff at offset 0; save the file as UTF-8",
    ]);
  });

  test("readRecipe() never throws, wherever a recipe is cut or changed", async () => {
    const whole = new TextEncoder().encode(Object.values(shippedRecipes)[0] ?? "");
    for (let at = 0; at < whole.length; at += 5) {
      const changed = new Uint8Array(whole);
      changed[at] = "{[:*&!|>'\"%@-#"[at % 14]?.charCodeAt(0) ?? 0;
      for (const bytes of [whole.subarray(0, at), changed])
        expect(["recipe", "faults"]).toContain((await readRecipe(hostWith("mine", bytes), folder, "mine")).kind);
    }
  });
});
