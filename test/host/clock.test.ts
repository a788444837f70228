import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { uptime } from "node:os";
import { createClock, uptimeOf } from "../../src/host/clock.ts";

const clock = createClock();

describe("createClock()", () => {
  test.each([
    { name: "the exact one", told: "27796.80 20048.43\n", want: 27_796.8 },
    { name: "the kernel's where a container shows its own", told: "120.50 100.00\n", want: 27_797 },
    { name: "the kernel's where there is no other", told: "", want: 27_797 },
  ])("uptimeOf() takes $name", ({ told, want }) => expect(uptimeOf(told, 27_797)).toBe(want));

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
