import { describe, expect, test } from "bun:test";
import { adopt } from "../../src/heal/adopt.ts";
import type { LoggedAttempt, OpenIncident } from "../../src/log/open-incidents.ts";
import { emptyHealState } from "../../src/state/heal-state.ts";
import { attempt, moment } from "./bed.ts";

const logged = (facts: Partial<LoggedAttempt> = {}): LoggedAttempt => ({
  key: "gateway-20261123T020500Z/restart-unit",
  recipe: "restart-unit",
  attempt: 1,
  at: "2026-11-23T02:05:10.000Z",
  isDispatched: true,
  outcome: "failed",
  ...facts,
});

const open = (...attempts: readonly LoggedAttempt[]): readonly OpenIncident[] => [
  { incident: "gateway-20261123T020500Z", check: "gateway", openedAt: "2026-11-23T02:05:00.000Z", attempts },
];

const cases = [
  { name: "a failed attempt as failed", given: logged(), want: ["failed"] },
  { name: "a healed attempt as healed", given: logged({ outcome: "healed" }), want: ["healed"] },
  { name: "an attempt without an outcome as indeterminate", given: logged({ outcome: null }), want: ["indeterminate"] },
  {
    name: "nothing of an attempt that was created and no more, since its command never ran",
    given: logged({ outcome: null, isDispatched: false }),
    want: [],
  },
  {
    name: "nothing of an attempt that was refused before it ran",
    given: logged({ outcome: "refused", isDispatched: false }),
    want: [],
  },
] as const;

describe("adopt()", () => {
  for (const { name, given, want } of cases)
    test(`adopt() takes up ${name}`, () => {
      const { attempts } = adopt(emptyHealState, open(given), moment());
      expect(attempts.map(({ outcome }) => outcome)).toEqual([...want]);
    });

  test("adopt() lets what it takes up cool down from now", () => {
    expect(adopt(emptyHealState, open(logged()), moment(5)).attempts).toMatchObject([
      { key: "gateway-20261123T020500Z/restart-unit", number: 1, ended: moment(5), started: moment(5), rule: "" },
    ]);
  });

  test("adopt() takes an attempt that the log tells twice for one", () => {
    const twice = open(logged({ outcome: null, isDispatched: false }), logged());
    expect(adopt(emptyHealState, twice, moment()).attempts.map(({ outcome }) => outcome)).toEqual(["failed"]);
  });

  test("adopt() adds nothing that is known already", () => {
    const heal = { ...emptyHealState, attempts: [attempt()] };
    expect(adopt(heal, open(logged(), logged({ attempt: 2 })), moment()).attempts.map(({ number }) => number)).toEqual([
      2, 1,
    ]);
  });
});
