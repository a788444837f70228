import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFiles } from "../src/host/files.ts";
import type { Files } from "../src/host/host.ts";
import { createFakeClock } from "./fake-clock.ts";
import { createFakeFiles } from "./fake-files.ts";

const root = mkdtempSync(join(tmpdir(), "dogwatch-fake-"));
afterAll(() => rmSync(root, { recursive: true }));
const fake = createFakeFiles(() => 0);
fake.makeFolder("/", 0o755);

const textOf = (files: Files, path: string): string => {
  const read = files.read(path, 100);
  return read.kind === "read" ? new TextDecoder().decode(read.bytes) : read.code;
};
const codeOf = (outcome: { readonly kind: string; readonly code?: string }): string => outcome.code ?? outcome.kind;

describe("createFakeFiles() does what the real ones do", () => {
  const both = [
    { name: "createFiles()", files: createFiles(), folder: join(root, "a/b") },
    { name: "createFakeFiles()", files: fake, folder: "/a/b" },
  ] as const;
  for (const { name, files, folder } of both)
    test(`${name} keeps, replaces, appends, renames, removes and locks`, () => {
      const at = (file: string): string => `${folder}/${file}`;
      const seen = [
        codeOf(files.replace(at("x"), "one", 0o640)),
        codeOf(files.makeFolder(folder, 0o750)),
        codeOf(files.replace(at("x"), "one", 0o640)),
        codeOf(files.replace(at("x"), "two", 0o640)),
        textOf(files, at("x")),
        codeOf(files.append(at("log"), "a", 0o640)),
        codeOf(files.append(at("log"), "b\n", 0o640)),
        textOf(files, at("log")),
        files.list(folder),
        files.list(at("gone")),
        files.stat(at("x")),
        codeOf(files.rename(at("x"), at("y"))),
        codeOf(files.rename(at("x"), at("z"))),
        textOf(files, at("x")),
        textOf(files, folder),
        codeOf(files.read(at("y"), 2)),
        codeOf(files.remove(at("y"))),
        codeOf(files.remove(at("y"))),
      ];
      expect(seen).toMatchObject([
        ...["ENOENT", "done", "done", "done", "two", "done", "done", "ab\n", ["log", "x"]],
        ...[{ code: "ENOENT" }, { isFile: true, isLink: false, sizeBytes: 3, mode: 0o640 }, "done", "ENOENT"],
        ...["ENOENT", "EINVAL", "EFBIG", "done", "ENOENT"],
      ]);
      const part = files.readAt(at("log"), 1, 9);
      expect(part.kind === "read" ? [...part.bytes] : part).toEqual([98, 10]);
      const lock = files.lock(at("lock"));
      expect(lock.kind).toBe("held");
      if (lock.kind === "held") lock.release();
      expect(files.lock(at("lock")).kind).toBe("held");
    });
});

describe("createFakeClock()", () => {
  test("createFakeClock() wakes sleepers in their order, deadlines too, and none before its time", async () => {
    const clock = createFakeClock();
    const done = new AbortController();
    const order: string[] = [];
    const sleep = async (name: string, ms: number, signal?: AbortSignal): Promise<void> => {
      await clock.sleep(ms, signal);
      order.push(`${name} at ${clock.monotonicMs()}`);
    };
    const late = sleep("hung", 300_000, done.signal);
    const due = sleep("deadline", 30_000, done.signal);
    await Promise.all([sleep("b", 40_000), sleep("a", 20_000)]);
    done.abort();
    await Promise.all([late, due]);
    expect(order).toEqual(["a at 20000", "deadline at 30000", "b at 40000", "hung at 40000"]);
  });
});
