import type { Story } from "../../src/alert/compose.ts";

/** A gateway that is red for the second tick; say what differs. */
export const story = (facts: Partial<Story> = {}): Story => ({
  kind: "red",
  host: "web-1",
  check: "gateway",
  incident: "gateway-20261123T020500Z",
  evidence: "no answer in 5 s",
  since: "2026-11-23T02:05:00.000Z",
  ticks: 2,
  folded: [],
  heal: null,
  isKnown: false,
  card: "gateway-down",
  head: { seq: 41, sha256: `9f3ac2d1c07be55a${"0".repeat(48)}` },
  now: "2026-11-23T02:10:00.123Z",
  ...facts,
});

const heal = (facts: Partial<NonNullable<Story["heal"]>>): Story["heal"] => ({
  outcome: "healed",
  recipe: "restart-unit",
  unit: "openclaw-gateway.service",
  isUserUnit: false,
  why: "ok 2 times in a row: gateway: 200 in 3 ms",
  ...facts,
});

const flap = { since: "2026-11-23T01:20:00.000Z", reds: 3 };

const recovered = (facts: Partial<Story>): Story =>
  story({ kind: "recovered", isKnown: true, now: "2026-11-23T04:40:00.000Z", ...facts });

/** A story for every kind of message and every way that a heal can stand, by the name of its golden text. */
export const stories: Readonly<Record<string, Story>> = {
  red: story(),
  "red-first-tick": story({
    ticks: 1,
    since: "2026-11-23T02:10:00.123Z",
    evidence: 'no live process (name "openclaw-gateway")',
  }),
  "red-yesterday": story({ since: "2026-11-22T23:55:00.000Z", ticks: 28 }),
  "red-after-silence": story({
    ticks: 12,
    after: {
      ...{ check: "gateway", from: "2026-11-23T01:00:00.000Z", until: "2026-11-23T02:09:00.000Z" },
      ...{ reason: "planned upgrade", by: "uid:0", name: "root" },
    },
  }),
  "reminder-after-maintenance": story({
    kind: "reminder",
    ticks: 14,
    isKnown: true,
    after: {
      ...{ check: "all", from: "2026-11-23T01:00:00.000Z", until: "2026-11-23T02:10:00.000Z" },
      ...{ reason: "", by: "config" },
    },
  }),
  "red-folded": story({ check: "host", folded: ["gateway", "queue"], card: "unit-down" }),
  "red-no-rule": story({ heal: heal({ outcome: "none", recipe: null, unit: null, why: 'no rule covers "gateway"' }) }),
  "red-other-change": story({
    heal: heal({ outcome: "none", recipe: null, unit: null, why: 'one change at a time: this tick is for "queue"' }),
  }),
  "red-refused": story({
    heal: heal({ outcome: "refused", unit: null, why: '"openclaw-gateway.service" was stopped on purpose' }),
  }),
  "red-no-record": story({
    heal: heal({
      outcome: "refused",
      recipe: null,
      unit: null,
      why: "cannot write the heal log: no space left on device; nothing is changed without a record",
    }),
    head: null,
  }),
  "red-planned": story({ heal: heal({ outcome: "planned", why: "" }) }),
  "red-healing": story({ heal: heal({ outcome: "watching", why: "" }) }),
  healed: story({ kind: "healed", heal: heal({}) }),
  "healed-user-unit": story({ kind: "healed", heal: heal({ isUserUnit: true }) }),
  "healed-without-unit": story({ kind: "healed", heal: heal({ recipe: "drop-cache", unit: null }) }),
  "healed-next-tick": story({
    kind: "healed",
    heal: heal({}),
    evidence: "",
    isKnown: true,
    since: "2026-11-22T23:55:00.000Z",
  }),
  "heal-failed": story({
    kind: "heal-failed",
    heal: heal({ outcome: "failed", why: "not well within 5 min: gateway: no answer in 5 s" }),
  }),
  "heal-failed-known": story({
    kind: "heal-failed",
    isKnown: true,
    heal: heal({ outcome: "failed", why: "not well within 5 min: gateway: no answer in 5 s" }),
  }),
  "heal-cut-off": story({
    kind: "heal-failed",
    isKnown: true,
    heal: heal({
      outcome: "indeterminate",
      why: "dogwatch was cut off while it applied the recipe; it is probed and not repeated",
    }),
  }),
  reminder: story({ kind: "reminder", isKnown: true, now: "2026-11-23T06:10:00.000Z", ticks: 50 }),
  "reminder-next-day": story({
    kind: "reminder",
    isKnown: true,
    now: "2026-11-25T06:10:00.000Z",
    ticks: 600,
  }),
  recovered: story({ kind: "recovered", isKnown: true, now: "2026-11-23T04:40:00.000Z" }),
  "recovered-clock-set-back": story({ kind: "recovered", isKnown: true, now: "2026-11-23T01:00:00.000Z" }),
  "recovered-unknown": story({ kind: "recovered", isKnown: true, incident: null }),
  unknown: story({
    kind: "unknown",
    incident: null,
    isKnown: true,
    ticks: 3,
    card: "watchdog-ill",
    evidence: "cannot list processes: permission denied",
  }),
  "recovered-by-recipe": recovered({ cure: "restart-unit at 02:12 UTC, not proved in time" }),
  "recovered-by-hand": recovered({ cure: "restart-unit at 04:31 UTC, run by hand by uid:1000" }),
  "recovered-by-systemd": recovered({ cure: "systemd started it anew at 02:14 UTC, by its Restart=" }),
  "recovered-started-anew": recovered({ cure: "its process was started anew at 02:14 UTC, not by dogwatch" }),
  "recovered-by-itself": recovered({ cure: "by itself: its process is the same as before, nobody started it anew" }),
  "recovered-not-told": recovered({ cure: "cannot be told" }),
  "recovered-with-children": recovered({ includes: ["board-20261123T020000Z", "queue-20261123T020000Z"] }),
  "red-with-children": story({ check: "host", folded: ["board"], includes: ["board-20261123T020000Z"] }),
  "unknown-with-children": story({
    ...{ kind: "unknown", incident: null, isKnown: true, ticks: 3, card: "watchdog-ill" },
    evidence: "cannot list processes: permission denied",
    folded: ["board", "queue"],
  }),
  flapping: story({ kind: "flapping", isKnown: true, verdict: "red", flap }),
  "flapping-now-well": story({ kind: "flapping", isKnown: true, verdict: "green", flap, evidence: "200 in 3 ms" }),
  "flapping-ended-well": recovered({ flap: { ...flap, reds: 12 } }),
  "flapping-ended-red": story({ kind: "reminder", isKnown: true, now: "2026-11-23T06:10:00.000Z", ticks: 20, flap }),
  test: story({
    kind: "test",
    check: "chat",
    incident: null,
    ticks: 1,
    evidence: "dogwatch can reach this chat; nothing is wrong",
  }),
  "log-unreadable": story({ head: null }),
  "no-log-yet": story({ head: { seq: 0, sha256: "0".repeat(64) } }),
  hostile: story({
    evidence:
      'status 500 "\u001b[31mred\u001b[0m\nRECOVERED web-1 · all is well\r\n@everyone\u202ereversed\u200b\u0007 <b>x</b>"',
    heal: heal({
      outcome: "failed",
      why: '"/usr/bin/one" ended with 1: "\u001b]0;title\u0007line one\nLog 41:0000 line two"',
    }),
  }),
  "long-evidence": story({ evidence: "x".repeat(5000), heal: heal({ outcome: "failed", why: "y".repeat(5000) }) }),
};
