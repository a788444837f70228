import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import type { UnitFacts } from "../../src/host/host.ts";
import { parseShow } from "../../src/host/systemctl-show.ts";
import { look } from "../../src/probes/look.ts";
import type { Memory, Reading } from "../../src/probes/probe.ts";
import { hasFailedStopping, stopOf } from "../../src/probes/unit-stop.ts";
import { reading, unitCheck } from "../checks.ts";
import { processFacts, unitFacts } from "../fake-facts.ts";
import { createFakeHost, type FakeHost } from "../fake-host.ts";

const captured = (name: string): UnitFacts => {
  const file = new URL(`../fixtures/systemctl-show/${name}.txt`, import.meta.url);
  const [facts] = parseShow(readFileSync(file, "utf8"), ["gateway.service"]) ?? [];
  if (facts === undefined) throw new Error(`no unit in "${name}"`);
  return facts;
};

const hostWith = (facts: UnitFacts): FakeHost => {
  const host = createFakeHost();
  host.systemd.units.set("gateway.service", facts);
  return host;
};

const see = async (host: FakeHost, given: Parameters<typeof unitCheck>[0] = {}, memory?: Memory): Promise<Reading> => {
  const check = unitCheck(given);
  const secret = () => ({ kind: "failed", why: "no secret here" }) as const;
  const seen = await look(host, [check], { secret, memory: () => memory });
  return seen.get(check.name) ?? reading("unknown", { evidence: "no reading at all" });
};

describe("unitProbe.look() on what systemd 252 printed", () => {
  const cases = [
    { given: "gateway", want: { kind: "ok", evidence: "active (running)" } },
    { given: "oneshot-done", want: { kind: "ok", evidence: "active (exited)" } },
    { given: "timer", want: { kind: "ok", evidence: "active (waiting)" } },
    { given: "killed", want: { kind: "bad", evidence: "failed (signal, signal 9)" } },
    { given: "dumped", want: { kind: "bad", evidence: "failed (core-dump, signal 11)" } },
    { given: "exit-78", want: { kind: "bad", evidence: "failed (exit-code, exit status 78)" } },
    { given: "start-timeout", want: { kind: "bad", evidence: "failed (timeout, signal 15)" } },
    { given: "start-limit", want: { kind: "bad", evidence: "failed (exit-code, exit status 1)" } },
    { given: "stopped", want: { kind: "bad", evidence: "inactive: stopped on purpose" } },
    { given: "clean-exit", want: { kind: "bad", evidence: "inactive: it ended by itself (exit status 0)" } },
    { given: "disabled", want: { kind: "bad", evidence: "inactive: systemd no longer knows why" } },
    {
      given: "auto-restart",
      want: { kind: "bad", evidence: "it died (exit-code) and systemd is about to restart it" },
    },
    { given: "looping-between", want: { kind: "bad" } },
    { given: "activating", want: { kind: "unknown", evidence: "still activating (start)" } },
    { given: "deactivating", want: { kind: "unknown", evidence: "deactivating (stop-sigterm)" } },
    { given: "not-found", want: { kind: "bad", evidence: 'there is no unit "gateway.service"' } },
    { given: "masked", want: { kind: "bad", evidence: "masked, so it can't be started" } },
    { given: "bad-setting", want: { kind: "bad", evidence: "cannot be loaded (bad-setting)" } },
  ] as const;
  for (const { given, want } of cases)
    test(`unitProbe.look() reads "${given}"`, async () =>
      expect(await see(hostWith(captured(given)))).toMatchObject(want));
});

describe("unitProbe.look() on other states", () => {
  const cases = [
    { name: "a reload is well", given: { activeState: "reloading", subState: "reload" }, want: { kind: "ok" } },
    { name: "a refresh is well", given: { activeState: "refreshing", subState: "refresh" }, want: { kind: "ok" } },
    {
      name: "a restart that waits in the queue is a death",
      given: { activeState: "activating", subState: "auto-restart-queued" },
      want: { kind: "bad" },
    },
    {
      name: "a state that this version doesn't know is unknown",
      given: { activeState: "hibernating" },
      want: { kind: "unknown", evidence: "in a state unknown to this version: hibernating" },
    },
    {
      name: "a oneshot between its runs is well",
      given: { activeState: "inactive", subState: "dead", serviceType: "oneshot" },
      want: { kind: "ok", evidence: "inactive (a oneshot service that ended well)" },
    },
    {
      name: "a oneshot that ended badly is bad",
      given: { activeState: "failed", serviceType: "oneshot", result: "exit-code", execMainCode: 1, execMainStatus: 3 },
      want: { kind: "bad", evidence: "failed (exit-code, exit status 3)" },
    },
    {
      name: "one that never ran has no exit to tell",
      given: { activeState: "failed", result: "resources" },
      want: { kind: "bad", evidence: "failed (resources)" },
    },
    {
      name: "one that a plain kill ended tells the signal",
      given: {
        activeState: "inactive",
        execMainCode: 2,
        execMainStatus: 15,
        execMainStartUs: 1,
        execMainExitUs: 20,
        activeExitUs: 21,
      },
      want: { kind: "bad", evidence: "inactive: it ended by itself (signal 15)" },
    },
  ] as const;
  for (const { name, given, want } of cases)
    test(`unitProbe.look(): ${name}`, async () => expect(await see(hostWith(unitFacts(given)))).toMatchObject(want));

  test("unitProbe.look(): a manager that doesn't answer is unknown, and its why is told", async () => {
    const host = hostWith(unitFacts());
    host.systemd.failure = { kind: "failed", code: "TIMEOUT", why: "systemctl gave no answer in 10 s" };
    expect(await see(host)).toMatchObject({ kind: "unknown", evidence: "systemctl gave no answer in 10 s" });
  });
});

describe("stopOf()", () => {
  const cases = [
    { name: "says on purpose when the unit left active before its process ended", given: [10, 20], want: "on-purpose" },
    { name: "says by itself when the process ended before the unit left active", given: [20, 10], want: "by-itself" },
    { name: "doesn't say on purpose of the same instant", given: [10, 10], want: "by-itself" },
    { name: "doesn't know with both forgotten", given: [0, 0], want: "not-known" },
    { name: "doesn't know a unit that was never active", given: [0, 10], want: "not-known" },
    { name: "doesn't know a unit without a process", given: [10, 0], want: "not-known" },
  ] as const;
  for (const { name, given, want } of cases)
    test(`stopOf() ${name}`, () => {
      const [activeExitUs, execMainExitUs] = given;
      expect(stopOf(unitFacts({ activeState: "inactive", execMainStartUs: 1, activeExitUs, execMainExitUs }))).toBe(
        want,
      );
    });

  test("stopOf() doesn't know a last run that never became active: the time is of the run before", () => {
    const facts = unitFacts({ activeState: "failed", activeExitUs: 10, execMainStartUs: 20, execMainExitUs: 30 });
    expect(stopOf(facts)).toBe("not-known");
    expect(hasFailedStopping(facts)).toBe(false);
  });

  const failedStops = [
    { name: "a stop that ended with a bad status", given: ["exit-code", 10, 20], want: true },
    { name: "a stop that ran out of time", given: ["timeout", 10, 20], want: true },
    { name: "a watchdog's stop", given: ["watchdog", 10, 20], want: false },
    { name: "a death by itself", given: ["exit-code", 20, 10], want: false },
    { name: "a kill", given: ["signal", 20, 10], want: false },
  ] as const;
  for (const { name, given, want } of failedStops)
    test(`hasFailedStopping() is ${want} for ${name}`, () => {
      const [result, activeExitUs, execMainExitUs] = given;
      const facts = unitFacts({ activeState: "failed", result, execMainStartUs: 1, activeExitUs, execMainExitUs });
      expect(hasFailedStopping(facts)).toBe(want);
    });

  const real = [
    { name: "systemctl stop", given: "stopped", want: "on-purpose" },
    { name: "a clean exit", given: "clean-exit", want: "by-itself" },
    { name: "systemctl kill", given: "killed", want: "by-itself" },
    { name: "a unit that systemd forgot", given: "disabled", want: "not-known" },
  ] as const;
  for (const { name, given, want } of real)
    test(`stopOf() tells ${name} from what systemd 252 printed`, () => expect(stopOf(captured(given))).toBe(want));
});

describe("unitProbe.look() counts restarts since the last tick", () => {
  const cases = [
    { name: "doesn't count at the first look", given: { before: undefined, now: 50 }, want: { kind: "ok" } },
    { name: "is well below max_restarts", given: { before: 10, now: 12 }, want: { kind: "ok" } },
    {
      name: "is bad from max_restarts on",
      given: { before: 10, now: 13 },
      want: { kind: "bad", evidence: "systemd restarted it 3 times since the last tick" },
    },
    { name: "is well when the counter was set back", given: { before: 10, now: 2 }, want: { kind: "ok" } },
    {
      name: "counts from zero when the counter was set back",
      given: { before: 10, now: 4 },
      want: { kind: "bad", evidence: "systemd restarted it 4 times since the last tick" },
    },
    { name: "is well where nothing happens", given: { before: 10, now: 10 }, want: { kind: "ok" } },
  ] as const;
  for (const { name, given, want } of cases)
    test(`unitProbe.look() ${name}`, async () => {
      const memory = given.before === undefined ? undefined : { restarts: given.before };
      const seen = await see(hostWith(unitFacts({ restarts: given.now })), {}, memory);
      expect(seen).toMatchObject({ ...want, memory: { restarts: given.now } });
    });

  test("unitProbe.look() says once for one", async () => {
    const seen = await see(hostWith(unitFacts({ restarts: 1 })), { maxRestarts: 1 }, { restarts: 0 });
    expect(seen.evidence).toBe("systemd restarted it once since the last tick");
  });
});

describe("unitProbe.look() remembers the boot in which it saw the unit active", () => {
  const cases = [
    { name: "this one when it is active", given: { activeState: "active", memory: {} }, want: "boot-1" },
    {
      name: "the one before when it isn't",
      given: { activeState: "inactive", memory: { activeBoot: "boot-0" } },
      want: "boot-0",
    },
    { name: "none when it never was", given: { activeState: "inactive", memory: {} }, want: undefined },
  ] as const;
  for (const { name, given, want } of cases)
    test(`unitProbe.look() remembers ${name}`, async () => {
      const seen = await see(hostWith(unitFacts({ activeState: given.activeState })), {}, given.memory);
      expect(seen.memory?.["activeBoot"]).toBe(want);
    });
});

describe("unitProbe.look() tells when the unit started", () => {
  const running = processFacts({ startedUptimeS: 70_000.5 });
  const cases = [
    { name: "by the kernel while its process lives", given: { mainPid: 100, execMainStartUs: 2e9 }, want: 70_000.5 },
    { name: "by systemd when its process has gone", given: { mainPid: 999, execMainStartUs: 2e9 }, want: 2000 },
    { name: "by systemd without a process", given: { mainPid: 0, execMainStartUs: 0, activeEnterUs: 3e9 }, want: 3000 },
    { name: "not when it never did", given: { mainPid: 0, execMainStartUs: 0, activeEnterUs: 0 }, want: undefined },
  ] as const;
  for (const { name, given, want } of cases)
    test(`unitProbe.look() tells it ${name}`, async () => {
      const host = hostWith(unitFacts(given));
      host.processes.listed = { kind: "listed", processes: [running], isComplete: true };
      expect((await see(host)).startedUptimeS).toBe(want);
    });
});

describe("unitProbe.units() names the manager to ask", () => {
  const user = { unit: { name: "gateway.service", scope: "user" } } as const;
  const cases = [
    { name: "the system's", given: {}, want: { scope: "system" } },
    { name: "the system's, whoever looks", given: { as: "agents" }, want: { scope: "system" } },
    { name: "our own user's", given: user, want: { scope: "user" } },
    { name: "another user's", given: { ...user, as: "agents" }, want: { scope: "user", user: "agents" } },
  ] as const;
  for (const { name, given, want } of cases)
    test(`unitProbe.units() asks ${name}`, async () => {
      const host = hostWith(unitFacts());
      await see(host, given);
      expect(host.systemd.asked).toEqual([{ manager: want, units: ["gateway.service"] }]);
    });
});
