import { afterEach, beforeEach, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Unpack } from "../../src/host/unpacked.ts";
import { nextLine } from "../../src/log/chain.ts";
import { isCutLine } from "../../src/log/cut.ts";
import type { Head } from "../../src/log/entry.ts";
import { verifyLog } from "../../src/log/verify.ts";
import { parseWitness } from "../../src/log/witness.ts";
import { createLogBed, healEntries, type LogBed } from "./log-bed.ts";

let bed: LogBed;

beforeEach(() => {
  bed = createLogBed();
});

afterEach(() => bed.remove());

/** Two files of one chain; the second begins with `log.rotated`. */
const segments = (): readonly [string, string] => {
  bed.append(...healEntries(1));
  const first = join(bed.folder, "heal.jsonl.1");
  writeFileSync(first, bed.read());
  const size = bed.read().length;
  bed.append({ event: "log.rotated", by: "helper" }, ...healEntries(2));
  const second = join(bed.folder, "heal.jsonl.0");
  writeFileSync(second, bed.read().subarray(size));
  return [first, second];
};

test("verifyLog() takes several files, oldest first, as one chain", async () => {
  const [first, second] = segments();
  expect(await verifyLog(bed.host, [first, second])).toMatchObject({
    kind: "whole",
    lines: 13,
    head: { seq: 13 },
    notes: [],
  });
});

test("verifyLog() takes a later file alone and says that it begins late", async () => {
  const [, second] = segments();
  const notes = ["it begins at line 7: the lines before are in older files, not checked here"];
  expect(await verifyLog(bed.host, [second])).toMatchObject({ kind: "whole", lines: 7, notes });
});

test("verifyLog() puts files in order, whatever they are called, and names what is missing between two", async () => {
  const [first, second] = segments();
  expect(await verifyLog(bed.host, [second, first])).toMatchObject({ kind: "whole", lines: 13 });
  expect(await verifyLog(bed.host, [second, first, second])).toMatchObject({ kind: "whole", lines: 13 });
  writeFileSync(first, bed.read().subarray(0, bed.read().indexOf(10) + 1));
  const what = `lines 2 to 6 are lost: between "${first}" and "${second}" a file is missing, or the end of the first`;
  expect(await verifyLog(bed.host, [second, first])).toMatchObject({
    kind: "faulty",
    fault: { kind: "lost", file: second, line: 1, offset: 0, seq: 2, what },
  });
});

test("verifyLog() tells a witness that is older than the first line from one that isn't met", async () => {
  const [, second] = segments();
  const of = (head: string) =>
    verifyLog(bed.host, [second], { witnesses: [parseWitness(head)].flatMap((each) => each ?? []) });
  expect(await of(`3:${"0".repeat(16)}`)).toMatchObject({ kind: "too-old", firstSeq: 7, witness: { seq: 3 } });
  expect(await of(`9:${"0".repeat(16)}`)).toMatchObject({
    kind: "faulty",
    fault: { kind: "rewritten", line: 3, seq: 9 },
  });
});

test("verifyLog() catches a cut tail only with a witness", async () => {
  bed.append(...healEntries(1));
  const { seq, sha256 } = bed.append({ event: "config.changed", by: "watcher" });
  const bytes = bed.read();
  bed.write(bytes.subarray(0, bytes.indexOf(10, bytes.length / 2) + 1));
  expect(bed.verify().kind).toBe("whole");
  expect(bed.verify(`${seq}:${sha256}`)).toMatchObject({ kind: "faulty", fault: { kind: "cut" } });
});

test("verifyLog() finds a log that was rewritten whole, with every hash right, only with a witness", async () => {
  bed.append(...healEntries(1));
  const { seq, sha256 } = bed.append();
  bed.write("");
  bed.append(...healEntries(1).map((entry) => ({ ...entry, check: "another" })));
  expect(bed.verify().kind).toBe("whole");
  expect(bed.verify(`${seq}:${sha256.slice(0, 16)}`)).toMatchObject({
    kind: "faulty",
    fault: { kind: "rewritten", line: 6 },
  });
});

test("verifyLog() passes an empty log, and a missing one is a value", async () => {
  bed.write("");
  expect(bed.verify()).toMatchObject({ kind: "whole", lines: 0, head: { seq: 0 } });
  expect(await verifyLog(bed.host, ["/nonexistent/x"])).toMatchObject({
    kind: "unreadable",
    failure: { code: "ENOENT" },
  });
  expect(await verifyLog(bed.host, [bed.folder])).toMatchObject({ kind: "unreadable", failure: { code: "EINVAL" } });
});

test("verifyLog() names hostile lines and goes on to the end", async () => {
  const hostile = [
    { name: "no newline in 5 MB", bytes: Buffer.alloc(5_000_000, "x"), why: "longer than 1048576 bytes" },
    { name: "deep nesting", bytes: `${"[".repeat(500_000)}\n`, why: "not a JSON object" },
    { name: "deep nesting of an entry", bytes: `{"seq":7,"a":${"[".repeat(500_000)}\n`, why: "" },
    { name: "a blank line", bytes: "\n", why: "it is empty" },
    { name: "bytes that are no UTF-8", bytes: Buffer.from([0xc3, 0x28, 0x0a]), why: "not a JSON object" },
    { name: "UTF-16", bytes: Buffer.from([0xff, 0xfe, 0x0a]), why: "a byte order mark stands before it" },
    { name: "a text", bytes: '"x"\n', why: "not a JSON object" },
    { name: "no seq", bytes: "{}\n", why: "no valid seq" },
    { name: "a huge seq", bytes: '{"seq":1e300}\n', why: "no valid seq" },
    { name: "no prev", bytes: '{"seq":7,"prev":"ABC"}\n', why: "no valid prev" },
  ] as const;
  for (const { name, bytes, why } of hostile) {
    bed.write("");
    bed.append(...healEntries(1));
    appendFileSync(bed.path, bytes);
    appendFileSync(bed.path, "{}\n");
    const verified = bed.verify();
    const fault = verified.kind === "faulty" ? verified.fault : undefined;
    expect({ name, line: fault?.line }).toEqual({ name, line: 7 });
    expect(fault?.what).toContain(why);
  }
});

test("verifyLog() reads a long log in small pieces and agrees with sha256sum about its head", async () => {
  const lines: string[] = [];
  let head: Head = { seq: 0, sha256: "0".repeat(64) };
  const stamp = { at: "2026-11-23T02:05:10.007Z", host: "web-1", boot: "b" };
  for (let i = 0; i < 100_000; i++) {
    const next = nextLine({ event: "config.changed", by: "watcher" }, head, stamp);
    lines.push(`${next.line}\n`);
    head = next.head;
  }
  bed.write(lines.join(""));
  const largest = { bytes: 0 };
  const unpack: Unpack = (path, onPiece) =>
    bed.host.unpack(path, (piece) => {
      largest.bytes = Math.max(largest.bytes, piece.length);
      onPiece(piece);
    });
  expect(await verifyLog({ ...bed.host, unpack }, [bed.path])).toMatchObject({ kind: "whole", lines: 100_000, head });
  expect(largest.bytes).toBeLessThanOrEqual(1_048_576);
  const summed = spawnSync("/bin/bash", ["-c", `tail -n 1 "$0" | tr -d '\\n' | sha256sum`, bed.path], {
    encoding: "utf8",
  });
  expect(summed.stdout.split(" ")[0]).toBe(head.sha256);
});

test("parseWitness() wants a sequence and 16 to 64 hex digits", () => {
  const hex = "9f3ac2d1c07be55a";
  expect(parseWitness(`41:${hex}`)).toEqual({ seq: 41, prefix: hex });
  expect(parseWitness(`41:${hex.toUpperCase()}`)).toEqual({ seq: 41, prefix: hex });
  expect(parseWitness(`log 41:${hex}`)).toEqual({ seq: 41, prefix: hex });
  expect(parseWitness(`log 0:${"0".repeat(16)}`)).toEqual({ seq: 0, prefix: "0".repeat(16) });
  expect(parseWitness(`0:${hex}`)).toBeUndefined();
  for (const text of [
    "",
    "41",
    `41:${hex.slice(1)}`,
    `41:${hex.repeat(4)}0`,
    `-1:${hex}`,
    `41:${hex.slice(1)}g`,
    ` 41:${hex}`,
  ])
    expect(parseWitness(text)).toBeUndefined();
});

test("isCutLine() knows a beginning of a line from a changed line", () => {
  const { line } = nextLine(
    { event: "heal.planned", by: "h", evidence: 'q"\\ü\u0001', attempt: 12, argv: ["a", "b"], target: { pid: 1 } },
    { seq: 0, sha256: "0".repeat(64) },
    { at: "t", host: "h", boot: "b" },
  );
  for (let end = 1; end < line.length; end++)
    expect({ end, isCut: isCutLine(line.slice(0, end)) }).toEqual({ end, isCut: true });
  expect(isCutLine("\0\0\0")).toBe(true);
  for (const text of [
    "",
    line,
    `${line}x`,
    `x${line.slice(1)}`,
    line.slice(1, 40),
    "{}",
    "[",
    `${line.slice(0, -2)}0"`,
  ])
    expect({ text, isCut: isCutLine(text) }).toEqual({ text, isCut: false });
});
