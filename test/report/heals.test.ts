import { describe, expect, test } from "bun:test";
import { endOf, healsOf } from "../../src/report/heals.ts";
import { stepItem } from "../../src/report/html-step.ts";
import { textOf } from "../../src/report/markup.ts";
import type { PageIncident, PageStep } from "../../src/report/page.ts";

const step = (event: string, more: Partial<PageStep> = {}): PageStep => ({
  at: "2026-11-14T02:05:00.000Z",
  seq: 1,
  event,
  by: "helper",
  recipe: "restart-unit",
  attempt: 1,
  ...more,
});
const incident = (steps: readonly PageStep[], isOpen = false): PageIncident => ({
  id: "gateway-20261114T020500Z",
  check: "gateway",
  openedAt: "2026-11-14T02:05:00.000Z",
  resolvedAt: isOpen ? null : "2026-11-14T02:11:00.000Z",
  steps,
});
const argv = ["/usr/bin/systemctl", "restart", "x.service"];

describe("healsOf()", () => {
  test("healsOf() puts an attempt together from its lines", () => {
    const backup = [{ path: "/etc/x", sha256: "ab" }];
    const steps = [
      step("incident.opened"),
      step("heal.created"),
      step("heal.planned", { argv, backup }),
      step("heal.dispatched", { argv, at: "2026-11-14T02:05:09.000Z" }),
      step("heal.proved", { proof: "ok twice" }),
    ];
    expect(healsOf(incident(steps))).toMatchObject([
      {
        recipe: "restart-unit",
        attempt: 1,
        at: "2026-11-14T02:05:09.000Z",
        argv,
        backup,
        proof: "ok twice",
        outcome: "proved",
      },
    ]);
  });

  test("healsOf() calls a backup that could not all be put back by that name, and so does its line", () => {
    const restored = step("heal.restored", { why: 'NOT RESTORED: "/etc/x": no space left on device' });
    expect(healsOf(incident([step("heal.created"), step("heal.failed"), restored]))).toMatchObject([
      { outcome: "not restored" },
    ]);
    expect(textOf(stepItem(restored, false))).toContain("Backup not all put back");
    expect(healsOf(incident([step("heal.created"), step("heal.restored")]))).toMatchObject([{ outcome: "restored" }]);
  });

  test("healsOf() keeps two attempts apart, and takes a refusal for none", () => {
    const steps = [
      step("heal.refused"),
      step("heal.created"),
      step("heal.failed"),
      step("heal.restored"),
      step("heal.created", { attempt: 2 }),
      step("heal.indeterminate", { attempt: 2 }),
    ];
    expect(healsOf(incident(steps)).map(({ attempt, outcome }) => [attempt, outcome])).toEqual([
      [1, "restored"],
      [2, "indeterminate"],
    ]);
  });
});

describe("endOf()", () => {
  const rows = [
    { given: incident([step("heal.proved")]), want: "healed by restart-unit" },
    { given: incident([step("heal.failed")]), want: "over, though the heal failed" },
    { given: incident([step("heal.refused")]), want: "over without a heal" },
    { given: incident([], true), want: "open" },
    { given: incident([step("heal.failed")], true), want: "open, a heal failed" },
  ] as const;
  for (const { given, want } of rows)
    test(`endOf() says "${want}"`, () => {
      expect(endOf(given)).toBe(want);
    });
});
