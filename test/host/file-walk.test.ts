import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sha256 } from "../../src/host/digest.ts";
import { createOwnFiles } from "../../src/host/file-walk.ts";

const uid = process.getuid?.() ?? -1;
const isRoot = uid === 0;
const root = mkdtempSync(join(tmpdir(), "dogwatch-walk-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const files = createOwnFiles({ uid });
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

let folder: string;
let file: string;
let count = 0;
beforeEach(() => {
  count += 1;
  folder = join(root, `home-${count}`);
  mkdirSync(join(folder, "conf"), { recursive: true });
  file = join(folder, "conf", "gateway.yaml");
  writeFileSync(file, "port: 1\n", { mode: 0o640 });
});

const namesBeside = (): readonly string[] => readdirSync(join(folder, "conf")).sort();

describe("createOwnFiles() read()", () => {
  test("read() gives bytes, mode, owner and the later of the file's times", () => {
    const read = files.read(file, 100);
    const stat = statSync(file);
    expect(read).toEqual({
      kind: "read",
      bytes: bytes("port: 1\n"),
      mode: 0o640,
      uid,
      gid: stat.gid,
      changedMs: Math.max(stat.mtimeMs, stat.ctimeMs),
    });
  });

  test("read() counts a change of the mode, which leaves the time of the last write alone", () => {
    const before = files.read(file, 100);
    spawnSync("touch", ["-d", "2020-01-01", file]);
    const after = files.read(file, 100);
    if (before.kind === "failed" || after.kind === "failed") throw new Error("not read");
    expect(statSync(file).mtimeMs).toBeLessThan(before.changedMs - 1e9);
    expect(after.changedMs).toBeGreaterThanOrEqual(before.changedMs);
  });

  test("read() reads as much as it may, and not a byte more", () => {
    expect(files.read(file, 8)).toMatchObject({ kind: "read" });
    expect(files.read(file, 7)).toEqual({ kind: "failed", code: "EFBIG", why: "it is larger than 7 bytes" });
  });

  const planted: readonly { readonly name: string; readonly plant: () => string; readonly want: object }[] = [
    { name: "a missing file", plant: () => `${file}.none`, want: { code: "ENOENT" } },
    { name: "a missing folder", plant: () => join(folder, "none", "x"), want: { code: "ENOENT" } },
    {
      name: "a link in the place of the file",
      plant: () => {
        symlinkSync("/etc/passwd", `${file}.link`);
        return `${file}.link`;
      },
      want: { code: "ELOOP", why: "it is a symbolic link" },
    },
    {
      name: "a link in the place of a folder",
      plant: () => {
        symlinkSync(join(folder, "conf"), join(folder, "other"));
        return join(folder, "other", "gateway.yaml");
      },
      want: { code: "ELOOP" },
    },
    { name: "a file in the place of a folder", plant: () => join(file, "x"), want: { code: "ENOTDIR" } },
    {
      name: "a second name of the file",
      plant: () => {
        linkSync(file, `${file}.second`);
        return file;
      },
      want: { code: "EMLINK", why: "it has 2 names (hard links), not one" },
    },
    {
      name: "a pipe, without waiting for its writer",
      plant: () => {
        spawnSync("/usr/bin/mkfifo", [`${file}.pipe`]);
        return `${file}.pipe`;
      },
      want: { code: "EINVAL", why: "it is not a regular file" },
    },
    { name: "a folder", plant: () => join(folder, "conf"), want: { code: "EINVAL" } },
    { name: "a device", plant: () => "/dev/null", want: { code: "EINVAL" } },
    {
      name: "a set-user-ID file",
      plant: () => {
        chmodSync(file, 0o4750);
        return file;
      },
      want: { code: "EPERM", why: "it has a set-user-ID, set-group-ID or sticky bit" },
    },
    { name: "a path with ..", plant: () => `${folder}/conf/../conf/gateway.yaml`, want: { code: "EINVAL" } },
    { name: "a path with a single dot", plant: () => `${folder}/./conf/gateway.yaml`, want: { code: "EINVAL" } },
    { name: "a path that isn't absolute", plant: () => "conf/gateway.yaml", want: { code: "EINVAL" } },
    { name: "a path that ends in a slash", plant: () => `${folder}/conf/`, want: { code: "EINVAL" } },
    { name: "a path with a NUL", plant: () => `${file}\0.x`, want: { code: "EINVAL" } },
    { name: "an empty path", plant: () => "", want: { code: "EINVAL" } },
  ];
  for (const { name, plant, want } of planted)
    test(`read(), write() and remove() refuse ${name}`, () => {
      const path = plant();
      const before = namesBeside();
      expect(files.read(path, 100)).toMatchObject({ kind: "failed", ...want });
      if (name !== "a missing file") {
        expect(files.write(path, bytes("x"), { mode: 0o600 })).toMatchObject({ kind: "failed", ...want });
        expect(namesBeside()).toEqual(before);
      }
      expect(files.remove(path, sha256("port: 1\n"))).toMatchObject({ kind: "failed" });
      expect(namesBeside()).toEqual(before);
    });

  test.if(isRoot)("read(), write() and remove() refuse a file of another user, root's power or not", () => {
    chownSync(file, 65_534, 65_534);
    const want = { kind: "failed", code: "EPERM", why: "it belongs to uid 65534, not to uid 0" };
    expect(files.read(file, 100)).toEqual(expect.objectContaining(want));
    expect(files.write(file, bytes("x"), { mode: 0o600 })).toMatchObject(want);
    expect(files.remove(file, sha256("port: 1\n"))).toMatchObject(want);
    expect(readFileSync(file, "utf8")).toBe("port: 1\n");
  });
});

describe("createOwnFiles() write()", () => {
  test("write() replaces bytes and mode, whatever the umask, and leaves nothing beside", () => {
    expect(files.write(file, bytes("port: 2\n"), { mode: 0o666 })).toEqual({ kind: "done" });
    expect(readFileSync(file, "utf8")).toBe("port: 2\n");
    expect(statSync(file).mode & 0o7777).toBe(0o666);
    expect(namesBeside()).toEqual(["gateway.yaml"]);
  });

  test("write() makes a file that isn't there, and never gives it a set-user-ID bit", () => {
    expect(files.write(`${file}.new`, bytes("x"), { mode: 0o4755, expect: null })).toEqual({ kind: "done" });
    expect(statSync(`${file}.new`).mode & 0o7777).toBe(0o755);
  });

  test("write() keeps its hands off what isn't as the caller last saw it", () => {
    const stale = { kind: "failed", code: "ESTALE" };
    expect(files.write(file, bytes("x"), { mode: 0o600, expect: sha256("other") })).toMatchObject(stale);
    expect(files.write(file, bytes("x"), { mode: 0o600, expect: null })).toMatchObject(stale);
    expect(files.write(`${file}.new`, bytes("x"), { mode: 0o600, expect: sha256("x") })).toMatchObject(stale);
    expect(files.write(file, bytes("x"), { mode: 0o600, expect: sha256("port: 1\n") })).toEqual({ kind: "done" });
    expect(namesBeside()).toEqual(["gateway.yaml"]);
  });

  test("write() clears away what a killed process left, and only that", () => {
    const dead = spawnSync("/bin/true").pid;
    writeFileSync(join(folder, "conf", `.gateway.yaml.${dead}.tmp`), "half");
    writeFileSync(join(folder, "conf", ".gateway.yaml.1.tmp"), "of a living one");
    writeFileSync(join(folder, "conf", `.other.yaml.${dead}.tmp`), "of another file");
    files.write(file, bytes("x"), { mode: 0o600 });
    expect(namesBeside()).toEqual([".gateway.yaml.1.tmp", `.other.yaml.${dead}.tmp`, "gateway.yaml"].sort());
  });

  test("tidy() clears away the same without a write, through no link", () => {
    const dead = spawnSync("/bin/true").pid;
    const half = join(folder, "conf", `.gateway.yaml.${dead}.tmp`);
    writeFileSync(half, "half");
    symlinkSync(join(folder, "conf"), join(folder, "other"));
    expect(files.tidy(join(folder, "other", "gateway.yaml"))).toMatchObject({ kind: "failed", code: "ELOOP" });
    expect(namesBeside()).toHaveLength(2);
    expect(files.tidy(file)).toEqual({ kind: "done" });
    expect(namesBeside()).toEqual(["gateway.yaml"]);
  });

  test("write() never follows a link in the place of its temporary file", () => {
    const outside = join(root, `outside-${count}`);
    writeFileSync(outside, "whole");
    symlinkSync(outside, join(folder, "conf", `.gateway.yaml.${process.pid}.tmp`));
    files.write(file, bytes("x"), { mode: 0o600 });
    expect(readFileSync(outside, "utf8")).toBe("whole");
    expect(readFileSync(file, "utf8")).toBe("x");
  });

  test.if(isRoot)("write() gives the file its group, and our own group stays as it was", () => {
    const before = process.getegid?.();
    expect(files.write(file, bytes("x"), { mode: 0o640, gid: 12 })).toEqual({ kind: "done" });
    expect(statSync(file).gid).toBe(12);
    expect(process.getegid?.()).toBe(before ?? -1);
  });

  test("write() changes nothing outside, however often a folder of its path is swapped for a link", async () => {
    const outside = join(root, `prey-${count}`);
    mkdirSync(outside);
    writeFileSync(join(outside, "gateway.yaml"), "prey");
    const conf = join(folder, "conf");
    const away = join(folder, "away");
    const swapper = Bun.spawn(
      [
        "/bin/sh",
        "-c",
        `while :; do mv ${conf} ${away} && ln -s ${outside} ${conf}; rm ${conf}; mv ${away} ${conf}; done 2>/dev/null`,
      ],
      { stdout: "ignore", stderr: "ignore" },
    );
    const seen = new Set<string>();
    const endMs = performance.now() + 20_000;
    for (let turn = 0; turn < 3000 || (seen.size < 2 && performance.now() < endMs); turn += 1) {
      const done = files.write(file, bytes(`turn ${turn}`), { mode: 0o600 });
      seen.add(done.kind === "done" ? "done" : done.code);
      const read = files.read(file, 100);
      if (read.kind === "read") expect(new TextDecoder().decode(read.bytes)).not.toBe("prey");
      if (turn % 500 === 0) await Bun.sleep(1);
    }
    swapper.kill();
    await swapper.exited;
    expect(readdirSync(outside)).toEqual(["gateway.yaml"]);
    expect(readFileSync(join(outside, "gateway.yaml"), "utf8")).toBe("prey");
    expect(seen.size).toBeGreaterThan(1);
    for (const code of seen) expect(["done", "ELOOP", "ENOENT", "ENOTDIR"]).toContain(code);
  });
});

describe("createOwnFiles() remove()", () => {
  test("remove() takes away the file that the caller saw, and no other", () => {
    expect(files.remove(file, sha256("other"))).toMatchObject({ kind: "failed", code: "ESTALE" });
    expect(files.remove(file, sha256("port: 1\n"))).toEqual({ kind: "done" });
    expect(files.remove(file, sha256("port: 1\n"))).toMatchObject({ kind: "failed", code: "ESTALE" });
  });

  test("remove() finds the file under its new folder's name, where the folder was moved", () => {
    renameSync(join(folder, "conf"), join(folder, "conf-2"));
    expect(files.remove(join(folder, "conf-2", "gateway.yaml"), sha256("port: 1\n"))).toEqual({ kind: "done" });
  });
});
