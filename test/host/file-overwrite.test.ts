import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFiles } from "../../src/host/files.ts";

const { overwrite } = createFiles();
let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "dogwatch-overwrite-"));
});
afterEach(() => rmSync(folder, { recursive: true }));
const path = (): string => join(folder, "beat.1");

describe("overwrite()", () => {
  test("overwrite() makes a file with its mode whatever the umask", () => {
    const before = process.umask(0o077);
    expect(overwrite(path(), "1\n", 0o644)).toEqual({ kind: "done" });
    process.umask(before);
    expect(statSync(path()).mode & 0o777).toBe(0o644);
    expect(readFileSync(path(), "utf8")).toBe("1\n");
  });

  test("overwrite() writes over our own in place, and cuts what is longer", () => {
    writeFileSync(path(), "a long line of before\n", { mode: 0o600 });
    const { ino } = statSync(path());
    expect(overwrite(path(), "2\n", 0o644)).toEqual({ kind: "done" });
    expect(readFileSync(path(), "utf8")).toBe("2\n");
    expect(statSync(path()).ino).toBe(ino);
    expect(statSync(path()).mode & 0o777).toBe(0o600);
  });

  test("overwrite() follows no link, whether it leads somewhere or nowhere", () => {
    const target = join(folder, "precious");
    for (const isThere of [false, true]) {
      if (isThere) writeFileSync(target, "precious");
      symlinkSync(target, path());
      expect(overwrite(path(), "3\n", 0o644)).toMatchObject({ kind: "failed", code: "ELOOP" });
      rmSync(path());
    }
    expect(readFileSync(target, "utf8")).toBe("precious");
  });

  test("overwrite() spares a file with a second name", () => {
    writeFileSync(join(folder, "precious"), "precious");
    linkSync(join(folder, "precious"), path());
    expect(overwrite(path(), "4\n", 0o644)).toMatchObject({ kind: "failed", code: "EMLINK" });
    expect(readFileSync(path(), "utf8")).toBe("precious");
  });

  test("overwrite() neither blocks on a FIFO nor takes a folder", () => {
    Bun.spawnSync(["mkfifo", path()]);
    expect(overwrite(path(), "5\n", 0o644)).toMatchObject({ kind: "failed", code: "EINVAL" });
    mkdirSync(join(folder, "folder"));
    expect(overwrite(join(folder, "folder"), "5\n", 0o644)).toMatchObject({ kind: "failed", code: "EINVAL" });
  });

  test.skipIf(process.getuid?.() !== 0)("overwrite() leaves somebody else's file alone, as root too", () => {
    writeFileSync(path(), "theirs");
    chownSync(path(), 65_534, 65_534);
    chmodSync(path(), 0o666);
    expect(overwrite(path(), "6\n", 0o644)).toMatchObject({ kind: "failed", code: "EPERM" });
    expect(readFileSync(path(), "utf8")).toBe("theirs");
  });

  test("overwrite() tells a missing folder and a full disk, and leaves no empty file behind", () => {
    expect(overwrite(join(folder, "no", "beat"), "7\n", 0o644)).toMatchObject({ kind: "failed", code: "ENOENT" });
    expect(overwrite("/dev/full", "7\n", 0o644)).toMatchObject({ kind: "failed" });
  });
});
