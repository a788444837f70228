import { describe, expect, test } from "bun:test";
import { failedCommand } from "../../src/cli/failed.ts";
import { configText, createTickBed, down, flags, paths, type TickBed } from "../tick-bed.ts";

const file = `${paths.state}/dogwatch.prom`;

/** Value of each series in the file, by its text. */
const metrics = ({ host }: TickBed): Readonly<Record<string, number>> =>
  Object.fromEntries(
    (host.files.text(file) ?? "")
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"))
      .map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ") + 1))]),
  );

const finished = "dogwatch_tick_last_finished_timestamp_seconds";

describe("dogwatch.prom", () => {
  test("a green tick leaves what it found, for the folder's group to read", async () => {
    const bed = createTickBed();
    await bed.tick();
    await bed.tick();
    expect(metrics(bed)).toMatchObject({
      dogwatch_ill: 0,
      dogwatch_tick_exit_status: 0,
      dogwatch_ticks_total: 2,
      [finished]: bed.host.clock.nowMs() / 1000,
      'dogwatch_verdict{verdict="green"}': 1,
      'dogwatch_check_info{check="unit",kind="unit",card="gateway-down"}': 1,
      'dogwatch_check_verdict{check="gateway",verdict="green"}': 1,
      dogwatch_incidents_open: 0,
      dogwatch_outbox_alerts: 0,
    });
    expect(bed.host.files.stat(file)).toMatchObject({ mode: 0o640 });
  });

  test("a heal is counted once, with the line that it has reached in the log", async () => {
    const bed = createTickBed();
    await bed.tick();
    bed.kill();
    await bed.tick();
    expect(bed.restarts()).toBe(1);
    const lines = (bed.host.files.text(paths.logFile) ?? "").split("\n").length - 1;
    const after = { 'dogwatch_heals_total{outcome="healed"}': 1, 'dogwatch_heals_total{outcome="failed"}': 0 };
    expect(metrics(bed)).toMatchObject({ ...after, dogwatch_log_sequence: lines, dogwatch_incidents_open: 0 });
    for (let at = 0; at < 300; at += 1) await bed.tick();
    expect(metrics(bed)).toMatchObject({ ...after, 'dogwatch_verdict{verdict="green"}': 1 });
  });

  test("a heal that failed, a red folded under another, and an alert that waits are told", async () => {
    const bed = createTickBed();
    await bed.tick();
    bed.kill();
    bed.canRestart = false;
    bed.chat = () => down;
    for (let at = 0; at < 4; at += 1) await bed.tick();
    const told = metrics(bed);
    expect(told).toMatchObject({
      'dogwatch_check_verdict{check="unit",verdict="red"}': 1,
      'dogwatch_check_folded{check="unit"}': 0,
      'dogwatch_check_folded{check="gateway"}': 1,
      dogwatch_incidents_open: 1,
      dogwatch_ill: 1,
      dogwatch_tick_exit_status: 75,
    });
    expect(told['dogwatch_heals_total{outcome="failed"}']).toBeGreaterThanOrEqual(1);
    expect(told["dogwatch_outbox_alerts"]).toBeGreaterThanOrEqual(1);
    const oldest = told["dogwatch_outbox_oldest_timestamp_seconds"] ?? 0;
    expect(bed.host.clock.nowMs() / 1000 - oldest).toBeGreaterThan(600);
  });

  test("a tick that can't use its config leaves no verdict, the moment of the last good tick, and its illness", async () => {
    const bed = createTickBed();
    await bed.tick();
    const before = metrics(bed);
    bed.host.files.put(paths.config, "checks: [");
    expect((await bed.tick()).exit).toBe(78);
    const after = metrics(bed);
    expect(Object.keys(after).filter((name) => /verdict|_check_/u.test(name))).toEqual([]);
    expect(after).toMatchObject({
      dogwatch_ill: 1,
      dogwatch_tick_exit_status: 78,
      dogwatch_ticks_total: 1,
      [finished]: before[finished],
    });
  });

  test("a tick that throws leaves the same", async () => {
    const bed = createTickBed();
    await bed.tick();
    const { host } = bed;
    const fail = (): void => {
      throw new Error("a bug");
    };
    const broken = { ...host, http: { ...host.http, allow: fail } };
    await expect(bed.tick({}, broken)).rejects.toThrow("a bug");
    expect(metrics(bed)).toMatchObject({ dogwatch_ill: 1, dogwatch_tick_exit_status: 70, dogwatch_ticks_total: 1 });
  });

  test("a tick that was killed is told by the unit that tells it, one that told itself isn't", async () => {
    const bed = createTickBed();
    await bed.tick();
    const fail = async (env: Readonly<Record<string, string>>): Promise<void> => {
      await failedCommand({ host: { ...bed.host, env: { ...env } }, paths, flags, words: [] });
    };
    await fail({ MONITOR_SERVICE_RESULT: "oom-kill", MONITOR_EXIT_STATUS: "KILL" });
    expect(metrics(bed)).toMatchObject({ dogwatch_ill: 1, dogwatch_tick_exit_status: -1, dogwatch_ticks_total: 1 });
    bed.chat = () => down;
    bed.kill();
    bed.canRestart = false;
    for (let at = 0; at < 4; at += 1) await bed.tick();
    const ill = bed.host.files.text(file);
    expect(ill).toContain("dogwatch_tick_exit_status 75");
    await fail({ MONITOR_SERVICE_RESULT: "exit-code", MONITOR_EXIT_STATUS: "75" });
    expect(bed.host.files.text(file)).toBe(ill);
  });

  test("a file that can't be written keeps nothing from its work, and a dry run writes none", async () => {
    const bed = createTickBed();
    await bed.tick({ isDryRun: true });
    expect(bed.host.files.text(file)).toBeUndefined();
    bed.host.files.fail("publish", /dogwatch\.prom$/u, "ENOSPC");
    expect(await bed.tick()).toMatchObject({ exit: 0, err: "" });
    expect(bed.host.files.text(file)).toBeUndefined();
  });

  test("a silence is told with the checks that it keeps quiet", async () => {
    const bed = createTickBed(
      `${configText}maintenance:\n  - { cron: "0 2 * * *", for: 1h, checks: [gateway], reason: nightly }\n`,
    );
    await bed.tick();
    expect(metrics(bed)).toMatchObject({
      'dogwatch_check_silenced{check="unit"}': 0,
      'dogwatch_check_silenced{check="gateway"}': 1,
      dogwatch_silences_active: 1,
    });
  });
});
