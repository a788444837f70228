import { afterEach, describe, expect, test } from "bun:test";
import { type ChildProcess, execFileSync, type SpawnOptions, spawn } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import psList from "ps-list";
import { createClock } from "../../src/host/clock.ts";
import type { ProcessFacts } from "../../src/host/host.ts";
import { createProcesses } from "../../src/host/processes.ts";
import { psProcesses } from "../../src/host/processes-ps.ts";
import { until } from "./until.ts";

const uid = process.getuid?.() ?? -1;
const isRoot = uid === 0;
const processes = createProcesses({ uid, pid: process.pid, groups: () => process.getgroups?.() ?? [] });
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) {
    child.kill("SIGKILL");
  }
});

function start(argv: readonly string[], options: SpawnOptions = {}): number {
  const [file = "", ...args] = argv;
  const child = spawn(file, args, { stdio: "ignore", ...options });
  children.push(child);
  return child.pid ?? -1;
}

/** The whole list, with the first process that fits; waits until there is one. */
async function find(fits: (each: ProcessFacts) => boolean, want = { argv: true, uid: true }): Promise<ProcessFacts> {
  for (let triesLeft = 500; triesLeft > 0; triesLeft -= 1) {
    const found = (await all(want)).find(fits);
    if (found !== undefined) {
      return found;
    }
    await Bun.sleep(10);
  }
  throw new Error("no such process");
}

async function all(want = { argv: true, uid: true }): Promise<readonly ProcessFacts[]> {
  const list = await processes.list(want);
  return list.kind === "listed" ? list.processes : [];
}

function byPid(pid: number, state?: string): (each: ProcessFacts) => boolean {
  return (each) => each.pid === pid && (state === undefined || each.state === state);
}

describe("list()", () => {
  test("list() tells pid, parent, state, name, arguments, owner and start", async () => {
    const beforeS = createClock().uptimeS();
    const pid = start(["/bin/sleep", "300"]);
    const found = await find((each) => each.pid === pid && each.comm === "sleep");
    expect(found).toMatchObject({
      ppid: process.pid,
      state: expect.stringMatching(/^[SRD]$/u),
      comm: "sleep",
      argv: ["/bin/sleep", "300"],
      uid,
    });
    expect(found.startedUptimeS).toBeGreaterThanOrEqual(beforeS - 0.02);
    expect(found.startedUptimeS).toBeLessThanOrEqual(createClock().uptimeS());
    expect(processes.startedUptimeS(pid)).toBe(found.startedUptimeS);
  });

  for (const name of ["a) R (b\nc", ") Z 1 1 1 (", "  two  ", "(", ")", "gätewäy"]) {
    test(`list() reads a process that calls itself ${JSON.stringify(name)}`, async () => {
      const pid = start([process.execPath, join(import.meta.dir, "programs/named.ts"), name]);
      const found = await find((each) => each.pid === pid && each.comm === name);
      expect(found.ppid).toBe(process.pid);
      expect(found.state).toMatch(/^[SR]$/);
      expect(processes.startedUptimeS(pid)).toBe(found.startedUptimeS);
    });
  }

  test("list() reads arguments that a process made up, empty and odd ones too", async () => {
    const script = "exec -a $'a gate\\nway) S' sh -c 'read x' '' 0";
    const pid = start(["/bin/bash", "-c", script], { stdio: ["pipe", "ignore", "ignore"] });
    const found = await find((each) => each.pid === pid && each.comm === "sh" && each.argv.length > 0);
    expect(found.argv).toEqual(["a gate\nway) S", "-c", "read x", "", "0"]);
  });

  test("list() reads a very long command line up to its cap", async () => {
    const pid = start(["/bin/bash", "-c", "sleep 300; :", ...Array.from({ length: 30 }, () => "x".repeat(10_000))]);
    const found = await find(byPid(pid));
    expect(found.argv.join(" ").length).toBe(64 * 1024);
  });

  test("list() tells a stopped process and a zombie", async () => {
    const stopped = start(["/bin/sleep", "300"]);
    process.kill(stopped, "SIGSTOP");
    expect(await find(byPid(stopped, "T"))).toMatchObject({ comm: "sleep" });
    const parent = start(["/bin/bash", "-c", "sleep 0.1 & exec sleep 300"]);
    const zombie = await find((each) => each.ppid === parent && each.state === "Z");
    expect(zombie.argv).toEqual([]);
    expect(processes.startedUptimeS(zombie.pid)).toBeUndefined();
    expect(processes.startedUptimeS(stopped)).toBeGreaterThan(0);
  });

  test("list() asks for arguments and owners only when wanted", async () => {
    const pid = start(["/bin/sleep", "300"]);
    const neither = await find((each) => each.pid === pid && each.comm === "sleep", { argv: false, uid: false });
    expect(neither).toMatchObject({ argv: [], uid: -1, comm: "sleep" });
    expect(await find(byPid(pid), { argv: false, uid: true })).toMatchObject({ argv: [], uid });
  });

  test.if(isRoot)("list() tells the effective owner, also of a process that may not be dumped", async () => {
    const folder = mkdtempSync(join(tmpdir(), "dogwatch-processes-"));
    try {
      chmodSync(folder, 0o755);
      copyFileSync("/bin/sleep", join(folder, "unreadable"));
      chmodSync(join(folder, "unreadable"), 0o711);
      const as = ["/usr/bin/setpriv", "--reuid=1", "--regid=1", "--clear-groups", "--"];
      const pid = start([...as, join(folder, "unreadable"), "300"]);
      expect(await find((each) => each.pid === pid && each.comm === "unreadable")).toMatchObject({ uid: 1 });
      const saved = start(["/usr/bin/setpriv", "--ruid=1", "--clear-groups", "--", "/bin/sleep", "300"]);
      expect(await find((each) => each.pid === saved && each.comm === "sleep")).toMatchObject({ uid: 0 });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("list() agrees with ps on every process that lives long enough", async () => {
    start(["/bin/sleep", "300"]);
    const first = await all();
    const ps = new Map((await psList()).map((each) => [each.pid, each]));
    const again = new Map((await psList()).map((each) => [each.pid, each]));
    const second = new Map((await all()).map((each) => [each.pid, each]));
    const isSame = (each: ProcessFacts): boolean => second.get(each.pid)?.startedUptimeS === each.startedUptimeS;
    const stable = first.filter(isSame);
    expect(stable.length).toBeGreaterThan(3);
    expect(stable.map((each) => each.pid).filter((pid) => !ps.has(pid))).toEqual([]);
    for (const each of stable) {
      expect(each.uid).toBe(ps.get(each.pid)?.uid ?? -1);
    }
    const ours = new Set([...first.map((each) => each.pid), ...second.keys()]);
    const onlyInPs = [...ps.keys()].filter((pid) => again.has(pid) && existsSync(`/proc/${pid}`) && !ours.has(pid));
    expect(onlyInPs).toEqual([]);
  });

  test("list() leaves no file open, however many processes end while it looks", async () => {
    const openFiles = (): number => readdirSync("/proc/self/fd").length;
    const before = openFiles();
    const script = "for i in $(seq 1 300); do /bin/true & done; wait";
    const running = new Promise((resolve) => spawn("/bin/bash", ["-c", script]).on("close", resolve));
    let isOver = false;
    void running.then(() => {
      isOver = true;
    });
    while (!isOver) {
      const list = await processes.list({ argv: true, uid: true });
      expect(list.kind).toBe("listed");
      await Bun.sleep(0);
    }
    expect(openFiles() - before).toBeLessThan(10);
  });
});

describe("isComplete", () => {
  const program = [process.execPath, join(import.meta.dir, "programs/list-processes.ts")];
  const inside = (words: readonly string[], script: string, asUid: number): unknown => {
    const [file = "", ...args] = [...words, "/bin/sh", "-c", script, "sh", ...program, String(asUid)];
    return JSON.parse(execFileSync(file, args, { encoding: "utf8" }));
  };

  test("isComplete is true where PID 1 is somebody else's and in sight", async () => {
    const list = await processes.list({ argv: false, uid: false });
    expect(list).toMatchObject({ kind: "listed", isComplete: true });
  });

  const blind = "exec setpriv --bounding-set=-sys_ptrace --regid=1 --clear-groups --";
  const cases = [
    { name: "true for root under hidepid=2", how: "hidepid=2", as: "exec", expected: true },
    { name: "false under hidepid=2 without the right to trace", how: "hidepid=2", as: blind, expected: false },
    { name: "false under hidepid=1, where only the pids are seen", how: "hidepid=1", as: blind, expected: false },
    { name: "true without hidepid and without that right", how: "hidepid=0", as: blind, expected: true },
    { name: "true in the group that hidepid lets see", how: "hidepid=2,gid=1", as: blind, expected: true },
  ];
  for (const { name, how, as, expected } of cases) {
    test.if(isRoot)(`isComplete is ${name}`, () => {
      const script = `mount -t proc -o ${how} proc /proc && ${as} "$@"`;
      expect(inside(["/usr/bin/unshare", "--mount"], script, 0)).toMatchObject({ isComplete: expected });
    });
  }

  test.if(isRoot)("isComplete is false in a pid namespace of our own", () => {
    const words = ["/usr/bin/unshare", "--mount", "--pid", "--fork", "--mount-proc"];
    expect(inside(words, 'exec "$@"', 0)).toEqual({ isComplete: false, pids: [1] });
  });

  test.if(isRoot)("isComplete depends on the mount where PID 1 is our own user's", () => {
    // The right to read all files lets the user reach this folder; it opens nothing in /proc.
    const caps = "--inh-caps=+dac_override --ambient-caps=+dac_override";
    const become = `setpriv --reuid=4711 --regid=4711 --clear-groups ${caps} --`;
    const cases = [
      ["hidepid=0", true],
      ["hidepid=2", false],
      ["hidepid=2,gid=4711", true],
    ] as const;
    for (const [how, expected] of cases) {
      // The inner shell is PID 1, so the program must not take its place.
      const script = `mount -t proc -o ${how} proc /proc && exec ${become} sh -c '"$@"; exit $?' sh "$@"`;
      const seen = inside(["/usr/bin/unshare", "--mount", "--pid", "--fork"], script, 4711);
      expect(seen).toMatchObject({ isComplete: expected, pids: expect.arrayContaining([1]) });
    }
  });
});

describe("environKeys()", () => {
  test("environKeys() tells names, never values", () => {
    const pid = start(["/bin/sleep", "300"], { env: { X_BOT_TOKEN: "123:secret=y\nZ=1", EMPTY: "" } });
    const told = processes.environKeys(pid);
    expect(told).toEqual({ kind: "keys", keys: ["X_BOT_TOKEN", "EMPTY"] });
    expect(JSON.stringify(told)).not.toContain("secret");
  });

  test("environKeys() finds a name behind a very large environment", async () => {
    const env = Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`BIG_${index}`, "x".repeat(100_000)]));
    const pid = start(["/bin/sleep", "300"], { env: { ...env, LAST: "1" } });
    await find((each) => each.pid === pid && each.comm === "sleep");
    const told = processes.environKeys(pid);
    expect(told.kind === "keys" ? told.keys : told).toContain("LAST");
  });

  test("environKeys() fails for a process that has gone", () => {
    expect(processes.environKeys(2 ** 22 + 1)).toMatchObject({ kind: "failed", code: "ENOENT" });
  });
});

describe("startedUptimeS() and unitOf()", () => {
  test("startedUptimeS() and unitOf() know nothing of a process that has gone", () => {
    expect(processes.startedUptimeS(2 ** 22 + 1)).toBeUndefined();
    expect(processes.unitOf(2 ** 22 + 1)).toBeUndefined();
  });

  test("unitOf() reads what the kernel tells of ourselves", () => {
    const text = readFileSync("/proc/self/cgroup", "utf8");
    const unit = processes.unitOf(process.pid);
    expect(unit === undefined || text.includes(unit)).toBe(true);
  });
});

describe("psProcesses()", () => {
  test("psProcesses() finds a child with its arguments and owner, without state and start", async () => {
    const pid = start(["/bin/sleep", "311"]);
    await until("the child", () => readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("311"));
    const list = await psProcesses().list({ argv: true, uid: true });
    const found = list.kind === "listed" ? list.processes.find(byPid(pid)) : undefined;
    expect(found).toEqual({
      pid,
      ppid: process.pid,
      state: "?",
      comm: expect.any(String),
      argv: ["/bin/sleep", "311"],
      uid,
      startedUptimeS: Number.NaN,
    });
  });

  test("psProcesses() knows whether a process is there, and no more", () => {
    const ps = psProcesses();
    expect(ps.startedUptimeS(process.pid)).toBeNaN();
    expect(ps.startedUptimeS(2 ** 22 + 1)).toBeUndefined();
    expect(ps.unitOf(process.pid)).toBeUndefined();
    expect(ps.environKeys(process.pid)).toMatchObject({ kind: "failed", code: "ENOSYS" });
  });
});
