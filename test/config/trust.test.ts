import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Fault } from "../../src/config/fault.ts";
import { readTrusted } from "../../src/config/trust.ts";
import { createFiles } from "../../src/host/files.ts";
import type { FileStat, Read } from "../../src/host/host.ts";

const root = mkdtempSync(join(tmpdir(), "dogwatch-trust-"));
afterAll(() => rmSync(root, { recursive: true }));

const uid = process.getuid?.() ?? 0;
const machine = { files: createFiles(), uid };

const faultOf = (...[host, path]: Parameters<typeof readTrusted>): Fault | undefined => {
  const trusted = readTrusted(host, path);
  return trusted.kind === "read" ? undefined : trusted.faults[0];
};

const place = (name: string, fileMode: number, folderMode: number): string => {
  const folder = join(root, name);
  mkdirSync(folder);
  const path = join(folder, "dogwatch.yaml");
  writeFileSync(path, "chat: console\n");
  chmodSync(path, fileMode);
  chmodSync(folder, folderMode);
  return path;
};

describe("readTrusted() on real files", () => {
  const cases = [
    { name: "ours alone", file: 0o600, folder: 0o700, want: undefined },
    { name: "readable by all", file: 0o644, folder: 0o755, want: undefined },
    { name: "group-writable", file: 0o664, folder: 0o755, want: "others can write the file" },
    { name: "world-writable", file: 0o646, folder: 0o755, want: "others can write the file" },
    { name: "in a group-writable folder", file: 0o644, folder: 0o775, want: "others can put files into the folder" },
    { name: "in a world-writable folder", file: 0o644, folder: 0o777, want: "others can put files into the folder" },
    { name: "in a sticky folder", file: 0o644, folder: 0o1777, want: undefined },
  ] as const;
  for (const { name, file, folder, want } of cases)
    test(`readTrusted() judges a file ${name}`, () => {
      const path = place(name, file, folder);
      const fault = faultOf(machine, path);
      if (want === undefined) expect(fault).toBeUndefined();
      else expect(fault).toEqual({ file: path, line: 1, col: 1, message: expect.stringContaining(want) });
    });

  test("readTrusted() names the remedy", () => {
    const path = place("remedy", 0o622, 0o755);
    expect(faultOf(machine, path)?.message).toBe(
      `refused, since whoever can write it decides what dogwatch does: others can write the file "${path}" (mode 0622); run: chmod go-w "${path}"`,
    );
  });

  test("readTrusted() follows a link to a file that passes, and no other", () => {
    const good = place("good target", 0o644, 0o755);
    const bad = place("bad target", 0o666, 0o755);
    const folder = join(root, "links");
    mkdirSync(folder, { mode: 0o755 });
    symlinkSync(good, join(folder, "good.yaml"));
    symlinkSync(bad, join(folder, "bad.yaml"));
    expect(faultOf(machine, join(folder, "good.yaml"))).toBeUndefined();
    expect(faultOf(machine, join(folder, "bad.yaml"))?.message).toContain("others can write the file");
  });

  test("readTrusted() looks through a folder that is a link", () => {
    const path = place("linked folder", 0o644, 0o777);
    symlinkSync(join(path, ".."), join(root, "folder-link"));
    expect(faultOf(machine, join(root, "folder-link", "dogwatch.yaml"))?.message).toContain(
      "others can put files into",
    );
  });

  test("readTrusted() tells what can't be read", () => {
    const path = join(root, "nowhere.yaml");
    expect(faultOf(machine, path)?.message).toStartWith("cannot read the file: ");
    expect(faultOf(machine, root)?.message).toStartWith("cannot read the file: ");
  });

  test("readTrusted() hands over the bytes that it judged, and at most 1 MiB", () => {
    const path = place("bytes", 0o644, 0o755);
    const read = readTrusted(machine, path);
    expect(read.kind === "read" ? new TextDecoder().decode(read.bytes) : read).toBe("chat: console\n");
    writeFileSync(path, "#".repeat(1024 * 1024 + 1));
    expect(readTrusted(machine, path)).toEqual({
      kind: "faults",
      faults: [
        { file: path, line: 1, col: 1, message: "cannot read the file: the file has more than 1048576 bytes (1 MiB)" },
      ],
    });
  });
});

describe("readTrusted() on owners", () => {
  const stat = (change: Partial<FileStat>): FileStat => ({
    isFile: false,
    isFolder: false,
    isLink: false,
    sizeBytes: 1,
    mode: 0o644,
    uid: 0,
    gid: 0,
    modifiedMs: 0,
    ...change,
  });
  const judge = (uids: { file: number; folder: number; link?: number }, ours: number): string | undefined => {
    const read: Read = { kind: "read", bytes: new Uint8Array(), stat: stat({ isFile: true, uid: uids.file }) };
    const named = uids.link === undefined ? read.stat : stat({ isLink: true, uid: uids.link, mode: 0o777 });
    const folder = stat({ isFolder: true, uid: uids.folder, mode: 0o755 });
    const files = { read: () => read, stat: (path: string) => (path.endsWith(".yaml") ? named : folder) };
    return faultOf({ files, uid: ours }, "/etc/dogwatch/dogwatch.yaml")?.message;
  };
  const cases = [
    { name: "root's file, as root", uids: { file: 0, folder: 0 }, ours: 0, want: undefined },
    { name: "root's file, as a user", uids: { file: 0, folder: 0 }, ours: 1000, want: undefined },
    { name: "our own file", uids: { file: 1000, folder: 1000 }, ours: 1000, want: undefined },
    { name: "a user's file, as root", uids: { file: 1000, folder: 0 }, ours: 0, want: "the file" },
    { name: "another user's file", uids: { file: 1001, folder: 1000 }, ours: 1000, want: "the file" },
    { name: "another user's folder", uids: { file: 0, folder: 1001 }, ours: 0, want: "the folder" },
    { name: "another user's link", uids: { file: 0, folder: 0, link: 1001 }, ours: 0, want: "the link" },
    { name: "root's link", uids: { file: 0, folder: 0, link: 0 }, ours: 0, want: undefined },
  ] as const;
  for (const { name, uids, ours, want } of cases)
    test(`readTrusted() judges ${name}`, () => {
      const message = judge(uids, ours);
      if (want === undefined) expect(message).toBeUndefined();
      else expect(message).toContain(`${want} "/etc/dogwatch`);
    });
});
