import { describe, test } from "bun:test";
import { readdirSync, readlinkSync, realpathSync } from "node:fs";

const sdbed = `${import.meta.dir}/bed/sdbed`;
const bedsFolder = "/var/tmp/sdbed";

/** How a command ended. `status` is 128 + the signal's number when one killed it. */
export interface Ran {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

interface How {
  readonly stdin?: string;
  readonly timeoutMs?: number;
}

/** A real systemd, booted for one test file, with its own processes, network and clock-less rest of the machine. */
export interface Bed {
  readonly name: string;
  /** Runs a command inside as root with a clean environment. Rejects only when it outlives `timeoutMs` (60 s). */
  exec(argv: readonly string[], how?: How): Promise<Ran>;
  /** Like `exec`, but a failure rejects with everything the command said; gives stdout. */
  run(argv: readonly string[], how?: How): Promise<string>;
  /** A few lines of bash, stopped at the first failure. */
  sh(script: string, how?: How): Promise<string>;
  /** Copies a file or folder from outside (the bed sees the machine's files, but not its /tmp and /run). */
  cp(from: string, to: string): Promise<void>;
  write(path: string, text: string, mode?: string): Promise<void>;
  read(path: string): Promise<string>;
  /** Ends it and removes every trace. */
  down(): Promise<void>;
}

const spawn = async (argv: readonly string[], { stdin = "", timeoutMs = 60_000 }: How = {}): Promise<Ran> => {
  const child = Bun.spawn([...argv], {
    stdin: new TextEncoder().encode(stdin),
    stdout: "pipe",
    stderr: "pipe",
    env: { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", SDBED_DIR: bedsFolder },
  });
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    child.kill("SIGKILL");
  }, timeoutMs);
  const [out, err, status] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  clearTimeout(timer);
  if (isLate) throw new Error(`"${argv.join(" ")}" was ended after ${timeoutMs} ms: ${err}`);
  return { status, out, err };
};

const must = async (argv: readonly string[], how?: How): Promise<string> => {
  const ran = await spawn(argv, how);
  if (ran.status !== 0) throw new Error(`"${argv.join(" ")}" ended with ${ran.status}\n${ran.out}${ran.err}`);
  return ran.out;
};

const isAlive = (pid: string): boolean => {
  try {
    readlinkSync(`/proc/${pid}/exe`);
    return true;
  } catch {
    return false;
  }
};

/** Ends the beds of test runs that were killed before they could. Their names end in the pid of their run. */
const sweep = async (): Promise<void> => {
  const names = await Promise.resolve()
    .then(() => readdirSync(bedsFolder))
    .catch(() => []);
  for (const name of names) {
    const pid = /^dw-.*-(\d+)$/u.exec(name)?.[1];
    if (pid !== undefined && !isAlive(pid)) await spawn([sdbed, "down", name]);
  }
};

const up = async (title: string): Promise<Bed> => {
  await sweep();
  const name = `dw-${title}-${process.pid}`;
  await must([sdbed, "up", name], { timeoutMs: 300_000 });
  const inside = (argv: readonly string[]): readonly string[] => [sdbed, "exec", name, "--", ...argv];
  const run: Bed["run"] = (argv, how) => must(inside(argv), how);
  return {
    name,
    exec: (argv, how) => spawn(inside(argv), how),
    run,
    sh: (script, how) => run(["/bin/bash", "-euo", "pipefail", "-c", script], how),
    cp: async (from, to) => void (await must([sdbed, "cp", name, from, to])),
    write: async (path, text, mode = "0644") =>
      void (await run(["/usr/bin/install", "-D", "-m", mode, "/dev/stdin", path], { stdin: text })),
    read: (path) => run(["/usr/bin/cat", path]),
    down: async () => void (await must([sdbed, "down", name])),
  };
};

/** Boots beds: `await Bed.up("heal")`. The name is made unique per test run. */
export const Bed: { up(title: string): Promise<Bed> } = { up };

/** Undefined where a bed can boot, else why it can't. */
export const canBed = (): string | undefined => {
  if (process.platform !== "linux") return `this is ${process.platform}, and a bed needs Linux`;
  if (process.getuid?.() !== 0) return "a bed needs root";
  const unshare = Bun.spawnSync(["unshare", "--mount", "--pid", "--fork", "true"], { stderr: "pipe" });
  return unshare.exitCode === 0 ? undefined : `namespaces are refused here: ${unshare.stderr.toString().trim()}`;
};

/** `describe` for tests on a real systemd. Where none can boot they are skipped aloud, except under CI=true: there that is a failure. */
export const describeOnBed = (title: string, body: () => void): void => {
  const { CI } = process.env;
  const why = canBed();
  if (why === undefined) return void describe(title, body);
  if (CI === "true")
    return void test(title, () => {
      throw new Error(`cannot run e2e: ${why}`);
    });
  console.error(`SKIPPED e2e "${title}": ${why}`);
  describe.skip(title, body);
};

/** Asks every 100 ms until `look` gives something else than undefined; rejects with what it waited for. */
export const until = async <Found>(
  what: string,
  look: () => Promise<Found | undefined>,
  withinMs = 30_000,
): Promise<Found> => {
  const endMs = performance.now() + withinMs;
  while (performance.now() < endMs) {
    const found = await look();
    if (found !== undefined) return found;
    await Bun.sleep(100);
  }
  throw new Error(`waited ${withinMs} ms in vain for: ${what}`);
};

/** Where the node that runs the peers is: a real path, outside /tmp. */
export const nodePath = (): string => {
  const found = Bun.which("node");
  if (found === null) throw new Error("cannot find node in PATH; npm needs it too");
  return realpathSync(found);
};
