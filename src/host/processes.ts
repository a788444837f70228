import { closeSync, constants, existsSync, openSync, readdirSync, readFileSync, readSync, statSync } from "node:fs";
import { attempt, failed, isFailure } from "./failure.ts";
import type { Failure, Processes, ProcessFacts, ProcessList } from "./host.ts";
import { unitOfCgroup } from "./proc-cgroup.ts";
import { isHidingOthers, type ProcStat, parseCmdline, parseEnvironKeys, parseStat } from "./proc-stat.ts";
import { psProcesses } from "./processes-ps.ts";

type Want = Parameters<Processes["list"]>[0];

/** Who looks: what /proc may hide depends on it. */
export interface Looker {
  readonly uid: number;
  readonly pid: number;
  /** Supplementary groups, asked for only where hidepid is on. */
  groups(): readonly number[];
}

/** Longest command line that is kept; more is cut off. Also room for every other file of /proc that is read here. */
const KEPT_BYTES = 64 * 1024;
/** Larger than any environment that execve takes with the usual stack limit (a quarter of it). Source: execve(2). */
const MAX_ENVIRON_BYTES = 8 * 1024 * 1024;

/** One buffer for all reads: a listing makes thousands of them. */
const buffer = Buffer.alloc(KEPT_BYTES);

/** The processes of this machine: from /proc on Linux, from `ps-list` where there is none. */
export function createProcesses(looker: Looker): Processes {
  if (!existsSync("/proc/self/stat")) {
    return psProcesses();
  }
  return {
    list: async (want) => listAll(want, looker),
    unitOf: (pid) => {
      const text = attempt(() => readProc(`/proc/${pid}/cgroup`));
      return isFailure(text) ? undefined : unitOfCgroup(text);
    },
    environKeys,
    startedUptimeS: (pid) => {
      const text = attempt(() => readProc(`/proc/${pid}/stat`));
      const stat = isFailure(text) ? undefined : parseStat(text);
      return stat === undefined || isDead(stat) ? undefined : stat.startedUptimeS;
    },
  };
}

/** A zombie has a pid, but nothing runs any more. */
function isDead(stat: ProcStat): boolean {
  return stat.state === "Z" || stat.state === "X";
}

/**
 * Reads all of /proc in one go. Synchronous on purpose: thousands of tiny reads cost a third of what they would in a thread pool.
 * The command line of a process that is stuck on its own memory (a page fault on a dead network file system) can block the
 * reader too; the unit's own time limit ends that.
 */
function listAll(want: Want, looker: Looker): ProcessList {
  const names = attempt(() => readdirSync("/proc"));
  if (isFailure(names)) {
    return names;
  }
  const processes: ProcessFacts[] = [];
  let isDenied = false;
  for (const name of names) {
    const first = name.charCodeAt(0);
    if (first < 0x31 || first > 0x39) {
      continue;
    }
    const facts = attempt(() => factsOf(name, want));
    if (facts === undefined) {
      continue;
    }
    if (!isFailure(facts)) {
      processes.push(facts);
    } else if (facts.code === "EACCES" || facts.code === "EPERM") {
      isDenied = true;
    }
  }
  return { kind: "listed", processes, isComplete: !isDenied && seesOthers(processes, looker) };
}

/** Throws errno errors: ENOENT and ESRCH when the process has gone meanwhile. */
function factsOf(name: string, want: Want): ProcessFacts | undefined {
  const stat = parseStat(readProc(`/proc/${name}/stat`));
  if (stat === undefined) {
    return undefined;
  }
  return {
    pid: stat.pid,
    ppid: stat.ppid,
    state: stat.state,
    comm: stat.comm,
    argv: want.argv && !stat.isKernelThread ? parseCmdline(readProc(`/proc/${name}/cmdline`)) : [],
    uid: want.uid ? ownerOf(name) : -1,
    startedUptimeS: stat.startedUptimeS,
  };
}

/**
 * The effective uid, as `ps -o uid` tells it. The folder itself has that owner for non-dumpable processes too, unlike the files in it.
 * Source: fs/proc/base.c (task_dump_owner).
 */
function ownerOf(pid: number | string): number {
  return statSync(`/proc/${pid}`).uid;
}

/**
 * False when "not found" proves nothing. Whoever sees PID 1, which is somebody else's, sees everybody's processes. When it is our own
 * user's (a container), the mount tells. When it is ourselves, a sandbox gave us a pid namespace of our own.
 */
function seesOthers(processes: readonly ProcessFacts[], looker: Looker): boolean {
  if (looker.pid === 1 || !processes.some((each) => each.pid === 1)) {
    return false;
  }
  if (looker.uid === 0 || attempt(() => ownerOf(1)) !== looker.uid) {
    return true;
  }
  const mountinfo = attempt(() => readFileSync("/proc/self/mountinfo", "utf8"));
  return !isFailure(mountinfo) && !isHidingOthers(mountinfo, looker.groups());
}

function environKeys(pid: number): { readonly kind: "keys"; readonly keys: readonly string[] } | Failure {
  return attempt(() => {
    const bytes = readEnviron(`/proc/${pid}/environ`);
    return bytes === undefined
      ? failed("EFBIG", `its environment is larger than ${MAX_ENVIRON_BYTES} bytes`)
      : { kind: "keys", keys: parseEnvironKeys(bytes) };
  });
}

/** Reads to the end; a part of it would hide names. Throws errno errors. */
function readEnviron(path: string): Uint8Array | undefined {
  const fd = openSync(path, constants.O_RDONLY);
  try {
    const chunks: Uint8Array[] = [];
    for (let bytes = 0; bytes <= MAX_ENVIRON_BYTES; ) {
      const got = readSync(fd, buffer, 0, KEPT_BYTES, null);
      if (got === 0) {
        return Buffer.concat(chunks);
      }
      chunks.push(Uint8Array.prototype.slice.call(buffer, 0, got));
      bytes += got;
    }
    return undefined;
  } finally {
    closeSync(fd);
  }
}

/** Reads the start of a file of /proc in one read, which the kernel fills as far as it can. Throws errno errors. */
function readProc(path: string): string {
  const fd = openSync(path, constants.O_RDONLY);
  try {
    return buffer.toString("utf8", 0, readSync(fd, buffer, 0, KEPT_BYTES, null));
  } finally {
    closeSync(fd);
  }
}
