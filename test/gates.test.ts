import { afterAll, describe, expect, test } from "bun:test";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const root = join(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "dogwatch-gates-"));
afterAll(() => rmSync(folder, { recursive: true }));
for (const name of ["biome.json", ".gitignore"]) copyFileSync(join(root, name), join(folder, name));

/** Rules that Biome, with our own settings, names for a file planted at `path`. */
const rulesBroken = (path: string, text: string): readonly string[] => {
  const planted = join(folder, path);
  mkdirSync(dirname(planted), { recursive: true });
  writeFileSync(planted, text);
  const run = Bun.spawnSync([join(root, "node_modules/.bin/biome"), "lint", "--error-on-warnings", path], {
    cwd: folder,
  });
  rmSync(planted);
  const rules = new Set([...run.stderr.toString().matchAll(/ lint\/\w+\/(\w+) /gu)].map(([, rule = ""]) => rule));
  return run.exitCode === 0 ? [] : [...rules];
};

const imports = (from: string): string =>
  `import { x } from "${from}";\n/** A planted fault. */\nexport const y: number = x;\n`;

describe("the import direction", () => {
  const rows = [
    ["src/config/z.ts", "../probes/look.ts"],
    ["src/probes/z.ts", "../verdict/judge.ts"],
    ["src/verdict/z.ts", "../alert/decide.ts"],
    ["src/heal/z.ts", "../alert/mailbox.ts"],
    ["src/alert/z.ts", "../cli/cli.ts"],
    ["src/alert/platforms/z.ts", "node:fs"],
    ["src/log/z.ts", "../heal/heal.ts"],
    ["src/state/z.ts", "../heal/heal.ts"],
    ["src/host/z.ts", "../config/config.ts"],
    ["src/host/z.ts", "../run.ts"],
    ["src/cli/z.ts", "node:fs"],
    ["src/z.ts", "bun:sqlite"],
  ] as const;
  for (const [path, from] of rows)
    test(`biome refuses ${from} in ${path}`, () => {
      expect(rulesBroken(path, imports(from))).toEqual(["noRestrictedImports"]);
    });

  test("biome lets a room import what comes before it, so these tests see bans and nothing else", () => {
    expect(rulesBroken("src/alert/z.ts", imports("../heal/heal.ts"))).toEqual([]);
  });
});

describe("the lint rules", () => {
  const rows = [
    { rule: "noExplicitAny", text: "export const x: any = 1;\n" },
    { rule: "noFloatingPromises", text: "const f = async (): Promise<void> => {};\nf();\nexport const x = 1;\n" },
    {
      rule: "useExhaustiveSwitchCases",
      text: 'export const f = (k: "a" | "b"): number => {\n  switch (k) {\n    case "a":\n      return 1;\n  }\n  return 2;\n};\n',
    },
    { rule: "noNonNullAssertion", text: "export const f = (x: number | undefined): number => x!;\n" },
  ] as const;
  for (const { rule, text } of rows)
    test(`biome refuses what ${rule} is for`, () => expect(rulesBroken("src/z.ts", text)).toEqual([rule]));
});
