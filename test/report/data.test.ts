import { describe, expect, test } from "bun:test";
import { makePage, type PageParts } from "../../src/report/data.ts";
import { renderPage } from "../../src/report/html.ts";
import type { HourSums } from "../../src/state/history.ts";
import { emptyState, type State } from "../../src/state/state.ts";
import { checkState } from "../checks.ts";

const at = "2026-11-26T19:30:00.000Z";

const state = (more: Partial<State> = {}): State => ({ ...emptyState, tick: 9, at, ...more });

const partsOf = (more: Partial<PageParts> = {}): PageParts => ({
  ...{ host: "web-1", version: "0.5.0", at, isStale: false, hours: [], silences: [], notes: ["a note"] },
  egress: { destinations: [], programs: [], sockets: [] },
  state: state(),
  known: new Map(),
  log: { entries: [], isCut: false, check: { kind: "none" } },
  ...more,
});

describe("makePage()", () => {
  test("makePage() lists the checks as the config does, then those that it no longer has", () => {
    const checks = { gone: checkState(), web: checkState({ verdict: "red", because: "unit" }), unit: checkState() };
    const known = new Map([
      ["unit", { kind: "unit", card: "unit-down" }],
      ["new", { kind: "http", card: null }],
      ["web", { kind: "http", card: null }],
    ]);
    const page = makePage(partsOf({ state: state({ checks }), known }));
    expect(page.checks.map(({ name, kind, card, because }) => ({ name, kind, card, because }))).toEqual([
      { name: "unit", kind: "unit", card: "unit-down", because: undefined },
      { name: "web", kind: "http", card: undefined, because: "unit" },
      { name: "gone", kind: "no longer in the config", card: undefined, because: undefined },
    ]);
  });

  test("makePage() has no verdict before the first tick", () => {
    expect(makePage(partsOf({ state: emptyState }))).toMatchObject({ tick: null, verdict: null, notes: ["a note"] });
  });

  test("makePage() says that the log has more", () => {
    const log = { entries: [], isCut: true, check: { kind: "none" as const } };
    expect(makePage(partsOf({ log })).notes).toEqual([
      "a note",
      "the log has more of the last 35 days than this page shows: dogwatch log show",
    ]);
  });

  test("makePage() and renderPage() hold 30 days of 60 checks and 2,000 lines of log in 1.5 MB", () => {
    const hostile = `<script>alert(1)</script>${"\u{1F600}"}'"&`;
    const names = Array.from({ length: 60 }, (_, i) => `check-${i}-${"x".repeat(50)}`);
    const seen = {
      ticks: [9, 1, 1, 1],
      ms: [12, 12_345.6, 4999.9],
      ready: [12, 400, 99],
      running: [12, 36, 4],
    } as const;
    const hours = Array.from(
      { length: 840 },
      (_, ago): HourSums => ({
        from: new Date(Date.parse(at) - (840 - ago) * 3_600_000).toISOString(),
        checks: Object.fromEntries(names.map((name) => [name, seen])),
      }),
    );
    const entries = Array.from({ length: 2000 }, (_, i) => ({
      ...{ seq: i + 1, at, host: "web-1", boot: "b", by: "helper", prev: "" },
      event: ["incident.opened", "heal.dispatched", "heal.proved", "incident.resolved"][i % 4] ?? "",
      incident: `i${Math.floor(i / 4)}`,
      check: names[i % 60] ?? "",
      evidence: hostile.repeat(10),
      argv: ["/usr/bin/systemctl", "restart", hostile],
      why: hostile.repeat(10),
    }));
    const checks = Object.fromEntries(names.map((name) => [name, checkState({ evidence: hostile.repeat(10) })]));
    const known = new Map(names.map((name) => [name, { kind: "http", card: "gateway-down" }]));
    const text = renderPage(
      makePage(
        partsOf({ state: state({ checks }), known, hours, log: { entries, isCut: false, check: { kind: "none" } } }),
      ),
    );
    expect(Buffer.byteLength(text)).toBeLessThan(1_500_000);
    expect(text).not.toContain("<script");
  });
});
