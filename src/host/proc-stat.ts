/**
 * Clock ticks a second in what the kernel tells user space: USER_HZ, 100 on every architecture that we ship for,
 * whatever the kernel's own HZ. Source: time(7), proc_pid_stat(5) field 22, include/asm-generic/param.h.
 */
const ticksPerSecond = 100;

/**
 * The kernel marks its own threads with this flag; their pid or parent tells nothing inside a container. Source:
 * include/linux/sched.h PF_KTHREAD.
 */
const kernelThread = 0x00200000;

/** What /proc/PID/stat tells of a process, as far as it matters here. */
export interface ProcStat {
  readonly pid: number;
  readonly comm: string;
  readonly state: string;
  readonly ppid: number;
  readonly isKernelThread: boolean;
  /** Seconds of host uptime. */
  readonly startedUptimeS: number;
}

/**
 * Reads the text of /proc/PID/stat; undefined when it isn't one. The name in parentheses is whatever the process chose,
 * parentheses, spaces and newlines included, so it ends at the last `)` of the text. Pure, never throws. Source:
 * proc_pid_stat(5).
 */
export const parseStat = (text: string): ProcStat | undefined => {
  const open = text.indexOf("(");
  const close = text.lastIndexOf(")");
  // After the name: 3 state, 4 ppid, …, 9 flags, …, 22 starttime.
  const fields = text.slice(close + 2).split(" ", 20);
  const state = fields[0];
  const startTicks = Number(fields[19]);
  const pid = Number.parseInt(text, 10);
  if (open < 0 || close < open || state === undefined || Number.isNaN(startTicks) || Number.isNaN(pid))
    return undefined;
  return {
    pid,
    comm: text.slice(open + 1, close),
    state,
    ppid: Number(fields[1]),
    isKernelThread: (Number(fields[6]) & kernelThread) !== 0,
    startedUptimeS: startTicks / ticksPerSecond,
  };
};

/**
 * The arguments in the text of /proc/PID/cmdline, empty for kernel threads and zombies. A process that rewrote its
 * title (nginx, PostgreSQL, Node's `process.title`) has one argument, with spaces inside, and NULs or spaces where the
 * old text was longer: both are cut off. Empty arguments at the very end are lost by that. Pure, never throws. Source:
 * proc_pid_cmdline(5).
 */
export const parseCmdline = (text: string): readonly string[] => {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 0) end -= 1;
  if (end === 0) return [];
  const argv = text.slice(0, end).split("\0");
  return argv.length === 1 ? [text.slice(0, end).trimEnd()] : argv;
};

/**
 * The names in the bytes of /proc/PID/environ. Values never become text. It is the environment that the process was
 * started with; what it has set since isn't there. Pure, never throws. Source: proc_pid_environ(5).
 */
export const parseEnvironKeys = (bytes: Uint8Array): readonly string[] => {
  const decoder = new TextDecoder();
  const keys: string[] = [];
  for (let start = 0; start < bytes.length; ) {
    const nul = bytes.indexOf(0, start);
    const end = nul < 0 ? bytes.length : nul;
    const equals = bytes.indexOf(0x3d, start);
    if (equals > start && equals < end) keys.push(decoder.decode(bytes.subarray(start, equals)));
    start = end + 1;
  }
  return keys;
};

/**
 * Of the bytes of /proc/PID/environ the variables `names` whose values are absolute paths of printable ASCII; everything else stays bytes.
 * Pure, never throws. Source: proc_pid_environ(5).
 */
export const parseEnvironPaths = (bytes: Uint8Array, names: readonly string[]): Readonly<Record<string, string>> => {
  const paths: Record<string, string> = {};
  const decoder = new TextDecoder();
  for (let start = 0; start < bytes.length; ) {
    const nul = bytes.indexOf(0, start);
    const end = nul < 0 ? bytes.length : nul;
    const equals = bytes.indexOf(0x3d, start);
    const name = equals > start && equals < end ? decoder.decode(bytes.subarray(start, equals)) : "";
    if (names.includes(name)) {
      const value = decoder.decode(bytes.subarray(equals + 1, end));
      if (/^\/[ -~]{0,500}$/.test(value)) paths[name] = value;
    }
    start = end + 1;
  }
  return paths;
};

/**
 * True when the proc file system that is mounted last on /proc hides other users' processes. Older kernels tell the
 * option as a number, newer ones as a word; `gid` names a group that sees everything, group 0 where it names none.
 * Pure.
 * Source: proc(5) `hidepid`, fs/proc/base.c (has_pid_permissions), proc_pid_mountinfo(5).
 */
export const isHidingOthers = (mountinfo: string, ownGroups: readonly number[]): boolean => {
  const line = mountinfo.split("\n").findLast((each) => each.split(" ", 5)[4] === "/proc") ?? "";
  const options = line.split(" - ", 2)[1]?.split(" ")[2] ?? "";
  const hidepid = /(?:^|,)hidepid=(\w+)/.exec(options)?.[1] ?? "off";
  const seeing = /(?:^|,)gid=(\d+)/.exec(options)?.[1] ?? "0";
  return hidepid !== "off" && hidepid !== "0" && !ownGroups.some((group) => String(group) === seeing);
};
