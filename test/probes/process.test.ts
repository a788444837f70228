import { describe, expect, test } from "bun:test";
import type { ProcessFacts } from "../../src/host/host.ts";
import { hostWith, see } from "./process-bed.ts";

type Facts = Partial<ProcessFacts>;
const three: readonly Facts[] = [{ pid: 1 }, { pid: 2 }, { pid: 3 }];
const byName = { name: "gateway" };

describe("processProbe.look() judges who lives", () => {
  const cases = [
    { name: "a running one is alive", given: [{ state: "R" }], want: { kind: "ok", evidence: "pid 100" } },
    { name: "a sleeping one is alive", given: [{ state: "S" }], want: { kind: "ok", evidence: "pid 100" } },
    { name: "one that waits for a disk is alive", given: [{ state: "D" }], want: { kind: "ok", evidence: "pid 100" } },
    {
      name: "a zombie is dead",
      given: [{ state: "Z" }],
      want: { kind: "bad", evidence: "no live process (pid 100 is a zombie)" },
    },
    {
      name: "a dying one is dead",
      given: [{ state: "X" }],
      want: { kind: "bad", evidence: "no live process (pid 100 is a zombie)" },
    },
    {
      name: "a stopped one is not alive",
      given: [{ state: "T" }],
      want: { kind: "bad", evidence: "no live process (pid 100 is stopped (SIGSTOP))" },
    },
    {
      name: "one that a debugger holds is not alive",
      given: [{ state: "t" }],
      want: { kind: "bad", evidence: "no live process (pid 100 is stopped (SIGSTOP))" },
    },
    { name: "none is dead", given: [], want: { kind: "bad", evidence: 'no live process (name "gateway")' } },
    {
      name: "another is not it",
      given: [{ comm: "gate" }],
      want: { kind: "bad", evidence: 'no live process (name "gateway")' },
    },
    {
      name: "one alive beside its zombie is enough",
      given: [{ pid: 1, state: "Z" }, { pid: 2 }],
      want: { kind: "ok", evidence: "pid 2" },
    },
  ] as const;
  for (const { name, given, want } of cases)
    test(`processProbe.look(): ${name}`, async () =>
      expect(await see(hostWith(given), { process: byName })).toMatchObject(want));

  test("processProbe.look() never finds this program itself", async () => {
    const host = hostWith([{ pid: 4242, argv: ["dogwatch", "tick", "gateway"] }]);
    expect(await see(host, { process: { command: "gateway" } })).toMatchObject({ kind: "bad" });
  });
});

describe("processProbe.look() counts", () => {
  const cases = [
    { name: "at least 1", given: { min: 1, max: null }, want: { kind: "ok", evidence: "pid 1, 2, 3" } },
    { name: "exactly 3", given: { min: 3, max: 3 }, want: { kind: "ok", evidence: "pid 1, 2, 3" } },
    {
      name: "exactly 1",
      given: { min: 1, max: 1 },
      want: { kind: "bad", evidence: "3 processes (pid 1, 2, 3), want exactly 1" },
    },
    { name: "2 to 4", given: { min: 2, max: 4 }, want: { kind: "ok" } },
    {
      name: "4 to 6",
      given: { min: 4, max: 6 },
      want: { kind: "bad", evidence: '3 live processes, want 4 to 6 (name "gateway")' },
    },
    {
      name: "none",
      given: { min: 0, max: 0 },
      want: { kind: "bad", evidence: "3 processes (pid 1, 2, 3), want exactly 0" },
    },
    { name: "any number", given: { min: 0, max: null }, want: { kind: "ok" } },
  ] as const;
  for (const { name, given, want } of cases)
    test(`processProbe.look(): three where ${name} is wanted`, async () =>
      expect(await see(hostWith(three), { process: byName, count: given })).toMatchObject(want));

  test("processProbe.look() names five of many", async () => {
    const many = Array.from({ length: 8 }, (_, pid) => ({ pid: pid + 1 }));
    expect((await see(hostWith(many), { process: byName })).evidence).toBe("pid 1, 2, 3, 4, 5 and 3 more");
  });

  test("processProbe.look(): none where none is wanted is well", async () => {
    const given = { process: byName, count: { min: 0, max: 0 } };
    expect(await see(hostWith([]), given)).toMatchObject({ kind: "ok", evidence: "no process, as wanted" });
  });
});

describe("processProbe.look() where processes may be hidden (hidepid)", () => {
  const wants = "cannot see every process on this host, so none found proves nothing";
  const cases = [
    {
      name: "none found is unknown",
      given: { processes: [], min: 1, max: null },
      want: { kind: "unknown", evidence: wants },
    },
    { name: "too few found is unknown", given: { processes: three, min: 4, max: null }, want: { kind: "unknown" } },
    {
      name: "none found is unknown where none is wanted too",
      given: { processes: [], min: 0, max: 0 },
      want: { kind: "unknown" },
    },
    {
      name: "a zombie alone is unknown",
      given: { processes: [{ state: "Z" }], min: 1, max: null },
      want: { kind: "unknown" },
    },
    { name: "enough found is well", given: { processes: three, min: 1, max: null }, want: { kind: "ok" } },
    { name: "too many found is bad", given: { processes: three, min: 1, max: 1 }, want: { kind: "bad" } },
  ] as const;
  for (const { name, given, want } of cases)
    test(`processProbe.look(): ${name}`, async () => {
      const { processes, min, max } = given;
      expect(await see(hostWith(processes, false), { process: byName, count: { min, max } })).toMatchObject(want);
    });

  test("processProbe.look(): a list that can't be had is unknown", async () => {
    const host = hostWith([]);
    host.processes.listed = { kind: "failed", code: "EMFILE", why: "too many open files" };
    expect(await see(host, { process: byName })).toMatchObject({
      kind: "unknown",
      evidence: "cannot list processes: too many open files",
    });
  });
});

describe("processProbe.look() tells when the youngest started", () => {
  const cases = [
    {
      name: "the youngest of several",
      given: [{ startedUptimeS: 10 }, { startedUptimeS: 30 }, { startedUptimeS: 20 }],
      want: 30,
    },
    { name: "no dead one", given: [{ startedUptimeS: 10 }, { startedUptimeS: 30, state: "Z" }], want: 10 },
    { name: "nothing where none lives", given: [], want: undefined },
    { name: "nothing where the platform doesn't tell", given: [{ startedUptimeS: Number.NaN }], want: undefined },
  ] as const;
  for (const { name, given, want } of cases)
    test(`processProbe.look(): ${name}`, async () => {
      const { startedUptimeS } = await see(hostWith(given), { process: byName });
      expect(startedUptimeS).toBe(want);
    });
});
