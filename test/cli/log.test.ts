import { afterEach, beforeEach, expect, test } from "bun:test";
import { appendFileSync } from "node:fs";
import { logCommand } from "../../src/cli/log.ts";
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
  { name: "a witness of 15 digits", args: ["verify", "--head", "3:0123456789abcde"], says: "is no head of a log" },
  { name: "a witness without a value", args: ["verify", "--head"], says: '"--head" needs a value' },
  { name: "an unknown option", args: ["verify", "--deep"], says: 'no option "--deep"' },
  { name: "no action", args: [], says: 'cannot run "log"' },
  { name: "an unknown action", args: ["erase"], says: 'cannot run "log erase"' },
  { name: "a time that is none", args: ["show", "--since", "yesterday"], says: '"yesterday" is no time' },
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
  const before = bed.out().length;
  expect(await run("show", "--incident", "i-9")).toBe(0);
  expect(bed.out().slice(before)).toBe("no entries\n");
});
