import { afterEach, beforeEach, expect, test } from "bun:test";
import { appendFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { logCommand } from "../../src/cli/log.ts";
import { hashLine } from "../../src/log/chain.ts";
import { createLogBed, healEntries, type LogBed } from "../log/log-bed.ts";

let bed: LogBed;

beforeEach(() => {
  bed = createLogBed();
});

afterEach(() => bed.remove());

const run = (...args: readonly string[]): Promise<number> => logCommand(bed.host, args, { logFile: bed.path }, false);

test("logCommand() verify says that there is no log yet, unless a witness saw one", async () => {
  expect(await run("verify")).toBe(0);
  expect(bed.out()).toContain("no log yet");
  expect(await run("verify", "--head", "0:0000000000000000")).toBe(0);
  expect(await run("verify", "--head", "3:0123456789abcdef")).toBe(1);
  expect(await run("show")).toBe(0);
});

test("logCommand() verify prints head, lines and the tear that is open", async () => {
  const { seq, sha256 } = bed.append(...healEntries(1));
  appendFileSync(bed.path, '{"seq":7,');
  expect(await run("verify", "--head", `${seq}:${sha256.slice(0, 16)}`)).toBe(0);
  expect(bed.out()).toBe(
    `ok: 7 lines, the chain is whole\nhead 6:${sha256}\n` +
      "note: line 7 is cut off in mid-write; the next append closes the tear with log.torn\n" +
      `witness 6:${sha256.slice(0, 16)} found\n`,
  );
});

test("logCommand() verify exits 1 and names the line, in words and as one JSON object", async () => {
  bed.append(...healEntries(1));
  bed.write(bed.read().toString().replace('"seq":3', '"seq":8'));
  expect(await run("verify")).toBe(1);
  expect(bed.out()).toContain("TAMPERED: line 3 was changed after it was written");
  const before = bed.out().length;
  expect(await run("verify", "--json")).toBe(1);
  expect(JSON.parse(bed.out().slice(before))).toMatchObject({
    result: "tampered",
    fault: { kind: "changed", line: 3, seq: 3 },
  });
});

test("logCommand() verify --json tells a whole log and a missing one", async () => {
  expect(await logCommand(bed.host, ["verify"], { logFile: bed.path }, true)).toBe(0);
  expect(JSON.parse(bed.out())).toMatchObject({ result: "none", lines: 0 });
  const before = bed.out().length;
  const head = bed.append(...healEntries(1));
  expect(await logCommand(bed.host, ["verify"], { logFile: bed.path }, true)).toBe(0);
  expect(JSON.parse(bed.out().slice(before))).toEqual({
    result: "ok",
    lines: 6,
    head,
    isWitnessed: false,
    notes: [],
    files: [bed.path],
  });
});

const misuses = [
  { name: "the seals as a log", args: ["verify", "copy/heal.seals"], says: '"copy/heal.seals" is no file of the log' },
  { name: "a tar as a log", args: ["verify", "heal.tar"], says: '"heal.tar" is no file of the log' },
  { name: "a witness of 15 digits", args: ["verify", "--head", "3:0123456789abcde"], says: "is no head of a log" },
  { name: "a witness without a value", args: ["verify", "--head"], says: '"--head" needs a value' },
  { name: "an unknown option", args: ["verify", "--deep"], says: 'no option "--deep"' },
  { name: "no action", args: [], says: 'cannot run "log"' },
  { name: "an unknown action", args: ["erase"], says: 'cannot run "log erase"' },
  { name: "a time that is none", args: ["show", "--since", "yesterday"], says: '"yesterday" is no time' },
  { name: "an event that is near one", args: ["show", "--event", "heal.provd"], says: 'did you mean "heal.proved"?' },
  {
    name: "an outcome that is near one",
    args: ["export", "--format", "csv", "--outcome", "helaed"],
    says: '"healed"?',
  },
  { name: "a writer that is none", args: ["show", "--by", "root"], says: 'there is no by "root"' },
  { name: "an end that is no time", args: ["show", "--until", "soon"], says: '"soon" is no time' },
  { name: "no format", args: ["export"], says: "it needs a format" },
  { name: "a format that is near one", args: ["export", "--format", "cvs"], says: 'did you mean "csv"?' },
  { name: "a file to export", args: ["export", "--format", "csv", "x"], says: 'it takes no "x"' },
  { name: "a file to show", args: ["show", "x.jsonl"], says: 'it takes no "x.jsonl"' },
] as const;

for (const { name, args, says } of misuses)
  test(`logCommand() exits 64 for ${name}`, async () => {
    expect(await run(...args)).toBe(64);
    expect(bed.err()).toContain(says);
    expect(bed.err()).toMatch(/^dogwatch: cannot .*\n {2}\S.*\n$/u);
  });

test("logCommand() verify holds the log against every head that is given, and names the first that isn't met", async () => {
  const first = bed.append(...healEntries(1));
  const second = bed.append(...healEntries(2));
  const heads = [first, second].flatMap(({ seq, sha256 }) => ["--head", `${seq}:${sha256.slice(0, 20)}`]);
  expect(await run("verify", ...heads)).toBe(0);
  expect(bed.out()).toContain(`witness 6:${first.sha256.slice(0, 20)} found\nwitness 12:`);
  expect(await run("verify", ...heads, "--head", "9:0123456789abcdef", "--head", "3:0123456789abcdef")).toBe(1);
  expect(bed.out()).toContain("TAMPERED: line 3 is not the one that the witness saw");
});

test("logCommand() exits 74 with a remedy for a file that can't be read", async () => {
  expect(await run("verify", `${bed.folder}/nowhere`)).toBe(74);
  expect(bed.err()).toContain(`cannot read the heal log "${bed.folder}/nowhere"`);
  expect(await run("verify", bed.folder)).toBe(74);
});

test("logCommand() exits 74 and names the group for a log that isn't ours", async () => {
  const denied = { kind: "failed", code: "EACCES", why: "permission denied" } as const;
  bed.append(...healEntries(1));
  const host = { ...bed.host, files: { ...bed.host.files, readAt: () => denied }, unpack: async () => denied };
  expect(await logCommand(host, ["verify"], { logFile: bed.path }, false)).toBe(74);
  expect(await logCommand(host, ["show"], { logFile: bed.path }, false)).toBe(74);
  expect(bed.err()).toContain('member of the group "adm"');
});

test("logCommand() show keeps to an incident and a time, and --json gives the very lines", async () => {
  bed.append(...healEntries(1));
  bed.wait(7_200_001);
  bed.append(...healEntries(2));
  const lines = bed.read().toString().split("\n").slice(6, 12);
  expect(await run("show", "--incident", "i-2", "--json")).toBe(0);
  expect(bed.out()).toBe(`${lines.join("\n")}\n`);
  for (const since of ["2h", "2026-11-23T03:00Z", "2026-11-23T03:00", "2026-11-23 04:30+01:00"]) {
    const before = bed.out().length;
    expect(await run("show", "--since", since, "--json")).toBe(0);
    expect(bed.out().slice(before)).toBe(`${lines.join("\n")}\n`);
  }
});

test("logCommand() show names the incidents near one that isn't there, and exits 64", async () => {
  bed.append(...healEntries(1), ...healEntries(2));
  expect(await run("show", "--incident", "i-9")).toBe(64);
  expect(bed.out()).toBe("");
  expect(bed.err()).toBe('dogwatch: cannot show the incident "i-9": it is not in the log\n  Near it: i-2, i-1\n');
  expect(await run("show", "--check", "gatewy")).toBe(0);
  expect(bed.out()).toBe('no entries: the log has no check "gatewy": did you mean "gateway"?\n');
});

test("logCommand() show takes until with or without a time, and a day to its end", async () => {
  bed.append(...healEntries(1));
  bed.wait(86_400_000);
  bed.append(...healEntries(2));
  const lines = bed.read().toString().split("\n").slice(0, 6);
  for (const until of ["2026-11-23", "2026-11-23T02:06", "1h"]) {
    const before = bed.out().length;
    expect(await run("show", "--until", until, "--json")).toBe(0);
    expect(bed.out().slice(before)).toBe(`${lines.join("\n")}\n`);
  }
});

test("logCommand() show and export read all files of the log, plain and packed, oldest first", async () => {
  const whole = [...healEntries(1), ...healEntries(2), ...healEntries(3)];
  bed.append(...whole);
  const lines = bed.read().toString().split("\n");
  const part = (from: number, to: number): string => `${lines.slice(from, to).join("\n")}\n`;
  writeFileSync(`${bed.folder}/heal-0000000001.jsonl.gz`, gzipSync(part(0, 6)));
  writeFileSync(`${bed.folder}/heal-0000000007.jsonl`, part(6, 12));
  bed.write(part(12, 18));
  expect(await run("show", "--json")).toBe(0);
  expect(bed.out()).toBe(part(0, 18));
  expect(await run("export", "--format", "csv", "--outcome", "healed", "--event", "incident.opened")).toBe(0);
  expect(
    bed
      .out()
      .slice(part(0, 18).length)
      .split("\r\n")
      .slice(1, -1)
      .map((row) => row.split(",")[0]),
  ).toEqual(["1", "7", "13"]);
});

test("logCommand() export --format json is one array, an entry a line, each with the hash of its line", async () => {
  bed.append(...healEntries(1));
  const lines = bed.read().toString().trimEnd().split("\n");
  expect(await run("export", "--format", "json")).toBe(0);
  expect(JSON.parse(bed.out())).toEqual(lines.map((line) => ({ ...JSON.parse(line), sha256: hashLine(line) })));
  expect(bed.out().split("\n").length).toBe(lines.length + 3);
  const before = bed.out().length;
  expect(await run("export", "--format", "json", "--check", "board")).toBe(0);
  expect(JSON.parse(bed.out().slice(before))).toEqual([]);
  expect(bed.err()).toBe('note: no entries: the log has no check "board"; it has "gateway"\n');
});

test("logCommand() show tells an empty log from none", async () => {
  expect(await run("show")).toBe(0);
  expect(bed.out()).toContain("no log yet");
  const before = bed.out().length;
  bed.write("");
  expect(await run("show")).toBe(0);
  expect(bed.out().slice(before)).toBe("no entries\n");
});

test("logCommand() export of no log is empty, and says so", async () => {
  expect(await run("export", "--format", "json")).toBe(0);
  expect(JSON.parse(bed.out())).toEqual([]);
  expect(bed.err()).toContain("note: no log yet");
});

for (const format of ["json", "csv", "ocsf", "ecs"])
  test(`logCommand() export --format ${format} tells a torn line, and exits 1 over one that can't be read`, async () => {
    bed.append(...healEntries(1));
    appendFileSync(bed.path, '{"seq":7,"at":"2026-11');
    bed.append(...healEntries(2));
    expect(await run("export", "--format", format)).toBe(0);
    expect(bed.err()).toBe(
      `note: 1 line was cut off in mid-write (the first: line 7 in "${bed.path}"), and is not exported\n`,
    );
    const [told, written] = [bed.err().length, bed.out().length];
    bed.write(bed.read().toString().replace('"by":"helper"', '"by":7'));
    expect(await run("export", "--format", format)).toBe(1);
    expect(bed.err().slice(told)).toMatch(/^dogwatch: cannot export the whole log: 1 line cannot be read as an entry/u);
    expect(bed.out().length - written).toBeLessThan(written);
  });

test("logCommand() export leaves an array open when a file can't be read to its end, so that half of it is no JSON", async () => {
  bed.append(...healEntries(1));
  const packed = gzipSync(bed.read());
  bed.write("");
  writeFileSync(`${bed.folder}/heal-0000000001.jsonl.gz`, packed.subarray(0, packed.length - 20));
  expect(await run("export", "--format", "json")).toBe(74);
  expect(() => JSON.parse(bed.out())).toThrow();
  expect(bed.err()).toContain("cannot read the heal log");
});

test("logCommand() show leaves the hash of a file before to --json", async () => {
  bed.append({ event: "log.rotated", by: "helper", why: "goes on", proof: `6:${"ab".repeat(32)}` });
  expect(await run("show")).toBe(0);
  expect(bed.out()).toContain("goes on");
  expect(bed.out()).not.toContain("abab");
});
