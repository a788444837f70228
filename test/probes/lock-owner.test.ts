import { describe, expect, test } from "bun:test";
import type { FakeHost } from "../fake-host.ts";
import { hostWith, see } from "./process-bed.ts";

const lock = "/home/agents/.hermes/gateway.lock";
const one = { process: { name: "gateway" }, count: { min: 1, max: 1 }, lock } as const;

/** Two processes, of which the check means the first. */
const host = (text: string, path = lock): FakeHost => {
  const both = hostWith([
    { pid: 100, comm: "gateway", startedUptimeS: 1000 },
    { pid: 200, comm: "python3", startedUptimeS: 2000.5 },
  ]);
  both.files.put(path, text);
  return both;
};
const heldBy = (pid: number, startTicks: number, key = "start_time"): string =>
  JSON.stringify({ pid, kind: "hermes-gateway", [key]: startTicks });

describe("processProbe.look() with lock", () => {
  const two = {
    kind: "bad",
    evidence: `two owners: pid 100, and pid 200 ("python3") holds the lock "${lock}" and lives`,
    isAlertOnly: true,
  };
  const cases = [
    { name: "is well where the process holds it", given: heldBy(100, 100_000), want: { kind: "ok" } },
    { name: "finds a second owner by pid and start time", given: heldBy(200, 200_050), want: two },
    { name: "knows the start time by OpenClaw's name", given: heldBy(200, 200_050, "startTime"), want: two },
    { name: "takes no reused number for an owner", given: heldBy(200, 77), want: { kind: "ok" } },
    { name: "takes no dead process for an owner", given: heldBy(300, 77), want: { kind: "ok" } },
    { name: "takes no bare number for an owner", given: "200", want: { kind: "ok" } },
    { name: "makes nothing of nonsense", given: "{", want: { kind: "ok" } },
  ] as const;
  for (const { name, given, want } of cases)
    test(`processProbe.look() with lock ${name}`, async () => expect(await see(host(given), one)).toMatchObject(want));

  test("processProbe.look() with lock is well without one", async () => {
    expect(await see(hostWith([{ pid: 100 }]), one)).toMatchObject({ kind: "ok" });
  });

  test("processProbe.look() with lock says what it can't read, and never that it's well", async () => {
    const closed = host(heldBy(200, 200_050));
    closed.files.fail("read", /gateway\.lock/u, "EACCES");
    const evidence = `cannot read the lock "${lock}": permission denied`;
    expect(await see(closed, one)).toMatchObject({ kind: "unknown", evidence });
  });

  test("processProbe.look() with lock looks at all the files that a pattern fits", async () => {
    const many = host(heldBy(100, 100_000), "/tmp/claw/gateway.a1.lock");
    many.files.put("/tmp/claw/gateway.b2.lock", heldBy(200, 200_050));
    many.files.put("/tmp/claw/other.lock", heldBy(200, 200_050));
    const seen = await see(many, { ...one, lock: "/tmp/claw/gateway.*.lock" });
    expect(seen.evidence).toContain('holds the lock "/tmp/claw/gateway.b2.lock"');
    expect(await see(many, { ...one, lock: "/tmp/none/gateway.*.lock" })).toMatchObject({ kind: "ok" });
  });

  test("processProbe.look() with lock never lets an owner that goes by another name be started twice", async () => {
    const other = hostWith([{ pid: 200, comm: "python3", startedUptimeS: 2000.5 }]);
    other.files.put(lock, heldBy(200, 200_050));
    expect(await see(other, one)).toMatchObject({ kind: "bad", isAlertOnly: true });
  });
});
