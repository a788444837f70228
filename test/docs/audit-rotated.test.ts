import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Journal, openJournal } from "../../src/heal/journal.ts";
import { createLogBed, healEntries, type LogBed } from "../log/log-bed.ts";
import { bringPrograms, chainScript, runBash, runIn } from "./audit-bed.ts";

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
