import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PluginCheck } from "../../src/config/config.ts";
import { createExec } from "../../src/host/exec.ts";
import { look } from "../../src/probes/look.ts";
import { createFakeHost } from "../fake-host.ts";
import { until } from "../host/until.ts";
import { pluginCheck } from "./signs-bed.ts";

const folder = mkdtempSync(join(tmpdir(), "dogwatch-plugin-"));
afterAll(() => rmSync(folder, { recursive: true }));
let count = 0;

/** A plugin of these lines of sh. */
const script = (...lines: readonly string[]): string => {
  count += 1;
  const path = join(folder, `plugin-${count}`);
  writeFileSync(path, `#!/bin/sh\n${lines.join("\n")}\n`);
  chmodSync(path, 0o755);
  return path;
};

/** One look at a real process. The fake clock's sleep never comes, so only the plugin's own deadline counts. */
const run = async (check: PluginCheck) => {
  const host = { ...createFakeHost(), exec: createExec({ uid: process.getuid?.() ?? 0 }) };
  const clock = { ...host.clock, sleep: () => new Promise<void>(() => undefined) };
  const options = { secret: () => ({ kind: "failed", why: "" }) as const, memory: () => undefined };
  return (await look({ ...host, clock }, [check], options)).get(check.name);
};
const slow = (path: string, timeoutMs: number): PluginCheck => ({
  ...pluginCheck([path]),
  plugin: { command: [path], timeoutMs },
});

const isGone = (pid: number): boolean => {
  try {
    return / [ZX] /u.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return true;
  }
};

describe("pluginProbe.look() on real programs", () => {
  test("pluginProbe.look() takes arguments as they are: no shell", async () => {
    const path = script('echo "$#: $1|$2"; exit 1');
    expect(await run(pluginCheck([path, "$(id) ; `id` > x", "a b"]))).toMatchObject({
      kind: "bad",
      isAdvisory: true,
      evidence: 'WARNING: "2: $(id) ; `id` > x"',
    });
  });

  test("pluginProbe.look() hands nothing of its own environment down", async () => {
    process.env["DOGWATCH_TEST_SECRET"] = "hunter2";
    const path = script("env | tr '\\n' ' '");
    const seen = await run(pluginCheck([path]));
    delete process.env["DOGWATCH_TEST_SECRET"];
    expect(seen?.evidence).toContain("PATH=");
    expect(seen?.evidence).not.toContain("hunter2");
  });

  test("pluginProbe.look() reads 10 MB away and keeps its first line", async () => {
    const path = script("echo first", "head -c 10000000 /dev/zero | tr '\\0' x", "exit 2");
    expect(await run(pluginCheck([path]))).toMatchObject({ kind: "bad", evidence: 'CRITICAL: "first"' });
  });

  test("pluginProbe.look() doesn't wait for a child that keeps the output open", async () => {
    const path = script("sleep 300 &", "echo $! >&2", "echo well");
    const startedMs = performance.now();
    expect(await run(pluginCheck([path]))).toMatchObject({ kind: "ok", evidence: 'OK: "well"' });
    expect(performance.now() - startedMs).toBeLessThan(9000);
  });

  test("pluginProbe.look() kills what ignores SIGTERM, with its whole group", async () => {
    const note = join(folder, "pid");
    const path = script(
      "trap '' TERM HUP INT",
      `sh -c 'trap "" TERM; echo $$ >${note}; sleep 300; sleep 300' &`,
      "wait; sleep 300",
    );
    const seen = run(slow(path, 1500));
    const pid = await until("the pid of the grandchild", () => existsSync(note) && Number(readFileSync(note, "utf8")));
    expect(await seen).toMatchObject({
      kind: "unknown",
      evidence: "did not end within 1.5 s and was killed: it printed nothing",
    });
    await until("the end of the grandchild", () => isGone(pid));
  });

  test("pluginProbe.look() says why a file can't be run", async () => {
    const plain = join(folder, "plain");
    writeFileSync(plain, "x");
    for (const path of [plain, join(folder, "missing"), folder])
      expect(await run(pluginCheck([path]))).toMatchObject({
        kind: "unknown",
        evidence: expect.stringContaining(`cannot run "${path}"`),
      });
  });

  test("pluginProbe.look() takes bytes that are no text", async () => {
    const path = script("printf 'a\\377\\000\\033[31mb\\n'; exit 2");
    expect(await run(pluginCheck([path]))).toMatchObject({ kind: "bad", evidence: 'CRITICAL: "a� b"' });
  });
});
