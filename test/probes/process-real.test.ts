import { afterAll, describe, expect, test } from "bun:test";
import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ProcessCheck } from "../../src/config/config.ts";
import { createHost } from "../../src/host/real-host.ts";
import { look } from "../../src/probes/look.ts";
import { processCheck } from "../checks.ts";

const folder = mkdtempSync(join(tmpdir(), "dogwatch-process-"));
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(folder, { recursive: true });
});

const host = createHost({ env: {}, uid: process.getuid?.() ?? 0, binary: process.execPath, hostname: "web-1" });

/** A real program under a name of its own, which only this test has. */
const start = (name: string): ChildProcess => {
  copyFileSync("/bin/sleep", join(folder, name));
  const child = spawn(join(folder, name), ["600"], { stdio: "ignore" });
  children.push(child);
  return child;
};

const reads = async (given: Partial<ProcessCheck["process"]>): Promise<string> => {
  const check = processCheck({ process: given });
  const secret = () => ({ kind: "failed", why: "" }) as const;
  return (await look(host, [check], { secret, memory: () => undefined })).get(check.name)?.kind ?? "";
};

/** Looks until it reads so; the test's own time limit ends a wait in vain. */
const readsAtLast = async (given: Partial<ProcessCheck["process"]>, want: string): Promise<void> => {
  while ((await reads(given)) !== want) await Bun.sleep(5);
};

describe("processProbe.look() on real processes", () => {
  const names = [
    { name: "a name of 15 bytes", given: `dwt-${process.pid}`.padEnd(15, "x") },
    { name: "a name that the kernel cuts", given: `dwt-${process.pid}-gateway-of-agents` },
    { name: "a name with spaces and a parenthesis", given: `dwt (${process.pid}) x` },
  ] as const;
  for (const { name, given } of names)
    test(`processProbe.look() follows one with ${name} through its life`, async () => {
      expect(await reads({ name: given })).toBe("bad");
      const child = start(given);
      const pidfile = join(folder, "gateway.pid");
      await readsAtLast({ name: given }, "ok");
      writeFileSync(pidfile, `${child.pid}\n`);
      expect(await reads({ name: given, pidfile })).toBe("ok");
      child.kill("SIGSTOP");
      await readsAtLast({ name: given, pidfile }, "bad");
      child.kill("SIGCONT");
      await readsAtLast({ name: given, pidfile }, "ok");
      child.kill("SIGKILL");
      await readsAtLast({ name: given }, "bad");
      expect(await reads({ pidfile })).toBe("bad");
    });
});
