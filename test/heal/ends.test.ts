import { describe, expect, test } from "bun:test";
import { endedChecks } from "../../src/heal/ends.ts";
import type { WatcherEvent } from "../../src/heal/helper.ts";
import { emptyBook } from "../../src/state/book.ts";
import { configOf, reading, unitCheck } from "../checks.ts";
import { createServeBed, incidentOf, type ServeBed } from "./serve-bed.ts";

const opened = (check: string, incident = incidentOf(check)): WatcherEvent => ({
  event: "incident.opened",
  incident,
  check,
  evidence: "dead",
});
const resolved = (check: string, incident = incidentOf(check)): WatcherEvent => ({
  event: "incident.resolved",
  incident,
  check,
  why: "the check is green again",
});
const enter = (...events: readonly WatcherEvent[]) => ({ do: "enter", events });

const linesOf = (bed: ServeBed): readonly Readonly<Record<string, unknown>>[] =>
  (bed.host.files.text("/var/log/dogwatch/heal.jsonl") ?? "")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));

/** `event by proof-or-why` of each line after the openings. */
const told = (bed: ServeBed): readonly string[] =>
  linesOf(bed)
    .filter(({ event }) => event !== "incident.opened")
    .map(({ event, by, proof, why }) => `${event} by ${by}: ${proof ?? why}`);

interface Case {
  readonly name: string;
  readonly given: (bed: ServeBed) => void;
  /** The check that is called well. */
  readonly check?: string;
  readonly lines: readonly string[];
}

const notEnded =
  'heal.refused by helper: not ended: the watcher says "the check is green again", and at the helper\'s own look it reads bad';

const cases: readonly Case[] = [
  {
    name: "an end that the helper sees too says so",
    given: () => undefined,
    lines: ["incident.resolved by watcher: the helper's own look: ok"],
  },
  {
    name: "a check that reads bad to the helper isn't over at the watcher's word",
    given: (bed) => {
      bed.world["unit"] = "bad";
    },
    lines: [notEnded],
  },
  {
    name: "a check that is folded under another is over, and the line tells what was seen",
    check: "gateway",
    given: (bed) => {
      bed.world["unit"] = "bad";
      bed.world["gateway"] = "bad";
    },
    lines: [
      'incident.resolved by watcher: not confirmed by the helper: it reads bad, and so does "unit", which it needs',
    ],
  },
  {
    name: "a check that can't be measured is over at the watcher's word, and nobody confirmed it",
    given: (bed) => {
      bed.world["unit"] = "unknown";
    },
    lines: ["incident.resolved by watcher: not confirmed by the helper: it reads unknown"],
  },
  {
    name: "a check in its start grace likewise",
    check: "gateway",
    given: (bed) => {
      bed.world["gateway"] = "bad";
      bed.world["unit"] = { ...reading("ok"), startedUptimeS: bed.host.clock.uptimeS() - 1 };
    },
    lines: ["incident.resolved by watcher: not confirmed by the helper: it reads bad in its start grace"],
  },
  {
    name: "a look that takes long holds nobody up for more than 8 s",
    given: (bed) => {
      bed.world["unit"] = "bad";
      bed.lookMs = 30_000;
    },
    lines: ["incident.resolved by watcher: not confirmed by the helper: its own look took longer than 8 s"],
  },
];

describe("an incident that the watcher calls over", () => {
  for (const { name, given, check = "unit", lines } of cases)
    test(`serve(): ${name}`, async () => {
      const bed = createServeBed();
      await bed.say(enter(opened(check)));
      given(bed);
      const startedMs = bed.host.clock.nowMs();
      const answers = await bed.say(enter(resolved(check)));
      expect(answers.map(({ is }) => is)).toEqual(["entered"]);
      expect(Date.parse(String(linesOf(bed).at(-1)?.["at"])) - startedMs).toBe(bed.lookMs === 0 ? 0 : 8000);
      expect(told(bed)).toEqual([...lines]);
      expect(bed.isWhole()).toBe(true);
    });

  test("serve() asks in one look for all that is called over, and for nothing where nothing is", async () => {
    const bed = createServeBed();
    await bed.say(enter(opened("unit"), opened("other")));
    expect(bed.looks).toEqual([]);
    await bed.say(enter(opened("board"), resolved("board", "board-20200101T000000Z"), resolved("nowhere")));
    expect(bed.looks.map(({ names }) => [...names])).toEqual([["unit", "board"]]);
    await bed.say(enter(resolved("unit"), resolved("other")));
    expect(bed.looks[1]?.names).toEqual(["unit", "other"]);
  });

  test("serve() says once that it isn't over, goes on with it under any name, and ends it when it sees it well", async () => {
    const bed = createServeBed();
    await bed.say(enter(opened("unit")));
    bed.world["unit"] = "bad";
    const again = "unit-20261123T030000Z";
    for (let time = 0; time < 5; time += 1) await bed.say(enter(resolved("unit"), opened("unit", again)));
    expect(bed.events()).toEqual(["incident.opened", "heal.refused"]);
    delete bed.world["unit"];
    await bed.say({ do: "incidents" });
    expect(linesOf(bed).at(-1)).toMatchObject({
      event: "incident.resolved",
      by: "helper",
      incident: incidentOf("unit"),
      check: "unit",
      why: "well at the helper's own look; the watcher had said so before",
    });
    const looked = bed.looks.length;
    await bed.say({ do: "incidents" });
    expect(bed.looks).toHaveLength(looked);
    expect(bed.isWhole()).toBe(true);
  });

  test("serve() gives no attempts for a new name: what isn't over keeps its two", async () => {
    const bed = createServeBed();
    bed.recipe = { ...bed.recipe, cooldownMs: 0, budget: { count: 99, perMs: 3_600_000 } };
    bed.isCure = false;
    bed.world["unit"] = "bad";
    for (let time = 0; time < 6; time += 1) {
      const id = `unit-20261123T03000${time}Z`;
      const heal = { do: "heal", red: ["unit"], incidents: [{ check: "unit", incident: id }], dryRun: false };
      await bed.say(enter(resolved("unit"), opened("unit", id)), heal);
      bed.host.clock.advance(400_000);
      await bed.say(heal);
    }
    expect(bed.runs()).toBe(2);
    expect(bed.events().filter((event) => event === "incident.opened")).toHaveLength(1);
  });

  test("endedChecks() names what an end in the same breath is about, whatever it is called", () => {
    const config = configOf([unitCheck({ name: "unit" }), unitCheck({ name: "other" })]);
    const named = (...events: readonly WatcherEvent[]) => endedChecks(emptyBook, config, events);
    expect(named(opened("unit"), resolved("other", incidentOf("unit")))).toEqual(["unit", "other"]);
    expect(named(opened("unit"), resolved("unit", "unit-20200101T000000Z"))).toEqual(["unit"]);
    expect(named(resolved("unit"), opened("other"))).toEqual([]);
  });
});
