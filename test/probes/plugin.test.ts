import { describe, expect, test } from "bun:test";
import type { Ran } from "../../src/host/host.ts";
import { look } from "../../src/probes/look.ts";
import { createFakeHost } from "../fake-host.ts";
import { pluginCheck, see } from "./signs-bed.ts";

const command = ["/usr/lib/nagios/plugins/check_x", "-w", "5"];
const exited = (status: number, stdout = "", stderr = ""): Ran => ({ kind: "exited", status, stdout, stderr });

const seeRan = async (ran: Ran) => {
  const host = createFakeHost();
  host.exec.script = () => ran;
  return { seen: await see(host, pluginCheck(command)), ran: host.exec.ran };
};

describe("pluginProbe.look() judges by the protocol", () => {
  const cases: readonly { readonly name: string; readonly given: Ran; readonly want: object }[] = [
    {
      name: "0 is well, without its perfdata",
      given: exited(0, "LOAD OK - load average: 0.1|load1=0.1;5;9;0;\nlong text\n"),
      want: { kind: "ok", evidence: 'OK: "LOAD OK - load average: 0.1"' },
    },
    {
      name: "1 is a warning: amber at most",
      given: exited(1, "x\n"),
      want: { kind: "bad", isAdvisory: true, evidence: 'WARNING: "x"' },
    },
    {
      name: "2 is critical",
      given: exited(2, "DISK CRITICAL - free: /\n"),
      want: { kind: "bad", evidence: 'CRITICAL: "DISK CRITICAL - free: /"' },
    },
    { name: "3 is unknown", given: exited(3, "no data"), want: { kind: "unknown", evidence: 'UNKNOWN: "no data"' } },
    {
      name: "any other status measured nothing",
      given: exited(127, "", "sh: 1: nothere: not found\n"),
      want: {
        kind: "unknown",
        evidence:
          'ended with 127, which the protocol doesn\'t have (0 to 3): it printed nothing but, on stderr, "sh: 1: nothere: not found"',
      },
    },
    {
      name: "a signal measured nothing",
      given: { kind: "signalled", signal: "SIGSEGV", stdout: "", stderr: "" },
      want: { kind: "unknown", evidence: "was ended by SIGSEGV: it printed nothing" },
    },
    {
      name: "a deadline measured nothing",
      given: { kind: "timed-out", stdout: "waiting\n", stderr: "" },
      want: { kind: "unknown", evidence: 'did not end within 10 s and was killed: "waiting"' },
    },
    {
      name: "one that can't be started measured nothing",
      given: { kind: "failed", code: "ENOENT", why: "no such file or directory" },
      want: { kind: "unknown", evidence: `cannot run "${command[0]}": no such file or directory` },
    },
    { name: "silence is named", given: exited(0, "\n \n"), want: { kind: "ok", evidence: "OK: it printed nothing" } },
    { name: "perfdata alone is shown", given: exited(0, "|a=1"), want: { kind: "ok", evidence: 'OK: "| a=1"' } },
    {
      name: "an empty first line is passed over",
      given: exited(2, "\r\n\r\nreal\r\n"),
      want: { kind: "bad", evidence: 'CRITICAL: "real"' },
    },
    {
      name: "escapes, quotes and a forged line stay inside its quotes",
      given: exited(2, '\u001b[2J\u001b]0;x\u0007"RED web-1" \u202E@everyone\u0000 \ud800\nHEALED web-1\n'),
      want: { kind: "bad", evidence: "CRITICAL: \"x 'RED web-1' @everyone\"" },
    },
  ];
  for (const { name, given, want } of cases)
    test(`pluginProbe.look(): ${name}`, async () => {
      const { seen } = await seeRan(given);
      expect(seen).toMatchObject(want);
      if (!("isAdvisory" in want)) expect(seen.isAdvisory).toBeUndefined();
    });

  test("pluginProbe.look() hands the argv over as it is, with its deadline, and keeps little of what it says", async () => {
    const { ran } = await seeRan(exited(0));
    expect(ran).toEqual([{ argv: command, timeoutMs: 10_000, maxOutputBytes: 8192 }]);
  });

  test("pluginProbe.look() cuts what is long", async () => {
    const { seen } = await seeRan(exited(2, "x".repeat(8192)));
    expect([...seen.evidence].length).toBeLessThanOrEqual(300);
  });
});

describe("pluginProbe.look() keeps them from running all at once", () => {
  test("pluginProbe.look() runs 8 at a time, and all of 40", async () => {
    const host = createFakeHost();
    const seen: number[] = [];
    let running = 0;
    const exec = {
      run: async (): Promise<Ran> => {
        running += 1;
        seen.push(running);
        await Bun.sleep(1);
        running -= 1;
        return exited(0, "fine");
      },
    };
    const checks = Array.from({ length: 40 }, (_, at) => pluginCheck(command, { name: `p${at}` }));
    const options = { secret: () => ({ kind: "failed", why: "" }) as const, memory: () => undefined };
    const readings = await look({ ...host, exec }, checks, options);
    expect([...readings.values()].map(({ kind }) => kind)).toEqual(Array.from({ length: 40 }, () => "ok"));
    expect(Math.max(...seen)).toBe(8);
  });
});
