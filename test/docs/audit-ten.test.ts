import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { logCommand } from "../../src/cli/log.ts";
import { openJournal } from "../../src/heal/journal.ts";
import { firstKey } from "../../src/seal/chain.ts";
import { createLogBed, healEntries, type LogBed } from "../log/log-bed.ts";
import { page } from "./audit-bed.ts";
import { textOf } from "./blocks.ts";

const dayMs = 86_400_000;
const section = textOf(page).split("## Audit in ten minutes")[1]?.split("\n## ")[0] ?? "";

/** What a row promises, with its example's numbers and hashes made patterns. */
const promised = (command: string): RegExp => {
  const row = section.split("\n").find((each) => each.startsWith(`| \`${command}`));
  const [, words] = /^\| `.*? \| .*?`([^`]+)`/u.exec(row?.replace(/^(\| `[^|]+)\|/u, "$1|") ?? "") ?? [];
  if (words === undefined) throw new Error(`no row promises anything of "${command}"`);
  return new RegExp(
    words
      .replace(/[.*+?^${}()|[\]\\]/gu, "\\$&")
      .replace(/\d{4}-\d\d-\d\d/gu, "<day>")
      .replace(/\b[0-9a-f]{16}\b/gu, "[0-9a-f]{16}")
      .replace(/\b(?:\d+|N)\b(?!\})/gu, "\\d+")
      .replaceAll("<day>", "\\d{4}-\\d\\d-\\d\\d"),
    "u",
  );
};

let bed: LogBed;
let head: string;
beforeEach(() => {
  bed = createLogBed();
  for (let day = 1; day <= 3; day += 1) {
    const rotation = { rotateBytes: 1_000_000, rotateEveryMs: dayMs, keepMs: 0 };
    const entered = openJournal(bed.host, {
      ...{ folder: bed.folder, logFile: bed.path, hostName: "web-1", isReadOnly: false, rotation },
    }).enter((book) => ({ entries: healEntries(day), book }));
    if (entered.kind === "failed") throw new Error(entered.why);
    head = `${entered.head.seq}:${entered.head.sha256.slice(0, 16)}`;
    if (day < 3) bed.wait(dayMs + 1000);
  }
});
afterEach(() => bed.remove());

const run = async (...words: readonly string[]): Promise<{ readonly status: number; readonly out: string }> => {
  const before = bed.out().length;
  const status = await logCommand(bed.host, words, { logFile: bed.path }, false);
  return { status, out: bed.out().slice(before) };
};

describe("docs/audit.md: an audit in ten minutes", () => {
  test("log verify says what the page promises, of the log, a witness, and the seals", async () => {
    const whole = await run("verify");
    expect(whole.status).toBe(0);
    expect(whole.out).toMatch(promised("dogwatch log verify`"));
    const witnessed = await run("verify", "--head", head);
    expect(witnessed.status).toBe(0);
    expect(witnessed.out).toMatch(promised("dogwatch log verify --head"));
    const key = firstKey(readFileSync(join(bed.folder, "heal.seals"), "utf8")) ?? "";
    const sealed = await run("verify", "--key", key, "--through", "2026-11-24");
    expect(sealed.status).toBe(0);
    expect(sealed.out).toMatch(promised("dogwatch log verify --key"));
    expect((await run("verify", "--key", key, "--through", "2026-11-25")).status).toBe(64);
  });

  test("log witness says what the page promises", async () => {
    const { status, out } = await run("witness", head);
    expect(status).toBe(0);
    expect(out).toContain("  found\n");
    expect(section).toContain("`ok: 97 of 97 heads found, up to line N`");
    expect(out).toMatch(/^ok: 1 of 1 head found, up to line \d+$/mu);
    expect((await run("witness", "3:6dd24ab1bc2f2e87")).status).toBe(1);
  });

  test("log show tells the month, and one incident from its red to its end", async () => {
    const month = await run("show", "--since", "30d");
    expect(month.status).toBe(0);
    expect(month.out).toContain("heal.dispatched");
    const story = await run("show", "--incident", "i-2");
    expect(story.status).toBe(0);
    expect(story.out).toContain("i-2");
    expect(story.out).not.toContain("i-3");
  });
});
