import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const source = join(import.meta.dirname, "..", "..", "src");
const transpiler = new Bun.Transpiler({ loader: "ts" });

/** Packages that a file brings with it at its start: `import type` and `await import()` don't count. */
const packagesOf = (path: string, seen = new Set<string>()): readonly string[] => {
  if (seen.has(path)) return [];
  seen.add(path);
  return transpiler
    .scanImports(readFileSync(path, "utf8"))
    .filter(({ kind }) => kind === "import-statement")
    .flatMap(({ path: to }) => (to.startsWith(".") ? packagesOf(join(dirname(path), to), seen) : [to]));
};

describe("config room", () => {
  for (const name of [
    "config",
    "conditions",
    "duration",
    "egress",
    "fault",
    "near",
    "secret",
    "text",
    "trust",
    "model-apis",
  ])
    test(`config/${name}.ts brings no package to the green tick`, () => {
      expect(packagesOf(join(source, "config", `${name}.ts`))).toEqual([]);
    });

  test("config/load.ts brings node-cron, valibot and yaml, so this test sees packages at all", () => {
    expect([...new Set(packagesOf(join(source, "config", "load.ts")))].sort()).toEqual([
      "node-cron",
      "valibot",
      "yaml",
    ]);
  });

  test("tick.ts brings no node-cron: only a config with windows asks for it, once a day", () => {
    expect(packagesOf(join(source, "tick.ts"))).not.toContain("node-cron");
    expect(packagesOf(join(source, "maintenance", "windows.ts"))).toContain("node-cron");
  });

  test("load.ts, which the tick starts with, brings none of them", () => {
    const packages = packagesOf(join(source, "load.ts")).filter((name) => !name.startsWith("node:"));
    expect(packages).toEqual([]);
  });
});
