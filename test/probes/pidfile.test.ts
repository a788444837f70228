import { describe, expect, test } from "bun:test";
import type { FakeHost } from "../fake-host.ts";
import { hostWith, see } from "./process-bed.ts";

const path = "/run/gateway.pid";
const check = { process: { pidfile: path } };
const content = { pid: "100\n", junk: "not a number", negative: "-1", nothing: "" } as const;

/** Wall time at which a process started whose start is `uptimeS`. */
const wallMs = ({ clock }: FakeHost, uptimeS: number): number => clock.nowMs() - (clock.uptimeS() - uptimeS) * 1000;

describe("processProbe.look() with a pidfile", () => {
  const started = { startedUptimeS: 50_000 };
  const cases = [
    {
      name: "trusts it when the process started before it was written",
      given: { text: content.pid, facts: started, writtenS: 50_001 },
      want: { kind: "ok", evidence: "pid 100" },
    },
    {
      name: "allows for a file clock that lags a little",
      given: { text: content.pid, facts: started, writtenS: 49_996 },
      want: { kind: "ok" },
    },
    {
      name: "takes a process that started after it was written for another",
      given: { text: content.pid, facts: started, writtenS: 20_000 },
      want: { kind: "bad", evidence: 'no live process (pidfile "/run/gateway.pid")' },
    },
    {
      name: "doesn't know with a file from before this boot",
      given: { text: content.pid, facts: started, writtenS: -60 },
      want: { kind: "unknown", evidence: 'the pidfile "/run/gateway.pid" is older than this boot' },
    },
    {
      name: "finds a process that has gone dead",
      given: { text: "999", facts: started, writtenS: 50_001 },
      want: { kind: "bad" },
    },
    {
      name: "finds a zombie dead",
      given: { text: content.pid, facts: { ...started, state: "Z" }, writtenS: 50_001 },
      want: { kind: "bad", evidence: "no live process (pid 100 is a zombie)" },
    },
    {
      name: "finds a stopped process not alive",
      given: { text: content.pid, facts: { ...started, state: "T" }, writtenS: 50_001 },
      want: { kind: "bad" },
    },
    {
      name: "doesn't know with something else in it",
      given: { text: content.junk, facts: started, writtenS: 50_001 },
      want: { kind: "unknown", evidence: 'the pidfile "/run/gateway.pid" holds no process id' },
    },
    {
      name: "doesn't know with a negative number in it",
      given: { text: content.negative, facts: started, writtenS: 50_001 },
      want: { kind: "unknown" },
    },
    {
      name: "doesn't know with nothing in it",
      given: { text: content.nothing, facts: started, writtenS: 50_001 },
      want: { kind: "unknown" },
    },
    {
      name: "trusts the pid where the platform tells no start",
      given: { text: content.pid, facts: { startedUptimeS: Number.NaN }, writtenS: 0 },
      want: { kind: "ok" },
    },
  ] as const;
  for (const { name, given, want } of cases)
    test(`processProbe.look() with a pidfile ${name}`, async () => {
      const host = hostWith([given.facts]);
      host.files.put(path, given.text, { modifiedMs: wallMs(host, given.writtenS) });
      expect(await see(host, check)).toMatchObject(want);
    });

  test("processProbe.look() without the pidfile finds nothing alive, whoever runs", async () => {
    expect(await see(hostWith([{}]), check)).toMatchObject({ kind: "bad" });
  });

  const unreadable = [
    {
      name: "that it may not read",
      given: "EACCES",
      want: 'cannot read the pidfile "/run/gateway.pid": permission denied',
    },
    { name: "on a broken disk", given: "EIO", want: 'cannot read the pidfile "/run/gateway.pid": i/o error' },
  ] as const;
  for (const { name, given, want } of unreadable)
    test(`processProbe.look() doesn't know with a pidfile ${name}`, async () => {
      const host = hostWith([{}]);
      host.files.fail("read", /gateway\.pid$/u, given);
      expect(await see(host, check)).toMatchObject({ kind: "unknown", evidence: want });
    });

  test("processProbe.look() doesn't wait for a pidfile that is a pipe", async () => {
    const host = hostWith([{}]);
    host.files.putPipe(path);
    expect(await see(host, check)).toMatchObject({ kind: "unknown" });
  });

  test("processProbe.look() with a pidfile wants the rest to match too", async () => {
    const host = hostWith([{ startedUptimeS: 50_000, comm: "other" }]);
    host.files.put(path, content.pid, { modifiedMs: wallMs(host, 50_001) });
    expect(await see(host, { process: { pidfile: path, name: "gateway" } })).toMatchObject({ kind: "bad" });
  });
});

describe("processProbe.look() with a pidfile that it has known before", () => {
  const bed = async () => {
    const host = hostWith([{ startedUptimeS: 50_000 }]);
    host.files.put(path, content.pid, { modifiedMs: wallMs(host, 50_001) });
    const first = await see(host, check);
    return { host, first };
  };

  const steps = [
    { name: "a day ahead", given: 86_400_000, want: "ok" },
    { name: "an hour ahead", given: 3_600_000, want: "ok" },
    { name: "an hour back", given: -3_600_000, want: "ok" },
  ] as const;
  for (const { name, given, want } of steps)
    test(`processProbe.look() knows it again when the clock was set ${name}`, async () => {
      const { host, first } = await bed();
      host.clock.setWall(host.clock.nowMs() + given);
      expect(await see(host, check, first.memory)).toMatchObject({ kind: want, memory: first.memory });
    });

  test("processProbe.look() tells a reused pid from it all the same", async () => {
    const { host, first } = await bed();
    host.clock.advance(3_600_000);
    host.processes.listed = hostWith([{ startedUptimeS: host.clock.uptimeS() - 60 }]).processes.listed;
    expect(await see(host, check, first.memory)).toMatchObject({ kind: "bad" });
  });

  test("processProbe.look() forgets it with the next boot", async () => {
    const { host, first } = await bed();
    host.clock.reboot("boot-2");
    host.clock.advance(60_000_000);
    expect(await see(host, check, first.memory)).toMatchObject({ kind: "unknown" });
  });
});
