import { afterEach, beforeEach, expect, test } from "bun:test";
import { appendFileSync } from "node:fs";
import type { NewEntry } from "../../src/log/entry.ts";
import { attemptName, type LoggedAttempt, openIncidents, readStory } from "../../src/log/open-incidents.ts";
import { createLogBed, healEntries, type LogBed } from "./log-bed.ts";

let bed: LogBed;

beforeEach(() => {
  bed = createLogBed();
});

afterEach(() => bed.remove());

const step = (event: NewEntry["event"], attempt: number): NewEntry => ({
  event,
  by: "helper",
  incident: "i-2",
  check: "gateway",
  recipe: "restart-unit",
  key: "i-2/restart-unit",
  attempt,
});

const opened: NewEntry = {
  event: "incident.opened",
  by: "watcher",
  incident: "i-2",
  check: "gateway",
  evidence: "down",
};

const attempt = (number: number, isDispatched: boolean, outcome: LoggedAttempt["outcome"]): LoggedAttempt => ({
  key: "i-2/restart-unit",
  recipe: "restart-unit",
  attempt: number,
  at: "2026-11-23T02:05:10.007Z",
  isDispatched,
  outcome,
});

const cases: readonly {
  readonly name: string;
  readonly given: readonly NewEntry[];
  readonly tells: readonly (readonly ReturnType<typeof attempt>[])[];
}[] = [
  { name: "nothing of one that is resolved", given: healEntries(1), tells: [] },
  { name: "an incident without a heal", given: [...healEntries(1), opened], tells: [[]] },
  {
    name: "an attempt that was only planned",
    given: [opened, step("heal.created", 1), step("heal.planned", 1)],
    tells: [[attempt(1, false, null)]],
  },
  {
    name: "an intent without an outcome, as after a crash",
    given: [opened, step("heal.created", 1), step("heal.dispatched", 1)],
    tells: [[attempt(1, true, null)]],
  },
  {
    name: "both attempts, each with its outcome",
    given: [
      opened,
      step("heal.created", 1),
      step("heal.dispatched", 1),
      step("heal.failed", 1),
      step("heal.restored", 1),
      step("heal.created", 2),
      step("heal.dispatched", 2),
      step("heal.indeterminate", 2),
    ],
    tells: [[attempt(1, true, "failed"), attempt(2, true, "indeterminate")]],
  },
  {
    name: "a proved heal whose incident a crash left open",
    given: [opened, step("heal.created", 1), step("heal.dispatched", 1), step("heal.proved", 1)],
    tells: [[attempt(1, true, "healed")]],
  },
];

for (const { name, given, tells } of cases)
  test(`openIncidents() tells ${name}`, () => {
    bed.append(...given);
    expect(openIncidents(bed.host, bed.path).map(({ attempts }) => attempts)).toEqual(tells.map((each) => [...each]));
  });

test("openIncidents() tells check and time, and passes over torn and foreign lines", () => {
  bed.append(opened);
  appendFileSync(bed.path, 'noise\n{"seq":3,"incident":7}\n{"seq":4,"at":"20');
  bed.wait(1000);
  bed.append({ ...opened, incident: "i-3", check: "disk" });
  expect(openIncidents(bed.host, bed.path)).toEqual([
    { incident: "i-2", check: "gateway", openedAt: "2026-11-23T02:05:10.007Z", attempts: [] },
    { incident: "i-3", check: "disk", openedAt: "2026-11-23T02:05:11.007Z", attempts: [] },
  ]);
});

test("openIncidents() finds none without a log", () => {
  expect(openIncidents(bed.host, bed.path)).toEqual([]);
});

test("readStory() tells how the attempts that are asked for ended, also of an incident that is over, and of one created anew not its old end", () => {
  bed.append(opened, step("heal.created", 1), { ...step("heal.failed", 1), why: "not well" });
  bed.append(step("heal.created", 2), step("heal.refused", 2), step("heal.created", 2));
  bed.append({ event: "incident.resolved", by: "helper", incident: "i-2", check: "gateway", why: "well" });
  const wanted = new Set([1, 2, 3].map((number) => attemptName("i-2/restart-unit", number)));
  expect(readStory(bed.host, bed.path, wanted).ends).toEqual(
    new Map([["i-2/restart-unit#1", { outcome: "failed", why: "not well" }]]),
  );
  expect(readStory(bed.host, bed.path).ends.size).toBe(0);
});
