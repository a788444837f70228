import { describe, expect, test } from "bun:test";
import { add, type OutboxEntry } from "../../src/alert/outbox.ts";
import type { AlertKind, Message, Standing } from "../../src/alert/platforms/platform.ts";
import { messageText } from "../../src/alert/platforms/text.ts";
import { boardAfter, lastWords, type Open, standingsOf } from "../../src/alert/standing.ts";
import { seeded } from "../log/log-bed.ts";
import { message } from "./bed.ts";

const now = "2026-11-23T03:00:00.000Z";
const until = "2026-11-23T03:15:00.000Z";

const open = (check: string, incident: string, name: Open["name"] = "red"): Open => ({
  ...{ name, check, incident, since: "2026-11-23T02:00:00.000Z" },
});
const told = (kind: AlertKind, check: string, incident: string | null, at = 1): Message =>
  message(at, { kind, check, incident, text: `${kind} of ${check}\nlog 41:00`, card: "c" });
const outboxOf = (...messages: readonly Message[]): readonly OutboxEntry[] => add([], messages, 7);
const describeIt = ({ check }: Open) => ({ text: `anew: ${check}` });

const standings = (
  board: readonly Standing[],
  outbox: readonly OutboxEntry[],
  opened: readonly Open[],
): readonly Standing[] => standingsOf({ board, outbox, open: opened, now, until, describe: describeIt });

const short = (all: readonly Standing[]): readonly string[] =>
  all.map(({ name, check, endsAt, text }) => `${name} ${check} ${endsAt ?? "stands"}: ${text.split("\n")[0]}`);

const held = (check: string, incident: string): readonly Standing[] =>
  boardAfter(standings([], outboxOf(told("red", check, incident)), [open(check, incident)]));

/** What must hold of all that is told at once. */
const expectWhole = (all: readonly Standing[], outbox: readonly OutboxEntry[], opened: readonly Open[]): void => {
  const keys = all.map(({ name, check }) => `${name} ${check}`);
  expect(new Set(keys).size).toBe(keys.length);
  const checks = new Set(all.map(({ check }) => check));
  expect(outbox.filter(({ check }) => !checks.has(check ?? ""))).toEqual([]);
  const red = new Set(all.flatMap(({ name, check, endsAt }) => (name === "red" && endsAt === null ? [check] : [])));
  expect(opened.filter(({ check }) => !red.has(check))).toEqual([]);
};

/** Sixty changes of four checks, some ends silent, and a platform that takes what it is told now and then. */
const whateverHappens = (below: (count: number) => number): void => {
  const opened = new Map<string, Open>();
  let outbox: readonly OutboxEntry[] = [];
  let board: readonly Standing[] = [];
  for (let step = 0; step < 60; step += 1) {
    const check = `c-${below(4)}`;
    const before = opened.get(check);
    const isSilent = before !== undefined && below(4) === 0;
    const incident = before?.incident ?? `i-${step}`;
    if (before === undefined) opened.set(check, open(check, incident));
    else opened.delete(check);
    const kind = before === undefined ? "red" : "recovered";
    if (!isSilent) outbox = add(outbox, [told(kind, check, incident, step)], step);
    const all = standings(board, below(2) === 0 ? outbox : lastWords(outbox), [...opened.values()]);
    expectWhole(all, outbox, [...opened.values()]);
    if (below(3) > 0) continue;
    board = boardAfter(all);
    outbox = [];
  }
};

describe("standingsOf()", () => {
  test("standingsOf() shortens the news that came and went, so that none of those it shows is cut off", () => {
    const long = Array.from({ length: 8 }, (_, at) =>
      message(at, {
        kind: "recovered",
        check: "a",
        incident: `i-${at}`,
        text: `${at} ${"long ".repeat(40)}\nlog 41:00`,
      }),
    );
    const last = message(9, {
      kind: "recovered",
      check: "a",
      incident: "i-9",
      text: `9 ${"x".repeat(600)}\nlog 42:00`,
    });
    const [only] = standings([], outboxOf(...long, last), []);
    const text = only?.text ?? "";
    expect(messageText(text)).toBe(text);
    expect(text.split("\n").map((line) => line.slice(0, 2))).toEqual(["9 ", ...long.map((_, at) => `${at} `), "lo"]);
  });

  const cases: readonly {
    readonly name: string;
    readonly board?: readonly Standing[];
    readonly outbox?: readonly Message[];
    readonly open?: readonly Open[];
    readonly want: readonly string[];
  }[] = [
    { name: "nothing where nothing is", want: [] },
    {
      name: "a new red in its own words",
      outbox: [told("red", "a", "i-1")],
      open: [open("a", "i-1")],
      want: ["red a stands: red of a"],
    },
    {
      name: "what stands in the words that told it last",
      board: held("a", "i-1"),
      open: [open("a", "i-1")],
      want: ["red a stands: red of a"],
    },
    {
      name: "a reminder's words from then on",
      board: held("a", "i-1"),
      outbox: [told("reminder", "a", "i-1")],
      open: [open("a", "i-1")],
      want: ["red a stands: reminder of a"],
    },
    {
      name: "what another chat was told before, composed anew",
      open: [open("a", "i-1")],
      want: ["red a stands: anew: a"],
    },
    {
      name: "an end in its own words",
      board: held("a", "i-1"),
      outbox: [told("recovered", "a", "i-1")],
      want: [`red a ${now}: recovered of a`],
    },
    {
      name: "a silent end: folded, or gone from the config",
      board: held("a", "i-1"),
      want: [`red a ${now}: red of a`],
    },
    {
      name: "an incident that goes on under another check",
      board: held("a", "i-1"),
      outbox: [],
      open: [open("b", "i-1")],
      want: ["red b stands: anew: b", `red a ${now}: red of a`],
    },
    {
      name: "healed in the same tick: it was never there, so its end would reach nobody",
      outbox: [told("healed", "a", "i-1")],
      want: [`ended a ${until}: healed of a`],
    },
    {
      name: "came and went during an outage, twice, one a check",
      outbox: [
        told("red", "a", "i-1"),
        told("recovered", "a", "i-1", 2),
        told("red", "a", "i-2", 3),
        told("recovered", "a", "i-2", 4),
      ],
      want: [`ended a ${until}: recovered of a`],
    },
    {
      name: "an end and a new red of the same check",
      board: held("a", "i-1"),
      outbox: [told("recovered", "a", "i-1"), told("red", "a", "i-2")],
      open: [open("a", "i-2")],
      want: ["red a stands: red of a", `ended a ${until}: recovered of a`],
    },
    {
      name: "a check that can't be measured, as an alert of its own beside the red",
      board: held("a", "i-1"),
      outbox: [told("unknown", "a", "i-1")],
      open: [open("a", "i-1"), open("a", "i-1", "unknown")],
      want: ["red a stands: red of a", "unknown a stands: unknown of a"],
    },
    {
      name: "one that flaps, likewise",
      outbox: [told("flapping", "a", "i-1")],
      open: [open("a", "i-1"), open("a", "i-1", "flapping")],
      want: ["red a stands: flapping of a", "flapping a stands: flapping of a"],
    },
  ];
  test.each(cases)("standingsOf() tells $name", ({ board = [], outbox = [], open: opened = [], want }) => {
    expect(short(standings(board, outboxOf(...outbox), opened))).toEqual([...want]);
  });

  test("standingsOf() says an end three times, and then no more", () => {
    let board = held("a", "i-1");
    const ends: string[] = [];
    for (let tick = 0; tick < 6; tick += 1) {
      const now = standings(board, [], []);
      ends.push(...now.map(({ endsAt }) => endsAt ?? "stands"));
      board = boardAfter(now);
    }
    expect(ends).toEqual([now, now, now]);
  });

  test("standingsOf() tells a red that comes back while its last end is still repeated", () => {
    const board = boardAfter(standings(held("a", "i-1"), [], []));
    expect(short(standings(board, outboxOf(told("red", "a", "i-2")), [open("a", "i-2")]))).toEqual([
      "red a stands: red of a",
    ]);
  });

  test("standingsOf() tells each message, one alert a name and check, and all that is open, whatever happened", () => {
    for (let seed = 1; seed <= 200; seed += 1) whateverHappens(seeded(seed));
  });
});

describe("lastWords()", () => {
  test("lastWords() keeps the newest of each incident, as old as its first", () => {
    const outbox = [
      ...add([], [told("red", "a", "i-1"), told("red", "b", "i-2")], 3),
      ...add([], [told("recovered", "a", "i-1", 9)], 9),
    ];
    expect(lastWords(outbox).map(({ kind, check, tick }) => ({ kind, check, tick }))).toEqual([
      { kind: "red", check: "b", tick: 3 },
      { kind: "recovered", check: "a", tick: 3 },
    ]);
  });
});
