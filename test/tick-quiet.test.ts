import { describe, expect, test } from "bun:test";
import { healCommand } from "../src/cli/heal.ts";
import { silenceCommand } from "../src/cli/silence.ts";
import { statusCommand } from "../src/cli/status.ts";
import { tickLine } from "../src/cli/tick-text.ts";
import { noHeal } from "../src/heal/healed.ts";
import { keepWindows, readKeptWindows } from "../src/state/windows.ts";
import { configText, createTickBed, flags, paths, type TickBed } from "./tick-bed.ts";

const nightly = `maintenance: [{ cron: "0 2 * * *", for: 1h, timezone: UTC, reason: nightly backup }]\n`;
const noRule = configText.replace(/heal:[\s\S]*(?=remind_every)/u, "heal: { mode: observe }\n");

const heads = ({ received }: TickBed): readonly string[] => received.map((text) => text.split("\n", 1)[0] ?? "");
const words = (bed: TickBed): readonly string[] => heads(bed).map((text) => text.split(" web-1 ", 1)[0] ?? "");
const ticks = async (bed: TickBed, count: number): Promise<void> => {
  for (let at = 0; at < count; at += 1) await bed.tick();
};
const cli = ({ host }: TickBed, typed: string, more = {}) => ({
  host,
  paths,
  words: typed.split(" "),
  flags: { ...flags, ...more },
});
const said = async ({ host }: TickBed, work: () => Promise<number>): Promise<string> => {
  host.terminal.stdout = "";
  await work();
  return host.terminal.stdout;
};
const events = (bed: TickBed): string => bed.host.files.text(paths.logFile) ?? "";

describe("tick() in a maintenance window, 02:00 to 03:00", () => {
  test("tick() heals and tells nothing in it, and afterwards tells what is still red, with the line that says so", async () => {
    const bed = createTickBed(noRule + nightly);
    await bed.tick();
    bed.kill();
    await ticks(bed, 9);
    expect([bed.received, bed.restarts(), events(bed)]).toEqual([[], 0, ""]);
    await bed.tick();
    expect(bed.received).toHaveLength(1);
    expect(bed.received[0]).toMatch(/^RED web-1 · unit: .* \(10 ticks, since 02:15 UTC\)\n/u);
    expect(bed.received[0]).toContain("\nMaintenance ended 03:00 UTC: nightly backup\n");
    await ticks(bed, 3);
    expect(bed.received).toHaveLength(1);
  });

  test("tick() says nothing of what was red in it and is well before its end", async () => {
    const bed = createTickBed(configText + nightly);
    await bed.tick();
    bed.kill();
    await ticks(bed, 3);
    bed.start();
    await ticks(bed, 12);
    expect([bed.received, events(bed)]).toEqual([[], ""]);
  });

  test("tick() heals after it what is still red", async () => {
    const bed = createTickBed(configText + nightly);
    await bed.tick();
    bed.kill();
    await ticks(bed, 10);
    expect([words(bed), bed.restarts()]).toEqual([["HEALED"], 1]);
  });

  test("tick() says of a heal that failed after it that there was one", async () => {
    const bed = createTickBed(configText + nightly);
    await bed.tick();
    bed.kill();
    bed.canRestart = false;
    await ticks(bed, 10);
    expect(bed.received.join("\n")).toContain("Maintenance ended 03:00 UTC: nightly backup");
  });

  test("tick() keeps quiet in a window that is open when the host boots", async () => {
    const bed = createTickBed(configText + nightly);
    bed.host.clock.reboot("boot-2");
    bed.kill();
    await ticks(bed, 3);
    expect([bed.received, bed.restarts()]).toEqual([[], 0]);
  });

  test("tick() goes by the wall clock, wherever it is set", async () => {
    const bed = createTickBed(noRule + nightly);
    bed.kill();
    bed.host.clock.setWall(Date.UTC(2026, 10, 23, 12));
    await bed.tick();
    expect(words(bed)).toEqual(["RED"]);
    bed.host.clock.setWall(Date.UTC(2026, 10, 20, 2));
    bed.start();
    await bed.tick();
    bed.kill();
    await ticks(bed, 3);
    expect(words(bed)).toEqual(["RED", "RECOVERED"]);
  });

  test("tick() leaves alone the checks that a window doesn't name", async () => {
    const bed = createTickBed(noRule + nightly.replace("for: 1h", "for: 1h, checks: gateway"));
    bed.kill();
    await bed.tick();
    expect(words(bed)).toEqual(["RED"]);
  });

  test("tick() with windows writes no more than its state and its metrics, the history once an hour, and the windows once a day", async () => {
    const bed = createTickBed(configText + nightly);
    await bed.tick();
    const seen: string[] = [];
    bed.host.files.onChange = (method, path) => seen.push(`${method} ${path}`);
    await ticks(bed, 288);
    expect(seen.filter((each) => each.endsWith("/maintenance.json"))).toHaveLength(1);
    // Four more at midnight: the next key, the seal, the old key wiped, the next one in its place.
    expect(seen.filter((each) => each.includes("seal"))).toHaveLength(4);
    expect(seen.filter((each) => each.endsWith("/history.jsonl"))).toHaveLength(24);
    expect(seen).toHaveLength(288 * 2 + 24 + 4 + 1);
  });

  test("tick --dry-run in a window says so, and changes nothing", async () => {
    const bed = createTickBed(configText + nightly);
    bed.kill();
    const before = bed.files();
    const { out } = await bed.tick({ isDryRun: true });
    expect(out).toContain('"all" is in maintenance until 2026-11-23 03:00 UTC, 50 min left: nightly backup\n');
    expect(out).toContain(
      'heal: refused restart-unit: "all" is in maintenance until 2026-11-23 03:00 UTC: nightly backup',
    );
    expect(bed.files()).toEqual(before);
  });

  test("heal plan says that the window keeps a recipe from running", async () => {
    const bed = createTickBed(configText + nightly);
    bed.host.clock.advance(300_000);
    bed.kill();
    const out = await said(bed, () => healCommand(cli(bed, "plan")));
    expect(out).toContain('would be refused: "all" is in maintenance until 2026-11-23 03:00 UTC: nightly backup');
  });

  test("heal plan says the same of a check that no rule covers", async () => {
    const bed = createTickBed(noRule + nightly);
    bed.host.clock.advance(300_000);
    bed.kill();
    const out = await said(bed, () => healCommand(cli(bed, "plan")));
    expect(out).toContain('nothing would be healed for "unit": "all" is in maintenance until');
  });

  test("heal run by a person works in it, and not under a silence", async () => {
    const bed = createTickBed(configText + nightly);
    await bed.tick();
    bed.kill();
    await silenceCommand(cli(bed, "add unit", { forText: "5m", reason: "hands off" }));
    expect(await healCommand(cli(bed, "run restart-unit"))).toBe(1);
    expect(bed.restarts()).toBe(0);
    await silenceCommand(cli(bed, "remove unit"));
    expect(await healCommand(cli(bed, "run restart-unit"))).toBe(0);
    expect(bed.restarts()).toBe(1);
  });

  test("status says which window is open and which opens within a day, with the zone that it goes by", async () => {
    const bed = createTickBed(
      `${configText}maintenance:
  - { cron: "0 2 * * *", for: 1h, timezone: UTC, checks: [unit, gateway] }
  - { cron: "0 22 * * 1", for: 90m, timezone: Europe/Berlin, reason: weekly }
  - { cron: "0 22 * * 3", for: 90m }
`,
    );
    await bed.tick();
    const out = await said(bed, () => statusCommand(cli(bed, "")));
    expect(out).toContain(
      '"unit", "gateway" are in maintenance until 2026-11-23 03:00 UTC, 50 min left (cron "0 2 * * *", UTC)\n',
    );
    expect(out).toContain(
      '"all" is to be in maintenance from 2026-11-23 21:00 UTC for 90 min: weekly (cron "0 22 * * 1", Europe/Berlin)\n',
    );
    expect(out).not.toContain("22 * * 3");
    const json = JSON.parse(await said(bed, () => statusCommand(cli(bed, "", { isJson: true }))));
    expect(json.maintenance).toMatchObject([
      { checks: ["unit", "gateway"], open: true },
      { checks: ["all"], open: false, reason: "weekly", timezone: "Europe/Berlin" },
    ]);
  });

  test("status forgets windows that the config no longer has, at the next tick", async () => {
    const bed = createTickBed(configText + nightly);
    await bed.tick();
    bed.host.files.put(paths.config, configText);
    await bed.tick();
    expect(await said(bed, () => statusCommand(cli(bed, "")))).not.toContain("maintenance");
  });

  test("silence list shows the open window, and silence remove says that it is the config's", async () => {
    const bed = createTickBed(configText + nightly);
    await bed.tick();
    expect(await said(bed, () => silenceCommand(cli(bed, "list")))).toBe(
      '"all" is in maintenance until 2026-11-23 03:00 UTC, 50 min left: nightly backup\n',
    );
    expect(await silenceCommand(cli(bed, "remove unit"))).toBe(64);
    expect(bed.host.terminal.stderr).toContain('that is "maintenance" in the config');
  });
});

test("silence list shows nothing that a captured watcher wrote as anything but text", async () => {
  const bed = createTickBed(configText + nightly);
  await bed.tick();
  const kept = readKeptWindows(bed.host, paths.state);
  if (kept === undefined) throw new Error("no windows were kept");
  const [first, ...rest] = kept.windows;
  if (first === undefined) throw new Error("no window is open");
  keepWindows(bed.host, paths.state, {
    ...kept,
    windows: [{ ...first, reason: "\u001b[2Jgone\nall is well" }, ...rest],
  });
  const out = await said(bed, () => silenceCommand(cli(bed, "list")));
  expect([out.includes("\u001b"), out.includes("gone"), out.trimEnd().split("\n").length]).toEqual([false, true, 1]);
  bed.host.files.put(`${paths.state}/maintenance.json`, '{"version":1,"windows":[{"checks":5}]}');
  expect(await said(bed, () => silenceCommand(cli(bed, "list")))).toBe("nothing is silenced\n");
});

describe("tick() after a silence", () => {
  const hush = async (bed: TickBed, forText: string): Promise<void> =>
    void (await silenceCommand(cli(bed, "add all", { forText, reason: "planned upgrade" })));

  test("tick() tells at once what was red before it and still is", async () => {
    const bed = createTickBed(noRule);
    bed.kill();
    await bed.tick();
    await hush(bed, "30m");
    await ticks(bed, 5);
    expect(words(bed)).toEqual(["RED"]);
    await bed.tick();
    expect(words(bed)).toEqual(["RED", "STILL RED"]);
    expect(bed.received[1]).toContain("\nWas silenced until 02:40 UTC by uid:0: planned upgrade\n");
    await ticks(bed, 3);
    expect(bed.received).toHaveLength(2);
  });

  test("tick() tells the end of what was told before it, under it", async () => {
    const bed = createTickBed(noRule);
    bed.kill();
    await bed.tick();
    await hush(bed, "30m");
    bed.start();
    await bed.tick();
    expect(words(bed)).toEqual(["RED", "RECOVERED"]);
  });

  test("tick() says that a silence was removed before its end", async () => {
    const bed = createTickBed(noRule);
    await hush(bed, "2h");
    bed.kill();
    await bed.tick();
    await silenceCommand(cli(bed, "remove all"));
    await bed.tick();
    expect(bed.received[0]).toContain("\nThe silence by uid:0 was removed: planned upgrade\n");
  });
});

test("tickLine() names what is silenced, for the journal", () => {
  const line = tickLine({
    ...{ host: "web-1", at: "2026-11-23T02:05:00.000Z", verdict: "green", checks: [], heal: noHeal("nothing is red") },
    ...{ alerts: [], outbox: 0, durationMs: 14, troubles: [], exit: 0, wouldSend: [] },
    silences: [
      {
        ...{ check: "gateway", from: "2026-11-23T02:00:00.000Z", until: "2026-11-23T03:00:00.000Z" },
        ...{ reason: "backup", by: "config" },
      },
    ],
  });
  expect(line).toBe(
    'green web-1: 0 of 0 checks green in 14 ms; "gateway" is in maintenance until 2026-11-23 03:00 UTC: backup',
  );
});
