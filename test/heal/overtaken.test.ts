import { describe, expect, test } from "bun:test";
import { findOvertaken, healedOf } from "../../src/heal/overtaken.ts";
import type { AttemptEnd, LogStory } from "../../src/log/open-incidents.ts";
import { type Attempt, emptyHealState } from "../../src/state/heal-state.ts";
import { attempt, moment } from "./bed.ts";

const story =
  (outcome: AttemptEnd["outcome"] | null) =>
  (attempts: ReadonlySet<string>): LogStory => ({
    open: [],
    hasHealed: true,
    configSha256: "",
    ends: new Map(outcome === null ? [] : [...attempts].map((name) => [name, { outcome, why: "so it was" }])),
  });

const cases: readonly {
  readonly name: string;
  readonly given: Attempt["outcome"];
  readonly log: AttemptEnd["outcome"] | null;
  readonly want: Attempt["outcome"] | undefined;
}[] = [
  { name: "a running attempt that the log has proved", given: "running", log: "healed", want: "healed" },
  { name: "a running attempt that failed in the log", given: "running", log: "failed", want: "failed" },
  { name: "one that the log calls cut off already", given: "running", log: "indeterminate", want: "indeterminate" },
  { name: "a watched attempt that the log has proved", given: "watching", log: "healed", want: "healed" },
  { name: "nothing where the log holds no end either", given: "running", log: null, want: undefined },
  {
    name: "nothing where the log only refused, since that is no end of what ran",
    given: "running",
    log: "refused",
    want: undefined,
  },
  { name: "nothing where the heal state knows the end", given: "failed", log: "healed", want: undefined },
];

describe("findOvertaken()", () => {
  for (const { name, given, log, want } of cases)
    test(`findOvertaken() finds ${name}`, () => {
      const heal = {
        ...emptyHealState,
        attempts: [attempt({ outcome: "healed", number: 9 }), attempt({ outcome: given })],
      };
      const found = findOvertaken(heal, story(log), moment(5));
      expect(found?.attempt.outcome).toBe(want);
      expect(found?.heal.attempts.at(-1)).toEqual(found?.attempt);
      if (want !== undefined) expect(found?.attempt).toMatchObject({ ended: moment(5), why: "so it was" });
    });

  test("findOvertaken() reads no log where nothing is open", () => {
    const unread = (): LogStory => {
      throw new Error("it was read");
    };
    expect(
      findOvertaken({ ...emptyHealState, attempts: [attempt({ outcome: "failed" })] }, unread, moment()),
    ).toBeUndefined();
  });

  test("healedOf() tells it like a heal of this tick, with the card of its recipe", () => {
    expect(healedOf(attempt({ outcome: "failed", why: "not well" }), "gateway-down")).toMatchObject({
      outcome: "failed",
      recipe: "restart-unit",
      why: "not well",
      card: "gateway-down",
    });
  });
});
