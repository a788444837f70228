import type { CountRange, ProcessCheck } from "../config/config.ts";
import { baseNameOf } from "../config/path.ts";
import type { Host, ProcessFacts, ProcessList } from "../host/host.ts";
import { quote } from "./evidence.ts";
import { matchesGlob } from "./glob.ts";
import { lockHolders } from "./lock-owner.ts";
import { readPidfile } from "./pidfile.ts";
import type { Memory, Probe, ProbeContext, Seen } from "./probe.ts";
import { commandLine, isDead } from "./process-facts.ts";

/** The kernel keeps 15 bytes of a name. Source: proc_pid_comm(5), TASK_COMM_LEN. */
const maxCommBytes = 15;

const unknown = (evidence: string): Seen => ({ kind: "unknown", evidence });
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const isLongName = (name: string): boolean => bytes(name).length > maxCommBytes;
const shortName = (name: string): string => new TextDecoder().decode(bytes(name).subarray(0, maxCommBytes));

/**
 * A name of up to 15 bytes is the kernel's. A longer one is cut there, so the arguments tell the rest: the program's own word,
 * the first word of a rewritten title (`long-gateway: draining`), or a script's path behind its interpreter.
 */
const hasName = (each: ProcessFacts, name: string): boolean => {
  if (!isLongName(name)) return each.comm === name;
  const title = each.argv[0];
  if (title === undefined || title === "") return each.comm === shortName(name);
  if (baseNameOf(title) === name || title === name) return true;
  return (
    each.comm === shortName(name) &&
    [...each.argv, title.split(/[\s:(]/u, 1)[0]].some((word = "") => baseNameOf(word) === name)
  );
};

const isStopped = (each: ProcessFacts): boolean => "Tt".includes(each.state);

interface Wanted {
  readonly kind: "wanted";
  readonly uid: number | undefined;
  readonly pid: number | undefined;
  readonly memory?: Memory;
}

const wanted = (check: ProcessCheck, host: Host, memory: Memory | undefined): Wanted | Seen => {
  const { user, pidfile } = check.process;
  const uid = user === null ? undefined : host.uidOf(user);
  if (user !== null && uid === undefined) return unknown(`there is no user "${user}" on this host`);
  if (pidfile === null) return { kind: "wanted", uid, pid: undefined };
  const named = readPidfile(host, pidfile, memory);
  return named.kind === "named" ? { ...named, kind: "wanted", uid } : named;
};

const matches = (check: ProcessCheck, host: Host, uid: number | undefined, pid: number | undefined) => {
  const { name, command, unit } = check.process;
  const pattern = command === null ? undefined : new RegExp(command, "u");
  return (each: ProcessFacts): boolean =>
    each.pid !== host.pid &&
    (pid === undefined || each.pid === pid) &&
    (uid === undefined || each.uid === uid) &&
    (name === null || hasName(each, name)) &&
    (pattern === undefined || pattern.test(commandLine(each))) &&
    (unit === null || host.processes.unitOf(each.pid) === unit);
};

const describe = (check: ProcessCheck): string =>
  Object.entries(check.process)
    .flatMap(([key, value]) => (value === null ? [] : [`${key} ${quote(value)}`]))
    .join(", ");

const describeCount = ({ min, max }: CountRange): string =>
  max === null ? `at least ${min}` : min === max ? `exactly ${min}` : `${min} to ${max}`;

const pids = (list: readonly ProcessFacts[]): string => {
  const shown = list.slice(0, 5).map((each) => each.pid);
  return `pid ${shown.join(", ")}${list.length > shown.length ? ` and ${list.length - shown.length} more` : ""}`;
};

/** Looks for forbidden names in the environments of the processes; their values are never read into anything. */
const judgeEnviron = (check: ProcessCheck, host: Host, alive: readonly ProcessFacts[]): Seen | undefined => {
  let unread: Seen | undefined;
  for (const each of check.forbidEnv.length === 0 ? [] : alive) {
    const environ = host.processes.environKeys(each.pid);
    if (environ.kind === "failed") {
      if (environ.code === "ENOENT" || environ.code === "ESRCH") continue;
      unread = unknown(`cannot read the environment of pid ${each.pid}: ${environ.why}`);
      continue;
    }
    const key = environ.keys.find((name) => check.forbidEnv.some((glob) => matchesGlob(glob, name)));
    if (key !== undefined)
      return { kind: "bad", evidence: `pid ${each.pid} carries the variable ${quote(key)}`, isAlertOnly: true };
  }
  return unread;
};

/** What a person decides: a second owner fights the first, and a restart would join in. */
const judgeLocks = (
  { lock }: ProcessCheck,
  host: Host,
  list: ProcessList,
  alive: readonly ProcessFacts[],
): Seen | undefined => {
  if (lock === null) return undefined;
  const held = lockHolders(host, lock, list);
  if (held.kind === "failed") return unknown(held.why);
  const other = held.holders.find(({ pid }) => alive.every((each) => each.pid !== pid));
  if (other === undefined) return undefined;
  const owner = `pid ${other.pid} (${quote(other.comm)}) holds the lock ${quote(other.path)} and lives`;
  const evidence =
    alive.length === 0 ? `${owner}, and isn't the process wanted` : `two owners: ${pids(alive)}, and ${owner}`;
  return { kind: "bad", evidence, isAlertOnly: true };
};

/** Those that are there and don't live: that says more than what was looked for. */
const notAliveText = (found: readonly ProcessFacts[]): string | undefined => {
  const dead = found.filter(isDead);
  const stopped = found.filter(isStopped);
  const notes = [
    ...(stopped.length > 0 ? [`${pids(stopped)} is stopped (SIGSTOP)`] : []),
    ...(dead.length > 0 ? [`${pids(dead)} is a zombie`] : []),
  ];
  return notes.length > 0 ? notes.join("; ") : undefined;
};

const judgeCount = (
  check: ProcessCheck,
  list: ProcessList & { kind: "listed" },
  found: readonly ProcessFacts[],
): Seen => {
  const alive = found.filter((each) => !isDead(each) && !isStopped(each));
  const { min, max } = check.count;
  const noun = alive.length === 1 ? "process" : "processes";
  const startedUptimeS = Math.max(...alive.map((each) => each.startedUptimeS));
  const started = Number.isFinite(startedUptimeS) ? { startedUptimeS } : {};
  if (max !== null && alive.length > max)
    return {
      kind: "bad",
      evidence: `${alive.length} ${noun} (${pids(alive)}), want ${describeCount(check.count)}`,
      isAlertOnly: true,
      ...started,
    };
  if (alive.length >= min && (alive.length > 0 || list.isComplete))
    return { kind: "ok", evidence: alive.length === 0 ? "no process, as wanted" : pids(alive), ...started };
  if (!list.isComplete) return unknown("cannot see every process on this host, so none found proves nothing");
  const wanted = min === 1 && alive.length === 0 ? "" : `, want ${describeCount(check.count)}`;
  const count = alive.length === 0 ? "no live process" : `${alive.length} live ${noun}`;
  const evidence = `${count}${wanted} (${notAliveText(found) ?? describe(check)})`;
  return { kind: "bad", evidence, ...started };
};

const look = async (check: ProcessCheck, { host, shared, memory }: ProbeContext): Promise<Seen> => {
  const want = wanted(check, host, memory);
  if (want.kind !== "wanted") return want;
  const list = await shared.processes();
  if (list.kind === "failed") return unknown(`cannot list processes: ${list.why}`);
  const found = list.processes.filter(matches(check, host, want.uid, want.pid));
  const alive = found.filter((each) => !isDead(each));
  const count = judgeCount(check, list, found);
  const others = [judgeLocks(check, host, list, alive), judgeEnviron(check, host, alive)];
  const worse = others.find((each) => each?.kind === "bad") ?? (count.kind === "ok" ? others.find(Boolean) : undefined);
  return { ...count, ...worse, ...(want.memory === undefined ? {} : { memory: want.memory }) };
};

/** Counts live processes that match. Zombies are dead, stopped ones not alive. Source: proc_pid_stat(5), field 3. */
export const processProbe: Probe<"process"> = {
  kind: "process",
  look,
  processes: ({ process }) => ({
    argv: process.command !== null || (process.name !== null && isLongName(process.name)),
    uid: process.user !== null,
  }),
  deadlineMs: () => 20_000,
};
