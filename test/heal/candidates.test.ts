import { describe, expect, test } from "bun:test";
import type { Check, Config } from "../../src/config/config.ts";
import { type CandidateSource, findCandidates } from "../../src/heal/candidates.ts";
import { createFakeHost } from "../fake-host.ts";
import { judged, moment, recipe, rule } from "./bed.ts";

const scoped = recipe({
  params: {
    unit: { type: "unit", isRequired: true, default: null, choices: [] },
    scope: { type: "scope", isRequired: false, default: "system", choices: [] },
    user: { type: "user", isRequired: false, default: null, choices: [] },
  },
});

const unitCheck: Check = {
  name: "unit",
  kind: "unit",
  unit: { name: "gateway.service", scope: "system" },
  maxRestarts: 3,
  redAfter: 1,
  needs: [],
  graceMs: 0,
  severity: "red",
  card: null,
  as: null,
};

const source = (rules: Config["heal"]["rules"], more: Partial<CandidateSource> = {}): CandidateSource => ({
  host: createFakeHost(),
  config: {
    host: "web-1",
    confirmMs: 0,
    chat: { kind: "console" },
    deadman: null,
    checks: [unitCheck],
    heal: { mode: "apply", rules },
    remindEveryMs: 1,
    maintenance: [],
    silenceMaxMs: 86_400_000,
    log: { rotateBytes: 8_388_608, rotateEveryMs: 1, keepMs: 0 },
    report: null,
  },
  rules,
  memory: () => undefined,
  now: moment(),
  readRecipe: async () => scoped,
  ...more,
});

const remembered =
  (activeBoot: string): CandidateSource["memory"] =>
  (check) =>
    check === "unit" ? { activeBoot } : undefined;

describe("findCandidates()", () => {
  test("findCandidates() asks for the facts of the unit and manager that the rule names", async () => {
    const given = source([rule({ with: { unit: "gateway.service", scope: "user", user: "agents" } })]);
    const [found] = await findCandidates(given, [judged()]);
    expect(found).toMatchObject({
      target: { unit: "gateway.service", scope: "user", user: "agents" },
      runAs: "agents",
      facts: { unit: "gateway.service", loadState: "not-found" },
      steps: [["/usr/bin/systemctl", "restart", "--no-block", "gateway.service"]],
    });
  });

  const quiet = [
    { name: "green", given: judged({ verdict: "green" }) },
    { name: "amber", given: judged({ verdict: "amber" }) },
    { name: "unknown", given: judged({ verdict: "unknown" }) },
    { name: "folded under its red parent", given: judged({ because: "host" }) },
    { name: "red but no rule's", given: judged({ name: "other" }) },
  ] as const;
  for (const { name, given } of quiet)
    test(`findCandidates() reads no recipe and asks nothing for a check that is ${name}`, async () => {
      const wanted = source([rule()], {
        readRecipe: async () => {
          throw new Error("nobody asked for a recipe");
        },
      });
      expect(await findCandidates(wanted, [given])).toEqual([]);
    });

  const faults = [
    {
      name: "a recipe whose bytes are not the pinned ones",
      given: source([rule({ sha256: "cd".repeat(32) })]),
      want: `the recipe "restart-unit" was changed: its SHA-256 is ${"ab".repeat(8)}…, the rule pins ${"cd".repeat(8)}…`,
    },
    {
      name: "a recipe that can't be read",
      given: source([rule()], { readRecipe: async () => ({ kind: "fault", why: 'there is no recipe "x"' }) }),
      want: 'there is no recipe "x"',
    },
    {
      name: "a value that doesn't fit",
      given: source([rule({ with: { unit: "--force" } })]),
      want: 'the parameter "unit" is "--force", want a unit name such as "gateway.service"',
    },
  ] as const;
  for (const { name, given, want } of faults)
    test(`findCandidates() gives ${name} no step and no target`, async () => {
      const [found] = await findCandidates(given, [judged()]);
      expect(found).toMatchObject({ recipe: { kind: "fault", why: want }, steps: [], target: undefined });
    });

  test("findCandidates() tells what a manager that can't be asked says, short and inert", async () => {
    const host = createFakeHost();
    const said = `no\u001b[2J ${"x".repeat(9000)}`;
    const systemd = { ...host.systemd, show: async () => ({ kind: "failed", code: "EIO", why: said }) as const };
    const [found] = await findCandidates(source([rule()], { host: { ...host, systemd } }), [judged()]);
    const facts = found?.facts;
    const why = facts !== undefined && "why" in facts ? facts.why : "";
    expect(why).toStartWith("no x");
    expect(why.length).toBeLessThanOrEqual(200);
  });

  test("findCandidates() takes a pinned recipe whose bytes fit", async () => {
    const [found] = await findCandidates(source([rule({ sha256: "ab".repeat(32) })]), [judged()]);
    expect(found?.recipe).toEqual(scoped);
  });

  test("findCandidates() says when the unit's state can't be had", async () => {
    const host = createFakeHost();
    host.systemd.failure = { kind: "failed", code: "ENOENT", why: "there is no systemctl" };
    const [found] = await findCandidates(source([rule()], { host }), [judged()]);
    expect(found?.facts).toEqual({ kind: "fault", why: "there is no systemctl" });
  });

  test("findCandidates() remembers that a unit check saw the unit active, in this boot only", async () => {
    const seen = async (activeBoot: string) =>
      (await findCandidates(source([rule()], { memory: remembered(activeBoot) }), [judged()]))[0]?.wasSeenActive;
    expect(await seen("boot-1")).toBeTrue();
    expect(await seen("boot-0")).toBeFalse();
  });

  test("findCandidates() takes no other manager's unit of the same name for the one that was seen active", async () => {
    const given = source([rule({ with: { unit: "gateway.service", scope: "user", user: "agents" } })], {
      memory: remembered("boot-1"),
    });
    expect((await findCandidates(given, [judged()]))[0]?.wasSeenActive).toBeFalse();
  });
});
