import { describe, expect, test } from "bun:test";
import type { OutboxEntry } from "../../src/alert/outbox.ts";
import { failedCommand } from "../../src/cli/failed.ts";
import { loadKept } from "../../src/load.ts";
import { writeIllness } from "../../src/state/illness.ts";
import { writeState } from "../../src/state/store.ts";
import { createFakeHost, type FakeHost } from "../fake-host.ts";
import { cliOf, stateOf } from "./cli-bed.ts";

const folder = "/var/lib/dogwatch";
const hour = 3_600_000;
const illHost = (env: Readonly<Record<string, string>>): FakeHost => createFakeHost({ env: { ...env } });

/** One failed tick: the reason it left, and what was said of it. */
const fail = async (host: FakeHost, exit: number, why: string): Promise<string> => {
  writeIllness(host, folder, { exit, why });
  host.terminal.stderr = "";
  expect(await failedCommand(cliOf(host))).toBe(0);
  return host.terminal.stderr;
};

describe("failedCommand() goes to the terminals once per cause", () => {
  const stuck = "an alert cannot be delivered: connection refused";

  test("failedCommand() says <0> once, then <3> each time, and <0> again after remind_every", async () => {
    const host = createFakeHost();
    const levels: string[] = [];
    for (let tick = 0; tick <= 49; tick += 1) {
      levels.push((await fail(host, 75, stuck)).slice(0, 3));
      host.clock.advance(300_000);
    }
    const loud = levels.flatMap((level, tick) => (level === "<0>" ? [tick] : []));
    expect(loud).toEqual([0, 48]);
    expect(new Set(levels)).toEqual(new Set(["<0>", "<3>"]));
  });

  const config = `host: web-1\nchat: console\nremind_every: 1h\nchecks:\n  db:\n    tcp: { port: 5432 }\n`;
  const periods = [
    { name: "the config's remind_every", given: config, want: hour },
    { name: "four hours where the config can't be read", given: "checks: [", want: 4 * hour },
    { name: "four hours where there is no config", given: undefined, want: 4 * hour },
  ] as const;
  for (const { name, given, want } of periods)
    test(`failedCommand() reminds after ${name}`, async () => {
      const host = createFakeHost();
      if (given !== undefined) host.files.put("/etc/dogwatch/dogwatch.yaml", given);
      expect(await fail(host, 75, stuck)).toStartWith("<0>");
      host.clock.advance(want - 1000);
      expect(await fail(host, 75, stuck)).toStartWith("<3>");
      host.clock.advance(1000);
      expect(await fail(host, 75, stuck)).toStartWith("<0>");
    });

  const causes = [
    { name: "another status is another cause", given: [74, stuck], want: "<0>" },
    {
      name: "another reason is another cause",
      given: [75, "an alert cannot be delivered: 401 Unauthorized"],
      want: "<0>",
    },
    { name: "the same cause is no news", given: [75, stuck], want: "<3>" },
  ] as const;
  for (const { name, given, want } of causes)
    test(`failedCommand(): ${name}`, async () => {
      const host = createFakeHost();
      await fail(host, 75, stuck);
      host.clock.advance(300_000);
      expect(await fail(host, given[0], given[1])).toStartWith(want);
    });

  test("failedCommand(): figures that change are the same cause", async () => {
    const host = createFakeHost();
    await fail(host, 75, "an alert cannot be delivered: no answer in 10 s");
    expect(await fail(host, 75, "an alert cannot be delivered: no answer in 9 s")).toStartWith("<3>");
  });

  const moves = [
    { name: "a clock that was set doesn't", given: (host: FakeHost) => host.clock.setWall(0), want: "<3>" },
    {
      name: "a short while after a reboot doesn't",
      given: (host: FakeHost) => host.clock.reboot("boot-2"),
      want: "<3>",
    },
    {
      name: "a lost memory does",
      given: (host: FakeHost) => host.files.put(`${folder}/illness-told.json`, "{"),
      want: "<0>",
    },
  ] as const;
  for (const { name, given, want } of moves)
    test(`failedCommand(): ${name} make it loud again`, async () => {
      const host = createFakeHost();
      await fail(host, 75, stuck);
      given(host);
      expect(await fail(host, 75, stuck)).toStartWith(want);
    });
});

describe("failedCommand() while the config is invalid", () => {
  const config = "host: db-7\nchat: console\nremind_every: 1h\nchecks:\n  db:\n    tcp: { port: 5432 }\n";

  test("failedCommand() calls the host, and reminds, as the last config that could be used says", async () => {
    const host = createFakeHost();
    host.files.put(host.binary, "the binary");
    host.files.put("/etc/dogwatch/dogwatch.yaml", config);
    const { paths } = cliOf(host);
    expect((await loadKept(host, paths, false)).kind).toBe("config");
    host.files.put("/etc/dogwatch/dogwatch.yaml", config.replace("chat", "chaat"));
    const fault = "/etc/dogwatch/dogwatch.yaml:2:1: unknown key";
    expect(await fail(host, 78, fault)).toStartWith("<0>dogwatch on db-7 is ill (status 78): ");
    host.clock.advance(hour - 1000);
    expect(await fail(host, 78, fault)).toStartWith("<3>");
    host.clock.advance(1000);
    expect(await fail(host, 78, fault)).toStartWith("<0>");
  });
});

describe("failedCommand() while the chat is dead", () => {
  const why = "an alert cannot be delivered: connection refused";
  const entry = (at: string, count?: number): OutboxEntry => ({
    ...{ id: at, kind: "red", text: "RED", host: "web-1", incident: null, check: "a", at, tick: 1, tries: 1 },
    refused: null,
    folded: count === undefined ? null : { count, lines: [], since: "2026-11-22T23:50:00.000Z" },
  });
  const cases = [
    { name: "one alert", given: [entry("2026-11-23T01:40:00.000Z")], want: " (1 alert waits since 01:40 UTC)" },
    {
      name: "several",
      given: [entry("2026-11-23T01:40:00.000Z"), entry("2026-11-23T01:45:00.000Z")],
      want: " (2 alerts wait, the oldest since 01:40 UTC)",
    },
    {
      name: "what was folded",
      given: [entry("2026-11-23T01:40:00.000Z", 40), entry("2026-11-23T01:45:00.000Z")],
      want: " (41 alerts wait, the oldest since 22 Nov 23:50 UTC)",
    },
    { name: "nothing", given: [], want: "" },
  ] as const;
  for (const { name, given, want } of cases)
    test(`failedCommand() says since when ${name} waits, and stays one cause`, async () => {
      const host = createFakeHost();
      writeState(host, folder, stateOf(host, { outbox: given }));
      expect(await fail(host, 75, why)).toBe(
        `<0>dogwatch on web-1 is ill (status 75): ${why}${want}. Next: sudo dogwatch chat test\n`,
      );
      writeState(host, folder, stateOf(host, { outbox: [] }));
      expect(await fail(host, 75, why)).toStartWith("<3>");
    });

  test("failedCommand() keeps the next command behind a reason of any length", async () => {
    expect(await fail(createFakeHost(), 75, "x".repeat(10_000))).toEndWith("…. Next: sudo dogwatch chat test\n");
  });
});

describe("failedCommand() says what ails it and the one next command", () => {
  const cases = [
    {
      name: "an invalid config",
      given: [78, "/etc/dogwatch/dogwatch.yaml:3:1: unknown key"],
      want: "Next: dogwatch validate",
    },
    {
      name: "a chat that doesn't take alerts",
      given: [75, "an alert cannot be delivered: 401"],
      want: "Next: sudo dogwatch chat test",
    },
    {
      name: "a state that can't be made",
      given: [73, "permission denied"],
      want: "Next: df -h /var/lib/dogwatch /var/log/dogwatch",
    },
    {
      name: "a full disk",
      given: [74, "no space left on device"],
      want: "Next: df -h /var/lib/dogwatch /var/log/dogwatch",
    },
    { name: "a bug", given: [70, "a tick did not end within 150 s"], want: "Next: journalctl -u 'dogwatch*' -n 50" },
  ] as const;
  for (const { name, given, want } of cases)
    test(`failedCommand() tells ${name}`, async () => {
      const [exit, why] = given;
      expect(await fail(createFakeHost(), exit, why)).toBe(
        `<0>dogwatch on web-1 is ill (status ${exit}): ${why}. ${want}\n`,
      );
    });

  const monitored = [
    {
      name: "the credentials folder when our code never ran (243)",
      given: { MONITOR_SERVICE_RESULT: "exit-code", MONITOR_EXIT_STATUS: "243" },
      want: '(status 243): the credentials folder "/etc/dogwatch/credentials" cannot be read. Next: ls -ld /etc/dogwatch/credentials',
    },
    {
      name: "a tick that systemd ended",
      given: { MONITOR_SERVICE_RESULT: "timeout", MONITOR_EXIT_STATUS: "TERM" },
      want: "(status TERM): the tick did not end in time. Next: journalctl -u 'dogwatch*' -n 50",
    },
    {
      name: "a crash",
      given: { MONITOR_SERVICE_RESULT: "core-dump", MONITOR_EXIT_STATUS: "SEGV" },
      want: "(status SEGV): it crashed. Next: journalctl -u 'dogwatch*' -n 50",
    },
    {
      name: "its own reason where the status is the same",
      given: { MONITOR_SERVICE_RESULT: "exit-code", MONITOR_EXIT_STATUS: "78" },
      want: "(status 78): the config is invalid. Next: dogwatch validate",
    },
    { name: "its own reason where systemd doesn't tell", given: {}, want: "(status 78): the config is invalid." },
  ] as const;
  for (const { name, given, want } of monitored)
    test(`failedCommand() tells ${name}`, async () => {
      expect(await fail(illHost(given), 78, "the config is invalid")).toContain(want);
    });

  test("failedCommand() speaks without any reason left behind", async () => {
    const host = createFakeHost();
    expect(await failedCommand(cliOf(host))).toBe(0);
    expect(host.terminal.stderr).toStartWith(
      "<0>dogwatch on web-1 is ill (status unknown): the tick ended with an error.",
    );
  });

  test("failedCommand() sends every terminal one line without escapes, however long the reason", async () => {
    const said = await fail(createFakeHost(), 75, `refused\n<0>all is well\u001b[2J\u0007\r${"x".repeat(10_000)}`);
    expect(said).toMatch(/^<0>[^\p{Cc}]+\n$/u);
    expect(said.length).toBeLessThan(1100);
  });

  test("failedCommand() speaks where it can't write, louder than needed rather than never", async () => {
    const host = createFakeHost();
    host.files.fail("replace", /illness/u, "ENOSPC");
    expect(await failedCommand(cliOf(host))).toBe(0);
    expect(host.terminal.stderr).toStartWith("<0>");
  });
});
