import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import type { UnitFacts } from "../../src/host/host.ts";
import { nextElapse, parseBlocks, parseShow } from "../../src/host/systemctl-show.ts";

const fixture = (name: string): string =>
  readFileSync(new URL(`../fixtures/systemctl-show/${name}.txt`, import.meta.url), "utf8");

const one = (name: string, unit = `${name}.service`): UnitFacts => {
  const [facts] = parseShow(fixture(name), [unit]) ?? [];
  if (facts === undefined) {
    throw new Error(`no unit in ${name}`);
  }
  return facts;
};

describe("parseShow()", () => {
  const cases = [
    {
      name: "gateway",
      expected: {
        activeState: "active",
        subState: "running",
        unitFileState: "enabled",
        serviceType: "simple",
        mainPid: 189,
        hasJob: false,
      },
    },
    {
      name: "killed",
      expected: { activeState: "failed", result: "signal", execMainCode: 2, execMainStatus: 9, mainPid: 0 },
    },
    { name: "stopped", expected: { activeState: "inactive", result: "success", unitFileState: "enabled" } },
    { name: "disabled", expected: { activeState: "inactive", result: "success", activeExitUs: 0, execMainExitUs: 0 } },
    {
      name: "clean-exit",
      expected: { activeState: "inactive", result: "success", execMainCode: 1, execMainStatus: 0 },
    },
    { name: "exit-78", expected: { activeState: "failed", result: "exit-code", execMainCode: 1, execMainStatus: 78 } },
    { name: "dumped", expected: { activeState: "failed", result: "core-dump", execMainCode: 3, execMainStatus: 11 } },
    {
      name: "start-timeout",
      expected: { activeState: "failed", result: "timeout", activeEnterUs: 0, serviceType: "notify" },
    },
    { name: "start-limit", expected: { activeState: "failed", restarts: 5 } },
    { name: "looping-between", expected: { activeState: "activating", subState: "auto-restart", restarts: 12 } },
    { name: "activating", expected: { activeState: "activating", subState: "start", hasJob: true, activeEnterUs: 0 } },
    { name: "deactivating", expected: { activeState: "deactivating", subState: "stop-sigterm", hasJob: true } },
    {
      name: "oneshot-done",
      expected: { activeState: "active", subState: "exited", serviceType: "oneshot", mainPid: 0 },
    },
    { name: "masked", expected: { loadState: "masked", unitFileState: "masked", activeState: "inactive" } },
    { name: "not-found", expected: { loadState: "not-found", unitFileState: "", invocationId: "" } },
    { name: "bad-setting", expected: { loadState: "bad-setting", activeState: "inactive" } },
  ] as const;
  for (const { name, expected } of cases) {
    test(`parseShow() reads a unit that is ${name}`, () => {
      expect(one(name)).toMatchObject({ loadState: "loaded", unit: `${name}.service`, ...expected });
    });
  }

  test("parseShow() keeps the order of times by which a stop is told from a clean exit and a kill", () => {
    const stopped = one("stopped");
    expect(stopped.activeExitUs).toBeGreaterThan(0);
    expect(stopped.activeExitUs).toBeLessThan(stopped.execMainExitUs);
    for (const name of ["clean-exit", "killed"]) {
      const ended = one(name);
      expect(ended.execMainExitUs).toBeGreaterThan(0);
      expect(ended.execMainExitUs).toBeLessThan(ended.activeExitUs);
    }
  });

  test("parseShow() gives a unit without a main process zeros", () => {
    expect(one("timer", "dogwatch.timer")).toMatchObject({
      activeState: "active",
      subState: "waiting",
      mainPid: 0,
      restarts: 0,
      serviceType: "",
    });
  });

  test("parseShow() names units as they were asked for", () => {
    expect(one("alias").unit).toBe("alias.service");
    expect(one("instance", "odd\\x2dname@one.service").activeState).toBe("active");
  });

  test("parseShow() reads several units in their order", () => {
    const names = ["gateway.service", "killed.service", "not-found.service", "dogwatch.timer", "masked.service"];
    const units = parseShow(fixture("several"), names);
    expect(units?.map((each) => each.unit)).toEqual(names);
    expect(units?.map((each) => each.loadState)).toEqual(["loaded", "loaded", "not-found", "loaded", "masked"]);
    expect(parseShow(fixture("user-manager"), ["gateway.service", "nothing.service"])?.[0]?.mainPid).toBe(272);
  });

  test("parseShow() refuses an answer that ended early, was cut, or is none", () => {
    const names = ["gateway.service", "odd\\x2dname@.service", "killed.service"];
    expect(parseShow(fixture("template-without-instance"), names)).toBeUndefined();
    expect(parseShow(fixture("gateway").slice(0, 200), ["gateway.service"])).toBeUndefined();
    expect(parseShow("", ["gateway.service"])).toBeUndefined();
    expect(parseShow("Id=x\n\nId=y\n", ["x.service"])).toBeUndefined();
  });
});

describe("nextElapse()", () => {
  const bootedAtMs = Date.UTC(2026, 10, 23, 12, 48, 0);
  const cases = [
    {
      name: "a calendar time",
      given: "NextElapseUSecRealtime=Mon 2026-11-23 13:25:00 UTC\nNextElapseUSecMonotonic=0",
      expected: { at: "2026-11-23T13:25:00Z" },
    },
    {
      name: "a calendar time with a part of a second",
      given: "NextElapseUSecRealtime=Mon 2026-11-23 13:25:00.123456 UTC",
      expected: { at: "2026-11-23T13:25:00Z" },
    },
    {
      name: "a time since boot",
      given: "NextElapseUSecRealtime=\nNextElapseUSecMonotonic=2h 1min 50.761127s",
      expected: { at: "2026-11-23T14:49:51.000Z" },
    },
    {
      name: "its period, once it has fired",
      given: "NextElapseUSecRealtime=Mon 2026-11-23 13:25:00 UTC\nLastTriggerUSec=Mon 2026-11-23 13:10:00 UTC",
      expected: { at: "2026-11-23T13:25:00Z", periodS: 900 },
    },
    {
      name: "no period before its first turn",
      given: "NextElapseUSecRealtime=Mon 2026-11-23 13:25:00 UTC\nLastTriggerUSec=n/a",
      expected: { at: "2026-11-23T13:25:00Z" },
    },
    {
      name: "none when it isn't waiting",
      given: "NextElapseUSecRealtime=\nNextElapseUSecMonotonic=infinity",
      expected: undefined,
    },
    { name: "none for another kind of unit", given: "Id=x.service", expected: undefined },
    {
      name: "none in a time zone that it can't know",
      given: "NextElapseUSecRealtime=Mon 2026-11-23 14:25:00 CET",
      expected: undefined,
    },
  ] as const;
  for (const { name, given, expected } of cases) {
    test(`nextElapse() tells ${name}`, () => {
      expect(nextElapse(parseBlocks(given)[0] ?? new Map(), bootedAtMs)).toEqual(expected);
    });
  }
});
