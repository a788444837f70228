import { describe, expect, test } from "bun:test";
import { type Deciding, type Decision, decide } from "../../src/alert/decide.ts";
import { type ReasonName, reasonText } from "../../src/alert/reason.ts";
import type { CheckState, Flap, Incident } from "../../src/state/state.ts";
import type { Judged } from "../../src/verdict/judge.ts";
import { judged } from "../heal/bed.ts";

const now = { at: "2026-11-23T02:10:00.000Z", bootId: "boot-1", uptimeS: 100_000 };
const hour = 3600;

const incident = (agoS: number, facts: Partial<Incident> = {}): Incident => ({
  id: "gateway-20261123T020500Z",
  check: "gateway",
  openedAt: "2026-11-23T02:05:00.000Z",
  lastTold: { bootId: "boot-1", uptimeS: now.uptimeS - agoS },
  ...facts,
});

const before = (facts: Partial<CheckState>): Readonly<Record<string, CheckState>> => ({
  gateway: {
    ...{ verdict: "red", reading: "bad", evidence: "", since: "", ticks: 1, badTicks: 1, isUnknownTold: false },
    ...facts,
  },
});

/** A history whose newest state was seen a tick ago. */
const flapOf = (states: string, isFlapping: boolean, isTold: boolean): Flap => ({
  ...{ states, isFlapping, since: "2026-11-23T01:00:00.000Z", reds: 3 },
  ...{ at: { bootId: "boot-1", uptimeS: now.uptimeS - 300 }, ...(isTold ? { isTold: true as const } : {}) },
});

const flap = (...of: Parameters<typeof flapOf>): Readonly<Record<string, Flap>> => ({ gateway: flapOf(...of) });

const of = (facts: Partial<Judged>): readonly Judged[] => [judged(facts)];
const known = { gateway: incident(300) };
const green = of({ verdict: "green" });
const unknown = (ticks: number): readonly Judged[] => of({ verdict: "unknown", ticks });

const silence = {
  ...{ check: "gateway", from: "2026-11-23T01:00:00.000Z", until: "2026-11-23T02:08:00.000Z" },
  ...{ reason: "we move it", by: "uid:0" },
};

/** Each reason with the least that brings it about; `tells`: the kind of message, null for silence. */
const cases: readonly {
  readonly reason: ReasonName;
  readonly given: Partial<Deciding>;
  readonly tells: Decision["kind"] | null;
  readonly by?: string;
}[] = [
  { reason: "first", given: {}, tells: "red" },
  { reason: "taken-up", given: { logged: { gateway: { id: "gateway-old", openedAt: "" } } }, tells: "red" },
  { reason: "reminder", given: { incidents: { gateway: incident(4 * hour) } }, tells: "reminder" },
  {
    reason: "more-findings",
    given: { incidents: { gateway: incident(300, { told: ["stuck"] }) }, judged: of({ findings: ["ghost"] }) },
    tells: "reminder",
  },
  {
    reason: "rebooted",
    given: { incidents: { gateway: incident(0, { lastTold: { bootId: "boot-0", uptimeS: 5 } }) } },
    tells: "reminder",
  },
  { reason: "recovered", given: { judged: green, incidents: known }, tells: "recovered" },
  {
    reason: "measured-again",
    given: { judged: green, checks: before({ verdict: "unknown", isUnknownTold: true }) },
    tells: "recovered",
  },
  { reason: "unknown", given: { judged: unknown(3) }, tells: "unknown" },
  { reason: "first", given: { flaps: flap("grg", false, false) }, tells: "red" },
  { reason: "flapping-begins", given: { flaps: flap("grgrg", false, false) }, tells: "flapping" },
  {
    reason: "flapping-begins",
    given: { judged: green, incidents: known, flaps: flap("grgr", false, false) },
    tells: "flapping",
  },
  {
    reason: "flapping-reminder",
    given: { incidents: { gateway: incident(4 * hour) }, flaps: flap("grgrgr", true, true) },
    tells: "flapping",
  },
  {
    reason: "more-findings",
    given: {
      ...{ incidents: { gateway: incident(300, { told: ["stuck"] }) }, flaps: flap("grgrgr", true, true) },
      judged: of({ findings: ["ghost"] }),
    },
    tells: "flapping",
  },
  {
    reason: "flapping-red",
    given: {
      ...{ incidents: { gateway: incident(300, { isToldWell: true }) }, flaps: flap("grgrrr", true, true) },
      judged: of({ ticks: 4 }),
    },
    tells: "flapping",
  },
  { reason: "flapping-goes-on", given: { incidents: known, flaps: flap("grgrg", true, true) }, tells: null },
  {
    reason: "flapping-goes-on",
    given: { judged: green, incidents: known, flaps: flap("grgrgr", true, true) },
    tells: null,
  },
  {
    reason: "flapping-ends",
    given: { judged: green, incidents: known, flaps: flap(`r${"g".repeat(20)}`, true, true) },
    tells: "recovered",
  },
  {
    reason: "flapping-ends",
    given: { incidents: known, flaps: flap(`g${"r".repeat(20)}`, true, true) },
    tells: "reminder",
  },
  {
    reason: "recovered",
    given: {
      ...{ judged: green, incidents: known, flaps: flap("grgrgr", true, true) },
      healed: new Set(["gateway-20261123T020500Z"]),
    },
    tells: "recovered",
  },
  {
    reason: "silence-over",
    given: { incidents: known, hushed: { gateway: silence } },
    tells: "reminder",
  },
  {
    reason: "silence-over",
    given: { incidents: known, hushed: { gateway: silence }, flaps: flap("grgrgr", true, true) },
    tells: "flapping",
  },
  {
    reason: "first",
    given: { hushed: { gateway: silence } },
    tells: "red",
  },
  { reason: "well", given: { judged: green }, tells: null },
  { reason: "below-threshold", given: { judged: of({ verdict: "amber" }), incidents: known }, tells: null },
  { reason: "not-due", given: { incidents: known }, tells: null },
  { reason: "in-grace", given: { judged: of({ isInGrace: true }), checks: before({}) }, tells: null },
  { reason: "folded", given: { judged: of({ because: "host" }) }, tells: null, by: "host" },
  {
    reason: "flapping-need",
    given: {
      judged: [judged({ name: "host", verdict: "green" }), judged()],
      incidents: { host: incident(300, { id: "host-1", check: "host" }) },
      flaps: { host: flapOf("grgrg", true, true) },
      needs: { gateway: ["host"] },
    },
    tells: null,
    by: "host",
  },
  {
    reason: "unknown-need",
    given: { judged: [judged({ name: "host", verdict: "unknown" }), ...unknown(9)], needs: { gateway: ["host"] } },
    tells: null,
    by: "host",
  },
  { reason: "unknown-not-yet", given: { judged: unknown(2) }, tells: null },
  {
    reason: "unknown-told",
    given: { judged: unknown(9), checks: before({ verdict: "unknown", isUnknownTold: true }) },
    tells: null,
  },
  {
    reason: "heal-watched",
    given: { judged: green, incidents: known, watched: new Set(["gateway"]) },
    tells: null,
  },
  {
    reason: "of-a-heal",
    given: {
      judged: [judged({ name: "host" }), judged()],
      incidents: { host: incident(300, { id: "host-1", check: "host" }) },
      patients: { gateway: "host-1" },
    },
    tells: null,
    by: "host",
  },
  { reason: "silenced", given: { silenced: new Set(["gateway"]) }, tells: null },
  { reason: "silenced", given: { silenced: new Set(["gateway"]), judged: unknown(3) }, tells: null },
];

const reasonOf = (given: Partial<Deciding>) =>
  decide({
    ...{ judged: [judged()], checks: {}, incidents: {}, logged: {}, watched: new Set<string>(), now },
    remindEveryMs: 4 * hour * 1000,
    ...given,
  }).reasons.find(({ check }) => check === "gateway");

describe("decide() on its reasons", () => {
  for (const { reason, given, tells, by } of cases)
    test(`decide() ${tells === null ? "says nothing" : `tells ${tells}`}: ${reason}`, () => {
      expect(reasonOf(given)).toEqual({
        check: "gateway",
        tells,
        reason: by === undefined ? { name: reason } : { name: reason, by },
      });
    });

  test("decide() gives every check one reason, in the config's order", () => {
    const all = [judged({ name: "b" }), judged({ name: "a", verdict: "green" }), judged({ name: "c", because: "b" })];
    const { reasons } = decide({
      ...{ judged: all, checks: {}, incidents: {}, logged: {}, watched: new Set<string>(), now, remindEveryMs: 1 },
    });
    expect(reasons.map(({ check, reason }) => `${check} ${reason.name}`)).toEqual(["b first", "a well", "c folded"]);
  });
});

describe("reasonText()", () => {
  test("reasonText() begins with the name and says what it means and by whom", () => {
    expect(reasonText({ name: "folded", by: "host" })).toBe('folded: a red check that it needs speaks for it ("host")');
  });
});
