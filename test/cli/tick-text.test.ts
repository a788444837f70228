import { describe, expect, test } from "bun:test";
import { tickJson, tickLine, tickTable } from "../../src/cli/tick-text.ts";
import { widthOf } from "../../src/cli/width.ts";
import { noHeal } from "../../src/heal/healed.ts";
import type { TickReport } from "../../src/tick-report.ts";
import type { Judged } from "../../src/verdict/judge.ts";
import { createFakeHost } from "../fake-host.ts";

const judged = (more: Partial<Judged> = {}): Judged => ({
  name: "gateway",
  kind: "http",
  verdict: "green",
  reading: "ok",
  evidence: "200 in 5 ms",
  since: "2026-11-23T02:00:00.000Z",
  ticks: 12,
  badTicks: 0,
  isInGrace: false,
  card: null,
  durationMs: 5,
  ...more,
});

const red = judged({ verdict: "red", reading: "bad", evidence: "no answer in 5 s", ticks: 2, badTicks: 2 });
const child = judged({
  name: "child",
  verdict: "amber",
  reading: "bad",
  evidence: "status 502",
  ticks: 1,
  because: "gateway",
});

const report = (more: Partial<TickReport> = {}): TickReport => ({
  host: "web-1",
  at: "2026-11-23T02:05:00.000Z",
  verdict: "green",
  checks: [judged()],
  heal: noHeal("nothing is red"),
  alerts: [],
  outbox: 0,
  durationMs: 14,
  silences: [],
  troubles: [],
  exit: 0,
  wouldSend: [],
  ...more,
});

const healed = {
  ...noHeal("ok 2 times in a row"),
  outcome: "healed",
  recipe: "restart-unit",
  unit: "gateway.service",
  check: "gateway",
} as const;
const sick = report({ verdict: "red", checks: [red, child], heal: healed });
const sent = { id: "m-1", kind: "red", delivered: true, why: "ok" } as const;
const unsent = { id: "m-2", kind: "reminder", delivered: false, why: "connection refused" } as const;

describe("tickLine()", () => {
  const cases = [
    { name: "says little of a quiet tick", given: report(), want: "green web-1: 1 of 1 check green in 14 ms" },
    {
      name: "says what is sick and what was done, but no folded check",
      given: sick,
      want: "red web-1: 0 of 2 checks green in 14 ms; red gateway: no answer in 5 s; heal: healed restart-unit on gateway.service: ok 2 times in a row",
    },
    {
      name: "counts what was sent",
      given: report({ alerts: [sent] }),
      want: "green web-1: 1 of 1 check green in 14 ms; 1 alert sent",
    },
    {
      name: "says what waits and why",
      given: report({ alerts: [sent, unsent], outbox: 2 }),
      want: "green web-1: 1 of 1 check green in 14 ms; 1 alert sent; 2 alerts waiting: connection refused",
    },
    {
      name: "says that the chat asked to wait",
      given: report({ outbox: 1 }),
      want: "green web-1: 1 of 1 check green in 14 ms; 1 alert waiting: the chat asked to wait",
    },
    {
      name: "says what ails the watchdog itself",
      given: report({ heal: null, durationMs: 12_345, troubles: ["cannot write the state: no space left on device"] }),
      want: "green web-1: 1 of 1 check green in 12 s; cannot write the state: no space left on device",
    },
    {
      name: "says why nothing was healed",
      given: report({ heal: noHeal('no rule covers "gateway"') }),
      want: 'green web-1: 1 of 1 check green in 14 ms; heal: none: no rule covers "gateway"',
    },
  ] as const;
  for (const { name, given, want } of cases) test(`tickLine() ${name}`, () => expect(tickLine(given)).toBe(want));
});

describe("tickTable()", () => {
  const { terminal } = createFakeHost();

  test("tickTable() shows verdict, checks, heal, alerts and trouble, a line each", () => {
    const given = { ...sick, alerts: [sent, unsent], troubles: ["the log is full"] };
    expect(tickTable(given, terminal)).toBe(
      [
        "RED web-1 · 2 checks in 14 ms",
        "  red     gateway  no answer in 5 s (2 ticks, since 02:00 UTC)",
        "  amber   child    status 502 (because of gateway) (1 tick, since 02:00 UTC)",
        "heal: healed restart-unit on gateway.service: ok 2 times in a row",
        "alert: red delivered",
        "alert: reminder not delivered: connection refused",
        "trouble: the log is full",
        "",
      ].join("\n"),
    );
  });

  test("tickTable() shows exactly what a dry run would do", () => {
    const planned = {
      ...healed,
      outcome: "planned",
      why: "",
      steps: [["/usr/bin/systemctl", "--system", "restart", "gateway.service"]],
    } as const;
    const given = report({ checks: [], heal: planned, wouldSend: [{ kind: "red", text: "RED web-1\nlog 41:9f" }] });
    expect(tickTable(given, terminal)).toBe(
      [
        "GREEN web-1 · 0 checks in 14 ms",
        "heal: planned restart-unit on gateway.service",
        "would run: /usr/bin/systemctl --system restart gateway.service",
        "would send:",
        "    RED web-1",
        "    log 41:9f",
        "",
      ].join("\n"),
    );
  });

  for (const given of [40, 80, 200])
    test(`tickTable() keeps a check within ${given} columns, and all of the evidence below it`, () => {
      const evidence = "word ".repeat(60).trim();
      const checks = [
        { ...red, evidence },
        { ...red, name: "n".repeat(63), evidence },
      ];
      const narrow = createFakeHost({ terminal: { columns: given } }).terminal;
      const [, first, ...lines] = tickTable(report({ checks }), narrow).split("\n").slice(0, -2);
      for (const line of [first, ...lines]) expect([...`${line}`].length).toBeLessThanOrEqual(given);
      if (given >= 80) expect(first).toEndWith("gateway                   (2 ticks, since 02:00 UTC)");
      const below = lines.slice(
        0,
        lines.findIndex((line) => line.startsWith("  red")),
      );
      expect(below.map((line) => line.trim()).join(" ")).toBe(evidence);
    });

  test("tickTable() counts columns, not letters: an evidence in wide ones stands whole below its check", () => {
    const narrow = createFakeHost({ terminal: { columns: 60 } }).terminal;
    const evidence = "待機列が詰まっています ".repeat(4).trim();
    const given = report({ checks: [{ ...red, evidence }] });
    const [, first = "", ...below] = tickTable(given, narrow).trimEnd().split("\n");
    for (const line of [first, ...below]) expect(widthOf(line)).toBeLessThanOrEqual(60);
    expect(below.map((line) => line.trim()).join(" ")).toBe(evidence);
  });
});

describe("tickJson()", () => {
  test("tickJson() is the object of the contract", () => {
    expect(JSON.parse(tickJson({ ...sick, alerts: [sent], outbox: 1, exit: 75 }))).toEqual({
      host: "web-1",
      at: "2026-11-23T02:05:00.000Z",
      verdict: "red",
      checks: [
        {
          name: "gateway",
          kind: "http",
          verdict: "red",
          reading: "bad",
          evidence: "no answer in 5 s",
          since: red.since,
          ticks: 2,
          because: null,
          duration_ms: 5,
        },
        {
          name: "child",
          kind: "http",
          verdict: "amber",
          reading: "bad",
          evidence: "status 502",
          since: red.since,
          ticks: 1,
          because: "gateway",
          duration_ms: 5,
        },
      ],
      heal: { recipe: "restart-unit", check: "gateway", outcome: "healed", why: "ok 2 times in a row" },
      alerts: [{ id: "m-1", kind: "red", delivered: true, why: "ok" }],
      outbox: 1,
      duration_ms: 14,
      troubles: [],
      exit: 75,
    });
  });

  test("tickJson() has a heal where none was tried", () => {
    expect(JSON.parse(tickJson(report({ heal: null })))).toMatchObject({
      heal: { recipe: null, check: null, outcome: "none", why: "" },
    });
  });
});
