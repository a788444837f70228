import { afterAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { unpackFile } from "../../src/host/unpack.ts";
import type { Unpacked } from "../../src/host/unpacked.ts";

const folder = mkdtempSync(join(tmpdir(), "dogwatch-unpack-"));
afterAll(() => rmSync(folder, { recursive: true }));

const text = Buffer.from(Array.from({ length: 40_000 }, (_, i) => `line ${i} ${(i * 7919) % 10_007}\n`).join(""));
const [left, right] = [text.subarray(0, 300_001), text.subarray(300_001)];
const path = join(folder, "log");

/** What a file of these bytes unpacks to, and how it ended. */
const unpacked = async (bytes: Uint8Array): Promise<{ readonly ended: Unpacked; readonly text: Buffer }> => {
  writeFileSync(path, bytes);
  const pieces: Buffer[] = [];
  const ended = await unpackFile(path, (piece) => pieces.push(Buffer.from(piece)));
  return { ended, text: Buffer.concat(pieces) };
};

const whole = [
  { name: "plain text", bytes: text, packing: "plain" },
  { name: "gzip", bytes: gzipSync(text), packing: "gzip" },
  {
    name: "gzip of several members",
    bytes: Buffer.concat([gzipSync(left), gzipSync(""), gzipSync(right)]),
    packing: "gzip",
  },
  {
    name: "gzip with zeros behind it, as on a tape",
    bytes: Buffer.concat([gzipSync(text), Buffer.alloc(512)]),
    packing: "gzip",
  },
  { name: "zstd", bytes: zstdCompressSync(text), packing: "zstd" },
  {
    name: "zstd of several frames",
    bytes: Buffer.concat([zstdCompressSync(left), zstdCompressSync(right)]),
    packing: "zstd",
  },
] as const;

for (const { name, bytes, packing } of whole)
  test(`unpackFile() gives back ${name}`, async () => {
    const read = await unpacked(bytes);
    expect(read.ended).toEqual({ kind: "done", packing });
    expect(read.text.equals(text)).toBe(true);
  });

test("unpackFile() knows what the zstd program writes for whole: with and without a checksum, from a pipe, with long repeats", async () => {
  const given = [
    { args: ["-q"], input: text },
    { args: ["-q", "--no-check"], input: text },
    { args: ["-q", "-19"], input: Buffer.concat([Buffer.alloc(3_000_000, "x"), text]) },
    { args: ["-q"], input: Buffer.from("x\n") },
    { args: ["-q"], input: Buffer.alloc(0) },
  ];
  for (const { args, input } of given) {
    const read = await unpacked(spawnSync("zstd", [...args, "-c"], { input, maxBuffer: 1e8 }).stdout);
    expect({ args, ended: read.ended }).toEqual({ args, ended: { kind: "done", packing: "zstd" } });
    expect(read.text.equals(input)).toBe(true);
  }
});

for (const [packing, bytes] of [
  ["gzip", gzipSync(text)],
  ["zstd", zstdCompressSync(text)],
] as const) {
  test(`unpackFile() tells ${packing} that is cut short, wherever it is cut`, async () => {
    for (let end = packing === "gzip" ? 2 : 4; end < bytes.length; end += 1 + Math.floor(bytes.length / 97)) {
      const read = await unpacked(bytes.subarray(0, end));
      expect({ end, kind: read.ended.kind }).toEqual({ end, kind: "damaged" });
      expect(text.subarray(0, read.text.length).equals(read.text)).toBe(true);
    }
    expect((await unpacked(bytes.subarray(0, -1))).ended).toMatchObject({ kind: "damaged", packing });
  });

  test(`unpackFile() tells what stands behind the end of ${packing}`, async () => {
    expect((await unpacked(Buffer.concat([bytes, Buffer.from("hello\n")]))).ended).toMatchObject({
      kind: "damaged",
      packing,
    });
  });
}

test("unpackFile() tells a flipped byte in gzip, by its checksum at the latest", async () => {
  const bytes = gzipSync(text);
  for (let at = 12; at < bytes.length; at += 1 + Math.floor(bytes.length / 61)) {
    const flipped = Buffer.from(bytes);
    flipped[at] = (flipped[at] ?? 0) ^ 0x10;
    expect({ at, ended: (await unpacked(flipped)).ended }).toMatchObject({ at, ended: { kind: "damaged" } });
  }
});

test("unpackFile() gives a bomb in small pieces", async () => {
  const bomb = Buffer.concat(Array.from({ length: 8 }, () => gzipSync(Buffer.alloc(16_000_000))));
  expect(bomb.length).toBeLessThan(200_000);
  writeFileSync(path, bomb);
  let [total, largest] = [0, 0];
  const ended = await unpackFile(path, (piece) => {
    total += piece.length;
    largest = Math.max(largest, piece.length);
  });
  expect({ ended, total }).toEqual({ ended: { kind: "done", packing: "gzip" }, total: 128_000_000 });
  expect(largest).toBeLessThanOrEqual(262_144);
});

test("unpackFile() reads a file to its end that is renamed and made anew meanwhile", async () => {
  writeFileSync(path, text);
  let read = 0;
  await unpackFile(path, (piece) => {
    if (read === 0) {
      renameSync(path, `${path}.1`);
      writeFileSync(path, "another\n");
    }
    read += piece.length;
  });
  expect(read).toBe(text.length);
});

test("unpackFile() has a plain word for what it can't read, and leaves no file open", async () => {
  const open = (): number => readdirSync("/proc/self/fd").length;
  Bun.spawnSync(["mkfifo", join(folder, "pipe")]);
  const before = open();
  expect(await unpackFile(join(folder, "none"), () => undefined)).toMatchObject({ kind: "failed", code: "ENOENT" });
  expect(await unpackFile(folder, () => undefined)).toMatchObject({ kind: "failed", code: "EINVAL" });
  expect(await unpackFile(join(folder, "pipe"), () => undefined)).toMatchObject({ kind: "failed", code: "EINVAL" });
  const xz = await unpacked(Buffer.from("fd377a585a000004", "hex"));
  expect(xz.ended).toEqual({
    kind: "failed",
    code: "ENOTSUP",
    why: "it is packed with xz; unpack it first: xz -dk FILE",
  });
  await unpacked(gzipSync(text).subarray(0, 1000));
  expect(open()).toBeLessThanOrEqual(before);
});
