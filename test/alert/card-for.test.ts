import { describe, expect, test } from "bun:test";
import { cardFor } from "../../src/alert/card-for.ts";
import { shippedCards } from "../../src/heal/shipped.ts";
import { judged } from "../heal/bed.ts";

describe("cardFor()", () => {
  const cases = [
    { name: "a gateway that gives no answer", given: { kind: "http" }, refusal: "", want: "gateway-down" },
    { name: "a process that is gone", given: { kind: "process" }, refusal: "", want: "gateway-down" },
    {
      name: "a unit that failed",
      given: { kind: "unit", evidence: "failed (signal, signal 9)" },
      refusal: "",
      want: "unit-down",
    },
    {
      name: "a beat that is missing",
      given: { kind: "heartbeat", evidence: 'no beat "x"' },
      refusal: "",
      want: "heartbeat-missed",
    },
    {
      name: "a value that differs",
      given: { kind: "drift", evidence: '/a is "masked"' },
      refusal: "",
      want: "drifted",
    },
    {
      name: "a plugin, whatever words it says",
      given: { kind: "plugin", evidence: 'CRITICAL: "exit status 78, 409 Conflict"' },
      refusal: "",
      want: "plugin-bad",
    },
    {
      name: "a unit that was stopped",
      given: { kind: "unit", evidence: "inactive: stopped on purpose" },
      refusal: "",
      want: "unit-stopped",
    },
    {
      name: "a gateway whose unit was stopped",
      given: { kind: "http" },
      refusal: '"gw.service" was stopped on purpose',
      want: "unit-stopped",
    },
    {
      name: "a masked unit",
      given: { kind: "unit", evidence: "masked, so it can't be started" },
      refusal: "",
      want: "unit-stopped",
    },
    {
      name: "a missing unit",
      given: { kind: "unit", evidence: 'there is no unit "gw.service"' },
      refusal: "",
      want: "unit-missing",
    },
    {
      name: "a leaked token",
      given: { kind: "process", evidence: 'pid 7 carries the variable "X_BOT_TOKEN"' },
      refusal: "",
      want: "token-leaked",
    },
    {
      name: "more gateways than wanted",
      given: { kind: "process", evidence: "2 processes (pid 7, 8), want exactly 1" },
      refusal: "",
      want: "gateway-twice",
    },
    {
      name: "a lock whose owner is another",
      given: {
        kind: "process",
        evidence: 'two owners: pid 7, and pid 8 ("python3") holds the lock "/h/gw.lock" and lives',
      },
      refusal: "",
      want: "gateway-twice",
    },
    {
      name: "a bot that somebody else polls",
      given: { kind: "http", evidence: "status 409 Conflict, want 200" },
      refusal: "",
      want: "gateway-twice",
    },
    {
      name: "a lock that is left alone",
      given: { kind: "unit", evidence: "failed (exit-code, exit status 1)" },
      refusal: 'the lock "/run/gw.lock" stays: process 7, which holds it, is alive',
      want: "lock-stale",
    },
    {
      name: "a unit that complains of its config",
      given: { kind: "unit", evidence: "failed (exit-code, exit status 78)" },
      refusal: "",
      want: "config-broken",
    },
    {
      name: "a gateway whose unit complains of its config",
      given: { kind: "http" },
      refusal: '"restart-unit" is no cure for exit status 78',
      want: "config-broken",
    },
    {
      name: "a queue that is stuck, whatever else is wrong",
      given: { kind: "queue", evidence: "stuck: 3 ready, 0 running; re-blocked: t_1" },
      refusal: "",
      want: "queue-stuck",
    },
    {
      name: "a job that blocked again, whatever its reason says",
      given: { kind: "queue", evidence: 're-blocked: t_1 ("exit status 78")' },
      refusal: '"board" is for a person to decide: re-blocked',
      want: "job-blocked",
    },
    {
      name: "a job that was given up",
      given: { kind: "queue", evidence: "gave-up: t_1" },
      refusal: "",
      want: "job-blocked",
    },
    {
      name: "two workers on one job",
      given: { kind: "queue", evidence: "double-spawn: t_1 (workers 7 and 8)" },
      refusal: "",
      want: "job-doubled",
    },
    {
      name: "a worker without a job",
      given: { kind: "queue", evidence: "ghost: t_1 (done, yet worker 7 lives)" },
      refusal: "",
      want: "job-doubled",
    },
    {
      name: "a queue's program that starts again and again",
      given: { kind: "queue", evidence: "crash-loop: 3 unclean starts in 10 min" },
      refusal: "",
      want: "unit-down",
    },
    {
      name: "a check with a card of its own",
      given: { kind: "unit", card: "mine", evidence: "masked" },
      refusal: "",
      want: "mine",
    },
  ] as const;
  for (const { name, given, refusal, want } of cases)
    test(`cardFor() leads from ${name} to ${want}`, () => expect(cardFor(judged(given), refusal, false)).toBe(want));

  test("cardFor() leads from what can't be measured to the watchdog", () => {
    expect(cardFor(judged(), "", true)).toBe("watchdog-ill");
    expect(cardFor(undefined, "", false)).toBe("watchdog-ill");
  });

  test("cardFor() names no card that doesn't ship", () => {
    for (const { want } of cases) if (want !== "mine") expect(Object.keys(shippedCards)).toContain(want);
  });
});
