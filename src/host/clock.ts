import { readFileSync } from "node:fs";
import { uptime } from "node:os";
import { attempt, isFailure } from "./failure.ts";
import { localZone } from "./zone.ts";

/** Three clocks, because no single one can be shown, outlive this process and measure. */
export interface Clock {
  /** Milliseconds since 1970, wall time: for showing and for dates, never for measuring. */
  nowMs(): number;
  /** Seconds since the kernel's boot, suspend included, in a container too. Source: proc_uptime(5), sysinfo(2). */
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

/** What /proc and the kernel may say differently, in seconds: the kernel's has no fractions. */
const slackS = 2;

/**
 * The uptime by which start times count. A container's /proc/uptime may be its own, as lxcfs makes it, while /proc/PID/stat counts from the kernel's boot:
 * by the former a process would start in the future, and never leave its grace. `told`: the text of /proc/uptime; `kernelS`: sysinfo(2). Never throws.
 */
export const uptimeOf = (told: string, kernelS: number): number => {
  const toldS = Number.parseFloat(told);
  return Math.abs(toldS - kernelS) <= slackS ? toldS : kernelS;
};

const uptimeS = (): number => {
  const text = attempt(() => readFileSync("/proc/uptime", "utf8"));
  return uptimeOf(isFailure(text) ? "" : text, uptime());
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
