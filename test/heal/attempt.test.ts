import { describe, expect, test } from "bun:test";
import { attemptHeal, resumeWatch } from "../../src/heal/attempt.ts";
import type { Ran } from "../../src/host/host.ts";
import { emptyHealState } from "../../src/state/heal-state.ts";
import { unitFacts } from "../fake-facts.ts";
import { attempt } from "./bed.ts";
import { applicable, createHealBed, type HealBed, logFile } from "./heal-bed.ts";

const heal = async (bed: HealBed, given: Parameters<typeof applicable>[0] = {}, before = emptyHealState) =>
  await attemptHeal(bed.bench, before, applicable(given), ["gateway"]);

const lines = (bed: HealBed): readonly Record<string, unknown>[] =>
  (bed.host.files.text(logFile) ?? "")
    .trim()
    .split("\n")
    .map((line): Record<string, unknown> => JSON.parse(line));

describe("attemptHeal()", () => {
  test("attemptHeal() writes the intent down before the command and the outcome after it", async () => {
    const bed = createHealBed();
    const outcome = await heal(bed);
    expect(outcome).toMatchObject({ kind: "healed", why: "ok 2 times in a row: gateway: it is ok" });
    expect([...outcome.readings.keys()]).toEqual(["gateway"]);
    expect(bed.trace).toEqual([
      "log heal.archived",
      "log heal.created",
      "log heal.planned",
      "save running",
      "log heal.dispatched",
      "run /usr/bin/systemctl restart --no-block gateway.service",
      "look",
      "look",
      "log heal.proved",
      "save healed",
    ]);
    expect(bed.isWhole()).toBeTrue();
    expect(bed.saved()).toEqual(outcome.heal);
  });

  test("attemptHeal() tells the log who, what, on what and by which files", async () => {
    const bed = createHealBed();
    await heal(bed, { candidate: { facts: unitFacts({ mainPid: 4711 }) } });
    const key = "gateway-20261123T020500Z/restart-unit";
    const common = {
      host: "web-1",
      boot: "boot-1",
      by: "helper",
      incident: "gateway-20261123T020500Z",
      check: "gateway",
      recipe: "restart-unit",
      key,
      attempt: 1,
    };
    expect(lines(bed)).toMatchObject([
      { seq: 1, ...common, event: "heal.archived", why: "0 stale attempts closed" },
      {
        ...common,
        event: "heal.created",
        recipe_sha256: "ab".repeat(32),
        config_sha256: "c0".repeat(32),
        binary_sha256: "b1".repeat(32),
        budget_left: 2,
      },
      {
        ...common,
        event: "heal.planned",
        argv: ["/usr/bin/systemctl", "restart", "--no-block", "gateway.service"],
        target: { unit: "gateway.service", pid: 4711 },
      },
      { ...common, event: "heal.dispatched", argv: ["/usr/bin/systemctl", "restart", "--no-block", "gateway.service"] },
      { seq: 5, ...common, event: "heal.proved", proof: "ok 2 times in a row: gateway: it is ok" },
    ]);
  });

  test("attemptHeal() closes what older attempts left open", async () => {
    const bed = createHealBed();
    const open = [
      attempt({ key: "a/x", outcome: "running" }),
      attempt({ key: "b/x", outcome: "watching" }),
      attempt({ key: "c/x" }),
    ];
    const outcome = await heal(bed, {}, { ...emptyHealState, attempts: open });
    expect(outcome.heal.attempts.map((each) => each.outcome)).toEqual([
      "indeterminate",
      "indeterminate",
      "failed",
      "healed",
    ]);
    expect(lines(bed)[0]).toMatchObject({ event: "heal.archived", why: "2 stale attempts closed" });
  });

  const broken: readonly { readonly name: string; readonly given: Ran; readonly want: object }[] = [
    {
      name: "exits with another status than 0",
      given: { kind: "exited", status: 5, stdout: "", stderr: "Unit x not\nfound.\u001b[0m" },
      want: { exit: 5, why: '"/usr/bin/one a" ended with 5: "Unit x not found."' },
    },
    {
      name: "is killed",
      given: { kind: "signalled", signal: "SIGKILL", stdout: "", stderr: "" },
      want: { exit: "SIGKILL", why: '"/usr/bin/one a" ended with SIGKILL' },
    },
    {
      name: "doesn't end in time",
      given: { kind: "timed-out", stdout: "", stderr: "" },
      want: { exit: "timeout", why: '"/usr/bin/one a" ended with timeout: it did not end in time' },
    },
    {
      name: "can't be started",
      given: { kind: "failed", code: "ENOENT", why: "no such file" },
      want: { exit: "ENOENT", why: '"/usr/bin/one a" ended with ENOENT: no such file' },
    },
  ];
  for (const { name, given, want } of broken)
    test(`attemptHeal() stops at a step that ${name}, and has failed without a proof`, async () => {
      const bed = createHealBed();
      bed.host.exec.script = () => given;
      const outcome = await heal(bed, { candidate: { steps: [["/usr/bin/one", "a"], ["/usr/bin/two"]] } });
      expect(outcome).toMatchObject({ kind: "failed" });
      expect(bed.host.exec.ran.map(({ argv }) => argv[0])).toEqual(["/usr/bin/one"]);
      expect(lines(bed).at(-1)).toMatchObject({ event: "heal.failed", ...want });
      expect(bed.trace).not.toContain("look");
      expect(bed.saved().attempts).toMatchObject([{ outcome: "failed", ended: { bootId: "boot-1" } }]);
    });

  test("attemptHeal() gives all steps together the recipe's time, and each the recipe's user", async () => {
    const bed = createHealBed();
    bed.host.exec.script = () => {
      bed.host.clock.advance(20_000);
      return { kind: "exited", status: 0, stdout: "", stderr: "" };
    };
    await heal(bed, {
      candidate: { steps: [["/usr/bin/one"], ["/usr/bin/two"], ["/usr/bin/three"]], runAs: "agents" },
    });
    expect(bed.host.exec.ran.map(({ timeoutMs, user }) => ({ timeoutMs, user }))).toEqual([
      { timeoutMs: 30_000, user: "agents" },
      { timeoutMs: 10_000, user: "agents" },
      { timeoutMs: 1, user: "agents" },
    ]);
  });

  test("attemptHeal() doesn't believe a command's exit status 0", async () => {
    const bed = createHealBed();
    bed.reading = "bad";
    expect(await heal(bed)).toMatchObject({
      kind: "failed",
      why: "not well within 1 min: gateway: it is bad; one more try follows after the cooldown",
    });
    expect(lines(bed).at(-1)).toMatchObject({
      event: "heal.failed",
      proof: "gateway: it is bad",
      why: "not well within 1 min",
    });
  });
});

describe("attemptHeal() without a record", () => {
  const cases = [
    {
      name: "the log can't be written",
      given: { method: "append", path: /heal\.jsonl/u },
      want: "the heal log cannot be written: no space left on device",
    },
    {
      name: "the heal state can't be written",
      given: { method: "replace", path: /heal\.json$/u },
      want: "the heal state cannot be written: no space left on device",
    },
  ] as const;
  for (const { name, given, want } of cases)
    test(`attemptHeal() runs nothing when ${name}`, async () => {
      const bed = createHealBed();
      bed.host.files.fail(given.method, given.path, "ENOSPC");
      const outcome = await heal(bed);
      expect(outcome).toMatchObject({ kind: "refused", why: want, heal: emptyHealState });
      expect(bed.host.exec.ran).toEqual([]);
      expect(bed.saved().attempts).toEqual([]);
      expect(bed.isWhole()).toBeTrue();
    });

  test("attemptHeal() tells the log that an attempt it created came to nothing", async () => {
    const bed = createHealBed();
    bed.host.files.fail("replace", /heal\.json$/u, "ENOSPC");
    await heal(bed);
    expect(lines(bed).at(-1)).toMatchObject({
      event: "heal.refused",
      attempt: 1,
      why: "the heal state cannot be written: no space left on device",
    });
  });

  test("attemptHeal() runs nothing when the log fills up before the intent, and takes the attempt back", async () => {
    const bed = createHealBed();
    let appends = 0;
    bed.host.files.onChange = (method) => {
      if (method === "append" && ++appends === 2) bed.host.files.fail("append", /heal\.jsonl/u, "ENOSPC");
    };
    expect(await heal(bed)).toMatchObject({ kind: "refused" });
    expect(bed.host.exec.ran).toEqual([]);
    expect(bed.saved().attempts).toEqual([]);
  });

  test("attemptHeal() tells how it ended even when that can't be written down any more", async () => {
    const bed = createHealBed();
    bed.host.exec.script = () => {
      bed.host.files.fail("append", /./u, "ENOSPC");
      bed.host.files.fail("replace", /./u, "ENOSPC");
      return { kind: "exited", status: 0, stdout: "", stderr: "" };
    };
    expect(await heal(bed)).toMatchObject({ kind: "healed" });
    expect(bed.saved().attempts).toMatchObject([{ outcome: "running" }]);
  });
});

describe("resumeWatch()", () => {
  const later = async (bed: HealBed, leftS: number) => {
    const [last] = bed.saved().attempts;
    if (last === undefined) throw new Error("no attempt was saved");
    return await resumeWatch(bed.bench, bed.saved(), last, leftS);
  };

  test("resumeWatch() proves over ticks what didn't end in one", async () => {
    const bed = createHealBed();
    bed.reading = "bad";
    bed.watchMs = 10_000;
    expect(await heal(bed)).toMatchObject({ kind: "watching" });
    expect(bed.saved().attempts).toMatchObject([{ outcome: "watching", ended: null }]);
    expect(await later(bed, 50)).toMatchObject({ kind: "watching" });
    bed.reading = "ok";
    expect(await later(bed, 40)).toMatchObject({ kind: "healed" });
    expect(bed.host.exec.ran).toHaveLength(1);
    expect(bed.events()).toEqual(["heal.archived", "heal.created", "heal.planned", "heal.dispatched", "heal.proved"]);
  });

  test("resumeWatch() looks twice before it gives up a proof whose time ended between the ticks", async () => {
    const bed = createHealBed();
    bed.reading = "bad";
    bed.watchMs = 10_000;
    await heal(bed);
    bed.reading = "ok";
    expect(await later(bed, -200)).toMatchObject({ kind: "healed" });
  });

  test("resumeWatch() fails when the time is up and the check still sick", async () => {
    const bed = createHealBed();
    bed.reading = "bad";
    bed.watchMs = 10_000;
    await heal(bed);
    expect(await later(bed, -200)).toMatchObject({ kind: "failed" });
    expect(bed.saved().attempts).toMatchObject([{ outcome: "failed", ended: { bootId: "boot-1" } }]);
  });
});

test("attemptHeal() promises no second try that the budget can't pay for", async () => {
  const bed = createHealBed();
  bed.reading = "bad";
  const spent = { ...applicable({ recipe: { proof: { withinMs: 1000, everyMs: 100 } } }), budgetLeft: 0 };
  const { kind, why } = await attemptHeal(bed.bench, emptyHealState, spent, ["gateway"]);
  expect(kind).toBe("failed");
  expect(why).toContain("the budget is spent: no more tries until");
  expect(why).not.toContain("one more try");
});
