import { expect, test } from "bun:test";
import { maxToPackBytes, packOlder } from "../../src/log/old-segments.ts";
import { createFakeHost } from "../fake-host.ts";

const folder = "/var/log/dogwatch";
const logFile = `${folder}/heal.jsonl`;

test("packOlder() leaves plain what would take too much memory to pack", () => {
  const host = createFakeHost();
  host.files.makeFolder(folder, 0o750);
  const line = '{"seq":1,"at":"2026-11-26T00:00:00.000Z"}\n';
  host.files.replace(`${folder}/heal-0000000001.jsonl`, line.padEnd(maxToPackBytes + 1, "x"), 0o640);
  host.files.replace(`${folder}/heal-0000000002.jsonl`, line, 0o640);
  host.files.replace(`${folder}/heal-0000000003.jsonl`, line, 0o640);
  expect(packOlder(host, logFile)).toEqual([]);
  expect(host.files.list(folder)).toEqual([
    "heal-0000000001.jsonl",
    "heal-0000000002.jsonl.gz",
    "heal-0000000003.jsonl",
  ]);
});
