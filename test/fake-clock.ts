import type { Clock } from "../src/host/clock.ts";

/** A clock moved by hand. A sleep without a signal moves it by itself; one with a signal (a deadline) waits until the time comes. */
export interface FakeClock extends Clock {
  /** Lets time pass: wall, uptime and monotonic together; sleepers whose time has come wake. */
  advance(ms: number): void;
  /** Sets the wall clock alone, as a person or NTP does. */
  setWall(ms: number): void;
  /** Moves the host to another time zone. */
  setZone(name: string): void;
  /** Starts a new boot: uptime 0, all else goes on. */
  reboot(bootId: string): void;
}

interface Sleeper {
  readonly dueMs: number;
  readonly isMoving: boolean;
  wake(): void;
}

/** 2026-11-23 02:05 UTC, a day after the boot `boot-1`. */
export const createFakeClock = (): FakeClock => {
  let [wallMs, upMs, monotonicMs, bootId] = [Date.UTC(2026, 10, 23, 2, 5), 86_400_000, 0, "boot-1"];
  const sleepers = new Set<Sleeper>();
  let isPumping = false;
  let zone = "UTC";
  const advance = (ms: number): void => {
    wallMs += ms;
    upMs += ms;
    monotonicMs += ms;
    for (const each of [...sleepers].sort((a, b) => a.dueMs - b.dueMs)) if (each.dueMs <= monotonicMs) each.wake();
  };
  /** Wakes one sleeper after the other, once everything that can run without the clock has run. */
  const pump = (): void => {
    const [next] = [...sleepers].sort((a, b) => a.dueMs - b.dueMs);
    isPumping = next !== undefined && [...sleepers].some(({ isMoving }) => isMoving);
    if (next === undefined || !isPumping) return;
    advance(Math.max(0, next.dueMs - monotonicMs));
    setImmediate(pump);
  };
  return {
    nowMs: () => wallMs,
    uptimeS: () => upMs / 1000,
    bootId: () => bootId,
    monotonicMs: () => monotonicMs,
    zone: () => zone,
    sleep: (ms, signal) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const sleeper: Sleeper = {
        dueMs: monotonicMs + ms,
        isMoving: signal === undefined,
        wake: () => {
          sleepers.delete(sleeper);
          resolve();
        },
      };
      sleepers.add(sleeper);
      signal?.addEventListener("abort", sleeper.wake, { once: true });
      if (signal?.aborted) sleeper.wake();
      if (sleeper.isMoving && !isPumping) {
        isPumping = true;
        setImmediate(pump);
      }
      return promise;
    },
    advance,
    setWall: (ms) => {
      wallMs = ms;
    },
    setZone: (name) => {
      zone = name;
    },
    reboot: (id) => {
      bootId = id;
      upMs = 0;
    },
  };
};
