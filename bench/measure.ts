import { readFileSync } from "node:fs";

/** One run of one program, its waited-for children included. */
export interface Run {
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** Memory of one process at its highest. `anonymousMiB` is its own; the rest is file pages, shared with whoever maps the same file. */
export interface Memory {
  readonly peakMiB: number;
  readonly anonymousMiB: number;
}

/** What to run. */
export interface Program {
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Exit statuses that are as wanted; only 0 when absent. */
  readonly exits?: readonly number[];
}

const environment = (program: Program): Record<string, string> => ({
  PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
  ...program.env,
});

/** Runs a program to its end. CPU is that of wait4(2): user and system, children included. Throws when it ends otherwise than wanted. */
export const runOnce = (program: Program): Run => {
  const startedMs = performance.now();
  const ran = Bun.spawnSync([...program.argv], {
    env: environment(program),
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
  });
  const wallMs = performance.now() - startedMs;
  if (!(program.exits ?? [0]).includes(ran.exitCode))
    throw new Error(`"${program.argv.join(" ")}" ended with ${ran.exitCode}: ${ran.stderr.toString()}`);
  return { wallMs, cpuMs: Number(ran.resourceUsage?.cpuTime.total ?? 0n) / 1000 };
};

const read = (path: string): string => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // The process is gone.
    return "";
  }
};

const mib = (status: string, field: string): number =>
  Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "mu").exec(status)?.[1] ?? 0) / 1024;

/** A process and all below it. */
const family = (pid: number): readonly number[] => {
  const children = read(`/proc/${pid}/task/${pid}/children`).trim();
  return [pid, ...(children === "" ? [] : children.split(" ").flatMap((child) => family(Number(child))))];
};

/** The memory of a process that goes on running. */
export const memoryOf = (pid: number): Memory => {
  const status = read(`/proc/${pid}/status`);
  return { peakMiB: mib(status, "VmHWM"), anonymousMiB: mib(status, "RssAnon") };
};

/**
 * Runs a program and watches its memory until it ends: of the largest process, as getrusage(2) tells it. That call itself won't do: a
 * program begins with the peak of the one that started it. It is looked at without a pause, so this run's time means nothing.
 */
export const watchMemory = async (program: Program): Promise<Memory> => {
  const child = Bun.spawn([...program.argv], {
    env: environment(program),
    stdin: "ignore",
    stdout: "ignore",
    stderr: "ignore",
  });
  let peak: Memory = { peakMiB: 0, anonymousMiB: 0 };
  for (let isAlive = true; isAlive; ) {
    const seen = family(child.pid).map(memoryOf);
    isAlive = (seen[0]?.peakMiB ?? 0) > 0;
    for (const each of seen)
      peak = {
        peakMiB: Math.max(peak.peakMiB, each.peakMiB),
        anonymousMiB: Math.max(peak.anonymousMiB, each.anonymousMiB),
      };
  }
  await child.exited;
  return peak;
};

/** Milliseconds of CPU that a process has had, all its threads together, to the nanosecond. Source: Documentation/scheduler/sched-stats.rst. */
export const cpuMsOf = (pid: number): number => {
  const tasks = [...new Bun.Glob("*").scanSync({ cwd: `/proc/${pid}/task`, onlyFiles: false })];
  return (
    tasks.reduce((sum, task) => sum + Number(read(`/proc/${pid}/task/${task}/schedstat`).split(" ", 1)[0]), 0) / 1e6
  );
};
