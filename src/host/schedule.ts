import { createTask, type ScheduledTask, validateDetailed } from "node-cron";

/** What a schedule tells. Both are called from a timer, one call a due time. */
export interface Bells {
  due(): void;
  /** A due time that passed more than {@link lateMs} ago: the host slept, the clock was set forward, or this process stood still. */
  missed(): void;
}

/** A running schedule. */
export interface Schedule {
  /** Milliseconds from now until the next due time, by the wall clock. */
  msToNext(): number;
  stop(): void;
}

/** How late a due time may be told before it is a missed one. The library's own second is less than a loaded host may take. */
const lateMs = 30_000;

/** What the library would print by itself, in a form that is not ours. */
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined };

/** Why these are not five or six cron fields (the sixth, in front, is seconds); undefined when they are. Never throws. */
export const scheduleFault = (cron: string): string | undefined => {
  try {
    const { valid, errors } = validateDetailed(cron);
    return valid ? undefined : (errors[0]?.message ?? "it is no cron expression");
  } catch (error) {
    return error instanceof Error ? error.message : "it is no cron expression";
  }
};

/**
 * Rings at each due time of a cron expression that {@link scheduleFault} finds none in, in this process's time zone. It goes by the wall clock: after
 * one that was set back it is silent for just as long, so whoever waits must count on a clock that only goes up. Throws on an invalid expression.
 * Source: node-cron's docs, "Scheduling Options" (an inline task; a background task forks a file that a compiled binary doesn't have).
 */
export const openSchedule = (cron: string, bells: Bells): Schedule => {
  const task: ScheduledTask = createTask(cron, () => bells.due(), {
    logger: silent,
    noOverlap: true,
    missedExecutionTolerance: lateMs,
  });
  task.on("execution:missed", () => bells.missed());
  void task.start();
  return {
    msToNext: () => task.msToNext() ?? 0,
    stop: () => void task.destroy(),
  };
};

/** The next due time of a cron expression, in milliseconds since 1970, and how long it is from that to the one after. Throws on an invalid expression. */
export const nextDue = (cron: string): { readonly atMs: number; readonly periodMs: number } => {
  const task = createTask(cron, () => undefined, { logger: silent });
  const [atMs = 0, thenMs = 0] = task.getNextRuns(2).map((date) => date.getTime());
  void task.destroy();
  return { atMs, periodMs: thenMs - atMs };
};
