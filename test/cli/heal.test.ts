import { describe, expect, test } from "bun:test";
import { healCommand } from "../../src/cli/heal.ts";
import { emptyHealState } from "../../src/state/heal-state.ts";
import { readHealState, writeHealState } from "../../src/state/store.ts";
import { attempt, moment } from "../heal/bed.ts";
import { verifyPlain } from "../log/verify-plain.ts";
import { configText, createTickBed, flags, paths, type TickBed } from "../tick-bed.ts";

const run = async (bed: TickBed, words: readonly string[], isJson = false) => {
  Object.assign(bed.host.terminal, { stdout: "", stderr: "" });
  const exit = await healCommand({ host: bed.host, paths, words, flags: { ...flags, isJson } });
  return { exit, out: bed.host.terminal.stdout, err: bed.host.terminal.stderr };
};

const untouched = (bed: TickBed): void => {
  bed.host.files.onChange = (method, path) => {
    throw new Error(`${method} ${path}`);
  };
};

describe("heal plan", () => {
  test("heal plan names the one change and its five steps, and changes nothing", async () => {
    const bed = createTickBed();
    bed.kill();
    untouched(bed);
    expect(await run(bed, ["plan"])).toEqual({
      exit: 0,
      err: "",
      out: [
        'restart-unit on gateway.service would be applied for "unit":',
        "  1 archive   close what stale attempts left",
        "  2 create    an attempt under the incident's and the recipe's one key",
        "  3 dry-run   exactly one change: /usr/bin/systemctl --system restart --no-block gateway.service",
        "  4 dispatch  that one",
        "  5 watch     until the sick checks are ok twice in a row",
        "",
      ].join("\n"),
    });
    expect([bed.restarts(), bed.received.length]).toEqual([0, 0]);
  });

  const cases = [
    { name: "nothing is red", config: configText, kill: false, want: "nothing would be healed: nothing is red\n" },
    {
      name: "it only observes",
      config: configText.replace("apply", "observe"),
      kill: true,
      want: 'restart-unit for "unit" would be refused: observe mode: planned and told only\n',
    },
    {
      name: "no rule covers it",
      config: configText.replace("on: [unit, gateway]", "on: [gateway]"),
      kill: true,
      want: 'nothing would be healed: no rule covers "unit"\n',
    },
  ] as const;
  for (const { name, config, kill, want } of cases)
    test(`heal plan says why not when ${name}`, async () => {
      const bed = createTickBed(config);
      if (kill) bed.kill();
      expect(await run(bed, ["plan"])).toEqual({ exit: 0, out: want, err: "" });
    });

  test("heal plan --json is one object", async () => {
    const bed = createTickBed();
    bed.kill();
    expect(JSON.parse((await run(bed, ["plan"], true)).out)).toEqual({
      outcome: "planned",
      recipe: "restart-unit",
      unit: "gateway.service",
      check: "unit",
      why: "",
      steps: [["/usr/bin/systemctl", "--system", "restart", "--no-block", "gateway.service"]],
      silences: [],
    });
  });

  test("heal plan tells the faults of a config, with 78", async () => {
    const { exit, err } = await run(createTickBed("chat: console\n"), ["plan"]);
    expect(exit).toBe(78);
    expect(err).toContain(':1:1: no checks: add at least one under "checks"');
  });
});

describe("heal unlatch", () => {
  const latched = (): TickBed => {
    const bed = createTickBed();
    writeHealState(bed.host, paths.state, {
      ...emptyHealState,
      latched: {
        "1:restart-unit": { at: "2026-11-23T02:00:00.000Z", moment: moment(), why: "the budget of 3 per 1 h is spent" },
      },
      attempts: [attempt(), attempt({ rule: "2:other" })],
    });
    return bed;
  };
  const healState = (bed: TickBed) => readHealState(bed.host, paths.state, moment(), true).value;

  test("heal unlatch lets the rule act again, with its budget, and says who did it in the log", async () => {
    const bed = latched();
    expect(await run(bed, ["unlatch", "1:restart-unit"])).toEqual({
      exit: 0,
      out: "1:restart-unit: unlatched\n",
      err: "",
    });
    const { latched: left, attempts } = healState(bed);
    expect(left).toEqual({});
    expect(attempts.map(({ rule, isSpent }) => ({ rule, isSpent }))).toEqual([
      { rule: "1:restart-unit", isSpent: true },
      { rule: "2:other", isSpent: undefined },
    ]);
    expect(JSON.parse(bed.host.files.text(paths.logFile) ?? "")).toMatchObject({
      event: "heal.unlatched",
      by: "uid:0",
      why: "1:restart-unit: the budget of 3 per 1 h is spent",
    });
    expect(verifyPlain(bed.host.files, [paths.logFile]).kind).toBe("whole");
  });

  test("heal unlatch names the latched rules when it is given another", async () => {
    for (const rule of ["2:other", "constructor"])
      expect(await run(latched(), ["unlatch", rule])).toEqual({
        exit: 64,
        out: "",
        err: `dogwatch: cannot unlatch "${rule}": it is not latched\n  Latched: 1:restart-unit\n`,
      });
  });

  test("heal unlatch changes nothing while a heal is running, nor without a record", async () => {
    const busy = latched();
    busy.host.files.lock(`${paths.state}/heal.lock`);
    expect(await run(busy, ["unlatch", "1:restart-unit"])).toMatchObject({
      exit: 73,
      err: expect.stringContaining("a heal is running"),
    });
    const full = latched();
    full.host.files.fail("append", /./u, "ENOSPC");
    expect(await run(full, ["unlatch", "1:restart-unit"])).toMatchObject({
      exit: 74,
      err: expect.stringContaining("no space left on device"),
    });
    for (const bed of [busy, full]) expect(Object.keys(healState(bed).latched)).toEqual(["1:restart-unit"]);
  });

  test("heal with other words says what there is", async () => {
    for (const words of [[], ["run"], ["unlatch"], ["plan", "x"], ["unlatch", "a", "b"]])
      expect(await run(createTickBed(), words)).toMatchObject({
        exit: 64,
        err: expect.stringContaining("There is: heal plan, heal run RECIPE, heal unlatch RULE"),
      });
  });
});
