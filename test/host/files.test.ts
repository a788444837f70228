import { afterAll, describe, expect, test } from "bun:test";
import { execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFiles } from "../../src/host/files.ts";
import type { Read } from "../../src/host/host.ts";
import { until } from "./until.ts";

const isRoot = process.getuid?.() === 0;
const root = mkdtempSync(join(tmpdir(), "dogwatch-files-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const files = createFiles();
let count = 0;

/** A fresh empty folder. */
function folder(): string {
  count += 1;
  const path = join(root, String(count));
  mkdirSync(path);
  return path;
}

function textOf(read: Read): string {
  return read.kind === "read" ? Buffer.from(read.bytes).toString() : `${read.code}: ${read.why}`;
}

function fifo(path: string): string {
  execFileSync("/usr/bin/mkfifo", [path]);
  return path;
}

/** A tiny file system of its own; root only. */
function tinyDisk(sizeBytes: number): { readonly path: string; [Symbol.dispose](): void } {
  const path = folder();
  execFileSync("/bin/mount", ["-t", "tmpfs", "-o", `size=${sizeBytes}`, "tmpfs", path]);
  return { path, [Symbol.dispose]: () => execFileSync("/bin/umount", ["-l", path]) };
}

describe("read()", () => {
  test("read() gives the bytes and what the file is", () => {
    const path = join(folder(), "x");
    writeFileSync(path, "ä\0b", { mode: 0o640 });
    const read = files.read(path, 4);
    expect(textOf(read)).toBe("ä\0b");
    expect(read).toMatchObject({
      stat: { isFile: true, isLink: false, sizeBytes: 4, mode: 0o640, uid: process.getuid?.() },
    });
  });

  test("read() takes a file of exactly the cap and refuses one byte more", () => {
    const path = join(folder(), "x");
    writeFileSync(path, "12345");
    expect(textOf(files.read(path, 5))).toBe("12345");
    expect(files.read(path, 4)).toMatchObject({ code: "EFBIG", why: "it is larger than 4 bytes" });
    writeFileSync(path, "");
    expect(textOf(files.read(path, 0))).toBe("");
  });

  test("read() reads files of /proc, whose size is told as 0, whole and capped", () => {
    const environ = readFileSync("/proc/self/environ");
    expect(textOf(files.read("/proc/self/environ", 1_000_000))).toBe(environ.toString());
    const locks = files.read("/proc/kallsyms", 200_000);
    expect(locks).toMatchObject({ code: "EFBIG" });
  });

  test("read() follows a link to a regular file, and to nothing else", () => {
    const at = folder();
    writeFileSync(join(at, "real"), "text");
    symlinkSync("real", join(at, "link"));
    symlinkSync("/dev/zero", join(at, "zero"));
    symlinkSync("loop", join(at, "loop"));
    expect(textOf(files.read(join(at, "link"), 10))).toBe("text");
    expect(textOf(files.read(join(at, "zero"), 10))).toBe("EINVAL: it is a device, pipe or socket, not a regular file");
    expect(files.read(join(at, "loop"), 10)).toMatchObject({ code: "ELOOP" });
  });

  test("read() never blocks on a FIFO", () => {
    expect(files.read(fifo(join(folder(), "pipe")), 10)).toMatchObject({ kind: "failed", code: "EINVAL" });
  });

  const refused = [
    { name: "a missing file", path: "/nowhere/at/all", code: "ENOENT", why: "no such file or directory" },
    { name: "a folder", path: "/", code: "EINVAL", why: "it is a folder, not a regular file" },
    { name: "a path through a file", path: "/etc/passwd/x", code: "ENOTDIR", why: "not a directory" },
    { name: "a name too long", path: `/etc/${"x".repeat(300)}`, code: "ENAMETOOLONG", why: "name too long" },
  ];
  for (const { name, path, code, why } of refused) {
    test(`read() tells ${name} in a plain sentence`, () => {
      expect(files.read(path, 10)).toEqual({ kind: "failed", code, why });
    });
  }

  test("read() answers a path with a NUL byte with a failure", () => {
    expect(files.read("/etc/pass\0wd", 10)).toMatchObject({ kind: "failed" });
  });
});

describe("readAt()", () => {
  test("readAt() reads a part, less of it at the end, and nothing beyond", () => {
    const path = join(folder(), "x");
    writeFileSync(path, "0123456789");
    expect(textOf(files.readAt(path, 2, 3))).toBe("234");
    expect(textOf(files.readAt(path, 8, 100))).toBe("89");
    expect(textOf(files.readAt(path, 11, 5))).toBe("");
  });

  test("readAt() reaches beyond 4 GiB", () => {
    const path = join(folder(), "sparse");
    writeFileSync(path, "");
    truncateSync(path, 5_000_000_000);
    expect(files.readAt(path, 4_999_999_999, 10)).toMatchObject({
      bytes: new Uint8Array(1),
      stat: { sizeBytes: 5_000_000_000 },
    });
  });
});

describe("stat() and list()", () => {
  test("stat() tells a link as a link, and a missing file as a failure", () => {
    const at = folder();
    symlinkSync("/etc", join(at, "link"));
    expect(files.stat(join(at, "link"))).toMatchObject({ isLink: true, isFolder: false });
    expect(files.stat(at)).toMatchObject({ isFolder: true, isFile: false });
    expect(files.stat(join(at, "none"))).toMatchObject({ kind: "failed", code: "ENOENT" });
  });

  test("list() gives names in order", () => {
    const at = folder();
    for (const name of ["b", "a", "10", "9"]) {
      writeFileSync(join(at, name), "");
    }
    expect(files.list(at)).toEqual(["10", "9", "a", "b"]);
    expect(files.list(join(at, "a"))).toMatchObject({ code: "ENOTDIR" });
  });
});

describe("create()", () => {
  test("create() writes a new file with exactly the mode, and leaves nothing beside it", () => {
    const at = folder();
    expect(files.create(join(at, "x"), "one", 0o664)).toEqual({ kind: "done" });
    expect([readFileSync(join(at, "x"), "utf8"), lstatSync(join(at, "x")).mode & 0o777]).toEqual(["one", 0o664]);
    expect(readdirSync(at)).toEqual(["x"]);
  });

  test("create() leaves alone what stands there: a file, a link that leads nowhere, a FIFO, a folder", () => {
    const at = folder();
    writeFileSync(join(at, "file"), "mine");
    symlinkSync(join(at, "nowhere"), join(at, "link"));
    fifo(join(at, "fifo"));
    mkdirSync(join(at, "folder"));
    for (const name of ["file", "link", "fifo", "folder"])
      expect(files.create(join(at, name), "new", 0o644)).toMatchObject({ kind: "failed", code: "EEXIST" });
    expect(readFileSync(join(at, "file"), "utf8")).toBe("mine");
    expect(readdirSync(at).sort()).toEqual(["fifo", "file", "folder", "link"]);
  });
});

describe("replace()", () => {
  test("replace() writes a new file and an existing one, with exactly the mode, and leaves nothing beside it", () => {
    const at = folder();
    const before = process.umask(0o077);
    try {
      expect(files.replace(join(at, "x"), "one", 0o664)).toEqual({ kind: "done" });
      expect(files.replace(join(at, "x"), "zwei ü", 0o640)).toEqual({ kind: "done" });
    } finally {
      process.umask(before);
    }
    expect(readFileSync(join(at, "x"), "utf8")).toBe("zwei ü");
    expect(lstatSync(join(at, "x")).mode & 0o7777).toBe(0o640);
    expect(readdirSync(at).sort()).toEqual(["x"]);
  });

  test("replace() replaces a link itself and leaves alone what it points at", () => {
    const at = folder();
    writeFileSync(join(at, "precious"), "gold");
    symlinkSync("precious", join(at, "x"));
    expect(files.replace(join(at, "x"), "new", 0o600)).toEqual({ kind: "done" });
    expect(lstatSync(join(at, "x")).isSymbolicLink()).toBe(false);
    expect(readFileSync(join(at, "precious"), "utf8")).toBe("gold");
  });

  test("replace() doesn't write through a link planted at its temporary name", () => {
    const at = folder();
    writeFileSync(join(at, "precious"), "gold");
    symlinkSync("precious", join(at, `.x.${process.pid}.tmp`));
    expect(files.replace(join(at, "x"), "new", 0o600)).toEqual({ kind: "done" });
    expect(readFileSync(join(at, "precious"), "utf8")).toBe("gold");
    expect(readdirSync(at).sort()).toEqual(["precious", "x"]);
  });

  test("replace() clears what a dead process left of the same file, and nothing else", () => {
    const at = folder();
    const dead = spawn("/bin/true").pid ?? 0;
    execFileSync("/bin/sleep", ["0.05"]);
    const left = `.x.${2 ** 22 + dead}.tmp`;
    for (const name of [left, ".x.1.tmp", `.y.${2 ** 22 + dead}.tmp`, ".x.abc.tmp", ".x..tmp"]) {
      writeFileSync(join(at, name), "old");
    }
    files.replace(join(at, "x"), "new", 0o600);
    expect(readdirSync(at).sort()).toEqual([".x..tmp", ".x.1.tmp", ".x.abc.tmp", `.y.${2 ** 22 + dead}.tmp`, "x"]);
  });

  test("sweep() clears what dead processes left of any replace in a folder, and tells how much it may not remove", () => {
    const at = folder();
    const dead = 2 ** 22 + 7;
    for (const name of ["x", ".x.1.tmp", ".tmp", ".y.abc.tmp", "z.9999999.tmp"]) writeFileSync(join(at, name), "kept");
    for (const name of [`.x.${dead}.tmp`, `.y.${dead}.tmp`]) writeFileSync(join(at, name), "old");
    mkdirSync(join(at, `.folder.${dead}.tmp`));
    expect(files.sweep(at)).toBe(1);
    expect(readdirSync(at).sort()).toEqual(
      [".folder.4194311.tmp", ".tmp", ".x.1.tmp", ".y.abc.tmp", "x", "z.9999999.tmp"].sort(),
    );
    expect(files.sweep(join(at, "none"))).toBe(0);
  });

  test("replace() fails where a folder stands or none is there, and leaves nothing behind", () => {
    const at = folder();
    mkdirSync(join(at, "x"));
    expect(files.replace(join(at, "x"), "new", 0o600)).toMatchObject({ kind: "failed", code: "EISDIR" });
    expect(files.replace(join(at, "none", "x"), "new", 0o600)).toMatchObject({ kind: "failed", code: "ENOENT" });
    expect(readdirSync(at).sort()).toEqual(["x"]);
  });

  test("publish() replaces a file whole, a link itself, with exactly the mode, and leaves nothing beside it", () => {
    const at = folder();
    writeFileSync(join(at, "precious"), "gold");
    symlinkSync("precious", join(at, "x"));
    expect(files.publish(join(at, "x"), "one", 0o640)).toEqual({ kind: "done" });
    expect(files.publish(join(at, "x"), "two", 0o640)).toEqual({ kind: "done" });
    expect(readFileSync(join(at, "x"), "utf8")).toBe("two");
    expect(lstatSync(join(at, "x")).mode & 0o7777).toBe(0o640);
    expect(readFileSync(join(at, "precious"), "utf8")).toBe("gold");
    expect(readdirSync(at).sort()).toEqual(["precious", "x"]);
  });

  test("publish() fails where a folder stands, none is there, or somebody planted its temporary name, and writes through nothing", () => {
    const at = folder();
    mkdirSync(join(at, "x"));
    writeFileSync(join(at, "precious"), "gold");
    symlinkSync("precious", join(at, `.y.${process.pid}.tmp`));
    expect(files.publish(join(at, "x"), "new", 0o640)).toMatchObject({ kind: "failed", code: "EISDIR" });
    expect(files.publish(join(at, "none", "x"), "new", 0o640)).toMatchObject({ kind: "failed", code: "ENOENT" });
    expect(files.publish(join(at, "y"), "new", 0o640)).toMatchObject({ kind: "failed", code: "EEXIST" });
    expect(readFileSync(join(at, "precious"), "utf8")).toBe("gold");
    files.sweep(at);
    expect(readdirSync(at).sort()).toEqual(["precious", "x"]);
  });

  test.if(isRoot)("replace() on a full disk keeps the old file whole and says so", () => {
    using disk = tinyDisk(16 * 1024);
    const path = join(disk.path, "x");
    expect(files.replace(path, "old", 0o600)).toEqual({ kind: "done" });
    expect(files.replace(path, "n".repeat(20_000), 0o600)).toEqual({
      kind: "failed",
      code: "ENOSPC",
      why: "no space left on device",
    });
    expect(readFileSync(path, "utf8")).toBe("old");
    expect(readdirSync(disk.path)).toEqual(["x"]);
  });

  test.if(isRoot)("replace(), append(), makeFolder() and lock() name a read-only file system", () => {
    using disk = tinyDisk(64 * 1024);
    writeFileSync(join(disk.path, "lock"), "");
    execFileSync("/bin/mount", ["-o", "remount,ro", disk.path]);
    const why = "read-only file system";
    expect(files.replace(join(disk.path, "x"), "text", 0o600)).toMatchObject({ code: "EROFS", why });
    expect(files.append(join(disk.path, "x"), "text", 0o600)).toMatchObject({ code: "EROFS", why });
    expect(files.makeFolder(join(disk.path, "x"), 0o700)).toMatchObject({ code: "EROFS", why });
    expect(files.lock(join(disk.path, "lock"))).toMatchObject({ code: "EROFS", why });
  });

  test("replace() killed at any instant leaves the old or the new file, whole", async () => {
    const at = folder();
    const path = join(at, "x");
    const bytes = 300_000;
    for (let round = 0; round < 5; round += 1) {
      const child = spawn(process.execPath, [join(import.meta.dir, "programs/replace-loop.ts"), path, String(bytes)], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      await new Promise((resolve) => child.stdout.once("data", resolve));
      await Bun.sleep(round * 3);
      child.kill("SIGKILL");
      await until("the child's end", () => child.signalCode ?? undefined);
      const text = readFileSync(path, "utf8");
      expect(text).toBe((text[0] ?? "").repeat(bytes));
    }
    files.replace(path, "last", 0o600);
    expect(readdirSync(at).sort()).toEqual(["x"]);
  });
});

describe("append()", () => {
  test("append() creates with exactly the mode and adds at the end", () => {
    const path = join(folder(), "log");
    const before = process.umask(0o077);
    try {
      expect(files.append(path, "one\n", 0o640)).toEqual({ kind: "done" });
    } finally {
      process.umask(before);
    }
    expect(files.append(path, "zwei ü\n", 0o600)).toEqual({ kind: "done" });
    expect(readFileSync(path, "utf8")).toBe("one\nzwei ü\n");
    expect(lstatSync(path).mode & 0o7777).toBe(0o640);
  });

  test("append() refuses a link, a dangling link, a second name, a FIFO and a folder", () => {
    const at = folder();
    writeFileSync(join(at, "precious"), "gold");
    symlinkSync("precious", join(at, "link"));
    symlinkSync("nothing", join(at, "dangling"));
    mkdirSync(join(at, "folder"));
    fifo(join(at, "pipe"));
    expect(files.append(join(at, "link"), "x", 0o600)).toMatchObject({ code: "ELOOP", why: "it is a symbolic link" });
    expect(files.append(join(at, "dangling"), "x", 0o600)).toMatchObject({ code: "ELOOP" });
    expect(files.append(join(at, "pipe"), "x", 0o600)).toMatchObject({ code: "EINVAL" });
    expect(files.append(join(at, "folder"), "x", 0o600)).toMatchObject({ code: "EINVAL" });
    linkSync(join(at, "precious"), join(at, "second"));
    expect(files.append(join(at, "second"), "x", 0o600)).toMatchObject({
      code: "EMLINK",
      why: "it has 2 names (hard links), not one",
    });
    expect(readFileSync(join(at, "precious"), "utf8")).toBe("gold");
  });

  test.if(isRoot)("append() tells a short write and a full disk apart from success", () => {
    using disk = tinyDisk(16 * 1024);
    const path = join(disk.path, "log");
    expect(files.append(path, "first\n", 0o600)).toEqual({ kind: "done" });
    const short = files.append(path, "x".repeat(30_000), 0o600);
    expect(short).toMatchObject({ kind: "failed", code: "ENOSPC" });
    expect(short.kind === "failed" ? short.why : "").toStartWith("no space left on device");
    expect(files.append(path, "more\n", 0o600)).toMatchObject({ kind: "failed", code: "ENOSPC" });
    expect(readFileSync(path, "utf8")).toStartWith("first\n");
  });
});

describe("makeFolder()", () => {
  test("makeFolder() makes all that are missing with exactly the mode, and changes none that is there", () => {
    const at = folder();
    chmodSync(at, 0o711);
    const before = process.umask(0o077);
    try {
      expect(files.makeFolder(join(at, "a/b/c"), 0o2750)).toEqual({ kind: "done" });
    } finally {
      process.umask(before);
    }
    for (const name of ["a", "a/b", "a/b/c"]) {
      expect(lstatSync(join(at, name)).mode & 0o7777).toBe(0o2750);
    }
    expect(lstatSync(at).mode & 0o7777).toBe(0o711);
    expect(files.makeFolder(join(at, "a/b/"), 0o700)).toEqual({ kind: "done" });
    expect(lstatSync(join(at, "a/b")).mode & 0o7777).toBe(0o2750);
    expect(files.makeFolder(join(at, "new/"), 0o700)).toEqual({ kind: "done" });
  });

  test("makeFolder() tells what is in the way", () => {
    const at = folder();
    writeFileSync(join(at, "x"), "");
    expect(files.makeFolder(join(at, "x"), 0o700)).toMatchObject({
      code: "ENOTDIR",
      why: "a file of that name is in the way",
    });
    expect(files.makeFolder(join(at, "x/y"), 0o700)).toMatchObject({ code: "ENOTDIR" });
    expect(files.makeFolder("/proc/none/x", 0o700)).toMatchObject({ kind: "failed", code: "ENOENT" });
  });
});

describe("remove() and rename()", () => {
  test("remove() and rename() do it, or say why not", () => {
    const at = folder();
    writeFileSync(join(at, "x"), "");
    mkdirSync(join(at, "sub"));
    expect(files.rename(join(at, "x"), join(at, "sub/y"))).toEqual({ kind: "done" });
    expect(files.rename(join(at, "x"), join(at, "z"))).toMatchObject({ code: "ENOENT" });
    expect(files.remove(join(at, "sub/y"))).toEqual({ kind: "done" });
    expect(files.remove(join(at, "sub/y"))).toMatchObject({ code: "ENOENT", why: "no such file or directory" });
    expect(readdirSync(join(at, "sub"))).toEqual([]);
  });
});
