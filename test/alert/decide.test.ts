import { describe, expect, test } from "bun:test";
import { type Deciding, decide } from "../../src/alert/decide.ts";
import { endedLately, incidentId } from "../../src/alert/incident.ts";
import type { CheckState, Incident } from "../../src/state/state.ts";
import type { Judged } from "../../src/verdict/judge.ts";
import { judged } from "../heal/bed.ts";

const hour = 3600;
const now = { at: "2026-11-23T02:10:00.000Z", bootId: "boot-1", uptimeS: 100_000 };

const incident = (facts: Partial<Incident> = {}): Incident => ({
  id: "gateway-20261123T020500Z",
  check: "gateway",
  openedAt: "2026-11-23T02:05:00.000Z",
  lastTold: { bootId: "boot-1", uptimeS: 99_700 },
  ...facts,
});

const toldUnknown: CheckState = {
  verdict: "unknown",
  reading: "unknown",
  evidence: "",
  since: "",
  ticks: 3,
  badTicks: 0,
  isUnknownTold: true,
};

const run = (given: Partial<Deciding> = {}) =>
  decide({
    judged: [judged()],
    checks: {},
    incidents: {},
    logged: {},
    watched: new Set(),
    remindEveryMs: 4 * hour * 1000,
    now,
    ...given,
  });

const words = (given: Partial<Deciding>) => {
  const { tell, opened, ended, incidents, unknownTold } = run(given);
  return {
    tell: tell.map(({ kind, check }) => `${kind} ${check}`),
    opened: opened.map(({ id }) => id),
    ended: ended.map(({ why }) => why),
    open: Object.keys(incidents),
    unknownTold: [...unknownTold],
  };
};

const silent = { tell: [], opened: [], ended: [], open: [], unknownTold: [] };
const isOpen = { gateway: incident() };
const toldAgo = (seconds: number, bootId = "boot-1") => ({
  gateway: incident({ lastTold: { bootId, uptimeS: now.uptimeS - seconds } }),
});
const of = (facts: Partial<Judged>): readonly Judged[] => [judged(facts)];

const cases: readonly { readonly name: string; readonly given: Partial<Deciding>; readonly want: object }[] = [
  {
    name: "opens an incident for a red check",
    given: {},
    want: { ...silent, tell: ["red gateway"], opened: ["gateway-20261123T021000Z"], open: ["gateway"] },
  },
  {
    name: "tells again at once when something else goes wrong",
    given: {
      incidents: { gateway: incident({ told: ["re-blocked"] }) },
      judged: of({ findings: ["re-blocked", "stuck"] }),
    },
    want: { ...silent, tell: ["reminder gateway"], open: ["gateway"] },
  },
  {
    name: "says nothing again of findings that were told",
    given: { incidents: { gateway: incident({ told: ["re-blocked", "stuck"] }) }, judged: of({ findings: ["stuck"] }) },
    want: { ...silent, open: ["gateway"] },
  },
  { name: "says nothing of a green check", given: { judged: of({ verdict: "green" }) }, want: silent },
  { name: "says nothing of an amber check", given: { judged: of({ verdict: "amber" }) }, want: silent },
  { name: "says nothing of a folded check", given: { judged: of({ because: "host" }) }, want: silent },
  {
    name: "says nothing of an incident that is known and was told lately",
    given: { incidents: isOpen },
    want: { ...silent, open: ["gateway"] },
  },
  {
    name: "reminds at its time",
    given: { incidents: toldAgo(4 * hour) },
    want: { ...silent, tell: ["reminder gateway"], open: ["gateway"] },
  },
  {
    name: "doesn't remind a second before its time",
    given: { incidents: toldAgo(4 * hour - 1) },
    want: { ...silent, open: ["gateway"] },
  },
  {
    name: "reminds after a reboot once the new boot is as old as the interval",
    given: { incidents: toldAgo(0, "boot-0"), now: { ...now, uptimeS: 4 * hour } },
    want: { ...silent, tell: ["reminder gateway"], open: ["gateway"] },
  },
  {
    name: "tells once after a reboot that it is still red",
    given: { incidents: toldAgo(9 * hour, "boot-0"), now: { ...now, uptimeS: 60 } },
    want: { ...silent, tell: ["reminder gateway"], open: ["gateway"] },
  },
  {
    name: "waits for the start grace before it tells after a reboot that it is still red",
    given: {
      ...{ incidents: toldAgo(9 * hour, "boot-0"), now: { ...now, uptimeS: 60 } },
      judged: of({ isInGrace: true }),
    },
    want: { ...silent, open: ["gateway"] },
  },
  {
    name: "tells that a red check is well again",
    given: { judged: of({ verdict: "green" }), incidents: isOpen },
    want: { ...silent, tell: ["recovered gateway"], ended: ["the check is green again"] },
  },
  {
    name: "keeps an incident open while its check is amber",
    given: { judged: of({ verdict: "amber" }), incidents: isOpen },
    want: { ...silent, open: ["gateway"] },
  },
  {
    name: "keeps an incident open while its check is unknown",
    given: { judged: of({ verdict: "unknown", ticks: 1 }), incidents: isOpen },
    want: { ...silent, open: ["gateway"] },
  },
  {
    name: "ends an incident in its parent's when its check folds under a red one",
    given: { judged: [judged({ name: "host" }), ...of({ because: "host" })], incidents: isOpen },
    want: {
      ...{ ...silent, tell: ["red host"], opened: ["host-20261123T021000Z"] },
      ...{ open: ["host"], ended: ['folded under "host"'] },
    },
  },
  {
    name: "keeps an incident open without a word when its check folds under a red parent that is silenced",
    given: {
      ...{ judged: [judged({ name: "host" }), ...of({ because: "host" })], incidents: isOpen },
      silenced: new Set(["host"]),
    },
    want: { ...silent, open: ["gateway"] },
  },
  {
    name: "keeps an incident open without a word when its check folds under a parent that says nothing yet",
    given: { judged: of({ because: "host" }), incidents: isOpen },
    want: { ...silent, open: ["gateway"] },
  },
  {
    name: "gives a check its start grace that was red and folded until now",
    given: { judged: of({ isInGrace: true }), checks: { gateway: { ...toldUnknown, verdict: "red" } } },
    want: { ...silent, unknownTold: ["gateway"] },
  },
  {
    name: "tells a check that can't be measured and not those that need it and can't be measured either",
    given: {
      judged: [
        judged({ name: "host", verdict: "unknown", ticks: 3 }),
        ...of({ verdict: "unknown", ticks: 3 }),
        judged({ name: "board", verdict: "unknown", ticks: 9 }),
      ],
      needs: { gateway: ["host"], board: ["gateway"] },
    },
    want: { ...silent, tell: ["unknown host"], unknownTold: ["host"] },
  },
  {
    name: "tells a red check whose need can't be measured",
    given: {
      ...{ judged: [judged({ name: "host", verdict: "unknown", ticks: 1 }), judged()], needs: { gateway: ["host"] } },
    },
    want: { ...silent, tell: ["red gateway"], opened: ["gateway-20261123T021000Z"], open: ["gateway"] },
  },
  {
    name: "ends an incident without a word when its check left the config",
    given: { judged: [], incidents: isOpen },
    want: { ...silent, ended: ["the check is no longer in the config"] },
  },
  {
    name: "takes an incident up again that the log holds open, and tells it anew",
    given: { logged: { gateway: { id: "gateway-old", openedAt: "2026-11-22T10:00:00.000Z" } } },
    want: { ...silent, tell: ["red gateway"], open: ["gateway"] },
  },
  {
    name: "ends an incident that only the log holds open when its check is green, and tells it",
    given: {
      judged: of({ verdict: "green" }),
      logged: { gateway: { id: "gateway-old", openedAt: "2026-11-22T10:00:00.000Z" } },
    },
    want: { ...silent, tell: ["recovered gateway"], ended: ["the check is green again"] },
  },
  {
    name: "keeps an incident that only the log holds open while its check can't be measured",
    given: {
      judged: of({ verdict: "unknown", ticks: 1 }),
      logged: { gateway: { id: "gateway-old", openedAt: "2026-11-22T10:00:00.000Z" } },
    },
    want: { ...silent, open: ["gateway"] },
  },
  {
    name: "ends an incident that only the log holds open when its check left the config",
    given: { judged: [], logged: { gateway: { id: "gateway-old", openedAt: "2026-11-22T10:00:00.000Z" } } },
    want: { ...silent, ended: ["the check is no longer in the config"] },
  },
  {
    name: "is silent on a watched check that is green, since its heal's outcome is told",
    given: { judged: of({ verdict: "green" }), incidents: isOpen, watched: new Set(["gateway"]) },
    want: { ...silent, open: ["gateway"] },
  },
  {
    name: "is silent on a watched check that is unknown for long",
    given: { judged: of({ verdict: "unknown", ticks: 9 }), incidents: isOpen, watched: new Set(["gateway"]) },
    want: { ...silent, open: ["gateway"] },
  },
  {
    name: "reminds of a watched check that is still red",
    given: { incidents: toldAgo(5 * hour), watched: new Set(["gateway"]) },
    want: { ...silent, tell: ["reminder gateway"], open: ["gateway"] },
  },
  {
    name: "says nothing of an unknown check for two ticks",
    given: { judged: of({ verdict: "unknown", ticks: 2 }) },
    want: silent,
  },
  {
    name: "tells an unknown check at its third tick",
    given: { judged: of({ verdict: "unknown", ticks: 3 }) },
    want: { ...silent, tell: ["unknown gateway"], unknownTold: ["gateway"] },
  },
  {
    name: "tells an unknown check once",
    given: { judged: of({ verdict: "unknown", ticks: 4 }), checks: { gateway: toldUnknown } },
    want: { ...silent, unknownTold: ["gateway"] },
  },
  {
    name: "tells that a check can be measured again",
    given: { judged: of({ verdict: "green" }), checks: { gateway: toldUnknown } },
    want: { ...silent, tell: ["recovered gateway"] },
  },
  {
    name: "tells a check that was unknown and is red; from then on the next unknown is told anew",
    given: { checks: { gateway: toldUnknown } },
    want: { ...silent, tell: ["red gateway"], opened: ["gateway-20261123T021000Z"], open: ["gateway"] },
  },
  {
    name: "doesn't tell unknown anew after a red that wasn't told, its reminder not being due",
    given: { checks: { gateway: toldUnknown }, incidents: isOpen },
    want: { ...silent, open: ["gateway"], unknownTold: ["gateway"] },
  },
  {
    name: "says nothing of an unknown check under a red parent",
    given: { judged: of({ verdict: "unknown", ticks: 9, because: "host" }) },
    want: silent,
  },
];

describe("decide()", () => {
  for (const { name, given, want } of cases)
    test(`decide() ${name}`, () => {
      expect(words(given)).toEqual({ ...silent, ...want });
    });

  test("decide() remembers when it told", () => {
    const moment = { bootId: "boot-1", uptimeS: 100_000 };
    expect(run().incidents["gateway"]?.lastTold).toEqual(moment);
    expect(run({ incidents: toldAgo(5 * hour) }).incidents["gateway"]?.lastTold).toEqual(moment);
    expect(run({ incidents: isOpen }).incidents["gateway"]).toEqual(incident());
  });

  test("decide() says since when it is bad, and takes the log's own time for an incident from there", () => {
    expect(run().incidents["gateway"]?.openedAt).toBe("2026-11-23T02:05:00.000Z");
    const logged = { gateway: { id: "gateway-old", openedAt: "2026-11-22T10:00:00.000Z" } };
    expect(run({ logged }).incidents["gateway"]).toMatchObject({
      id: "gateway-old",
      openedAt: logged.gateway.openedAt,
    });
    expect(run({ logged }).opened).toEqual([]);
  });

  test("decide() is steady against a clock that was set back or forward", () => {
    for (const at of ["2026-11-20T00:00:00.000Z", "2030-01-01T00:00:00.000Z"])
      expect(words({ incidents: isOpen, now: { ...now, at } })).toEqual({ ...silent, open: ["gateway"] });
  });

  test("decide() keeps the config's order and each check by itself", () => {
    const all = [judged({ name: "b" }), judged({ name: "a" }), judged({ name: "c", verdict: "green" })];
    expect(words({ judged: all, incidents: { c: incident({ check: "c" }) } }).tell).toEqual([
      "red b",
      "red a",
      "recovered c",
    ]);
  });
});

describe("decide() on a check that dies twice in one second", () => {
  test("decide() gives the second incident an id of its own", () => {
    const first = run().opened[0]?.id ?? "";
    expect(run({ used: new Set([first, `${first}-2`]) }).opened[0]?.id).toBe(`${first}-3`);
  });

  test("decide() gives an id of its own to the third, too, where nothing was healed", () => {
    const id = (lately: Readonly<Record<string, string>>): string | undefined => run({ lately }).opened[0]?.id;
    const first = id({}) ?? "";
    expect(id({ gateway: first })).toBe(`${first}-2`);
    expect(id({ gateway: `${first}-2` })).toBe(`${first}-3`);
    expect(id({ gateway: `${first}-9` })).toBe(`${first}-10`);
    expect(id({ other: first })).toBe(first);
    expect(id({ gateway: incidentId("gateway", "2026-11-23T02:09:59.000Z") })).toBe(first);
  });

  test("endedLately() keeps what ended in the second of its opening, and no others", () => {
    const of = (at: string) => [{ check: "gateway", id: incidentId("gateway", at) }];
    const late = { gateway: "gateway-20261123T021000Z" };
    expect(endedLately({}, of(now.at), now.at)).toEqual(late);
    expect(endedLately(late, [], "2026-11-23T02:10:00.900Z")).toEqual(late);
    expect(endedLately(late, [], "2026-11-23T02:10:01.000Z")).toEqual({});
    expect(endedLately({}, of("2026-11-23T02:09:59.000Z"), now.at)).toEqual({});
  });
});

describe("incidentId()", () => {
  test("incidentId() is the check and the second", () => {
    expect(incidentId("gateway", "2026-11-23T02:05:09.999Z")).toBe("gateway-20261123T020509Z");
  });
});
