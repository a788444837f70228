import { afterAll, describe, expect, test } from "bun:test";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import {
  linkSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFiles } from "../../src/host/files.ts";
import type { Lock } from "../../src/host/host.ts";
import { lockHolder } from "../../src/host/proc-locks.ts";
import { until } from "./until.ts";

const isRoot = process.getuid?.() === 0;
const root = mkdtempSync(join(tmpdir(), "dogwatch-lock-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const files = createFiles();
let count = 0;

function fresh(): string {
  count += 1;
  return join(root, `lock-${count}`);
}

/** Another process that asks for the lock; resolves once it has said how that went. */
async function other(path: string): Promise<{ readonly said: string; readonly child: ChildProcess }> {
  const child = spawn(process.execPath, [join(import.meta.dir, "programs/hold-lock.ts"), path], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const said = await new Promise<string>((resolve) =>
    child.stdout.once("data", (data) => resolve(String(data).trim())),
  );
  return { said, child };
}

async function ended(child: ChildProcess): Promise<void> {
  await until("the other process's end", () => child.exitCode !== null || child.signalCode !== null);
}

function release(lock: Lock): void {
  expect(lock.kind).toBe("held");
  if (lock.kind === "held") {
    lock.release();
  }
}

describe("lock()", () => {
  test("lock() keeps another process out until it is released, and names the holder to it", async () => {
    const path = fresh();
    const first = await other(path);
    expect(first.said).toBe("held");
    const busy = files.lock(path);
    expect(busy).toMatchObject({ kind: "busy" });
    expect(busy.kind === "busy" ? busy.holder : "").toStartWith(`process ${first.child.pid} (`);
    first.child.stdin?.end();
    await ended(first.child);
    release(files.lock(path));
  });

  test("lock() is free again at once when its holder is killed", async () => {
    const path = fresh();
    for (let round = 0; round < 3; round += 1) {
      const { said, child } = await other(path);
      expect(said).toBe("held");
      child.kill("SIGKILL");
      await ended(child);
    }
    release(files.lock(path));
    expect(readdirSync(root).filter((name) => name.startsWith(`lock-${count}`))).toEqual([`lock-${count}`]);
  });

  test("lock() held here turns another process and ourselves away, also after looks at the file", async () => {
    const path = fresh();
    const mine = files.lock(path);
    expect(files.lock(path)).toMatchObject({ kind: "busy" });
    expect(files.stat(path)).toMatchObject({ isFile: true, sizeBytes: 0, mode: 0o600 });
    Bun.gc(true);
    const { said, child } = await other(path);
    expect(said).toBe("busy");
    child.stdin?.end();
    await ended(child);
    release(mine);
    const second = await other(path);
    expect(second.said).toBe("held");
    if (mine.kind === "held") {
      mine.release();
    }
    expect(files.lock(path)).toMatchObject({ kind: "busy" });
    second.child.stdin?.end();
    await ended(second.child);
  });

  test("lock() survives that nobody refers to it", async () => {
    const path = fresh();
    (() => void files.lock(path))();
    Bun.gc(true);
    await Bun.sleep(1);
    Bun.gc(true);
    expect((await endedOther(path)).said).toBe("busy");
  });

  test("lock() isn't inherited by child processes", async () => {
    const path = fresh();
    const lock = files.lock(path);
    const child = spawn("/bin/sleep", ["30"], { stdio: "ignore" });
    release(lock);
    expect((await endedOther(path)).said).toBe("held");
    child.kill("SIGKILL");
  });

  test("lock() empties a file of garbage and takes it, without giving it a new identity", () => {
    const path = fresh();
    writeFileSync(path, "4711 some pidfile of old\n".repeat(100));
    const { ino } = lstatSync(path);
    release(files.lock(path));
    expect(lstatSync(path)).toMatchObject({ ino, size: 0 });
  });

  test("lock() refuses links, second names, folders and places that aren't there, and harms none", () => {
    const at = mkdtempSync(join(root, "odd-"));
    writeFileSync(join(at, "precious"), "gold");
    symlinkSync("precious", join(at, "link"));
    expect(files.lock(join(at, "link"))).toMatchObject({ kind: "failed", code: "ELOOP" });
    linkSync(join(at, "precious"), join(at, "second"));
    expect(files.lock(join(at, "second"))).toMatchObject({ kind: "failed", code: "EMLINK" });
    expect(readFileSync(join(at, "precious"), "utf8")).toBe("gold");
    expect(files.lock(at)).toMatchObject({ kind: "failed", code: "EINVAL" });
    expect(files.lock(join(at, "none/lock"))).toEqual({
      kind: "failed",
      code: "ENOENT",
      why: "no such file or directory",
    });
  });

  test.if(isRoot)("lock() needs no space on a full disk", () => {
    const at = mkdtempSync(join(root, "full-"));
    execFileSync("/bin/mount", ["-t", "tmpfs", "-o", "size=8k", "tmpfs", at]);
    try {
      expect(() => writeFileSync(join(at, "fill"), "x".repeat(100_000))).toThrow("ENOSPC");
      const lock = files.lock(join(at, "lock"));
      const names = readdirSync(at).sort();
      release(lock);
      expect(names).toEqual(["fill", "lock"]);
    } finally {
      execFileSync("/bin/umount", ["-l", at]);
    }
  });
});

async function endedOther(path: string): Promise<{ readonly said: string }> {
  const { said, child } = await other(path);
  child.stdin?.end();
  await ended(child);
  return { said };
}

describe("lockHolder()", () => {
  const text = [
    "1: POSIX  ADVISORY  WRITE 10567 fe:00:2146376 1073741824 1073742335",
    "2: FLOCK  ADVISORY  WRITE 900 00:1a:77 0 EOF",
    "2: -> FLOCK  ADVISORY  WRITE 901 00:1a:77 0 EOF",
    "3: POSIX  ADVISORY  READ  12 fe:00:5 0 EOF",
    "4: POSIX  ADVISORY  WRITE 0 fe:00:6 0 EOF",
    "5: POSIX  ADVISORY  WRITE 13 103:00:7 0 EOF",
    "",
  ].join("\n");
  const cases = [
    { name: "finds it by device and inode", dev: 65024, ino: 2146376, expected: 10567 },
    { name: "takes the inode alone where the devices differ", dev: 40, ino: 2146376, expected: 10567 },
    { name: "takes the holder before those who wait", dev: 0x1a, ino: 77, expected: 900 },
    { name: "knows large device numbers", dev: 0x10300, ino: 7, expected: 13 },
    { name: "leaves out readers", dev: 65024, ino: 5, expected: undefined },
    { name: "leaves out processes of another namespace", dev: 65024, ino: 6, expected: undefined },
    { name: "finds none", dev: 65024, ino: 21463, expected: undefined },
  ];
  for (const { name, dev, ino, expected } of cases) {
    test(`lockHolder() ${name}`, () => {
      expect(lockHolder(text, { dev, ino })).toBe(expected);
    });
  }
});
