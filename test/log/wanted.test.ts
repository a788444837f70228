import { expect, test } from "bun:test";
import { createNames } from "../../src/log/names.ts";
import { createOutcomes } from "../../src/log/outcomes.ts";
import type { SeenEntry } from "../../src/log/seen-entry.ts";
import { isWanted, type Wanted } from "../../src/log/wanted.ts";

const entryOf = (more: Partial<SeenEntry>): SeenEntry => ({
  ...{ seq: 1, at: "2026-11-23T02:05:10.007Z", host: "h", boot: "b", event: "heal.proved", by: "helper", prev: "" },
  ...more,
});

const entry = entryOf({ incident: "i-1", check: "gateway", recipe: "restart-unit" });
const atMs = Date.parse(entry.at);

const rows: readonly { readonly name: string; readonly given: Wanted; readonly is: boolean }[] = [
  { name: "nothing in particular", given: {}, is: true },
  { name: "its incident", given: { incident: "i-1" }, is: true },
  { name: "another incident", given: { incident: "i" }, is: false },
  { name: "its check", given: { check: "gateway" }, is: true },
  { name: "a check that begins alike", given: { check: "gate" }, is: false },
  { name: "its recipe", given: { recipe: "restart-unit" }, is: true },
  { name: "its event", given: { event: "heal.proved" }, is: true },
  { name: "its kind of event", given: { event: "heal" }, is: true },
  { name: "half of its kind", given: { event: "hea" }, is: false },
  { name: "who wrote it", given: { by: "helper" }, is: true },
  { name: "any person", given: { by: "uid" }, is: false },
  { name: "from its own moment on", given: { sinceMs: atMs }, is: true },
  { name: "from a later one on", given: { sinceMs: atMs + 1 }, is: false },
  { name: "up to its own moment", given: { untilMs: atMs }, is: false },
  { name: "up to a later one", given: { untilMs: atMs + 1 }, is: true },
  { name: "all of that together", given: { incident: "i-1", check: "gateway", event: "heal", sinceMs: 0 }, is: true },
  { name: "one of it wrong", given: { incident: "i-1", check: "gateway", event: "log", sinceMs: 0 }, is: false },
];
for (const { name, given, is } of rows)
  test(`isWanted() is ${is} for ${name}`, () => {
    expect(isWanted(entry, given, undefined)).toBe(is);
  });

test("isWanted() takes uid:0 for a person, and not for uid:00", () => {
  const person = entryOf({ by: "uid:0" });
  expect(isWanted(person, { by: "uid" }, undefined)).toBe(true);
  expect(isWanted(person, { by: "uid:0" }, undefined)).toBe(true);
  expect(isWanted(entryOf({ by: "uid:00" }), { by: "uid:0" }, undefined)).toBe(false);
});

test("isWanted() never takes an entry whose time is none when a time is asked for", () => {
  expect(isWanted(entryOf({ at: "soon" }), { sinceMs: 0 }, undefined)).toBe(false);
});

const stories = [
  { name: "no heal", events: [], heal: "none", isOpen: true },
  { name: "a heal that is still watched", events: ["heal.created", "heal.dispatched"], heal: "none", isOpen: true },
  {
    name: "a proved heal",
    events: ["heal.created", "heal.proved", "incident.resolved"],
    heal: "healed",
    isOpen: false,
  },
  { name: "a second try that helped", events: ["heal.failed", "heal.proved"], heal: "healed", isOpen: true },
  { name: "a refusal", events: ["heal.refused"], heal: "refused", isOpen: true },
  { name: "a refusal after a failure", events: ["heal.failed", "heal.refused"], heal: "failed", isOpen: true },
  { name: "a crash", events: ["heal.dispatched", "heal.indeterminate"], heal: "indeterminate", isOpen: true },
  {
    name: "a crash, then refused",
    events: ["heal.indeterminate", "heal.refused"],
    heal: "indeterminate",
    isOpen: true,
  },
] as const;
for (const { name, events, heal, isOpen } of stories)
  test(`createOutcomes() tells ${heal}, ${isOpen ? "open" : "resolved"}, of ${name}`, () => {
    const outcomes = createOutcomes();
    for (const event of ["incident.opened", ...events]) outcomes.take(entryOf({ incident: "i-1", event }));
    outcomes.take(entryOf({ event: "log.torn" }));
    expect(outcomes.of("i-1")).toEqual({ heal, isOpen });
    expect(outcomes.of(undefined)).toBeUndefined();
    expect(isWanted(entryOf({ incident: "i-1" }), { outcome: heal }, outcomes)).toBe(true);
    expect(isWanted(entryOf({ incident: "i-1" }), { outcome: "open" }, outcomes)).toBe(isOpen);
    expect(isWanted(entryOf({}), { outcome: heal }, outcomes)).toBe(false);
  });

const known = [
  "board-20261101T000000Z",
  "gateway-20261101T000000Z",
  "gateway-20261123T020510Z",
  "gateway-20261123T140255Z",
  "gateway-20261124T010000Z",
];
const near = [
  { name: "a slip in its moment", given: "gateway-20261123T140256Z", first: "gateway-20261123T140255Z" },
  { name: "a slip in its check", given: "gatway-20261123T140255Z", first: "gateway-20261123T140255Z" },
  { name: "its check alone", given: "board", first: "board-20261101T000000Z" },
  { name: "how it begins", given: "gateway-20261123", first: "gateway-20261123T140255Z" },
  { name: "nothing alike", given: "zzz", first: "gateway-20261124T010000Z" },
] as const;
for (const { name, given, first } of near)
  test(`createNames() finds the incident that ${name} means`, () => {
    const names = createNames();
    for (const incident of known) names.take(entryOf({ incident }));
    const found = names.incidentsNear(given);
    expect(found[0]).toBe(first);
    expect(found.length).toBeLessThanOrEqual(3);
  });

test("createNames() tells what a log doesn't have, what was meant, and what it has", () => {
  const names = createNames();
  names.take(entry);
  expect(names.missing({ check: "gateway", recipe: "restart-unit", incident: "i-1" })).toBeUndefined();
  expect(names.missing({ check: "gatway" })).toBe('the log has no check "gatway": did you mean "gateway"?');
  expect(names.missing({ recipe: "reboot" })).toBe('the log has no recipe "reboot"; it has "restart-unit"');
});
