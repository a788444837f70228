import { beforeEach, describe, expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { readRecent } from "../../src/log/recent.ts";
import { segmentPath, segmentsOf } from "../../src/log/segments.ts";
import { createFakeHost, type FakeHost } from "../fake-host.ts";

const logFile = "/var/log/dogwatch/heal.jsonl";
const day = (of: number): string => new Date(Date.UTC(2026, 10, of)).toISOString();
const line = (seq: number, of = 23, more: object = {}): string =>
  JSON.stringify({
    ...{ seq, at: day(of), host: "web-1", boot: "b", event: "incident.opened", by: "watcher", ...more },
    prev: "0".repeat(64),
  });
const text = (...lines: readonly string[]): string => lines.map((each) => `${each}\n`).join("");

let host: FakeHost;

beforeEach(() => {
  host = createFakeHost();
});

const recent = async (sinceMs = 0) => await readRecent(host, segmentsOf(host.files, logFile), sinceMs);
const seqs = async (sinceMs = 0): Promise<readonly number[] | string> => {
  const read = await recent(sinceMs);
  return "kind" in read ? read.why : read.entries.map(({ seq }) => seq);
};

describe("readRecent()", () => {
  test("readRecent() gives nothing where there is no log", async () => {
    expect(await recent()).toEqual({ entries: [], isCut: false });
  });

  for (const [name, pack] of [
    ["plain", (given: string) => given],
    ["gzip", (given: string) => gzipSync(given)],
  ] as const)
    test(`readRecent() goes back through ${name} files, and gives the oldest first`, async () => {
      host.files.put(segmentPath(logFile, 1), pack(text(line(1), line(2))));
      host.files.put(segmentPath(logFile, 3), text(line(3)));
      host.files.put(logFile, text(line(4), line(5)));
      expect(await seqs()).toEqual([1, 2, 3, 4, 5]);
    });

  test("readRecent() stops at the first line that is too old, and reads no file before it", async () => {
    host.files.put(segmentPath(logFile, 1), text(line(1, 23)));
    host.files.put(logFile, text(line(2, 1), line(3, 20), line(4, 23)));
    expect(await recent(Date.UTC(2026, 10, 10))).toMatchObject({ isCut: false, entries: [{ seq: 3 }, { seq: 4 }] });
  });

  test("readRecent() passes over torn and foreign lines, and leaves a tear's hashes out", async () => {
    const torn = line(4, 23, { event: "log.torn", proof: `1:${"a".repeat(64)}`, why: "cut off" });
    host.files.put(logFile, `${text(line(1), '{"seq":2,"at"', "[]", torn)}${line(5).slice(0, 40)}`);
    const read = await recent();
    expect(read).toMatchObject({ entries: [{ seq: 1 }, { seq: 4, why: "cut off" }] });
    expect(JSON.stringify(read)).not.toContain("proof");
  });

  test("readRecent() keeps the newest of more lines than it gives, and says so", async () => {
    host.files.put(logFile, text(...Array.from({ length: 2500 }, (_, at) => line(at + 1))));
    const read = await recent();
    if ("kind" in read) throw new Error(read.why);
    expect([read.isCut, read.entries.length, read.entries.at(-1)?.seq]).toEqual([true, 2000, 2500]);
  });

  test("readRecent() keeps to its bytes where the lines are long", async () => {
    host.files.put(
      logFile,
      text(...Array.from({ length: 40 }, (_, at) => line(at + 1, 23, { why: "x".repeat(400_000) }))),
    );
    const read = await recent();
    if ("kind" in read) throw new Error(read.why);
    expect([read.entries.length, read.entries.at(-1)?.seq]).toEqual([10, 40]);
  });

  test("readRecent() says why the log can't be read, and goes without an older file that can't", async () => {
    host.files.put(segmentPath(logFile, 1), text(line(1)));
    host.files.put(logFile, text(line(2)));
    host.files.fail("readAt", /0001/u, "EIO");
    expect(await seqs()).toEqual([2]);
    host.files.fail("readAt", /heal\.jsonl$/u, "EACCES");
    expect(await recent()).toMatchObject({ kind: "failed", code: "EACCES" });
  });
});
