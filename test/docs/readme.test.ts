import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseConfig } from "../../src/config/load.ts";
import { checkRules } from "../../src/heal/check-rules.ts";
import { readRecipe } from "../../src/heal/recipe-file.ts";
import { createHost } from "../../src/host/real-host.ts";
import { type Block, blocksOf, marked, pages, root, textOf } from "./blocks.ts";

const folder = mkdtempSync(join(tmpdir(), "dogwatch-readme-"));
afterAll(() => rmSync(folder, { recursive: true }));
const host = createHost({ env: {}, uid: process.getuid?.() ?? 0, binary: process.execPath, hostname: "web-1" });

/** Every fault and warning of a config and its rules, as `validate` prints them. */
const faultsOf = async (text: string): Promise<readonly string[]> => {
  const parsed = parseConfig(new TextEncoder().encode(text), "block", { hostname: "web-1" });
  if (parsed.kind === "faults") return parsed.faults.map(({ line, message }) => `${line}: ${message}`);
  const rules = await checkRules(host, folder, parsed.config, parsed.faultAt);
  return [...parsed.warnings, ...rules.faults, ...rules.warnings].map(({ line, message }) => `${line}: ${message}`);
};

/** The sections of a page, as GitHub names them. */
const anchorsOf = (page: string): readonly string[] =>
  [...textOf(page).matchAll(/^#+ (.+)$/gmu)].map(([, title = ""]) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );

const name = ({ page, line }: Block): string => `${page}:${line}`;

describe("README.md and docs", () => {
  for (const block of marked("config"))
    test(`the config in ${name(block)} is valid`, async () => expect(await faultsOf(block.text)).toEqual([]));

  for (const block of marked("checks"))
    test(`the checks in ${name(block)} are valid`, async () =>
      expect(await faultsOf(`chat: console\nchecks:\n${block.text.replaceAll(/^(?=.)/gmu, "  ")}`)).toEqual([]));

  for (const block of marked("chat"))
    test(`the chat in ${name(block)} is valid`, async () =>
      expect(await faultsOf(`${block.text}checks: { journal: { unit: { name: systemd-journald } } }\n`)).toEqual([]));

  for (const block of marked("recipe"))
    test(`the recipe in ${name(block)} can be read`, async () => {
      const recipe = block.mark.split(" ")[1] ?? "";
      writeFileSync(join(folder, `${recipe}.yaml`), block.text, { mode: 0o600 });
      expect(await readRecipe(host, folder, recipe)).toMatchObject({ kind: "recipe", recipe: { name: recipe } });
    });

  test("every YAML block is marked, so that none goes unread", () =>
    expect(
      pages
        .flatMap(blocksOf)
        .filter(({ language, mark }) => language === "yaml" && mark === "")
        .map(name),
    ).toEqual([]));

  test("a config with a fault would be named", async () =>
    expect(await faultsOf("chat: console\nchecks: { a: { tpc: { port: 1 } } }\n")).not.toEqual([]));

  test("links lead to files that are there", () => {
    const links = pages.flatMap((page) =>
      [...textOf(page).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/gu)].map((found) =>
        join(root, page, "..", found[1] ?? ""),
      ),
    );
    expect(links.filter((path) => !existsSync(path))).toEqual([]);
    expect(links.length).toBeGreaterThan(5);
  });

  test("links lead to sections that are there", () => {
    const links = pages.flatMap((page) =>
      [...textOf(page).matchAll(/\]\(([^)#\s]*)#([^)\s]+)\)/gu)].map(([, to = "", anchor = ""]) => ({
        from: page,
        page: to === "" ? page : join(page, "..", to),
        anchor,
      })),
    );
    expect(links.filter(({ page, anchor }) => !anchorsOf(page).includes(anchor))).toEqual([]);
    expect(links.length).toBeGreaterThan(5);
  });

  test("every command that is told exists", () => {
    const main = textOf("src/cli/commands.ts");
    const inBlocks = /^(?:sudo )?dogwatch (?!on |is )([a-z]+)/gmu;
    const inText = /`(?:sudo )?dogwatch (?!on |is )([a-z]+)/gu;
    const told = [
      ...pages.flatMap(blocksOf).flatMap(({ text }) => [...text.matchAll(inBlocks)]),
      ...pages.flatMap((page) => [...textOf(page).matchAll(inText)]),
    ];
    const words = new Set(told.map((found) => found[1] ?? ""));
    expect([...words].filter((word) => !new RegExp(`^  ${word}: \\{`, "mu").test(main))).toEqual([]);
    expect(words.size).toBeGreaterThan(6);
  });
});
