import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { array, object, optional, picklist, pipe, parse as read, regex, string } from "valibot";
import { parse } from "yaml";
import { strangersIn } from "./queries.ts";

const words = pipe(string(), regex(/\S{2}/u));
const shape = object({
  groups: array(
    object({
      name: string(),
      rules: array(
        object({
          alert: pipe(string(), regex(/^Dogwatch[A-Z]\w+$/u)),
          expr: string(),
          for: optional(pipe(string(), regex(/^\d+m$/u))),
          labels: object({ severity: picklist(["critical", "warning"]) }),
          annotations: object({ summary: words, description: optional(words), runbook: words }),
        }),
      ),
    }),
  ),
});
const rules = read(shape, parse(readFileSync("conf/prometheus/dogwatch.rules.yml", "utf8"))).groups.flatMap(
  (group) => group.rules,
);

describe("conf/prometheus/dogwatch.rules.yml", () => {
  test("every rule names metrics and labels that are exposed, a severity, and what to do there", () => {
    expect(rules.flatMap(({ expr }) => strangersIn(expr))).toEqual([]);
    expect(rules.length).toBeGreaterThanOrEqual(10);
  });

  test("every alert is in the tests that promtool runs", () => {
    const tested = readFileSync("test/fixtures/prometheus/rules-test.yml", "utf8");
    expect(rules.map(({ alert }) => alert).filter((alert) => !tested.includes(alert))).toEqual([]);
  });

  test("every card that a rule names is there", () => {
    const cards = rules.flatMap(({ annotations }) =>
      [...annotations.runbook.matchAll(/dogwatch card ([a-z-]+)/gu)].map(([, card = ""]) => card),
    );
    expect(cards.filter((card) => !existsSync(`heal-recipes/cards/${card}.md`))).toEqual([]);
    expect(cards.length).toBeGreaterThan(2);
  });
});
