import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { printFault } from "../../src/config/fault.ts";
import { readRecipe } from "../../src/heal/recipe-file.ts";
import { shippedRecipes } from "../../src/heal/shipped.ts";
import { createFakeHost, type FakeHost } from "../fake-host.ts";

const fixtures = join(import.meta.dirname, "..", "fixtures", "recipes");
const golden = readFileSync(join(import.meta.dirname, "..", "golden", "recipe-faults.txt"), "utf8").trim().split("\n");
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
});
