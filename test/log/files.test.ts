import { afterEach, beforeEach, expect, test } from "bun:test";
import { copyFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { verifyCommand } from "../../src/cli/log-verify.ts";
import { sha256 } from "../../src/host/digest.ts";
import type { Unpack } from "../../src/host/unpacked.ts";
import { segmentsOf } from "../../src/log/segments.ts";
import { verifyAll, verifyLog } from "../../src/log/verify.ts";
import { createLogBed, healEntries, type LogBed } from "./log-bed.ts";

let bed: LogBed;
beforeEach(() => {
  bed = createLogBed();
});
afterEach(() => bed.remove());

const closed = { event: "log.rotated", by: "helper", why: "closed: it goes on in the next file" } as const;

/** A log of so many files of eight lines each (the first has seven), as a rotation leaves them; gives their paths, oldest first. */
const rotated = (count: number): readonly string[] => {
  const starts = [0];
  bed.append(...healEntries(1));
  for (let file = 2; file <= count; file++) {
    const head = bed.append(closed);
    starts.push(bed.read().length);
    const proof = `${head.seq}:${head.sha256}`;
    bed.append({ event: "log.rotated", by: "helper", why: "goes on", proof }, ...healEntries(file));
  }
  const bytes = bed.read();
  return starts.map((start, i) => {
    const isLast = i === count - 1;
    const path = isLast ? bed.path : join(bed.folder, `heal-${String(i === 0 ? 1 : 8 * i).padStart(10, "0")}.jsonl`);
    writeFileSync(path, bytes.subarray(start, starts[i + 1]));
    return path;
  });
};

const all = async () => (await verifyAll(bed.host, bed.path))?.verified;

test("verifyAll() takes all files of the log", async () => {
  rotated(4);
  expect(await all()).toMatchObject({ kind: "whole", lines: 30, firstSeq: 1, notes: [] });
});

test("verifyAll() knows no log where there is none", async () => {
  expect(await verifyAll(bed.host, bed.path)).toBeUndefined();
});

test("verifyAll() names the two files between which one is missing", async () => {
  const [, second = "", third = "", fourth = ""] = rotated(4);
  rmSync(third);
  const what = `lines 16 to 23 are lost: between "${second}" and "${fourth}" a file is missing`;
  expect(await all()).toMatchObject({
    kind: "faulty",
    fault: { kind: "lost", seq: 16, file: fourth, line: 1, offset: 0, what },
  });
});

test("verifyLog() names a file that is there twice", async () => {
  const files = rotated(3);
  const copy = join(bed.folder, "copy.jsonl");
  copyFileSync(files[1] ?? "", copy);
  const what = `"${copy}" begins with line 8 again, and "${files[1]}" ends with line 15: the same lines twice, or another log's`;
  expect(await verifyLog(bed.host, [...files, copy])).toMatchObject({
    fault: { kind: "duplicated", file: copy, line: 1, offset: 0, seq: 16, what },
  });
});

test("verifyAll() says that a log begins late, and whether a line tells of the removal", async () => {
  const [first = "", second = ""] = rotated(3);
  rmSync(first);
  const notes = ["it begins at line 8: the lines before are in older files, not checked here"];
  expect(await all()).toMatchObject({ kind: "whole", firstSeq: 8, lines: 15, notes });
  const prev = /"prev":"([0-9a-f]{64})"/u.exec(await Bun.file(second).text())?.[1];
  bed.append({ event: "log.rotated", by: "helper", why: "removed", proof: `7:${prev}` });
  expect(await all()).toMatchObject({
    notes: ["it begins at line 8: the lines before were removed for their age, as line 23 tells"],
  });
});

test("verifyLog() tells a line in a packed file by its place in what it unpacks to, and says so", async () => {
  const [first = "", ...rest] = rotated(3);
  const text = (await Bun.file(first).text()).replace('"seq":3,', '"seq":4,');
  rmSync(first);
  writeFileSync(`${first}.gz`, gzipSync(text));
  const offset = Buffer.from(text).indexOf('{"seq":4,');
  expect(await verifyLog(bed.host, [...rest, `${first}.gz`])).toMatchObject({
    fault: { kind: "changed", file: `${first}.gz`, line: 3, offset, packing: "gzip" },
  });
  expect(await verifyCommand(bed.host, [], { logFile: bed.path }, false)).toBe(1);
  expect(bed.out()).toContain(`  ${first}.gz: line 3, byte ${offset} of the text that the gzip data holds (changed)\n`);
});

test("verifyLog() names the file and the line from which damaged data can't be unpacked", async () => {
  const [first = "", ...rest] = rotated(3);
  const packed = gzipSync(await Bun.file(first).bytes(), { level: 0 });
  writeFileSync(first, packed.subarray(0, 900));
  expect(await verifyLog(bed.host, [first, ...rest])).toMatchObject({
    kind: "faulty",
    isBroken: true,
    fault: {
      kind: "damaged",
      file: first,
      packing: "gzip",
      what: expect.stringMatching(/^".*" is damaged from line \d on: the gzip data can't be unpacked there/u),
    },
  });
  writeFileSync(first, packed.with(-5, 0x55));
  expect(await verifyLog(bed.host, [first, ...rest])).toMatchObject({ fault: { kind: "damaged", file: first } });
});

test("verifyLog() finds the order by several lines of each file: one changed number doesn't mislead it", async () => {
  const [first = "", second = "", third = ""] = rotated(3);
  const text = (await Bun.file(second).text()).replace('"seq":8,', '"seq":80,');
  writeFileSync(second, text);
  expect(await verifyLog(bed.host, [third, second, first])).toMatchObject({
    fault: { kind: "changed", file: second, line: 1, seq: 8 },
  });
});

test("verifyAll() begins anew where the log was rotated beside it", async () => {
  rotated(2);
  let isRotated = false;
  const unpack: Unpack = async (path, onPiece) => {
    if (!isRotated && path === bed.path) {
      isRotated = true;
      const head = bed.append(closed);
      const size = bed.read().length;
      bed.append({ event: "log.rotated", by: "helper", why: "goes on", proof: `${head.seq}:${head.sha256}` });
      const bytes = bed.read();
      writeFileSync(bed.path, bytes.subarray(0, size));
      renameSync(bed.path, join(bed.folder, "heal-0000000008.jsonl"));
      writeFileSync(bed.path, bytes.subarray(size));
    }
    return await bed.host.unpack(path, onPiece);
  };
  expect((await verifyAll({ ...bed.host, unpack }, bed.path))?.verified).toMatchObject({
    kind: "whole",
    lines: 16,
    notes: [],
  });
});

test("verifyAll() takes a log whose first file begins with the seal of a tear that a moved file ended in, and no log that only begins with a log.torn", async () => {
  rotated(2);
  const lines = bed.read().toString().trimEnd().split("\n");
  const [first = "", second = ""] = lines;
  const sealing = first.replace('"event":"log.rotated"', '"event":"log.torn"');
  const seq = Number(/"seq":(\d+)/u.exec(first)?.[1]);
  const opening = second
    .replace(/"event":"[^"]*"/u, '"event":"log.rotated"')
    .replace(/"prev":"[^"]*"/u, `"prev":"${sha256(sealing)}"`);
  for (const file of segmentsOf(bed.host.files, bed.path)) rmSync(file);
  writeFileSync(bed.path, `${sealing}\n${opening}\n`);
  const notes = [`it begins at line ${seq}: the lines before are in older files, not checked here`, expect.any(String)];
  expect(await all()).toMatchObject({ kind: "whole", firstSeq: seq, lines: 2, notes });
  for (const text of [`${sealing}\n`, `${sealing}\n${opening.replace("log.rotated", "heal.proved")}\n`]) {
    writeFileSync(bed.path, text);
    expect(await all()).toMatchObject({ kind: "faulty", fault: { kind: "lost", seq: 1, line: 1 } });
  }
});

test("verifyAll() says of a log without its active file that a next file should be there", async () => {
  const files = rotated(3);
  rmSync(files[2] ?? "");
  expect(await all()).toMatchObject({
    kind: "whole",
    notes: [
      "its last line, 15, says that it goes on in a next file, and that is not here: copy it too, or ask where it is",
    ],
  });
});

test("verifyLog() says that a program converted the text where lines end in CR LF, or a byte order mark stands before them", async () => {
  const files = rotated(2);
  const text = await Bun.file(files[0] ?? "").text();
  writeFileSync(files[0] ?? "", text.replaceAll("\n", "\r\n"));
  const why = "a mail program or an editor does that: fetch the file anew, as it is";
  const what = (how: string) => `line 1 was changed after it was written (a flipped byte or an edit): ${how}; ${why}`;
  expect(await all()).toMatchObject({ fault: { kind: "changed", line: 1, what: what("it ends in CR LF") } });
  writeFileSync(files[0] ?? "", `\ufeff${text}`);
  expect(await all()).toMatchObject({ fault: { line: 1, what: what("a byte order mark stands before it") } });
});

test("verifyLog() counts no more lines of another log put behind this one than there are", async () => {
  rotated(1);
  bed.append(...healEntries(2));
  const bytes = bed.read();
  const another = createLogBed();
  another.wait(5000);
  another.append(...healEntries(1), ...healEntries(2));
  writeFileSync(bed.path, Buffer.concat([bytes, another.read()]));
  another.remove();
  const count = bytes.toString().trimEnd().split("\n").length;
  expect(await all()).toMatchObject({
    fault: {
      seq: count + 1,
      what: expect.stringMatching(
        new RegExp(`^lines ${count + 1} to ${2 * count} are inserted, an earlier line again or another log's`, "u"),
      ),
    },
  });
});

test("verifyAll() says which file is empty where lines are lost", async () => {
  const [, second = ""] = rotated(3);
  writeFileSync(second, "");
  expect(await all()).toMatchObject({
    fault: { kind: "lost", what: expect.stringContaining(`; "${second}" is empty`) },
  });
});
