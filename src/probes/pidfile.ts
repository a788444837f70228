import type { Host } from "../host/host.ts";
import type { Memory, Seen } from "./probe.ts";

/** Time that may lie between a daemon's start and a coarse file clock's stamp on its pidfile. */
const slackS = 5;

/** Which process a pidfile names; `pid` -1 when it names none that lives. `memory` recognises that process at the next look. */
export interface Named {
  readonly kind: "named";
  readonly pid: number;
  readonly memory?: Memory;
}

const unknown = (evidence: string): Seen => ({ kind: "unknown", evidence });

/**
 * Reads a pidfile and tells whether the number still belongs to its writer: a process that started after the file was written is
 * another one with a reused number. That compares the wall clock with the time since boot, so a process that was recognised once
 * stays so by pid, start and boot: a clock that is set, or a virtual machine that was paused, doesn't make it a stranger.
 */
export const readPidfile = (host: Host, path: string, memory: Memory | undefined): Named | Seen => {
  const read = host.files.read(path, 4096);
  if (read.kind === "failed") {
    if (read.code === "ENOENT") return { kind: "named", pid: -1 };
    return unknown(`cannot read the pidfile "${path}": ${read.why}`);
  }
  const pid = Number.parseInt(new TextDecoder().decode(read.bytes).trim(), 10);
  if (!(pid > 0)) return unknown(`the pidfile "${path}" holds no process id`);
  const startedS = host.processes.startedUptimeS(pid);
  if (startedS === undefined || Number.isNaN(startedS)) return { kind: "named", pid };
  const known: Memory = { pid, startedS, bootId: host.clock.bootId() };
  const isKnown = Object.entries(known).every(([key, value]) => memory?.[key] === value);
  const bootS = host.clock.nowMs() / 1000 - host.clock.uptimeS();
  const writtenS = read.stat.modifiedMs / 1000;
  if (isKnown || bootS + startedS <= writtenS + slackS) return { kind: "named", pid, memory: known };
  if (writtenS < bootS - slackS) return unknown(`the pidfile "${path}" is older than this boot`);
  return { kind: "named", pid: -1 };
};
