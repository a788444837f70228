import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { array, number, object, optional, parse, string } from "valibot";
import { familyNames } from "../../src/metrics/families.ts";
import { strangersIn } from "./queries.ts";

const source = object({ type: string(), uid: string() });
const shape = object({
  uid: string(),
  title: string(),
  schemaVersion: number(),
  templating: object({ list: array(object({ name: string(), type: string(), definition: optional(string()) })) }),
  annotations: object({ list: array(object({ datasource: source, expr: optional(string()) })) }),
  panels: array(
    object({
      id: number(),
      type: string(),
      title: string(),
      description: string(),
      datasource: source,
      gridPos: object({ x: number(), y: number(), w: number(), h: number() }),
      targets: array(object({ datasource: source, expr: string(), refId: string() })),
    }),
  ),
});
const text = readFileSync("conf/grafana/dogwatch.json", "utf8");
const dashboard = parse(shape, JSON.parse(text));
const { panels, templating, annotations } = dashboard;
const queries = [
  ...panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
  ...annotations.list.flatMap(({ expr }) => expr ?? []),
  ...templating.list.flatMap(({ definition }) => definition ?? []),
];

describe("conf/grafana/dogwatch.json", () => {
  test("every query names metrics and labels that dogwatch exposes", () => {
    expect(queries.flatMap(strangersIn)).toEqual([]);
    expect(queries.length).toBeGreaterThan(15);
  });

  test("a query of a metric that nobody exposes is noticed", () => {
    expect(strangersIn('sum(dogwatch_heal_total{outcom="x"}) + dogwatch_ill{host="a"}')).toEqual([
      "dogwatch_heal_total",
      "dogwatch_ill{host}",
    ]);
  });

  test("no metric is left out but the moment that a stat and a rule stand for", () => {
    const shown = queries.join(" ");
    const unshown = familyNames.filter((name) => !shown.includes(name));
    expect(unshown).toEqual([
      "dogwatch_check_folded",
      "dogwatch_check_silenced",
      "dogwatch_outbox_oldest_timestamp_seconds",
      "dogwatch_deadman_deaf",
    ]);
  });

  test("every query goes to the Prometheus that is chosen, and by the hosts that are chosen", () => {
    const sources = [...panels, ...panels.flatMap(({ targets }) => targets)].map(({ datasource }) => datasource);
    expect(new Set(sources.map(({ type, uid }) => `${type} ${uid}`))).toEqual(new Set([`prometheus \${datasource}`]));
    const selected = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
    expect(selected.filter((expr) => !expr.includes('instance=~"$instance"'))).toEqual([]);
  });

  test("every variable that is used is defined", () => {
    const used = new Set([...text.matchAll(/\$\{?([a-z]+)\}?/gu)].map(([, name = ""]) => name));
    expect([...used].toSorted()).toEqual(templating.list.map(({ name }) => name).toSorted());
  });

  test("panels have ids of their own, words on what they show, and a place that no other takes", () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    expect(panels.filter(({ title, description }) => title === "" || description.length < 20)).toEqual([]);
    const taken = new Map<string, string>();
    for (const { title, gridPos } of panels) {
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect(`${title} over ${taken.get(`${x},${y}`) ?? "nothing"}`).toBe(`${title} over nothing`);
          taken.set(`${x},${y}`, title);
        }
    }
  });

  test("panels are of kinds that Grafana 10 has, and the model is not newer than that", () => {
    const kinds = new Set(panels.map(({ type }) => type));
    expect([...kinds].toSorted()).toEqual(["stat", "state-timeline", "table", "timeseries"]);
    expect(dashboard.schemaVersion).toBe(38);
  });
});
