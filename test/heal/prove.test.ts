import { describe, expect, test } from "bun:test";
import { type Proof, prove } from "../../src/heal/prove.ts";
import type { UnitFacts } from "../../src/host/host.ts";
import type { Reading } from "../../src/probes/probe.ts";
import { unitFacts } from "../fake-facts.ts";
import { createFakeHost, type FakeHost } from "../fake-host.ts";

const before = "0a".repeat(16);
const started = (facts: Partial<UnitFacts> = {}) => unitFacts({ invocationId: "0b".repeat(16), ...facts });
const reading = (kind: Reading["kind"], evidence: string = kind): Reading => ({ kind, evidence, durationMs: 1 });

interface Given {
  /** What each look sees, one after the other; the last one lasts. */
  readonly looks?: readonly Reading["kind"][];
  /** The unit before each look, likewise. */
  readonly units?: readonly UnitFacts[];
  readonly proof?: Partial<Proof>;
}

const at = <Item>(items: readonly Item[], place: number): Item | undefined => items[Math.min(place, items.length - 1)];

const run = async ({ looks = ["ok"], units = [started()], proof }: Given, host: FakeHost = createFakeHost()) => {
  let [looked, shown] = [0, 0];
  const proved = await prove({
    host: {
      ...host,
      systemd: {
        ...host.systemd,
        show: async (manager, names) => {
          const facts = at(units, shown++);
          if (facts !== undefined) host.systemd.units.set(facts.unit, facts);
          return await host.systemd.show(manager, names, 1);
        },
      },
    },
    target: { unit: "gateway.service", scope: "system" },
    invocationBefore: before,
    everyMs: 2000,
    watchMs: 90_000,
    withinMs: 60_000,
    look: async () => new Map([["gateway", reading(at(looks, looked++) ?? "unknown")]]),
    ...proof,
  });
  return { ...proved, looked, tookMs: host.clock.monotonicMs() };
};

describe("prove()", () => {
  const cases: readonly { readonly name: string; readonly given: Given; readonly want: object }[] = [
    {
      name: "wants ok twice in a row",
      given: { looks: ["ok", "ok"] },
      want: { kind: "proved", looked: 2, tookMs: 4000, why: "ok 2 times in a row: gateway: ok" },
    },
    {
      name: "counts anew after a bad look",
      given: { looks: ["ok", "bad", "ok", "ok"] },
      want: { kind: "proved", looked: 4 },
    },
    {
      name: "counts anew after an unknown look",
      given: { looks: ["ok", "unknown", "ok", "ok"] },
      want: { kind: "proved", looked: 4 },
    },
    {
      name: "fails when its time is up, and says what was still wrong",
      given: { looks: ["bad"] },
      want: { kind: "failed", why: "gateway: bad", looked: 30, tookMs: 60_000 },
    },
    {
      name: "fails on ok that is never twice in a row",
      given: { looks: ["ok", "bad"], proof: { withinMs: 4000 } },
      want: { kind: "failed", why: "gateway: bad" },
    },
    {
      name: "looks twice at least, however short its time",
      given: { looks: ["ok", "ok"], proof: { withinMs: 0 } },
      want: { kind: "proved", looked: 2 },
    },
    {
      name: "is watching when only this tick's time is up",
      given: { looks: ["bad"], proof: { withinMs: 300_000 } },
      want: { kind: "watching", why: "gateway: bad", looked: 45, tookMs: 90_000 },
    },
    {
      name: "is watching when this tick has no time for a look, even if its own time is up",
      given: { proof: { withinMs: 0, watchMs: 1000 } },
      want: { kind: "watching", why: "not looked at again yet", looked: 0 },
    },
    {
      name: "fails at this tick's end when its own time ends before",
      given: { looks: ["bad"], proof: { withinMs: 5000, watchMs: 5000 } },
      want: { kind: "failed" },
    },
    {
      name: "wants a new invocation: checks that are well on the old one prove nothing",
      given: { units: [unitFacts({ invocationId: before })] },
      want: { kind: "failed", why: '"gateway.service" has not been started anew' },
    },
    {
      name: "waits for the new invocation",
      given: {
        units: [
          unitFacts({ invocationId: before }),
          unitFacts({ activeState: "deactivating", subState: "stop" }),
          started(),
        ],
      },
      want: { kind: "proved", looked: 4 },
    },
    {
      name: "waits while the unit is activating",
      given: { units: [started({ activeState: "activating", subState: "start-pre" }), started()] },
      want: { kind: "proved", looked: 3 },
    },
    {
      name: "waits while a job is queued, though the unit runs",
      given: { units: [started({ hasJob: true }), started()] },
      want: { kind: "proved", looked: 3 },
    },
    {
      name: "ends at once when the new invocation ends failed",
      given: { units: [started({ activeState: "failed", subState: "failed" })] },
      want: { kind: "failed", why: '"gateway.service" failed (success)', looked: 0, tookMs: 2000 },
    },
    {
      name: "doesn't take the old invocation's failure for the new one's",
      given: { units: [unitFacts({ invocationId: before, activeState: "failed", subState: "failed" }), started()] },
      want: { kind: "proved", looked: 3 },
    },
    {
      name: "doesn't end on a failed unit that has a job",
      given: { units: [started({ activeState: "failed", hasJob: true }), started()] },
      want: { kind: "proved" },
    },
    {
      name: "takes a oneshot service that ran anew and ended well",
      given: { units: [started({ serviceType: "oneshot", activeState: "inactive", subState: "dead" })] },
      want: { kind: "proved", looked: 2 },
    },
    {
      name: "doesn't take another service that ran anew and ended",
      given: { units: [started({ activeState: "inactive", subState: "dead" })] },
      want: { kind: "failed", why: '"gateway.service" is inactive (dead)' },
    },
    {
      name: "takes any invocation when the one before isn't known",
      given: { units: [unitFacts({ invocationId: before })], proof: { invocationBefore: null } },
      want: { kind: "proved", looked: 2 },
    },
    {
      name: "needs no unit where the recipe changes none",
      given: { proof: { target: undefined } },
      want: { kind: "proved", looked: 2 },
    },
    {
      name: "proves nothing by a look at nothing",
      given: { proof: { withinMs: 4000, look: async () => new Map() } },
      want: { kind: "failed" },
    },
  ];
  for (const { name, given, want } of cases)
    test(`prove() ${name}`, async () => {
      expect(await run(given)).toMatchObject(want);
    });

  test("prove() wants all the sick checks well at once", async () => {
    let looked = 0;
    const proved = await run({
      proof: {
        look: async () => {
          looked += 1;
          return new Map([
            ["gateway", reading("ok")],
            ["process", reading(looked === 3 ? "bad" : "ok", "no live process")],
          ]);
        },
        withinMs: 4000,
      },
    });
    expect(proved).toMatchObject({ kind: "proved" });
    expect(proved.kind === "proved" ? [...proved.readings.keys()] : []).toEqual(["gateway", "process"]);
  });

  test("prove() waits when systemctl doesn't answer, and asks the manager that the target names", async () => {
    const host = createFakeHost();
    host.systemd.failure = { kind: "failed", code: "TIMEOUT", why: "systemctl did not answer" };
    const target = { unit: "gateway.service", scope: "user", user: "agents" } as const;
    expect(await run({ proof: { target } }, host)).toMatchObject({ kind: "failed", why: "systemctl did not answer" });
    expect(host.systemd.asked[0]).toEqual({ manager: { scope: "user", user: "agents" }, units: ["gateway.service"] });
  });
});
