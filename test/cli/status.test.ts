import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { writeNote } from "../../src/cli/daemon-note.ts";
import { statusCommand } from "../../src/cli/status.ts";
import { widthOf } from "../../src/cli/width.ts";
import { emptyHealState } from "../../src/state/heal-state.ts";
import { writeIllness } from "../../src/state/illness.ts";
import { readState, writeHealState, writeState } from "../../src/state/store.ts";
import type { Verdict } from "../../src/verdict/verdict.ts";
import { checkState } from "../checks.ts";
import { createFakeHost, type FakeHost } from "../fake-host.ts";
import { cliOf, stateOf } from "./cli-bed.ts";
import { scenes } from "./status-scenes.ts";

const folder = "/var/lib/dogwatch";
const hostWith = (
  more: Parameters<typeof stateOf>[1] = {},
  settings: Parameters<typeof createFakeHost>[0] = {},
): FakeHost => {
  const host = createFakeHost(settings);
  writeState(host, folder, stateOf(host, more));
  return host;
};

describe("statusCommand() exits", () => {
  const cases: readonly { readonly name: string; readonly given: readonly [Verdict, number]; readonly want: number }[] =
    [
      { name: "0 when all is green", given: ["green", 0], want: 0 },
      { name: "1 when something is amber", given: ["amber", 0], want: 1 },
      { name: "2 when something is red", given: ["red", 0], want: 2 },
      { name: "3 when something is unknown", given: ["unknown", 0], want: 3 },
      { name: "as the verdict says just before it is stale", given: ["green", 360], want: 0 },
      { name: "3 when the last tick is stale, though it was green", given: ["green", 361], want: 3 },
      { name: "3 when the last tick is stale, though it was red", given: ["red", 361], want: 3 },
    ];
  for (const { name, given, want } of cases)
    test(`statusCommand() exits ${name}`, async () => {
      const host = hostWith({ verdict: given[0] });
      host.clock.advance(given[1] * 1000);
      expect(await statusCommand(cliOf(host, { hasExitCode: true }))).toBe(want);
      expect(await statusCommand(cliOf(host, { hasExitCode: true, isJson: true }))).toBe(want);
      expect(await statusCommand(cliOf(host))).toBe(0);
    });

  test("statusCommand() exits by uptime: a clock that was set is not stale", async () => {
    const host = hostWith();
    host.clock.setWall(host.clock.nowMs() + 365 * 86_400_000);
    expect(await statusCommand(cliOf(host, { hasExitCode: true }))).toBe(0);
  });

  test("statusCommand() exits 3 before the first tick, and says what to do", async () => {
    const host = createFakeHost();
    expect(await statusCommand(cliOf(host, { hasExitCode: true }))).toBe(3);
    expect(host.terminal.stderr).toBe(
      'dogwatch: cannot tell the status: no tick has finished yet (no state in "/var/lib/dogwatch")\n  Run: dogwatch tick\n',
    );
    expect(host.terminal.stdout).toBe("");
  });

  test("statusCommand() says why no tick has ever finished, and what to do about that", async () => {
    const host = createFakeHost();
    host.files.makeFolder(folder, 0o750);
    writeIllness(host, folder, { exit: 78, why: '/etc/dogwatch/dogwatch.yaml:9:1: unknown key "chekcs"' });
    await statusCommand(cliOf(host));
    expect(host.terminal.stderr).toBe(
      'dogwatch: cannot tell the status: no tick has finished yet (no state in "/var/lib/dogwatch"): dogwatch is ill (status 78): /etc/dogwatch/dogwatch.yaml:9:1: unknown key "chekcs"\n  Run: dogwatch validate\n',
    );
  });

  test("statusCommand() exits 3 with a broken state, leaves it as it is and says so", async () => {
    const host = createFakeHost();
    host.files.put(`${folder}/state.json`, "{");
    expect(await statusCommand(cliOf(host))).toBe(3);
    expect(host.terminal.stderr).toContain("is broken (it is not whole JSON); the next tick will replace it");
    expect(host.files.text(`${folder}/state.json`)).toBe("{");
  });
});

describe("statusCommand() shows", () => {
  const red = checkState({
    verdict: "red",
    reading: "bad",
    evidence: `no answer in 5 s${" and so on".repeat(6)}`,
    since: "2026-11-23T01:55:00.000Z",
    ticks: 3,
  });
  const checks = {
    gateway: checkState({ evidence: "200 in 5 ms" }),
    "a-check-with-a-name-of-forty-characters": red,
    new: checkState({ ticks: 1 }),
  };

  for (const columns of [20, 40, 60, 72, 80, 100, 120, 200])
    test(`statusCommand() keeps its lines within ${columns} columns`, async () => {
      const long = { ...red, ticks: 99_999, since: "2025-01-01T00:00:00.000Z" };
      const wide = { ...red, evidence: "応答がありません。".repeat(9) };
      for (const host of [
        hostWith(
          { verdict: "red", checks: { ...checks, long, 監視監視監視監視監視監視監視監視: wide } },
          { terminal: { columns, isOutTerminal: true } },
        ),
        ...Object.values(scenes).map((scene) => scene(columns)),
      ]) {
        await statusCommand(cliOf(host));
        const lines = host.terminal.isOutTerminal ? host.terminal.stdout.split("\n") : [];
        for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(Math.max(columns, 36));
      }
    });

  test("statusCommand() cuts nothing in a pipe", async () => {
    const evidence = `no answer${" and so on".repeat(20)}`;
    const host = hostWith({ checks: { a: checkState({ evidence }), b: { ...red, evidence } } });
    await statusCommand(cliOf(host));
    expect(host.terminal.stdout.split("\n").filter((line) => line.endsWith(evidence))).toHaveLength(2);
  });

  const cases = [
    { name: "green without fuss", given: {}, want: "GREEN · last tick 4 min ago · 1 green\n" },
    { name: "no heal", given: {}, want: "last heal: none\n" },
    {
      name: "that no timer is set, and the command that sets it",
      given: {},
      want: "next tick: no timer is set; run: sudo systemctl enable --now dogwatch.timer\n",
    },
    { name: "alerts that wait", given: { outbox: 2, refused: null }, want: "alerts waiting: 2\n" },
    {
      name: "why the chat refuses",
      given: { outbox: 1, refused: "401 Unauthorized" },
      want: "alerts waiting: 1 (401 Unauthorized)\n",
    },
  ] as const;
  for (const { name, given, want } of cases)
    test(`statusCommand() shows ${name}`, async () => {
      const message = { id: "m", kind: "red", text: "", host: "", incident: null, check: null, at: "" } as const;
      const { outbox: count, refused } = { outbox: 0, refused: null, ...given };
      const outbox = Array.from({ length: count }, () => ({ ...message, tick: 1, tries: 1, refused, folded: null }));
      const host = hostWith({ outbox });
      await statusCommand(cliOf(host));
      expect(host.terminal.stdout).toContain(want);
    });

  test("statusCommand() counts two periods of the timer that is installed before it says stale", async () => {
    const host = hostWith();
    host.systemd.next = { at: "2026-11-23T03:00:00.000Z", periodS: 1800 };
    host.clock.advance(3_000_000);
    await statusCommand(cliOf(host));
    expect(host.terminal.stdout).not.toContain("STALE");
    host.clock.advance(900_000);
    await statusCommand(cliOf(host));
    expect(host.terminal.stdout).toContain("STALE");
  });

  test("statusCommand() doesn't call a stale tick green, and says what to run", async () => {
    const host = hostWith();
    host.clock.advance(3_600_000);
    await statusCommand(cliOf(host));
    expect(host.terminal.stdout).toStartWith(
      "STALE · was GREEN, last tick 64 min ago · 1 green\nno tick has finished for 64 min; run: systemctl status dogwatch.timer\n",
    );
  });

  test("statusCommand() doesn't pretend to know how long ago another boot was", async () => {
    const host = hostWith();
    host.clock.reboot("boot-2");
    host.clock.advance(120_000);
    await statusCommand(cliOf(host));
    expect(host.terminal.stdout).toStartWith("GREEN · last tick before this boot, 02:01 UTC · 1 green\n");
  });

  test("statusCommand() names the timer of a user's own install, and the daemon where no systemd runs", async () => {
    const host = createFakeHost({ uid: 1000, env: { HOME: "/home/ann" } });
    host.files.makeFolder("/home/ann/.local/state/dogwatch", 0o700);
    writeState(host, "/home/ann/.local/state/dogwatch", stateOf(host));
    host.clock.advance(3_600_000);
    await statusCommand(cliOf(host));
    expect(host.terminal.stdout).toContain("run: systemctl --user status dogwatch.timer\n");
    expect(host.terminal.stdout).toContain("run: systemctl --user enable --now dogwatch.timer\n");
    host.systemd.state = "absent";
    await statusCommand(cliOf(host));
    expect(host.terminal.stdout).toContain("no timer is set, and no systemd runs here; run: dogwatch daemon\n");
  });

  test("statusCommand() names the daemon, not the timer, where a daemon left its note and is gone", async () => {
    const host = hostWith();
    writeNote(host, folder, "*/5 * * * *");
    host.clock.advance(3_600_000);
    host.systemd.next = undefined;
    await statusCommand(cliOf(host));
    expect(host.terminal.stdout).toContain("run: systemctl status dogwatch-daemon.service\n");
    const next = "next tick: no daemon is in sight; run: sudo systemctl enable --now dogwatch-daemon.service\n";
    expect(host.terminal.stdout).toContain(next);
  });

  for (const { install, uid, link, ctl, change } of [
    {
      install: "a system's",
      uid: 0,
      link: "/etc/systemd/system/multi-user.target.wants/dogwatch-daemon.service",
      ctl: "systemctl",
      change: "sudo systemctl",
    },
    {
      install: "a user's own",
      uid: 1000,
      link: "/home/ann/.config/systemd/user/default.target.wants/dogwatch-daemon.service",
      ctl: "systemctl --user",
      change: "systemctl --user",
    },
  ])
    test(`statusCommand() names the daemon of ${install} install, where that is what ticks`, async () => {
      const host = createFakeHost({ uid, env: { HOME: "/home/ann" } });
      const own = uid === 0 ? folder : "/home/ann/.local/state/dogwatch";
      host.files.makeFolder(own, 0o700);
      writeState(host, own, stateOf(host));
      host.files.put(link, "");
      host.clock.advance(3_600_000);
      await statusCommand(cliOf(host));
      expect(host.terminal.stdout).toContain(`run: ${ctl} status dogwatch-daemon.service\n`);
      expect(host.terminal.stdout).toContain(
        `next tick: no daemon is in sight; run: ${change} enable --now dogwatch-daemon.service\n`,
      );
      host.terminal.stdout = "";
      await statusCommand(cliOf(host, { isBrief: true }));
      expect(host.terminal.stdout).toEndWith(`; run: ${ctl} status dogwatch-daemon.service\n`);
    });

  test("statusCommand() shows how long the chat asked to be left alone, while that lasts", async () => {
    const message = { id: "m", kind: "red", text: "", host: "", incident: null, check: null, at: "" } as const;
    const waiting = { ...message, tick: 1, tries: 1, refused: null, folded: null };
    const host = createFakeHost();
    const chatWait = { from: { bootId: host.clock.bootId(), uptimeS: host.clock.uptimeS() }, ms: 3_600_000 };
    writeState(host, folder, stateOf(host, { outbox: [waiting], chatWait }));
    await statusCommand(cliOf(host));
    expect(host.terminal.stdout).toMatch(/^alerts waiting: 1.*; the chat asked to be left alone for another 1 h$/mu);
    host.terminal.stdout = "";
    host.clock.advance(3_700_000);
    await statusCommand(cliOf(host));
    expect(host.terminal.stdout).not.toContain("left alone");
  });

  test("statusCommand() shows a tick that is under way", async () => {
    const host = hostWith();
    host.files.lock(`${folder}/tick.lock`);
    await statusCommand(cliOf(host));
    expect(host.terminal.stdout).toContain("a tick is under way: process 4711 (dogwatch)\n");
  });

  test("statusCommand() shows since when alerts wait, folded ones too", async () => {
    const message = { id: "m", kind: "red", text: "", host: "", incident: null, check: null } as const;
    const entry = { ...message, at: "2026-11-23T01:55:00.000Z", tick: 1, tries: 1, refused: null };
    const folded = { count: 7, lines: [], since: "2026-11-22T23:10:00.000Z" };
    const host = hostWith({
      outbox: [
        { ...entry, folded },
        { ...entry, folded: null },
      ],
    });
    await statusCommand(cliOf(host));
    expect(host.terminal.stdout).toContain("alerts waiting: 2 since 22 Nov 23:10 UTC\n");
  });

  test("statusCommand() shows why a red wasn't healed, and the card that this leads to", async () => {
    const host = scenes["red-healed-silenced"]?.() ?? createFakeHost();
    const refusals = {
      "gateway-process-20261123T015500Z 1:restart-unit": { why: "the unit was stopped on purpose", count: 3 },
    };
    writeHealState(host, folder, { ...emptyHealState, refusals });
    await statusCommand(cliOf(host));
    expect(host.terminal.stdout).toContain(
      "        not healed: the unit was stopped on purpose\n        run: dogwatch card unit-stopped\n",
    );
  });

  test("statusCommand() does without cards where the config can't be read", async () => {
    const host = scenes["red-healed-silenced"]?.() ?? createFakeHost();
    host.files.put("/etc/dogwatch/dogwatch.yaml", "checks: [", { mode: 0o644, uid: 0 });
    await statusCommand(cliOf(host));
    expect(host.terminal.stdout).toContain("incident gateway-process-20261123T015500Z");
    expect(host.terminal.stdout).not.toContain("dogwatch card");
  });

  test("statusCommand() shows a latch and how to end it", async () => {
    const host = hostWith();
    const latch = { at: "", moment: { bootId: "boot-1", uptimeS: 1 }, why: "the budget of 3 per 60 min is spent" };
    writeHealState(host, folder, { ...emptyHealState, latched: { "1:restart-unit": latch } });
    await statusCommand(cliOf(host));
    expect(host.terminal.stdout).toContain(
      "latched: 1:restart-unit (the budget of 3 per 60 min is spent); run: sudo dogwatch heal unlatch 1:restart-unit\n",
    );
  });

  test("statusCommand() tells a user's install what it lacks (law 10)", async () => {
    const host = createFakeHost({ uid: 1000, env: { HOME: "/home/ann" } });
    host.files.makeFolder("/home/ann/.local/state/dogwatch", 0o700);
    writeState(host, "/home/ann/.local/state/dogwatch", stateOf(host));
    await statusCommand(cliOf(host));
    expect(host.terminal.stdout).toContain(
      "what this user runs can rewrite the heal log: only heads in the chat prove it\n",
    );
  });

  test("statusCommand() colours the words on a terminal, and nothing else changes", async () => {
    const plain = hostWith({ checks });
    const coloured = hostWith({ checks }, { terminal: { hasColour: true } });
    await statusCommand(cliOf(plain));
    await statusCommand(cliOf(coloured));
    expect(coloured.terminal.stdout).toContain("\u001b[32mgreen  \u001b[0m gateway");
    expect(Bun.stripANSI(coloured.terminal.stdout)).toBe(plain.terminal.stdout);
    expect(plain.terminal.stdout).not.toContain("\u001b");
  });
});

test("statusCommand() --json prints one object", async () => {
  const host = hostWith({ verdict: "amber" });
  await statusCommand(cliOf(host, { isJson: true }));
  expect(JSON.parse(host.terminal.stdout)).toEqual({
    verdict: "amber",
    at: "2026-11-23T02:01:00.000Z",
    stale: false,
    checks: readState(host, folder, true).value.checks,
    incidents: {},
    outbox: [],
    day: { last_hour: "2026-11-23T02:00:00.000Z", checks: { gateway: "-".repeat(24) } },
    silences: [],
    maintenance: [],
  });
});

test("statusCommand() --json names what flaps, once that is told", async () => {
  const host = scenes["flapping"]?.() ?? createFakeHost();
  await statusCommand(cliOf(host, { isJson: true }));
  expect(JSON.parse(host.terminal.stdout).flapping).toEqual({
    "gateway-process": { since: "2026-11-23T01:10:00.000Z", reds: 3 },
    board: { since: "2026-11-22T23:10:00.000Z", reds: 1 },
  });
});

test("README.md and docs/operating.md show status as it is", () => {
  for (const [page, name] of [
    ["README.md", "red-healed-silenced"],
    ["docs/operating.md", "sixty-checks"],
  ] as const)
    expect(readFileSync(page, "utf8")).toContain(readFileSync(`test/golden/status/${name}.txt`, "utf8"));
});

describe("statusCommand() prints test/golden/status", () => {
  for (const [name, scene] of Object.entries(scenes))
    test(`statusCommand() prints test/golden/status/${name}.txt`, async () => {
      const host = scene();
      await statusCommand(cliOf(host));
      expect(host.terminal.stdout).toBe(readFileSync(`test/golden/status/${name}.txt`, "utf8"));
      expect(host.terminal.stderr).toBe("");
    });
});

test("statusCommand() changes nothing", async () => {
  const host = hostWith();
  const before = [host.files.fsyncs, host.files.paths()];
  await statusCommand(cliOf(host));
  expect([host.files.fsyncs, host.files.paths()]).toEqual(before);
});

test("statusCommand() shows what a captured watcher left in its state, and obeys none of it", async () => {
  const evil = "\u001b]0;x\u0007\u001b[2J\r\u009b2J\u202e";
  const check = checkState({ evidence: evil });
  const host = hostWith({ checks: { [`gate${evil}`]: check } });
  await statusCommand(cliOf(host));
  await statusCommand(cliOf(host, { isJson: true }));
  expect(host.terminal.stdout).toContain("gate");
  expect(host.terminal.stdout).not.toContain("\u202e");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  expect(host.terminal.stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/u);
});
