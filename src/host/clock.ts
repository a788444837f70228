import { readFileSync } from "node:fs";
import { uptime } from "node:os";
import { attempt, isFailure } from "./failure.ts";
import { localZone } from "./zone.ts";

/** Three clocks, because no single one can be shown, outlive this process and measure. */
export interface Clock {
  /** Milliseconds since 1970, wall time: for showing and for dates, never for measuring. */
  nowMs(): number;
  /** Seconds since boot, suspend included. Source: proc_uptime(5). */
  uptimeS(): number;
  /** Names this boot. Source: proc_sys_kernel(5), random/boot_id. */
  bootId(): string;
  /** Milliseconds that only go up, for durations. */
  monotonicMs(): number;
  /** IANA name of the host's time zone; `UTC` where it can't be told. Source: localtime(5). */
  zone(): string;
  /** Resolves after `ms`, or at once when `signal` aborts. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

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
    zone: () => localZone(process.env["TZ"]),
    sleep,
  };
};
