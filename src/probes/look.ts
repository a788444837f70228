import type { Check } from "../config/config.ts";
import { formatDuration } from "../config/duration.ts";
import type { Host } from "../host/host.ts";
import { cleanEvidence, quote } from "./evidence.ts";
import { type Bound, bindProbes } from "./index.ts";
import { type Beats, type Memory, type ProbeContext, type Reading, type Seen, systemBeats } from "./probe.ts";
import { createShared } from "./shared.ts";

/** Looks under way at once. Below the runtime's own cap of 256 requests, above which a look would wait on its own deadline. */
const maxAtOnce = 200;
/** Open files that the rest of the program needs. */
const reservedFiles = 24;
/** So few looks never run out of files. */
const fewLooks = 16;

/** A look that gets no socket measures nothing, so where few files may be open, few look at once. Source: proc_pid_limits(5). */
const atOnce = (host: Host, looks: number): number => {
  if (looks <= fewLooks) return looks;
  const read = host.files.read("/proc/self/limits", 65_536);
  const text = read.kind === "failed" ? "" : new TextDecoder().decode(read.bytes);
  const soft = /^Max open files +(\d+)/mu.exec(text)?.[1];
  const room = soft === undefined ? maxAtOnce : Math.max(fewLooks, Number(soft) - reservedFiles);
  return Math.min(maxAtOnce, looks, room);
};

/** A round of looks ends by then, whatever hangs: two of them, the time between and the telling fit into a tick's deadline. */
const roundMs = 50_000;
/** A look that could not begin by then is left out. */
const startWithinMs = 40_000;
/** What a probe gets on top of its own timeout before it is given up. */
const patienceMs = 1000;

const errorText = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Ends a look that hangs at its deadline, whatever it waits for. */
const withDeadline = async (host: Host, bound: Bound, context: ProbeContext): Promise<Seen> => {
  const done = new AbortController();
  const deadlineMs = Math.min(bound.deadlineMs, context.maxMs + patienceMs);
  const late = host.clock
    .sleep(deadlineMs, done.signal)
    .then((): Seen => ({ kind: "unknown", evidence: `the probe did not end within ${formatDuration(deadlineMs)}` }));
  try {
    return await Promise.race([bound.look(context), late]);
  } catch (error) {
    return { kind: "unknown", evidence: `the probe failed: ${quote(errorText(error), 200)}` };
  } finally {
    done.abort();
  }
};

const lookOnce = async (host: Host, bound: Bound, context: ProbeContext): Promise<Reading> => {
  const startedMs = host.clock.monotonicMs();
  const seen = await withDeadline(host, bound, context);
  const durationMs = Math.round((host.clock.monotonicMs() - startedMs) * 10) / 10;
  return { ...seen, evidence: cleanEvidence(seen.evidence), durationMs };
};

/** What the readings of a tick need besides the machine. */
export interface LookOptions {
  readonly secret: ProbeContext["secret"];
  /** What each check's last tick left, by check name. */
  readonly memory: (check: string) => Memory | undefined;
  /** Default: the system's. */
  readonly beats?: Beats;
  /** Told of each reading as soon as it is there. */
  readonly onReading?: ((check: string, reading: Reading) => void) | undefined;
}

/**
 * Looks at all checks together, each under its own deadline, and gives every one a reading: a probe that throws or hangs
 * reads `unknown`. Returns readings by check name. Never throws.
 */
export const look = async (
  host: Host,
  checks: readonly Check[],
  options: LookOptions,
): Promise<ReadonlyMap<string, Reading>> => {
  const bound = bindProbes(checks);
  const shared = createShared(host, bound);
  const { beats = systemBeats } = options;
  const readings = new Map<string, Reading>();
  const waiting = bound.values();
  const startedMs = host.clock.monotonicMs();
  const worker = async (): Promise<void> => {
    for (const each of waiting) {
      const spentMs = host.clock.monotonicMs() - startedMs;
      if (spentMs > startWithinMs) {
        readings.set(each.check.name, { kind: "unknown", evidence: "no time was left to look at it", durationMs: 0 });
        continue;
      }
      const { name } = each.check;
      const memory = options.memory(name);
      const context = { host, shared, beats, memory, secret: options.secret, maxMs: roundMs - spentMs };
      const reading = await lookOnce(host, each, context);
      readings.set(name, reading);
      options.onReading?.(name, reading);
    }
  };
  await Promise.all(Array.from({ length: atOnce(host, bound.length) }, worker));
  // In the order of the config, whoever was ready first.
  return new Map(
    checks.flatMap(({ name }) => {
      const reading = readings.get(name);
      return reading === undefined ? [] : [[name, reading] as const];
    }),
  );
};
