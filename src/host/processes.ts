import { closeSync, constants, existsSync, openSync, readdirSync, readFileSync, readSync, statSync } from "node:fs";
import { attempt, failed, isFailure } from "./failure.ts";
import type { Failure, Processes, ProcessFacts, ProcessList } from "./host.ts";
import { unitOfCgroup } from "./proc-cgroup.ts";
import { isHidingOthers, type ProcStat, parseCmdline, parseEnvironKeys, parseStat } from "./proc-stat.ts";
import { psProcesses } from "./processes-ps.ts";

type Want = Parameters<Processes["list"]>[0];

/** Who looks: what /proc may hide depends on it. */
interface Looker {
  readonly uid: number;
  readonly pid: number;
  /** Effective and supplementary groups, asked for only where hidepid may matter. */
  groups(): readonly number[];
}

/** Longest command line that is kept, as long as all together keep within their share; what is longer is cut off. */
const argvBytes = 64 * 1024;
const allArgvBytes = 16 * 1024 * 1024;
const argvBytesWhenFull = 4096;
/** Larger than any environment that execve takes with the usual stack limit (a quarter of it). Source: execve(2). */
const maxEnvironBytes = 8 * 1024 * 1024;

/** One buffer for all reads: a listing makes thousands of them. */
const buffer = Buffer.alloc(argvBytes);

type ArgvOf = (name: string) => readonly string[];

/** Reads the start of a file of /proc in one read, which the kernel fills as far as it can. Throws errno errors. */
const readProc = (path: string, maxBytes: number): string => {
  const fd = openSync(path, constants.O_RDONLY);
  try {
    return buffer.toString("utf8", 0, readSync(fd, buffer, 0, maxBytes, null));
  } finally {
    closeSync(fd);
  }
};

/**
 * Any user can start thousands of processes with arguments of megabytes: each is cut, and all the shorter once they
 * fill the list's share.
 */
const argvReader = (): ArgvOf => {
  let leftBytes = allArgvBytes;
  return (name) => {
    const text = readProc(`/proc/${name}/cmdline`, leftBytes > 0 ? argvBytes : argvBytesWhenFull);
    leftBytes -= text.length;
    return parseCmdline(text);
  };
};

/**
 * The effective uid, as `ps -o uid` tells it. The folder itself has that owner for non-dumpable processes too, unlike
 * the files in it.
 * Source: fs/proc/base.c (task_dump_owner).
 */
const ownerOf = (pid: number | string): number => statSync(`/proc/${pid}`).uid;

/** Throws errno errors: ENOENT and ESRCH when the process has gone meanwhile. */
const factsOf = (name: string, argvOf: ArgvOf | undefined, wantsUid: boolean): ProcessFacts | undefined => {
  const stat = parseStat(readProc(`/proc/${name}/stat`, buffer.length));
  if (stat === undefined) return undefined;
  return {
    pid: stat.pid,
    ppid: stat.ppid,
    state: stat.state,
    comm: stat.comm,
    argv: argvOf === undefined || stat.isKernelThread ? [] : argvOf(name),
    uid: wantsUid ? ownerOf(name) : -1,
    startedUptimeS: stat.startedUptimeS,
  };
};

/**
 * False when "not found" proves nothing. Whoever sees PID 1, which is somebody else's, sees everybody's processes. When
 * it is our own user's (a container), the mount tells. When it is ourselves, a sandbox gave us a pid namespace of our
 * own.
 */
const seesOthers = (processes: readonly ProcessFacts[], looker: Looker): boolean => {
  if (looker.pid === 1 || !processes.some((each) => each.pid === 1)) return false;
  if (looker.uid === 0 || attempt(() => ownerOf(1)) !== looker.uid) return true;
  const mountinfo = attempt(() => readFileSync("/proc/self/mountinfo", "utf8"));
  return !isFailure(mountinfo) && !isHidingOthers(mountinfo, looker.groups());
};

/**
 * Reads all of /proc in one go. Synchronous on purpose: to hand each of thousands of tiny reads to a thread pool costs
 * more than the read. The command line of a process that is stuck on its own memory (a page fault on a dead network
 * file system) can block the reader too; the unit's own time limit ends that.
 */
const listAll = (want: Want, looker: Looker): ProcessList => {
  const names = attempt(() => readdirSync("/proc"));
  if (isFailure(names)) return names;
  const processes: ProcessFacts[] = [];
  const argvOf = want.argv ? argvReader() : undefined;
  let isDenied = false;
  for (const name of names) {
    const first = name.charCodeAt(0);
    if (first < 0x31 || first > 0x39) continue;
    const facts = attempt(() => factsOf(name, argvOf, want.uid));
    if (facts === undefined) continue;
    if (!isFailure(facts)) processes.push(facts);
    else if (facts.code === "EACCES" || facts.code === "EPERM") isDenied = true;
  }
  return { kind: "listed", processes, isComplete: !isDenied && seesOthers(processes, looker) };
};

/** Reads to the end; a part of it would hide names. Throws errno errors. */
const readEnviron = (path: string): Uint8Array | undefined => {
  const fd = openSync(path, constants.O_RDONLY);
  try {
    const chunks: Uint8Array[] = [];
    for (let bytes = 0; bytes <= maxEnvironBytes; ) {
      const got = readSync(fd, buffer, 0, buffer.length, null);
      if (got === 0) return Buffer.concat(chunks);
      chunks.push(Uint8Array.prototype.slice.call(buffer, 0, got));
      bytes += got;
    }
    return undefined;
  } finally {
    closeSync(fd);
  }
};

const environKeys = (pid: number): { readonly kind: "keys"; readonly keys: readonly string[] } | Failure =>
  attempt(() => {
    const bytes = readEnviron(`/proc/${pid}/environ`);
    return bytes === undefined
      ? failed("EFBIG", `its environment is larger than ${maxEnvironBytes} bytes`)
      : { kind: "keys", keys: parseEnvironKeys(bytes) };
  });

/** A zombie has a pid, but nothing runs any more. */
const isDead = (stat: ProcStat): boolean => stat.state === "Z" || stat.state === "X";

/** The processes of this machine: from /proc on Linux, from `ps-list` where there is none. */
export const createProcesses = (looker: Looker): Processes => {
  if (!existsSync("/proc/self/stat")) return psProcesses();
  return {
    list: async (want) => listAll(want, looker),
    unitOf: (pid) => {
      const text = attempt(() => readProc(`/proc/${pid}/cgroup`, buffer.length));
      return isFailure(text) ? undefined : unitOfCgroup(text);
    },
    environKeys,
    startedUptimeS: (pid) => {
      const text = attempt(() => readProc(`/proc/${pid}/stat`, buffer.length));
      const stat = isFailure(text) ? undefined : parseStat(text);
      return stat === undefined || isDead(stat) ? undefined : stat.startedUptimeS;
    },
  };
};
