import { isMap, parseJson } from "../config/json.ts";
import type { ProcessFacts, ProcessList } from "../host/host.ts";
import { isDead } from "./process-facts.ts";

/** Who holds a lock, as its file says it. `start`: in whatever unit its program counts; null where it tells none. */
export interface LockClaim {
  readonly pid: number;
  readonly start: number | null;
}

/** Whether a lock may be removed: only a `stale` one. */
export interface LockVerdict {
  readonly kind: "stale" | "held" | "unclear";
  readonly why: string;
}

/** Source: proc_sys_kernel(5) pid_max, at most 2^22 on 64 bits. */
const maxPid = 2 ** 22;
/** Larger is no lock file that anybody writes. */
const maxBytes = 4096;
const ticksPerSecond = 100;
/** Numbers from here on may be seconds since 1970 (this one is in 2001). */
const epochLike = 1e9;

const claimOf = (pid: unknown, start: unknown): LockClaim | undefined => {
  if (typeof pid !== "number" || !Number.isInteger(pid) || pid < 1 || pid > maxPid) return undefined;
  return { pid, start: typeof start === "number" && Number.isFinite(start) && start > 0 ? start : null };
};

const inJson = (text: string): LockClaim | undefined => {
  const value = parseJson(text)?.value;
  return isMap(value) ? claimOf(value["pid"], value["start_time"] ?? value["startTime"]) : undefined;
};

/** Reads a lock file: JSON with `pid` and `start_time` (Hermes) or `startTime` (OpenClaw), or the text `PID` or `PID START`. Undefined: none of these. Never throws. */
export const parseLock = (bytes: Uint8Array): LockClaim | undefined => {
  if (bytes.length > maxBytes) return undefined;
  const text = new TextDecoder().decode(bytes).trim();
  if (text.startsWith("{")) return inJson(text);
  const [, pid, start] = /^(\d{1,7})(?:\s+(\d{1,15}(?:\.\d{1,9})?))?$/u.exec(text) ?? [];
  return pid === undefined ? undefined : claimOf(Number(pid), start === undefined ? null : Number(start));
};

/**
 * A live process under the lock's pid: the same, or another that got the number later. Its start is told in clock ticks or in
 * seconds of uptime (proc_pid_stat(5) field 22); both can be compared for sure. Seconds since 1970 can't: the wall clock may have been
 * set in between.
 */
const judgeLive = ({ pid, start }: LockClaim, { startedUptimeS }: ProcessFacts): LockVerdict => {
  if (start === null)
    return { kind: "unclear", why: `process ${pid} is alive, and the lock doesn't say when its holder started` };
  const isSame = Math.abs(start - startedUptimeS * ticksPerSecond) <= 1 || Math.abs(start - startedUptimeS) <= 1;
  if (isSame) return { kind: "held", why: `process ${pid}, which holds it, is alive` };
  if (Number.isNaN(startedUptimeS) || start >= epochLike)
    return { kind: "unclear", why: `process ${pid} is alive, and its start can't be told from the lock's for sure` };
  return { kind: "stale", why: `process ${pid} is another one, which started at another time` };
};

/** Whether the process that a lock names is dead for sure. A zombie is dead; what may be hidden from us is unclear. Pure. */
export const judgeLock = (claim: LockClaim | undefined, list: ProcessList): LockVerdict => {
  if (claim === undefined) return { kind: "unclear", why: "it names no process in a form that is known" };
  if (list.kind === "failed") return { kind: "unclear", why: `the processes can't be listed: ${list.why}` };
  const found = list.processes.find((each) => each.pid === claim.pid);
  if (found !== undefined && !isDead(found)) return judgeLive(claim, found);
  if (found === undefined && !list.isComplete)
    return { kind: "unclear", why: `process ${claim.pid} isn't seen, but some processes may be hidden from us` };
  return { kind: "stale", why: `process ${claim.pid}, which held it, is dead` };
};
