import { describe, expect, test } from "bun:test";
import { writeNote } from "../../src/cli/daemon-note.ts";
import { statusBrief } from "../../src/cli/status-brief.ts";
import { writeIllness } from "../../src/state/illness.ts";
import type { State } from "../../src/state/state.ts";
import { statePath, writeState } from "../../src/state/store.ts";
import { checkState } from "../checks.ts";
import { createFakeHost, type FakeHost } from "../fake-host.ts";
import { cliOf, stateOf } from "./cli-bed.ts";

const folder = "/var/lib/dogwatch";

const brief = async (host: FakeHost): Promise<string> => {
  host.terminal.stdout = "";
  expect(await statusBrief(cliOf(host))).toBe(0);
  expect(host.terminal.stderr).toBe("");
  return host.terminal.stdout;
};

const hostWith = (more: Partial<State>): FakeHost => {
  const host = createFakeHost();
  writeState(host, folder, stateOf(host, more));
  return host;
};

const red = checkState({ verdict: "red", reading: "bad", evidence: "no answer in 5 s" });
const unknown = checkState({ verdict: "unknown", reading: "unknown", evidence: "no right to look" });

describe("statusBrief()", () => {
  const cases = [
    { name: "a green host", given: {}, want: "" },
    { name: "an amber host", given: { verdict: "amber", checks: { a: checkState({ verdict: "amber" }) } }, want: "" },
    {
      name: "a red host",
      given: { verdict: "red", checks: { disk: checkState(), gateway: red } },
      want: "dogwatch: RED gateway: no answer in 5 s (since 01:00 UTC); run: dogwatch status\n",
    },
    {
      name: "more than one",
      given: { verdict: "red", checks: { a: red, b: unknown, c: red, d: red } },
      want: "dogwatch: RED a: no answer in 5 s (since 01:00 UTC), and 2 more; run: dogwatch status\n",
    },
    {
      name: "what can't be measured",
      given: { verdict: "unknown", checks: { b: unknown } },
      want: "dogwatch: UNKNOWN b: no right to look (since 01:00 UTC); run: dogwatch status\n",
    },
  ] as const;
  for (const { name, given, want } of cases)
    test(`statusBrief() says of ${name} one line or nothing`, async () =>
      expect(await brief(hostWith(given))).toBe(want));

  test("statusBrief() says that no tick has finished for two periods of the installed timer", async () => {
    const host = hostWith({});
    host.clock.advance(361_000);
    expect(await brief(host)).toBe(
      "dogwatch: STALE, no tick has finished for 10 min 1 s; run: systemctl status dogwatch.timer\n",
    );
    host.systemd.next = { at: "2026-11-23T04:00:00.000Z", periodS: 3600 };
    expect(await brief(host)).toBe("");
    host.clock.advance(7_200_000);
    expect(await brief(host)).toContain("STALE, no tick has finished for 2 h 10 min");
  });

  test("statusBrief() goes by the daemon's schedule where a daemon ticks, and names its unit", async () => {
    const host = hostWith({});
    const process = { pid: host.pid, ppid: 1, state: "S", comm: "dogwatch", argv: [], uid: 0, startedUptimeS: 77.5 };
    host.processes.listed = { kind: "listed", processes: [process], isComplete: true };
    writeNote(host, folder, "0 * * * *");
    host.clock.advance(3_600_000);
    expect(await brief(host)).toBe("");
    host.clock.advance(3_601_000);
    const run = "run: systemctl status dogwatch-daemon.service\n";
    expect(await brief(host)).toBe(`dogwatch: STALE, no tick has finished for 2 h 4 min; ${run}`);
    host.processes.listed = { kind: "listed", processes: [], isComplete: true };
    host.systemd.next = undefined;
    expect(await brief(host)).toEndWith(run);
  });

  test("statusBrief() doesn't wait for a systemd that doesn't answer", async () => {
    const host = hostWith({});
    host.systemd.nextTick = () => new Promise(() => undefined);
    host.clock.advance(601_000);
    const said = brief(host);
    await Promise.resolve();
    host.clock.advance(500);
    expect(await said).toStartWith("dogwatch: STALE");
  });

  test("statusBrief() names a remedy once, as the command to run", async () => {
    const host = hostWith({});
    const why = 'cannot reach the heal helper at "/run/dogwatch-heal.sock": it hung up';
    writeIllness(host, folder, { exit: 74, why: `${why}; run: systemctl status dogwatch-heal.socket` });
    expect(await brief(host)).toBe(`dogwatch is ill (74): ${why}; run: systemctl status dogwatch-heal.socket\n`);
  });

  test("statusBrief() puts its own illness first, and says when it is stale as well", async () => {
    const host = hostWith({ verdict: "red", checks: { gateway: red } });
    writeIllness(host, folder, { exit: 78, why: "/etc/dogwatch/dogwatch.yaml:2:1: unknown key" });
    expect(await brief(host)).toBe(
      "dogwatch is ill (78): /etc/dogwatch/dogwatch.yaml:2:1: unknown key; run: dogwatch validate\n",
    );
    host.clock.advance(3_600_000);
    expect(await brief(host)).toContain("; no tick has finished for 64 min; run: dogwatch validate");
  });

  const silent = [
    { name: "whoever may not look", given: (host: FakeHost) => host.files.fail("read", /state\.json/u, "EACCES") },
    { name: "whoever may not enter", given: (host: FakeHost) => host.files.fail("stat", /./u, "EACCES") },
  ] as const;
  for (const { name, given } of silent)
    test(`statusBrief() says nothing to ${name}`, async () => {
      const host = hostWith({ verdict: "red", checks: { gateway: red } });
      given(host);
      expect(await brief(host)).toBe("");
    });

  test("statusBrief() says nothing where there is no dogwatch, and that a state can't be used where there is one", async () => {
    const bare = createFakeHost();
    bare.files.fail("stat", /dogwatch$/u, "ENOENT");
    expect(await brief(bare)).toBe("");
    const host = hostWith({});
    host.files.put(statePath(folder), "{");
    expect(await brief(host)).toBe("dogwatch: STALE, no tick has finished yet; run: systemctl status dogwatch.timer\n");
  });

  test("statusBrief() is one line without escapes, and its command whole, whatever a check reads", async () => {
    const evidence = `\u001b[2J<0>all\nis well ${"x".repeat(5000)}`;
    const said = await brief(hostWith({ verdict: "red", checks: { gateway: { ...red, evidence } } }));
    expect(said).toMatch(/^dogwatch: RED gateway: [^\p{Cc}]+; run: dogwatch status\n$/u);
    expect(said.length).toBeLessThan(250);
  });
});
