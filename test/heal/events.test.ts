import { describe, expect, test } from "bun:test";
import { type EventScope, takeEvents } from "../../src/heal/events.ts";
import type { WatcherEvent } from "../../src/heal/helper.ts";
import { type Book, emptyBook } from "../../src/state/book.ts";
import { configOf, unitCheck } from "../checks.ts";
import { createFakeHost } from "../fake-host.ts";
import { moment } from "./bed.ts";

const at = "2026-11-23T02:05:00.000Z";
const sha256 = "c0".repeat(32);

const scopeAt = (seconds = 0): EventScope => ({
  host: createFakeHost(),
  config: configOf([unitCheck({ name: "gateway" }), unitCheck({ name: "board" })]),
  configSha256: sha256,
  now: moment(seconds),
  at,
});

const idOf = (check: string, tick = 0): string => `${check}-20261123T0205${String(tick).padStart(2, "0")}Z`;
const opened = (check: string, incident = idOf(check), evidence = "dead"): WatcherEvent => ({
  event: "incident.opened",
  incident,
  check,
  evidence,
});
const resolved = (check: string, incident = idOf(check), why = "well"): WatcherEvent => ({
  event: "incident.resolved",
  incident,
  check,
  why,
});
const withOpen = (...checks: readonly string[]): Book => ({
  ...emptyBook,
  open: Object.fromEntries(checks.map((check) => [idOf(check), { check, openedAt: at }])),
});

interface Case {
  readonly name: string;
  readonly given: { readonly book?: Book; readonly events: readonly WatcherEvent[] };
  /** `event incident check` of each line. */
  readonly lines: readonly string[];
  /** Ids that are open afterwards. */
  readonly open: readonly string[];
}

const cases: readonly Case[] = [
  {
    name: "an opening is a line and stands in the book",
    given: { events: [opened("gateway")] },
    lines: [`incident.opened ${idOf("gateway")} gateway`],
    open: [idOf("gateway")],
  },
  { name: "an unknown check changes nothing", given: { events: [opened("nowhere")] }, lines: [], open: [] },
  {
    name: "a check called like something of the language changes nothing",
    given: { events: [opened("__proto__"), opened("constructor"), resolved("gateway", "__proto__")] },
    lines: [],
    open: [],
  },
  {
    name: "a second opening of the same incident changes nothing",
    given: { book: withOpen("gateway"), events: [opened("gateway")] },
    lines: [],
    open: [idOf("gateway")],
  },
  {
    name: "a second incident of the same check changes nothing",
    given: { book: withOpen("gateway"), events: [opened("gateway", idOf("gateway", 7))] },
    lines: [],
    open: [idOf("gateway")],
  },
  {
    name: "an id that is open for another check changes nothing",
    given: { book: withOpen("gateway"), events: [opened("board", idOf("gateway"))] },
    lines: [],
    open: [idOf("gateway")],
  },
  ...[
    "gateway",
    "../../etc/passwd",
    "gateway-20261123T020500Z\n",
    "gateway-20261123T020500Z ",
    "-20261123T020500Z",
    `${"g".repeat(64)}-20261123T020500Z`,
    "gateway-20261123T020500Z-12345",
    "<!channel>-20261123T020500Z",
    "\u202egateway-20261123T020500Z",
  ].map((id) => ({
    name: `a strange id changes nothing: ${JSON.stringify(id)}`,
    given: { events: [opened("gateway", id)] },
    lines: [],
    open: [],
  })),
  {
    name: "the second incident of one second has a number",
    given: { events: [opened("gateway", `${idOf("gateway")}-2`)] },
    lines: [`incident.opened ${idOf("gateway")}-2 gateway`],
    open: [`${idOf("gateway")}-2`],
  },
  {
    name: "a resolution is a line and leaves the book",
    given: { book: withOpen("gateway", "board"), events: [resolved("gateway")] },
    lines: [`incident.resolved ${idOf("gateway")} gateway`],
    open: [idOf("board")],
  },
  {
    name: "a resolution of what isn't open changes nothing",
    given: { book: withOpen("board"), events: [resolved("gateway")] },
    lines: [],
    open: [idOf("board")],
  },
  {
    name: "a resolution under an id that the log doesn't know ends what is open for the check",
    given: { book: withOpen("gateway"), events: [resolved("gateway", idOf("gateway", 9))] },
    lines: [`incident.resolved ${idOf("gateway")} gateway`],
    open: [],
  },
  {
    name: "a resolution that names an unknown check is told under the one that it was opened for",
    given: { book: withOpen("gateway"), events: [resolved("nowhere", idOf("gateway"))] },
    lines: [`incident.resolved ${idOf("gateway")} gateway`],
    open: [],
  },
  {
    name: "a change of the config is a line when root reads another one than before",
    given: { book: { ...emptyBook, configSha256: "old" }, events: [{ event: "config.changed" }] },
    lines: ["config.changed undefined undefined"],
    open: [],
  },
  {
    name: "a change of the config that root doesn't see changes nothing",
    given: { book: { ...emptyBook, configSha256: sha256 }, events: [{ event: "config.changed" }] },
    lines: [],
    open: [],
  },
];

describe("takeEvents()", () => {
  for (const { name, given, lines, open } of cases)
    test(`takeEvents(): ${name}`, () => {
      const { entries, book } = takeEvents(given.book ?? emptyBook, scopeAt(), given.events);
      expect(entries.map(({ event, incident, check }) => `${event} ${incident} ${check}`)).toEqual([...lines]);
      expect(entries.filter(({ by }) => by !== "watcher")).toEqual([]);
      expect(Object.keys(book.open)).toEqual([...open]);
      if (lines.length === 0) expect(book).toBe(given.book ?? emptyBook);
    });

  test("takeEvents() keeps evidence and reason short and inert", () => {
    const text = `\u001b[31m<@everyone>\n${"x".repeat(9000)}`;
    const { entries } = takeEvents(emptyBook, scopeAt(), [
      opened("gateway", idOf("gateway"), text),
      resolved("gateway", idOf("gateway"), text),
    ]);
    for (const written of [entries[0]?.evidence, entries[1]?.why]) {
      expect(written?.length).toBe(300);
      expect(written).toMatch(/^<@everyone> x+…$/u);
    }
  });
});

/** As many incidents as wanted that open and end at once. */
const pairs = (count: number): readonly WatcherEvent[] =>
  Array.from({ length: count }, () => [opened("gateway"), resolved("gateway")]).flat();

describe("takeEvents() in a flood", () => {
  test("takeEvents() writes 200 lines an hour, then says once that there are more", () => {
    const { entries, book } = takeEvents(emptyBook, scopeAt(), pairs(1000));
    expect(entries.length).toBeGreaterThan(195);
    expect(entries.length).toBeLessThanOrEqual(203);
    const told = entries.filter(({ event }) => event === "heal.refused");
    expect(told).toEqual([
      { event: "heal.refused", by: "helper", why: expect.stringContaining("more than 200 lines") },
    ]);
    const later = takeEvents(book, scopeAt(3599), pairs(1000));
    expect(later.entries).toEqual([]);
  });

  test("takeEvents() still opens an incident of each check, since without it nothing of that check is healed", () => {
    const { book } = takeEvents(emptyBook, scopeAt(), pairs(1000));
    const { entries } = takeEvents(book, scopeAt(10), [opened("board"), opened("board", idOf("board", 9))]);
    expect(entries.map(({ event, check }) => `${event} ${check}`)).toEqual(["incident.opened board"]);
  });

  test("takeEvents() writes again an hour later, and after a reboot", () => {
    const { book } = takeEvents(emptyBook, scopeAt(), pairs(1000));
    expect(takeEvents(book, scopeAt(3600), [resolved("gateway")]).entries).toHaveLength(1);
    const rebooted = { ...scopeAt(), now: { bootId: "boot-2", uptimeS: 30 } };
    expect(takeEvents(book, rebooted, [resolved("gateway")]).entries).toHaveLength(1);
  });
});
