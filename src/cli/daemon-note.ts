import type { Host, NextTick } from "../host/host.ts";
import { readSealed, writeSealed } from "../state/sealed.ts";

/** What a running daemon leaves beside the state, for `status`: who it is, and by which schedule it ticks. */
interface DaemonNote {
  readonly version: 1;
  readonly pid: number;
  readonly startedUptimeS: number;
  readonly cron: string;
}

const isNote = (value: unknown): value is DaemonNote =>
  typeof value === "object" && value !== null && "pid" in value && "cron" in value && "startedUptimeS" in value;

const path = (folder: string): string => `${folder}/daemon.json`;

/** Two looks at one start time may differ by the rounding of clock ticks, in seconds. */
const toleranceS = 0.05;

/** Leaves the note. Where it can't be written, `status` knows no next tick; nothing else hangs on it. Never throws. */
export const writeNote = (host: Host, folder: string, cron: string): void => {
  const { pid } = host;
  const startedUptimeS = host.processes.startedUptimeS(pid) ?? Number.NaN;
  writeSealed(host, path(folder), { version: 1, pid, startedUptimeS, cron }, 0o640);
};

/** Whether a daemon left its note: it was killed, or the host went down. Never throws. */
export const wasCutShort = (host: Host, folder: string): boolean => !("kind" in host.files.stat(path(folder)));

/** Takes the note away. Never throws. */
export const removeNote = (host: Host, folder: string): void => void host.files.remove(path(folder));

/**
 * When the daemon that keeps this state ticks next; undefined where none runs, or none that can be seen from here (another container's, hidepid). The note
 * alone proves nothing: pid and start time must be those of a live process. Never throws.
 */
export const nextOfDaemon = async (host: Host, folder: string): Promise<NextTick | undefined> => {
  const read = readSealed(host, path(folder), isNote, false);
  if (read.kind !== "read") return undefined;
  const { pid, startedUptimeS, cron } = read.value;
  const startedS = host.processes.startedUptimeS(pid);
  if (startedS === undefined || Math.abs(startedS - startedUptimeS) > toleranceS) return undefined;
  const { nextDue, scheduleFault } = await import("../host/schedule.ts");
  if (scheduleFault(cron) !== undefined) return undefined;
  const { atMs, periodMs } = nextDue(cron);
  return { at: new Date(atMs).toISOString(), periodS: periodMs / 1000 };
};
