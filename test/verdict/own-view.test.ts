import { describe, expect, test } from "bun:test";
import type { Reading } from "../../src/probes/probe.ts";
import { ownView, relevantChecks } from "../../src/verdict/own-view.ts";
import { configOf, httpCheck, reading, unitCheck } from "../checks.ts";
import { rule } from "../heal/bed.ts";

const checks = [
  unitCheck({ name: "host" }),
  unitCheck({ name: "unit", needs: ["host"] }),
  httpCheck({ name: "gateway", needs: ["unit"], redAfter: 3, graceMs: 300_000 }),
  httpCheck({ name: "board", needs: ["gateway"] }),
  httpCheck({ name: "advice", severity: "amber" }),
  httpCheck({ name: "other" }),
] as const;
const config = configOf(checks, { heal: { mode: "apply", rules: [rule({ on: ["unit", "gateway"] })] } });
const now = { at: "2026-11-23T02:05:00.000Z", uptimeS: 86_400, bootId: "boot-1" };

describe("relevantChecks()", () => {
  const cases = [
    { name: "a check alone where no rule and no need names it", given: ["other"], want: ["other"] },
    {
      name: "the whole rule, what it needs, and what is folded under it",
      given: ["unit"],
      want: ["host", "unit", "gateway", "board"],
    },
    { name: "what a folded check's parent needs", given: ["board"], want: ["host", "unit", "gateway", "board"] },
    { name: "nothing for a name that isn't in the config", given: ["ghost"], want: [] },
    { name: "nothing for nothing", given: [], want: [] },
  ];
  for (const { name, given, want } of cases)
    test(`relevantChecks() gives ${name}`, () => {
      expect(relevantChecks(config, given).map((each) => each.name)).toEqual(want);
    });

  test("relevantChecks() ends on needs in a circle", () => {
    const circle = [unitCheck({ name: "a", needs: ["b"] }), unitCheck({ name: "b", needs: ["a"] })];
    expect(relevantChecks(configOf(circle), ["a"])).toHaveLength(2);
  });
});

describe("ownView()", () => {
  const view = (bad: Readonly<Record<string, Reading>>, asked: readonly string[]): readonly string[] => {
    const readings = new Map(checks.map(({ name }) => [name, bad[name] ?? reading("ok")]));
    return ownView(checks, readings, asked, now).flatMap(({ name, verdict, because }) =>
      verdict === "green" ? [] : [`${name} ${verdict}${because === undefined ? "" : ` for ${because}`}`],
    );
  };
  const bad = reading("bad");
  const young = reading("ok", { startedUptimeS: 86_400 - 60 });

  const cases: readonly {
    readonly name: string;
    readonly given: Readonly<Record<string, Reading>>;
    readonly asked: readonly string[];
    readonly want: readonly string[];
  }[] = [
    { name: "nothing where all is well, whatever is asked", given: {}, asked: ["unit", "gateway"], want: [] },
    {
      name: "red at the first bad reading: how often it was bad only the watcher knows",
      given: { gateway: bad },
      asked: ["gateway"],
      want: ["gateway red"],
    },
    {
      name: "nothing red that nobody asked about",
      given: { unit: bad, other: bad },
      asked: ["gateway"],
      want: ["unit amber", "other amber"],
    },
    {
      name: "a child folded under a parent that nobody asked about",
      given: { unit: bad, gateway: bad },
      asked: ["gateway"],
      want: ["unit amber", "gateway red for unit"],
    },
    {
      name: "a folded child as red though nobody asked about it: its words may refuse",
      given: { unit: bad, gateway: bad, board: bad },
      asked: ["unit"],
      want: ["unit red", "gateway red for unit", "board red for gateway"],
    },
    {
      name: "amber in the start grace of what it needs",
      given: { unit: young, gateway: bad },
      asked: ["gateway"],
      want: ["gateway amber"],
    },
    {
      name: "unknown for what can't be measured",
      given: { unit: reading("unknown") },
      asked: ["unit"],
      want: ["unit unknown"],
    },
    { name: "amber for what only advises", given: { advice: bad }, asked: ["advice"], want: ["advice amber"] },
  ];
  for (const { name, given, asked, want } of cases)
    test(`ownView() gives ${name}`, () => expect(view(given, asked)).toEqual([...want]));

  test("ownView() takes a check that wasn't looked at for unknown", () => {
    const judged = ownView(checks, new Map(), ["unit"], now);
    expect(new Set(judged.map(({ verdict }) => verdict))).toEqual(new Set(["unknown"]));
  });
});
