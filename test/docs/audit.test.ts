import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Head } from "../../src/log/entry.ts";
import { verifyLog } from "../../src/log/verify.ts";
import { createLogBed, healEntries, type LogBed } from "../log/log-bed.ts";
import { blocks, blockWith, chainScript, fillSegments, type Ran, runBash, segmentsIn } from "./audit-bed.ts";

let bed: LogBed;
beforeEach(() => {
  bed = createLogBed();
});
afterEach(() => bed.remove());

/** Runs text of the page as it stands, in a folder with a copy of the log. */
const run = (script: string, env?: Readonly<Record<string, string>>): Ran => runBash(bed.folder, script, env);
const lines = (): readonly string[] => bed.read().toString("utf8").trimEnd().split("\n");
const rewrite = (changed: readonly (string | undefined)[]): void =>
  bed.write(`${changed.filter((line) => line !== undefined).join("\n")}\n`);
const fill = (): void => {
  bed.append(...healEntries(1));
  bed.wait(60_000);
  bed.append(...healEntries(2));
};
/** A crash in mid-write. */
const tear = (): void => bed.write(bed.read().subarray(0, -20));
const ok = (count: number, { seq, sha256 }: Head): string => `ok: ${count} lines, head ${seq}:${sha256}\n`;

describe("docs/audit.md: the chain", () => {
  test("the check says ok and the head that log verify says", () => {
    fill();
    const verified = bed.verify();
    if (verified.kind !== "whole") throw new Error(verified.kind);
    expect(run(chainScript)).toEqual({ status: 0, out: ok(12, verified.head), err: "" });
  });

  const faults: readonly { readonly name: string; readonly given: () => void; readonly told: string }[] = [
    {
      name: "a changed line",
      given: () => rewrite(lines().map((line, i) => (i === 4 ? line.replace("twice", "thrice") : line))),
      told: "line 6 does not follow line 5",
    },
    {
      name: "a lost line",
      given: () => rewrite(lines().toSpliced(3, 1)),
      told: "line 4 does not follow line 3",
    },
    {
      name: "a doubled line",
      given: () => rewrite(lines().toSpliced(3, 0, lines()[2] ?? "")),
      told: "line 4 does not follow line 3",
    },
    {
      name: "two swapped lines",
      given: () => rewrite([...lines().slice(0, 2), lines()[3], lines()[2], ...lines().slice(4)]),
      told: "line 3 does not follow line 2",
    },
    {
      name: "an inserted line that is no entry",
      given: () => rewrite(lines().toSpliced(5, 0, "hello")),
      told: "line 6 is no entry, nor the beginning of one",
    },
    {
      name: "a last line that is no entry any more",
      given: () => rewrite(lines().with(-1, (lines().at(-1) ?? "").replace('"prev":', '"prev";'))),
      told: "line 12 is no entry, nor the beginning of one",
    },
    {
      name: "an empty line",
      given: () => rewrite(lines().toSpliced(12, 0, "")),
      told: "line 13 is no entry, nor the beginning of one",
    },
    {
      name: "a first line that says to go on from elsewhere, by a word that would run",
      given: () =>
        rewrite([`{"seq":"a[$(touch ran)]","event":"log.rotated","prev":"$(touch ran)"}`, ...lines().slice(1)]),
      told: "line 1 is no entry, nor the beginning of one",
    },
  ];
  for (const { name, given, told } of faults)
    test(`the check names ${name}`, () => {
      fill();
      given();
      const { status, out } = run(chainScript);
      expect(status).not.toBe(0);
      expect(out).toContain(told);
      expect(out).not.toContain("ok:");
      expect(run("ls ran").status).not.toBe(0);
    });

  test("the check passes torn lines that are sealed, and finds a change to what they seal", () => {
    fill();
    tear();
    bed.append(...healEntries(3));
    tear();
    bed.append(...healEntries(4));
    expect(bed.verify().kind).toBe("whole");
    const whole = run(chainScript);
    expect(whole.status).toBe(0);
    expect(whole.out).toStartWith("line 12 is torn\nline 19 is torn\nok: ");
    rewrite(lines().map((line, i) => (i === 10 ? line.replace("helper", "watcher") : line)));
    expect(run(chainScript).out).toContain("line 13 does not seal the torn line before it");
  });

  test("the check passes a first line that was torn, NULs in a tear, and a tear at the end", () => {
    bed.append(...healEntries(1).slice(0, 1));
    tear();
    bed.append(...healEntries(2));
    expect(run(chainScript).out).toStartWith("line 1 is torn\nok: 8 lines");
    bed.write(Buffer.concat([bed.read().subarray(0, -30), Buffer.alloc(20)]));
    const open = run(chainScript);
    expect(open).toMatchObject({ status: 0, err: "" });
    expect(open.out).toStartWith("line 1 is torn\nline 8 is torn\nok: 8 lines");
    bed.append(...healEntries(3));
    expect(bed.verify().kind).toBe("whole");
    expect(run(chainScript).out).toStartWith("line 1 is torn\nline 8 is torn\nok: 15 lines");
  });

  test("the check goes on over all files: plain, gzip and zstd, a plain one before its compressed twin", async () => {
    const head = fillSegments(bed);
    const files = segmentsIn(bed.folder);
    expect(files).toEqual(["heal-0000000001.jsonl", "heal-0000000014.jsonl", "heal.jsonl"]);
    const paths = files.map((name) => join(bed.folder, name));
    expect(await verifyLog(bed.host, paths)).toMatchObject({ kind: "whole", head });
    const told = `line 20 is torn\n${ok(head.seq, head)}`;
    expect(run(chainScript)).toEqual({ status: 0, out: told, err: "" });
    run("gzip -k heal-0000000001.jsonl; head -c 50 heal-0000000001.jsonl.gz >half; mv half heal-0000000001.jsonl.gz");
    expect(run(chainScript)).toEqual({ status: 0, out: told, err: "" });
    run("gzip -f heal-0000000001.jsonl; zstd -q --rm heal-0000000014.jsonl");
    expect(run(chainScript)).toEqual({ status: 0, out: told, err: "" });
    rmSync(join(bed.folder, "heal-0000000014.jsonl.zst"));
    expect(run(chainScript).out).toContain("line 14 does not follow line 13");
  });

  test("the check begins where retention has left the log, and nowhere else", () => {
    const head = fillSegments(bed);
    rmSync(join(bed.folder, "heal-0000000001.jsonl"));
    expect(run(chainScript)).toEqual({
      status: 0,
      out: `begins at line 14\nline 20 is torn\n${ok(head.seq - 13, head)}`,
      err: "",
    });
    bed.write(lines().slice(1).join("\n"));
    rmSync(join(bed.folder, "heal-0000000014.jsonl"));
    expect(run(chainScript).out).toContain("line 1 does not follow line 0");
  });

  test("files that a logrotate made are in order once they are named as the page says", () => {
    const head = fillSegments(bed);
    renameSync(join(bed.folder, "heal-0000000014.jsonl"), join(bed.folder, "heal.jsonl.1"));
    expect(run(chainScript).status).not.toBe(0);
    renameSync(join(bed.folder, "heal.jsonl.1"), join(bed.folder, "heal-0000000014.jsonl"));
    expect(run(chainScript).out).toEndWith(ok(head.seq, head));
  });

  test("the check stays quiet about nothing: an empty copy is told as empty", () => {
    writeFileSync(bed.path, "");
    expect(run(chainScript).out).toBe(`ok: 0 lines, head 0:${"0".repeat(64)}\n`);
  });
});

describe("docs/audit.md: witnesses and copies", () => {
  test("each head of a chat is found, but for one of another log", () => {
    const head = fillSegments(bed);
    run(chainScript);
    const early = /"prev":"([0-9a-f]{64})"/u.exec(lines()[0] ?? "")?.[1] ?? "";
    const before = JSON.parse(lines()[0] ?? "").seq - 1;
    const messages = [
      `RED web-1 · gateway: dead\nNext: dogwatch card x\nlog ${head.seq}:${head.sha256.slice(0, 16)}`,
      `log ${before}:${early.slice(0, 16)} RECOVERED`,
      "log 0:0000000000000000",
      "log 8:6dd24ab1bc2f2e87",
    ];
    writeFileSync(join(bed.folder, "witnesses.txt"), messages.join("\n\n"));
    expect(run(blockWith("MISSING")).out.trimEnd().split("\n").toSorted()).toEqual(
      [
        "MISSING log 8:6dd24ab1bc2f2e87",
        `found log ${before}:${early.slice(0, 16)}`,
        `found log ${head.seq}:${head.sha256.slice(0, 16)}`,
      ].toSorted(),
    );
  });

  test("the journal's heads are those that root's own process wrote", () => {
    const head = fillSegments(bed);
    run(chainScript);
    const entry = (uid: string, text: unknown): string => JSON.stringify({ _UID: uid, MESSAGE: text });
    const journal = [
      entry("0", `helper: log ${head.seq}:${head.sha256}`),
      entry("1000", `log 3:${"ab".repeat(32)}`),
      entry("0", "green: 5 checks"),
      entry("0", [108, 111, 103]),
    ];
    writeFileSync(join(bed.folder, "journal"), `${journal.join("\n")}\n`);
    mkdirSync(join(bed.folder, "bin"));
    writeFileSync(
      join(bed.folder, "bin", "journalctl"),
      '#!/bin/sh\n[ "$*" = "-t dogwatch -o json --no-pager" ] && cat journal\n',
      { mode: 0o755 },
    );
    const path = `${join(bed.folder, "bin")}:${process.env["PATH"]}`;
    expect(run(blockWith("journalctl -t"), { PATH: path })).toEqual({ status: 0, out: "", err: "" });
    expect(run(blockWith("MISSING")).out).toBe(`found log ${head.seq}:${head.sha256}\n`);
  });

  test("a copy is the whole folder, and says so when a byte of it changes", () => {
    fillSegments(bed);
    const there = join(bed.folder, "there");
    mkdirSync(there);
    for (const name of segmentsIn(bed.folder)) copyFileSync(join(bed.folder, name), join(there, name));
    writeFileSync(join(there, "heal.seals"), "seals\n");
    expect(run(blockWith("logs="), { logs: there }).err).toBe("");
    const unpacked = run(blockWith("sha256sum -c"));
    expect(unpacked.out).toBe("heal.tar: OK\nheal-0000000001.jsonl\nheal-0000000014.jsonl\nheal.jsonl\nheal.seals\n");
    run(
      `rm -r copy; cd there; ln -s /etc/passwd heal.jsonl.1; ln -s ../victim hashes; mkdir heal-x; tar -cf ../heal.tar .; cd ..; sha256sum heal.tar >heal.tar.sha256`,
    );
    expect(run(blockWith("sha256sum -c")).out).toBe(unpacked.out);
    const copied = readFileSync(join(bed.folder, "heal.tar"));
    copied[700] = (copied[700] ?? 0) ^ 1;
    writeFileSync(join(bed.folder, "heal.tar"), copied);
    expect(run(blockWith("sha256sum -c")).out).toContain("heal.tar: FAILED");
  });
});

describe("docs/audit.md: questions", () => {
  const ask = (word: string): string => {
    run(chainScript);
    const { out, err } = run(blockWith(word));
    expect(err).toBe("");
    return out;
  };

  test("the questions find every change and every incident, torn lines or not", () => {
    fillSegments(bed);
    const dispatched = ask("heal.dispatched");
    expect(dispatched.trimEnd().split("\n")).toHaveLength(5);
    expect(dispatched).toContain("\trestart-unit\t1\t/usr/bin/systemctl --system restart");
    const incidents = [...ask("to: (map").matchAll(/"incident": "i-(\d)"/gu)].map((found) => found[1]);
    expect(incidents).toEqual(["1", "2", "3", "4", "5"]);
    expect(ask("heal.created").trimEnd().split("\n")).toHaveLength(5);
    expect(ask("config.changed").trimEnd().split("\n")).toHaveLength(5);
  });

  test("the questions find every file that was backed up, and what persons did", () => {
    const backup = [
      { path: "/srv/a.json", sha256: "1f".repeat(32) },
      { path: "/srv/new", sha256: "absent" },
    ];
    bed.append(
      { event: "heal.planned", by: "helper", incident: "i-3", backup },
      { event: "silence.added", by: "uid:1000", check: "gateway", why: "until 2026-11-23T04:05:00.000Z: a new disk" },
      { event: "heal.unlatched", by: "uid:1000", why: "restart-unit:gw.service: spent" },
    );
    const files = ask("select(.backup)");
    expect(files).toContain(`\ti-3\theal.planned\t/srv/a.json\t${"1f".repeat(32)}\n`);
    expect(files).toContain("\t/srv/new\tabsent\n");
    const persons = ask("startswith");
    expect(persons.trimEnd().split("\n")).toHaveLength(2);
    expect(persons).toContain("\tuid:1000\theal.unlatched\t-\trestart-unit:gw.service: spent\n");
  });

  test("the questions find what was refused or failed, and what is the watcher's word alone", () => {
    bed.append(
      ...healEntries(1),
      { event: "incident.opened", by: "watcher", incident: "i-9", check: "board", evidence: "so it says" },
      { event: "heal.refused", by: "helper", check: "gateway", recipe: "restart-unit", why: "silenced" },
      { event: "incident.resolved", by: "watcher", incident: "i-9", check: "board", why: "well" },
    );
    expect(ask("heal.indeterminate")).toEndWith("\theal.refused\tgateway\trestart-unit\tsilenced\n");
    expect(ask("own look: ok").trimEnd().split("\n")).toHaveLength(2);
    expect(JSON.parse(ask('all(.[]; .by == "watcher")'))).toMatchObject({ incident: "i-9", evidence: "so it says" });
  });

  test("every block with a mark was run here", () => expect(blocks).toHaveLength(16));
});
