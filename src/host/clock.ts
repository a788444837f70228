import { readFileSync } from "node:fs";
import { uptime } from "node:os";
import { attempt, isFailure } from "./failure.ts";
import type { Clock } from "./host.ts";

const uptimeS = (): number => {
  const text = attempt(() => readFileSync("/proc/uptime", "utf8"));
  const told = isFailure(text) ? Number.NaN : Number.parseFloat(text);
  return Number.isNaN(told) ? uptime() : told;
};

/** Without /proc (a Mac, `ProcSubset=pid`) the minute of the boot names it, well enough to tell two boots apart. */
const readBootId = (): string => {
  const text = attempt(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8"));
  return isFailure(text) ? `booted-${new Date(Date.now() - uptimeS() * 1000).toISOString().slice(0, 16)}` : text.trim();
};

const sleep = (ms: number, signal?: AbortSignal): Promise<void> => {
  if (signal?.aborted === true) return Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<void>();
  const wake = () => resolve();
  const timer = setTimeout(wake, ms);
  signal?.addEventListener("abort", wake, { once: true });
  return promise.finally(() => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", wake);
  });
};

/**
 * The clocks of this machine. Durations come from `performance.now()`: `process.hrtime` of Bun counts from the start of
 * the process too, so neither can be compared with CLOCK_MONOTONIC times of systemd; those belong beside {@link
 * Clock.uptimeS}. Never throws.
 */
export const createClock = (): Clock => {
  let boot: string | undefined;
  return {
    nowMs: () => Date.now(),
    uptimeS,
    bootId: () => {
      boot ??= readBootId();
      return boot;
    },
    monotonicMs: () => performance.now(),
    zone: () => new Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC",
    sleep,
  };
};
