import { afterAll, describe, expect, test } from "bun:test";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { violations } from "./json-schema.ts";

const root = join(import.meta.dirname, "..", "..");
const folder = mkdtempSync(join(tmpdir(), "dogwatch-docs-"));
afterAll(() => rmSync(folder, { recursive: true }));

const docs = (...args: readonly string[]): { readonly exit: number; readonly err: string } => {
  const run = Bun.spawnSync([process.execPath, join(root, "scripts", "docs.ts"), ...args]);
  return { exit: run.exitCode, err: run.stderr.toString() };
};

describe("docs.ts", () => {
  test("docs.ts --check finds docs/ as the code says", () => expect(docs("--check")).toEqual({ exit: 0, err: "" }));

  const drifts: readonly (readonly [name: string, drift: (text: string) => string])[] = [
    ["config.md", (text) => `${text} `],
    ["dogwatch.schema.json", (text) => `${text} `],
    ["metrics.md", (text) => text.replace("| `dogwatch_ill` | gauge |", "| `dogwatch_ill` | counter |")],
  ];
  for (const [name, drift] of drifts)
    test(`docs.ts --check names ${name} once it drifts`, () => {
      cpSync(join(root, "docs"), folder, { recursive: true });
      writeFileSync(join(folder, name), drift(readFileSync(join(folder, name), "utf8")));
      const { exit, err } = docs("--check", folder);
      expect(exit).toBe(1);
      expect(err).toBe(`docs: "${join(folder, name)}" is not what the code says; run: bun scripts/docs.ts\n`);
    });
});

describe("dogwatch.schema.json", () => {
  const schema: unknown = JSON.parse(readFileSync(join(root, "docs", "dogwatch.schema.json"), "utf8"));
  const fixtures = join(root, "test", "fixtures", "config");
  const read = (name: string): unknown => parse(readFileSync(join(fixtures, name), "utf8"), { stringKeys: true });

  for (const name of readdirSync(fixtures).filter((each) => /^valid-.*\.yaml$/u.test(each)))
    test(`dogwatch.schema.json accepts ${name}`, () => expect(violations(schema, read(name))).toEqual([]));

  test("dogwatch.schema.json has no pattern that only some readers of a schema can read", () => {
    expect(JSON.stringify(schema)).not.toMatch(/\\p\{|\(\?<|\(\?[imsx]/u);
  });

  test("dogwatch.schema.json accepts the config that ships", () => {
    const shipped: unknown = parse(readFileSync(join(root, "conf", "dogwatch.yaml"), "utf8"));
    expect(violations(schema, shipped)).toEqual([]);
  });

  const refused = [
    "unknown-key",
    "no-checks",
    "two-chats",
    "check-two-kinds",
    "http-timeout-number",
    "severity",
    "token-plain",
    "rule-key",
    "count-form",
  ];
  for (const name of refused)
    test(`dogwatch.schema.json refuses invalid-${name}.yaml`, () => {
      expect(violations(schema, read(`invalid-${name}.yaml`))).not.toEqual([]);
    });
});
