import { describe, expect, test } from "bun:test";
import type { Config } from "../../src/config/config.ts";
import { type HealWork, healOne } from "../../src/heal/heal.ts";
import type { Healed } from "../../src/heal/healed.ts";
import { emptyHealState, type HealState } from "../../src/state/heal-state.ts";
import type { Judged } from "../../src/verdict/judge.ts";
import { unitFacts } from "../fake-facts.ts";
import { attempt, incident, judged, moment, recipe, rule } from "./bed.ts";
import { createHealBed, type HealBed, logFile } from "./heal-bed.ts";

interface Given {
  readonly judged?: readonly Judged[];
  readonly heal?: HealState;
  readonly config?: Partial<Config["heal"]>;
  readonly isDryRun?: boolean;
}

const work = (bed: HealBed, given: Given, onApply: (healed: Healed) => void = () => undefined): HealWork => {
  const all = given.judged ?? [judged()];
  const config: Config = {
    host: "web-1",
    confirmMs: 0,
    chat: { kind: "console" },
    deadman: null,
    checks: [],
    heal: { mode: "apply", rules: [rule()], ...given.config },
    remindEveryMs: 14_400_000,
    maintenance: [],
    silenceMaxMs: 86_400_000,
    log: { rotateBytes: 8_388_608, rotateEveryMs: 1, keepMs: 0 },
    report: null,
  };
  return {
    bench: bed.bench,
    source: {
      host: bed.host,
      config,
      rules: config.heal.rules,
      memory: () => undefined,
      now: bed.bench.now().moment,
      readRecipe: async () => recipe(),
    },
    judged: all,
    incidents: Object.fromEntries(all.map(({ name }) => [name, incident(name)])),
    heal: given.heal ?? emptyHealState,
    flapping: new Set(),
    silences: [],
    isDryRun: given.isDryRun ?? false,
    onApply,
  };
};

/** The unit answers before the heal as the old invocation, after it as a new one. */
const restartable = (bed: HealBed): void => {
  const before = unitFacts({ activeState: "failed", invocationId: "0a".repeat(16) });
  bed.host.systemd.units.set("gateway.service", before);
  bed.host.exec.script = () => {
    bed.host.systemd.units.set("gateway.service", unitFacts({ invocationId: "0b".repeat(16) }));
    return { kind: "exited", status: 0, stdout: "", stderr: "" };
  };
};

describe("healOne()", () => {
  test("healOne() applies the one recipe that fits and tells its outcome", async () => {
    const bed = createHealBed();
    restartable(bed);
    const applied: Healed[] = [];
    const healed = await healOne(work(bed, {}, (each) => applied.push(each)));
    expect(healed).toMatchObject({
      outcome: "healed",
      recipe: "restart-unit",
      unit: "gateway.service",
      check: "gateway",
      card: "unit-down",
    });
    expect(applied).toMatchObject([{ outcome: "watching", check: "gateway" }]);
    expect(bed.host.exec.ran).toHaveLength(1);
  });

  test("healOne() proves by the rule's red checks and all that is folded under them, and by no other", async () => {
    const bed = createHealBed();
    restartable(bed);
    const all = [
      judged(),
      judged({ name: "child", because: "gateway" }),
      judged({ name: "grandchild", because: "child" }),
      judged({ name: "process" }),
      judged({ name: "elsewhere" }),
      judged({ name: "amber", verdict: "amber", because: "gateway" }),
    ];
    const healed = await healOne(work(bed, { judged: all, config: { rules: [rule({ on: ["gateway", "process"] })] } }));
    expect([...healed.readings.keys()]).toEqual(["gateway", "process", "child", "grandchild", "amber"]);
  });

  test("healOne() plans in a dry run, and changes nothing", async () => {
    const bed = createHealBed();
    restartable(bed);
    const healed = await healOne(work(bed, { isDryRun: true }));
    expect(healed).toMatchObject({
      outcome: "planned",
      steps: [["/usr/bin/systemctl", "restart", "--no-block", "gateway.service"]],
    });
    expect(bed.trace).toEqual([]);
    expect(bed.host.files.paths()).toEqual([]);
  });

  test("healOne() does nothing when nothing is red, without asking systemd", async () => {
    const bed = createHealBed();
    const healed = await healOne(work(bed, { judged: [judged({ verdict: "unknown" })] }));
    expect(healed).toMatchObject({ outcome: "none", why: "nothing is red" });
    expect(bed.host.systemd.asked).toEqual([]);
  });

  test("healOne() tells of an attempt that a crash cut off, and repeats nothing", async () => {
    const bed = createHealBed();
    restartable(bed);
    const heal = { ...emptyHealState, attempts: [attempt({ outcome: "running", ended: null })] };
    const healed = await healOne(work(bed, { heal }));
    expect(healed).toMatchObject({
      outcome: "indeterminate",
      check: "gateway",
      recipe: "restart-unit",
      card: "unit-down",
    });
    expect(bed.trace).toEqual(["log heal.indeterminate", "save indeterminate"]);
    expect(healed.heal.attempts).toMatchObject([{ outcome: "indeterminate", ended: moment() }]);
    const next = await healOne(work(bed, { heal: healed.heal }));
    expect(next).toMatchObject({ outcome: "refused", why: "an attempt was cut off, and such a one is never repeated" });
    expect(bed.host.exec.ran).toEqual([]);
  });

  test("healOne() doesn't put files back after a crash, and tells where their copies lie", async () => {
    const bed = createHealBed();
    const folder = "/var/lib/dogwatch/backup/gateway-20261123T020500Z";
    const was = { sha256: "", mode: 0o600, uid: 0, gid: 0, copy: `${folder}/restart-unit-1-1-gateway.yaml` };
    const backup = [{ path: "/etc/gateway.yaml", user: null, was }];
    const heal = { ...emptyHealState, attempts: [attempt({ outcome: "running", ended: null, backup })] };
    bed.host.files.put("/etc/.gateway.yaml.77.tmp", "half");
    const { why } = await healOne(work(bed, { heal }));
    expect(bed.host.files.text("/etc/.gateway.yaml.77.tmp")).toBeUndefined();
    expect(why).toEndWith(`; it is probed and not repeated; copies of its files: "${folder}"`);
    expect([...why].length).toBeLessThanOrEqual(200);
    expect(bed.host.files.text("/etc/gateway.yaml")).toBeUndefined();
  });

  test("healOne() gives the next rule its turn when a recipe's files speak against it, and logs that once", async () => {
    const bed = createHealBed();
    restartable(bed);
    const restores = rule({ id: "restore", recipe: "restore", with: { file: "/etc/a" } });
    const made = recipe({
      name: "restore",
      params: { file: { type: "path", isRequired: true, default: null, choices: [] } },
      backup: ["{file}"],
      fileChange: { kind: "restore-kept", path: "{file}" },
    });
    const given = work(bed, { config: { rules: [restores, rule()] } });
    const readRecipe = async (name: string) => (name === "restore" ? made : recipe());
    const healed = await healOne({ ...given, source: { ...given.source, readRecipe } });
    expect(healed).toMatchObject({ outcome: "healed", recipe: "restart-unit" });
    expect(bed.events().filter((event) => event === "heal.refused")).toHaveLength(1);
    const log = bed.host.files.text(logFile) ?? "";
    expect(log).toContain('no copy of \\"/etc/a\\" that ran green has been kept yet');
  });

  test("healOne() watches on before it begins anything new", async () => {
    const bed = createHealBed();
    restartable(bed);
    bed.host.exec.script({ argv: [], timeoutMs: 1, maxOutputBytes: 1 });
    const heal = { ...emptyHealState, attempts: [attempt({ outcome: "watching", ended: null, started: moment(-30) })] };
    const healed = await healOne(work(bed, { heal, judged: [judged(), judged({ name: "other" })] }));
    expect(healed).toMatchObject({ outcome: "healed", check: "gateway", card: "unit-down" });
    expect(bed.host.exec.ran).toEqual([]);
  });

  test("healOne() gives each refused check its own reason", async () => {
    const bed = createHealBed();
    const all = [judged(), judged({ name: "other", evidence: "409 conflict" })];
    const rules = [rule(), rule({ id: "2:restart-unit", on: ["other"] })];
    const healed = await healOne(work(bed, { judged: all, config: { mode: "observe", rules } }));
    expect(healed.reasons).toEqual({
      gateway: { recipe: "restart-unit", why: "observe mode: planned and told only" },
      other: { recipe: "restart-unit", why: "observe mode: planned and told only" },
    });
    expect(healed).toMatchObject({ outcome: "refused", check: "gateway", recipe: "restart-unit" });
  });
});

describe("healOne() on refusals", () => {
  const refusedOnes = (bed: HealBed): readonly string[] =>
    (bed.host.files.text(logFile) ?? "")
      .split("\n")
      .filter((line) => line.includes("heal.refused"))
      .map((line) => String(JSON.parse(line).why));

  test("healOne() logs a refusal that repeats once, and counts it", async () => {
    const bed = createHealBed();
    let heal: HealState = { ...emptyHealState, attempts: [attempt({ key: "other/x", ended: moment(-10) })] };
    for (const passedMs of [60_000, 50_000, 300_000, 1000]) {
      heal = (await healOne(work(bed, { heal }))).heal;
      bed.host.clock.advance(passedMs);
    }
    expect(refusedOnes(bed)).toEqual(["in cooldown for 14 min 50 s more"]);
    expect(Object.values(heal.refusals)).toMatchObject([{ count: 4 }]);
    expect(bed.saved()).toEqual(heal);
  });

  test("healOne() logs another reason, with how often the one before came", async () => {
    const bed = createHealBed();
    let heal: HealState = emptyHealState;
    for (const mode of ["observe", "observe"] as const)
      heal = (await healOne(work(bed, { heal, config: { mode } }))).heal;
    bed.host.systemd.state = "stopping";
    await healOne(work(bed, { heal }));
    expect(refusedOnes(bed)).toEqual([
      "observe mode: planned and told only",
      'the host is stopping (the reason before, "observe mode: planned and told only", came 2 times)',
    ]);
  });

  test("healOne() latches a rule whose budget is spent, and says so each time", async () => {
    const bed = createHealBed();
    const attempts = [-3000, -2000, -1000].map((at) =>
      attempt({ key: `${at}/x`, started: moment(at), ended: moment(at) }),
    );
    const { heal, why } = await healOne(work(bed, { heal: { ...emptyHealState, attempts } }));
    const spent =
      'the budget of 3 per 1 h is spent: only alerts until "dogwatch heal unlatch 1:restart-unit" or a green day';
    expect(why).toBe(spent);
    expect(heal.latched).toMatchObject({ "1:restart-unit": { why: spent } });
    bed.host.clock.advance(7_200_000);
    const next = await healOne(work(bed, { heal }));
    expect(next.why).toBe(spent);
    expect(bed.host.exec.ran).toEqual([]);
  });
});
