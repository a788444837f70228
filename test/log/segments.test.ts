import { beforeEach, expect, test } from "bun:test";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { segmentPath, segmentsOf } from "../../src/log/segments.ts";
import { createFakeFiles, type FakeFiles } from "../fake-files.ts";

const folder = "/var/log/dogwatch";
const logFile = `${folder}/heal.jsonl`;

let files: FakeFiles;

beforeEach(() => {
  files = createFakeFiles(() => 0);
});

/** A log's text that begins with this line. */
const from = (seq: number, more = ""): string => `{"seq":${seq},"at":"2026-11-26T00:00:00.000Z"}\n${more}`;

const cases: readonly {
  readonly name: string;
  readonly given: Readonly<Record<string, string | Uint8Array>>;
  readonly listed: readonly string[];
}[] = [
  { name: "no file", given: {}, listed: [] },
  { name: "the active log alone", given: { "heal.jsonl": from(1) }, listed: ["heal.jsonl"] },
  {
    name: "rotated ones by their number, the active log last",
    given: {
      "heal.jsonl": "",
      "heal-0000004712.jsonl": "",
      "heal-0000000001.jsonl.gz": "",
      "heal-0000000042.jsonl": "",
    },
    listed: ["heal-0000000001.jsonl.gz", "heal-0000000042.jsonl", "heal-0000004712.jsonl", "heal.jsonl"],
  },
  {
    name: "rotated ones without an active log",
    given: { "heal-0000000001.jsonl": "" },
    listed: ["heal-0000000001.jsonl"],
  },
  {
    name: "of a plain and a packed one only the plain, as after a kill in mid-compress",
    given: { "heal-0000000001.jsonl": from(1), "heal-0000000001.jsonl.gz": gzipSync(from(1)), "heal.jsonl": from(9) },
    listed: ["heal-0000000001.jsonl", "heal.jsonl"],
  },
  {
    name: "what a logrotate made, by the first line, packed or not, among our own",
    given: {
      "heal.jsonl.2.gz": gzipSync(from(1)),
      "heal.jsonl.1": from(10),
      "heal-0000000020.jsonl.gz": "",
      "heal.jsonl-20261126": from(30),
      "heal.jsonl-20261127.zst": zstdCompressSync(from(40, "x".repeat(200_000))),
      "heal-20261128.jsonl": from(50),
      "heal.jsonl": from(60),
    },
    listed: [
      "heal.jsonl.2.gz",
      "heal.jsonl.1",
      "heal-0000000020.jsonl.gz",
      "heal.jsonl-20261126",
      "heal.jsonl-20261127.zst",
      "heal-20261128.jsonl",
      "heal.jsonl",
    ],
  },
  {
    name: "our own that a logrotate with a wide pattern took, by the first line",
    given: {
      "heal-0000000001.jsonl.gz.1": gzipSync(from(1)),
      "heal-0000000010.jsonl.1.gz": gzipSync(from(10)),
      "heal-0000000020.jsonl-20261126": from(20),
      "heal-0000000030-20261126.jsonl": from(30),
      "heal-0000000035.jsonl.1.gz.1": gzipSync(from(35)),
      "heal-0000000040.jsonl.1": from(40),
      "heal-0000000040.jsonl": from(40),
      "heal.jsonl": from(50),
    },
    listed: [
      "heal-0000000001.jsonl.gz.1",
      "heal-0000000010.jsonl.1.gz",
      "heal-0000000020.jsonl-20261126",
      "heal-0000000030-20261126.jsonl",
      "heal-0000000035.jsonl.1.gz.1",
      "heal-0000000040.jsonl",
      "heal.jsonl",
    ],
  },
  {
    name: "the copy of our own that logrotate's copytruncate left empty",
    given: { "heal-0000000001.jsonl": "", "heal-0000000001.jsonl.1": from(1), "heal-0000000010.jsonl": "" },
    listed: ["heal-0000000001.jsonl.1", "heal-0000000010.jsonl"],
  },
  {
    name: "not the copies that logrotate's copy makes of the active log",
    given: { "heal.jsonl.1": from(1), "heal.jsonl.2": from(1), "heal.jsonl": from(1, from(2)) },
    listed: ["heal.jsonl"],
  },
  {
    name: "of two of a logrotate with one beginning the longer",
    given: { "heal.jsonl.1": from(1, from(2)), "heal.jsonl.2": from(1), "heal.jsonl": from(3) },
    listed: ["heal.jsonl.1", "heal.jsonl"],
  },
  {
    name: "nothing foreign",
    given: {
      "heal.seals": "x",
      "heal.jsonl.bak": from(1),
      "heal.jsonl.1": "not a log\n",
      "heal.jsonl.2.gz": "not gzip",
      "heal-1.jsonl": "neither",
      "heal-old.jsonl": from(1),
      ".heal-0000000001.jsonl.gz.12.tmp": "",
      "other.jsonl": from(1),
      "xheal-0000000001.jsonl": from(1),
      "heal.jsonl": from(5),
    },
    listed: ["heal.jsonl"],
  },
];

for (const { name, given, listed } of cases)
  test(`segmentsOf() lists ${name}`, () => {
    for (const [each, content] of Object.entries(given)) files.put(`${folder}/${each}`, content);
    expect(segmentsOf(files, logFile)).toEqual(listed.map((each) => `${folder}/${each}`));
  });

test("segmentsOf() passes over a pipe where a logrotate's file could be, and lists one in place of our own", () => {
  files.putPipe(`${folder}/heal.jsonl.1`);
  files.putPipe(`${folder}/heal-0000000001.jsonl`);
  expect(segmentsOf(files, logFile)).toEqual([`${folder}/heal-0000000001.jsonl`]);
});

test("segmentsOf() names the active log where the folder can't be listed, so that reading it tells why", () => {
  files.put(logFile, "");
  files.fail("list", /./u, "EACCES");
  expect(segmentsOf(files, logFile)).toEqual([logFile]);
});

test("segmentPath() gives a number of ten digits, and of more when it must", () => {
  expect(segmentPath(logFile, 1)).toBe(`${folder}/heal-0000000001.jsonl`);
  expect(segmentPath(logFile, 12_345_678_901)).toBe(`${folder}/heal-12345678901.jsonl`);
});
