import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { verifyCommand } from "../../src/cli/log-verify.ts";
import { type Journal, openJournal } from "../../src/heal/journal.ts";
import { firstKey } from "../../src/seal/chain.ts";
import { createLogBed, healEntries, type LogBed } from "../log/log-bed.ts";
import { bringPrograms, chainScript, type Ran, runBash, runIn } from "./audit-bed.ts";

const dayMs = 86_400_000;
let bed: LogBed;
beforeEach(() => {
  bed = createLogBed();
});
afterEach(() => bed.remove());

/** The log's own writer, which rotates each day. */
const open = (keepMs = 0): Journal =>
  openJournal(bed.host, {
    folder: bed.folder,
    logFile: bed.path,
    hostName: "web-1",
    isReadOnly: false,
    rotation: { rotateBytes: 1_000_000, rotateEveryMs: dayMs, keepMs },
  });

/** A heal a day. */
const live = (days: number, keepMs?: number): string => {
  let head = "";
  for (let day = 1; day <= days; day += 1) {
    const entered = open(keepMs).enter((book) => ({ entries: healEntries(day), book }));
    if (entered.kind === "failed") throw new Error(entered.why);
    head = `${entered.head.seq}:${entered.head.sha256}`;
    bed.wait(dayMs + 1000);
  }
  return head;
};

const check = (): readonly string[] => {
  bringPrograms(bed.folder);
  const shell = runBash(bed.folder, chainScript);
  const python = runIn(bed.folder, ["python3", "chain.py", "."]);
  return [shell, python].map(
    ({ out, err }) =>
      `${out}${err}`
        .trimEnd()
        .split("\n")
        .at(-1)
        ?.replace(/^ok: \d+ lines, /u, "") ?? "",
  );
};

describe("docs/audit.md: logs as dogwatch itself rotates them", () => {
  test("both procedures follow the chain over all its files", async () => {
    const head = live(5);
    expect(readdirSync(bed.folder).filter((name) => /^heal-\d{10}\.jsonl/u.test(name))).toHaveLength(4);
    expect(check()).toEqual([`head ${head}`, `head ${head}`]);
  });

  test("seals that dogwatch itself made hold for the page's program and for log verify, and not once a sealed line was changed", async () => {
    live(4);
    const first = firstKey(readFileSync(join(bed.folder, "heal.seals"), "utf8")) ?? "";
    bringPrograms(bed.folder);
    const byPage = (): Ran => runIn(bed.folder, ["/usr/bin/python3", "seals.py", ".", first]);
    const byUs = async (): Promise<number> =>
      await verifyCommand(bed.host, ["--key", first], { logFile: bed.path }, false);
    expect(byPage().out).toMatch(/^ok: sealed through line \d+ on 2026-11-26; 8 lines since\n$/u);
    expect(await byUs()).toBe(0);
    expect(bed.out()).toContain("sealed through 2026-11-25 (line ");
    runBash(bed.folder, "gzip -d heal-0000000001.jsonl.gz; sed -i 's/twice/thrice/' heal-0000000001.jsonl");
    expect(byPage().err).toContain("does not follow line");
    expect(await byUs()).toBe(1);
  });

  test("both procedures go on where a logrotate moved the log, once its file has its name", () => {
    live(2);
    renameSync(bed.path, join(bed.folder, "heal.jsonl.1"));
    const head = live(1);
    expect(check()[1]).not.toBe(`head ${head}`);
    const seq = runBash(bed.folder, "head -n 1 heal.jsonl.1 | jq .seq").out.trim();
    renameSync(join(bed.folder, "heal.jsonl.1"), join(bed.folder, `heal-${seq.padStart(10, "0")}.jsonl`));
    expect(check()).toEqual([`head ${head}`, `head ${head}`]);
  });

  test("both procedures pass a log that goes on after its end was cut, and the head outside doesn't fit it any more", () => {
    const before = live(1);
    const lines = bed.read().toString("utf8").trimEnd().split("\n");
    writeFileSync(bed.path, `${lines.slice(0, 3).join("\n")}\n`);
    const head = live(1);
    expect(check()).toEqual([`head ${head}`, `head ${head}`]);
    writeFileSync(join(bed.folder, "witnesses.txt"), `log ${before}\nlog ${head}\n`);
    const found = runBash(bed.folder, "grep -c -e \"^log $(cut -d' ' -f2 witnesses.txt | head -n 1)\" heads.txt");
    expect(found.out).toBe("0\n");
  });
});
