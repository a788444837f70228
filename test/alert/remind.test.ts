import { describe, expect, test } from "bun:test";
import { type Deciding, decide } from "../../src/alert/decide.ts";
import { isReminderDue } from "../../src/alert/remind.ts";
import type { Incident } from "../../src/state/state.ts";
import { judged } from "../heal/bed.ts";

const every = 4 * 3600;

interface Life {
  readonly names: readonly string[];
  readonly ticks: number;
  readonly everyS?: number;
  /** Uptime of a tick, in seconds. */
  readonly uptimeS?: (tick: number) => number;
  readonly bootId?: (tick: number) => string;
  readonly silenced?: (tick: number) => ReadonlySet<string>;
}

/** Ticks in which each check was told, by name. */
const tellings = ({ names, ticks, everyS = every, ...life }: Life): Readonly<Record<string, readonly number[]>> => {
  const { uptimeS = (tick) => 1000 + tick * 300, bootId = () => "boot-1", silenced = () => new Set<string>() } = life;
  let before: Pick<Deciding, "incidents" | "flaps"> = { incidents: {}, flaps: {} };
  const told = Object.fromEntries(names.map((name): [string, number[]] => [name, []]));
  for (let tick = 0; tick < ticks; tick += 1) {
    const { tell, incidents, flaps } = decide({
      judged: names.map((name) => judged({ name })),
      ...{ checks: {}, logged: {}, watched: new Set<string>(), remindEveryMs: everyS * 1000 },
      ...{ silenced: silenced(tick), ...before },
      now: {
        at: new Date(Date.UTC(2026, 10, 23) + tick * 300_000).toISOString(),
        uptimeS: uptimeS(tick),
        bootId: bootId(tick),
      },
    });
    for (const { check } of tell) told[check]?.push(tick);
    before = { incidents, flaps };
  }
  return told;
};

describe("decide() on reminders", () => {
  test("decide() reminds of a lone incident exactly at the interval, time after time", () => {
    expect(tellings({ names: ["a"], ticks: 200 })).toEqual({ a: [0, 48, 96, 144, 192] });
  });

  test("decide() doesn't drift with ticks that come late", () => {
    const late = (tick: number): number => 1000 + tick * 300 + (tick % 48 === 0 && tick > 0 ? 0 : (tick * 37) % 290);
    expect(tellings({ names: ["a"], ticks: 200, uptimeS: late })).toEqual({ a: [0, 48, 96, 144, 192] });
    const odd = tellings({ names: ["a"], ticks: 480, everyS: 3600 + 100 })["a"] ?? [];
    expect(odd.map((tick, k) => tick * 300 - k * 3700).every((behindS) => behindS >= 0 && behindS < 300)).toBeTrue();
    expect(odd).toHaveLength(1 + Math.floor((479 * 300) / 3700));
  });

  test("decide() reminds at each tick where the interval is shorter than one", () => {
    expect(tellings({ names: ["a"], ticks: 4, everyS: 60 })).toEqual({ a: [0, 1, 2, 3] });
  });

  test("decide() spreads the reminders of what was told together over a quarter of the interval, and keeps each interval", () => {
    const names = Array.from({ length: 12 }, (_, at) => `check-${at}`);
    const told = tellings({ names, ticks: 100 });
    const firsts = names.map((name) => told[name]?.[1] ?? 0);
    expect(firsts).toEqual(Array.from({ length: 12 }, (_, at) => 48 - at));
    for (const name of names) expect((told[name]?.[2] ?? 0) - (told[name]?.[1] ?? 0)).toBe(48);
  });

  test("decide() says nothing under a silence, and what has become due at its end, once", () => {
    const silenced = (tick: number): ReadonlySet<string> => new Set(tick >= 40 && tick < 60 ? ["a"] : []);
    expect(tellings({ names: ["a"], ticks: 100, silenced })).toEqual({ a: [0, 60, 96] });
  });

  test("decide() tells all that is still red in the first tick of a boot, and reminds from there on", () => {
    const boot = {
      bootId: (tick: number) => (tick < 10 ? "boot-1" : "boot-2"),
      uptimeS: (tick: number) => (tick % 10 === tick ? 90_000 + tick * 300 : 60 + (tick - 10) * 300),
    };
    const told = tellings({ names: ["a", "b"], ticks: 100, ...boot });
    expect(told).toEqual({ a: [0, 10, 58], b: [0, 10, 52] });
  });
});

describe("isReminderDue()", () => {
  const incident: Incident = { id: "a", check: "a", openedAt: "", lastTold: { bootId: "boot-1", uptimeS: 1000 } };
  const at = (uptimeS: number, bootId = "boot-1") => ({ bootId, uptimeS });

  for (const { name, given, now, want } of [
    { name: "an incident of an older state", given: incident, now: at(1000 + every), want: true },
    { name: "a second too early", given: incident, now: at(999 + every), want: false },
    {
      name: "one told lately after its first telling",
      given: { ...incident, remindFrom: at(0) },
      now: at(every - 1),
      want: false,
    },
    {
      name: "its next multiple, though it was told lately",
      given: { ...incident, remindFrom: at(0) },
      now: at(every),
      want: true,
    },
    {
      name: "one that comes earlier than the others",
      given: { ...incident, earlyS: 600 },
      now: at(400 + every),
      want: true,
    },
    {
      name: "another boot that is younger than the interval",
      given: incident,
      now: at(every - 1, "boot-2"),
      want: false,
    },
    { name: "another boot that is as old as the interval", given: incident, now: at(every, "boot-2"), want: true },
  ])
    test(`isReminderDue() is ${want} for ${name}`, () => expect(isReminderDue(given, now, every * 1000)).toBe(want));
});
