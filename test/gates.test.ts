import { afterAll, describe, expect, test } from "bun:test";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const root = join(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "dogwatch-gates-"));
afterAll(() => rmSync(folder, { recursive: true }));
for (const name of ["biome.json", "clock-and-dice.grit", ".gitignore"])
  copyFileSync(join(root, name), join(folder, name));

/** What Biome, with our own settings, says of a file planted at `path`. */
const lint = (path: string, text: string): { readonly exit: number; readonly said: string } => {
  const planted = join(folder, path);
  mkdirSync(dirname(planted), { recursive: true });
  writeFileSync(planted, text);
  const run = Bun.spawnSync([join(root, "node_modules/.bin/biome"), "lint", "--error-on-warnings", path], {
    cwd: folder,
  });
  rmSync(planted);
  return { exit: run.exitCode, said: run.stderr.toString() };
};

/** Rules that it names for it. */
const rulesBroken = (path: string, text: string): readonly string[] => {
  const { exit, said } = lint(path, text);
  const found = said.matchAll(/ (?:lint\/\w+\/(\w+)|(plugin)) /gu);
  const rules = new Set([...found].map(([, rule, plugin]) => rule ?? plugin ?? ""));
  return exit === 0 ? [] : [...rules];
};

/** How many imports it refuses in it. */
const countBroken = (path: string, text: string): number =>
  lint(path, text).said.split(" lint/style/noRestrictedImports ").length - 1;

const imports = (from: string): string =>
  `import { x } from "${from}";\n/** A planted fault. */\nexport const y: number = x;\n`;

describe("the import direction", () => {
  const rows = [
    ["src/config/z.ts", "../probes/look.ts"],
    ["src/probes/z.ts", "../verdict/judge.ts"],
    ["src/queues/z.ts", "../verdict/judge.ts"],
    ["src/presets/z.ts", "../verdict/judge.ts"],
    ["src/presets/z.ts", "../cli/init.ts"],
    ["src/config/z.ts", "../queues/flow.ts"],
    ["src/verdict/z.ts", "../alert/decide.ts"],
    ["src/heal/z.ts", "../alert/mailbox.ts"],
    ["src/alert/z.ts", "../cli/cli.ts"],
    ["src/alert/z.ts", "../maintenance/open.ts"],
    ["src/maintenance/z.ts", "../heal/heal.ts"],
    ["src/metrics/z.ts", "../alert/outbox.ts"],
    ["src/metrics/z.ts", "node:fs"],
    ["src/report/z.ts", "../heal/heal.ts"],
    ["src/report/z.ts", "node:fs"],
    ["src/heal/z.ts", "../report/page.ts"],
    ["src/alert/platforms/z.ts", "node:fs"],
    ["src/log/z.ts", "../heal/heal.ts"],
    ["src/log/z.ts", "../export/csv.ts"],
    ["src/export/z.ts", "../heal/heal.ts"],
    ["src/export/z.ts", "../cli/log.ts"],
    ["src/export/z.ts", "../report/page.ts"],
    ["src/seal/z.ts", "../heal/sealing.ts"],
    ["src/seal/z.ts", "../state/book.ts"],
    ["src/seal/z.ts", "node:crypto"],
    ["src/log/z.ts", "../seal/seal.ts"],
    ["src/alert/z.ts", "../export/csv.ts"],
    ["src/heal/z.ts", "../export/csv.ts"],
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

  const rooms = [
    "config",
    "probes",
    "verdict",
    "heal",
    "maintenance",
    "alert",
    "log",
    "export",
    "seal",
    "metrics",
    "report",
    "state",
    "host",
  ];
  // Read from the folder, so that a new one can't be forgotten; `paths.ts` is a shape that everybody may know.
  const above = readdirSync(join(root, "src")).flatMap((file) =>
    !file.endsWith(".ts") || file.endsWith(".d.ts") || ["main.ts", "paths.ts"].includes(file)
      ? []
      : [file.replace(/\.ts$/u, "")],
  );
  for (const room of rooms)
    test(`biome refuses in ${room}/ every file above the rooms`, () => {
      const text = above.map((name, at) => `export { x as x${at} } from "../${name}.ts";\n`).join("");
      expect(countBroken(`src/${room}/z.ts`, text)).toBe(above.length);
    });

  test("biome lets a room import what comes before it, so these tests see bans and nothing else", () => {
    expect(rulesBroken("src/alert/z.ts", imports("../heal/heal.ts"))).toEqual([]);
  });
});

const lines = (count: number, line: (at: number) => string): string =>
  Array.from({ length: count }, (_, at) => line(at)).join("");

/** A function with a body of `count` lines, its braces not counted. */
const longFunction = (count: number): string =>
  `export const f = (): number => {\n  let x = 0;\n${lines(count - 2, () => "  x += 1;\n")}  return x;\n};\n`;

const longFile = (count: number): string => lines(count, (at) => `export const x${at} = ${at};\n`);

describe("the sizes", () => {
  test("biome lets a function have 60 lines and a file 300", () => {
    expect(rulesBroken("src/z.ts", longFunction(60))).toEqual([]);
    expect(rulesBroken("src/z.ts", longFile(300))).toEqual([]);
  });

  test("biome lets a test be longer", () => {
    expect(rulesBroken("test/z.test.ts", longFunction(61))).toEqual([]);
    expect(rulesBroken("test/z.test.ts", longFile(301))).toEqual([]);
  });
});

describe("the only door to the machine", () => {
  const rows = [
    ["src/config/z.ts", "export const x = process.pid;\n"],
    ["src/cli/z.ts", "export const x = process.argv;\n"],
    ["src/alert/platforms/z.ts", 'export const x = fetch("https://example.org");\n'],
    ["src/heal/z.ts", "export const x = performance.now();\n"],
    ["src/z.ts", 'export const x = Bun.file("x");\n'],
  ] as const;
  for (const [path, text] of rows)
    test(`biome refuses "${text.trim()}" in ${path}`, () => {
      expect(rulesBroken(path, text)).toEqual(["noRestrictedGlobals"]);
    });

  for (const given of ["Math.random()", "Date.now()", "new Date()", "crypto.randomUUID()"])
    test(`biome refuses ${given} in a pure room, but not a date of a given time`, () => {
      expect(rulesBroken("src/verdict/z.ts", `export const x = [${given}, new Date(5)];\n`)).toEqual(["plugin"]);
      expect(rulesBroken("src/verdict/z.ts", "export const x = [new Date(5)];\n")).toEqual([]);
    });

  for (const path of ["src/host/z.ts", "src/main.ts", "test/z.test.ts"])
    test(`biome lets ${path} read the process and the clock`, () => {
      expect(rulesBroken(path, "export const x = [process.pid, Date.now()];\n")).toEqual([]);
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
    { rule: "noExcessiveLinesPerFunction", text: longFunction(61) },
    { rule: "noExcessiveLinesPerFile", text: longFile(301) },
  ] as const;
  for (const { rule, text } of rows)
    test(`biome refuses what ${rule} is for`, () => expect(rulesBroken("src/z.ts", text)).toEqual([rule]));
});

describe("the compiler", () => {
  const room = join(folder, "types");
  const codes = (from: string): readonly string[] => {
    writeFileSync(join(room, "z.ts"), `import { x } from "${from}";\nexport const y: number = x;\n`);
    const run = Bun.spawnSync([join(root, "node_modules/.bin/tsc"), "-p", room]);
    return [...run.stdout.toString().matchAll(/ error (TS\d+): /gu)].map(([, code = ""]) => code);
  };
  mkdirSync(room);
  writeFileSync(join(room, "package.json"), '{ "type": "module", "imports": { "#*": "./*" } }');
  writeFileSync(join(room, "x.ts"), "export const x: number = 1;\n");
  const own = { extends: join(root, "tsconfig.json"), compilerOptions: { types: [] }, include: ["."] };
  writeFileSync(join(room, "tsconfig.json"), JSON.stringify(own));

  test("tsc refuses an import by an alias, whose .ts no build could rewrite", () => {
    expect(codes("#x.ts")).toEqual(["TS2877"]);
  });

  test("tsc takes an import by its relative path", () => expect(codes("./x.ts")).toEqual([]));
});
