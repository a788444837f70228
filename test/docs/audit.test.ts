import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { createLogBed, healEntries, type LogBed } from "../log/log-bed.ts";
import { blocksOf, textOf } from "./blocks.ts";

const blocks = blocksOf("docs/audit.md").filter(({ mark }) => mark === "run");
const blockWith = (word: string): string => blocks.find(({ text }) => text.includes(word))?.text ?? "";
const chain = blockWith("prev=");
const heads = blockWith("heads.txt");

let bed: LogBed;
beforeEach(() => {
  bed = createLogBed();
  bed.append(...healEntries(1));
  bed.wait(60_000);
  bed.append(...healEntries(2));
});
afterEach(() => bed.remove());

/** Runs a block of the page as it stands, in a folder with a copy of the log. */
const run = (script: string): { readonly status: number; readonly out: string; readonly err: string } => {
  const ran = Bun.spawnSync(["bash", "-c", script], { cwd: bed.folder });
  return { status: ran.exitCode, out: ran.stdout.toString(), err: ran.stderr.toString() };
};

const lines = (): readonly string[] => bed.read().toString("utf8").trimEnd().split("\n");
const rewrite = (changed: readonly (string | undefined)[]): void =>
  bed.write(`${changed.filter((line) => line !== undefined).join("\n")}\n`);

describe("docs/audit.md", () => {
  test("the chain's check says ok and the head that log verify says", () => {
    const verified = bed.verify();
    if (verified.kind !== "whole") throw new Error(verified.kind);
    const { seq, sha256 } = verified.head;
    expect(run(chain)).toEqual({ status: 0, out: `ok: 12 lines, head ${seq}:${sha256}\n`, err: "" });
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
      told: "line 7 does not follow line 6",
    },
  ];
  for (const { name, given, told } of faults)
    test(`the chain's check names ${name}`, () => {
      given();
      const { status, out } = run(chain);
      expect(status).not.toBe(0);
      expect(out).toContain(told);
      expect(out).not.toContain("ok:");
    });

  test("the chain's check passes torn lines that are sealed, and finds a change to what they seal", () => {
    const tear = (): void => bed.write(bed.read().subarray(0, -20));
    tear();
    bed.append(...healEntries(3));
    tear();
    bed.append(...healEntries(4));
    expect(bed.verify().kind).toBe("whole");
    const whole = run(chain);
    expect(whole.status).toBe(0);
    expect(whole.out).toStartWith("line 12 is torn\nline 19 is torn\nok: ");
    rewrite(lines().map((line, i) => (i === 10 ? line.replace("helper", "watcher") : line)));
    expect(run(chain).out).toContain("line 13 does not seal the torn line before it");
  });

  test("the heads are the ones that messages carry", () => {
    const head = bed.append(...healEntries(3));
    expect(run(heads).out).toBe(`log ${head.seq}:${head.sha256.slice(0, 16)}\n`);
    expect(run("wc -l <heads.txt").out.trim()).toBe(String(head.seq));
  });

  test("the questions find every change and every incident, torn lines or not", () => {
    bed.write(bed.read().subarray(0, -20));
    bed.append(...healEntries(3));
    const dispatched = run(blockWith("heal.dispatched"));
    expect(dispatched.err).toBe("");
    expect(dispatched.out.trimEnd().split("\n")).toHaveLength(3);
    expect(dispatched.out).toContain("\trestart-unit\t1\t/usr/bin/systemctl --system restart");
    const incidents = run(blockWith("group_by"));
    expect(incidents.err).toBe("");
    expect(incidents.out.match(/"incident": "i-\d"/gu)).toEqual([
      '"incident": "i-1"',
      '"incident": "i-2"',
      '"incident": "i-3"',
    ]);
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
    const files = run(blockWith("select(.backup)"));
    expect(files.err).toBe("");
    expect(files.out).toContain(`\ti-3\theal.planned\t/srv/a.json\t${"1f".repeat(32)}\n`);
    expect(files.out).toContain("\t/srv/new\tabsent\n");
    const persons = run(blockWith("startswith"));
    expect(persons.err).toBe("");
    expect(persons.out.trimEnd().split("\n")).toHaveLength(2);
    expect(persons.out).toContain("\tuid:1000\theal.unlatched\t-\trestart-unit:gw.service: spent\n");
  });

  test("every event that the log knows is explained", () => {
    const known = [...textOf("src/log/entry.ts").matchAll(/^ {2}\| "([a-z.]+)"/gmu)].map((found) => found[1] ?? "");
    const told = new Set([...textOf("docs/audit.md").matchAll(/`([a-z]+\.[a-z]+)`/gu)].map((found) => found[1]));
    expect(known.filter((event) => !told.has(event))).toEqual(["log.rotated"]);
  });

  test("every block with a mark was run here", () => expect(blocks).toHaveLength(6));

  test("the check stays quiet about nothing: an empty copy is told as empty", () => {
    writeFileSync(bed.path, "");
    expect(run(chain).out).toBe(`ok: 0 lines, head 0:${"0".repeat(64)}\n`);
  });
});
