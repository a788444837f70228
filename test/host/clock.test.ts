import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { uptime } from "node:os";
import { createClock } from "../../src/host/clock.ts";

const clock = createClock();

describe("createClock()", () => {
  test("uptimeS() tells the time since boot, as the kernel does", () => {
    const beforeS = Number.parseFloat(readFileSync("/proc/uptime", "utf8"));
    const toldS = clock.uptimeS();
    expect(toldS).toBeGreaterThanOrEqual(beforeS);
    expect(Math.abs(toldS - uptime())).toBeLessThan(60);
  });

  test("bootId() names this boot, always the same", () => {
    expect(clock.bootId()).toBe(readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim());
    expect(createClock().bootId()).toBe(clock.bootId());
  });

  test("monotonicMs() only goes up, and nowMs() is wall time", () => {
    const firstMs = clock.monotonicMs();
    const wallMs = clock.nowMs();
    expect(clock.monotonicMs()).toBeGreaterThanOrEqual(firstMs);
    expect(Number.isInteger(wallMs)).toBe(true);
    expect(new Date(wallMs).getUTCFullYear()).toBeGreaterThan(2025);
  });

  test("sleep() lasts as long as asked", async () => {
    const fromMs = clock.monotonicMs();
    await clock.sleep(20);
    expect(clock.monotonicMs() - fromMs).toBeGreaterThanOrEqual(19);
  });

  test("sleep() ends when called off, before or meanwhile, and lets go of the signal", async () => {
    await clock.sleep(1_000_000, AbortSignal.abort());
    const stop = new AbortController();
    const sleeping = clock.sleep(1_000_000, stop.signal);
    stop.abort();
    await sleeping;
  });
});
