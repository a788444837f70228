import { describe, expect, test } from "bun:test";
import { type CureFacts, cureOf } from "../../src/alert/cure.ts";
import type { Attempt } from "../../src/state/heal-state.ts";
import { attempt, incident, judged } from "../heal/bed.ts";

/** Well again at 02:40 UTC, ten minutes after it was last seen well; uptime 100,000 s. */
const now = { at: "2026-11-23T02:40:00.000Z", bootId: "boot-1", uptimeS: 100_000 };
const lastWell = { moment: { bootId: "boot-1", uptimeS: 99_400 } };
const moment = (uptimeS: number) => ({ bootId: "boot-1", uptimeS });

const well = (startedUptimeS?: number, restarts?: number) =>
  judged({
    ...{ verdict: "green" as const, kind: "unit" as const },
    ...(startedUptimeS === undefined ? {} : { startedUptimeS }),
    ...(restarts === undefined ? {} : { memory: { restarts } }),
  });

const tried = (facts: Partial<Attempt>): readonly Attempt[] => [
  attempt({
    ...{ incident: incident().id, recipe: "restart-unit", at: "2026-11-23T02:32:00.000Z" },
    ...{ started: moment(99_520), ended: moment(99_620) },
    ...facts,
  }),
];

const cases: readonly { readonly name: string; readonly given: Partial<CureFacts>; readonly want: string }[] = [
  { name: "nothing is known", given: { judged: [well()] }, want: "cannot be told" },
  {
    name: "it was never seen well before",
    given: { judged: [well(99_900)], lastWell: undefined },
    want: "cannot be told",
  },
  {
    name: "its process is the one that was there before",
    given: { judged: [well(50_000)] },
    want: "by itself: its process is the same as before, nobody started it anew",
  },
  {
    name: "somebody started its process anew",
    given: { judged: [well(99_700)] },
    want: "its process was started anew at 02:35 UTC, not by dogwatch",
  },
  {
    name: "systemd started it anew",
    given: { judged: [well(99_700, 3)], lastWell: { ...lastWell, restarts: 2 } },
    want: "systemd started it anew at 02:35 UTC, by its Restart=",
  },
  {
    name: "somebody started a unit anew that systemd had restarted before",
    given: { judged: [well(99_700, 0)], lastWell: { ...lastWell, restarts: 2 } },
    want: "its process was started anew at 02:35 UTC, not by dogwatch",
  },
  {
    name: "what it needs was started anew",
    given: {
      judged: [judged({ verdict: "green" }), judged({ name: "unit", startedUptimeS: 99_700 })],
      needs: ["unit"],
    },
    want: 'the process of "unit" was started anew at 02:35 UTC, not by dogwatch',
  },
  {
    name: "the host was booted since",
    given: { judged: [well(100)], lastWell: { moment: { bootId: "boot-0", uptimeS: 5 } } },
    want: "the host was booted at 21 Nov 22:53 UTC",
  },
  {
    name: "a person ran a recipe",
    given: { attempts: tried({ outcome: "healed", by: "uid:1000" }), judged: [well(99_700)] },
    want: "restart-unit at 02:32 UTC, run by hand by uid:1000",
  },
  {
    name: "a recipe was proved, and that was never told",
    given: { attempts: tried({ outcome: "healed" }), judged: [well(99_700)] },
    want: "restart-unit at 02:32 UTC",
  },
  {
    name: "a recipe started it, and its proof came too late",
    given: { attempts: tried({ outcome: "failed" }), judged: [well(99_530)] },
    want: "its process was started anew at 02:32 UTC, after restart-unit at 02:32 UTC, not proved in time",
  },
  {
    name: "it got well after a recipe that started nothing anew",
    given: { attempts: tried({ outcome: "failed" }), judged: [well(50_000)] },
    want: "cannot be told; tried: restart-unit at 02:32 UTC, not proved in time",
  },
  {
    name: "an attempt was cut off and nobody knows what runs",
    given: { attempts: tried({ outcome: "indeterminate" }), judged: [well()] },
    want: "cannot be told; tried: restart-unit at 02:32 UTC, not proved in time",
  },
  {
    name: "a recipe for another incident was to cure it too",
    given: {
      attempts: tried({ outcome: "healed", incident: "other", sick: ["gateway"], by: "uid:0" }),
      judged: [well(99_700)],
    },
    want: "restart-unit at 02:32 UTC, run by hand by uid:0",
  },
  {
    name: "a recipe cured it in an incident long ago",
    given: {
      attempts: tried({ outcome: "healed", incident: "other", sick: ["gateway"], started: moment(90_000) }),
      judged: [well(99_700)],
    },
    want: "its process was started anew at 02:35 UTC, not by dogwatch",
  },
];

describe("cureOf()", () => {
  for (const { name, given, want } of cases)
    test(`cureOf() where ${name}`, () => {
      const facts = { incident: incident(), check: "gateway", judged: [], needs: [], attempts: [], lastWell, now };
      expect(cureOf({ ...facts, ...given })).toBe(want);
    });
});
