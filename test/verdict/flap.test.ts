import { describe, expect, test } from "bun:test";
import { type FlapHistory, flapKnown, flapPercent, flapWindow, withState } from "../../src/verdict/flap.ts";

const boot = "boot-1";

/** States seen one period apart each. */
const after = (states: string, periodS = 300): FlapHistory => {
  let history: FlapHistory | undefined;
  for (const [at, state] of [...states].entries())
    history = withState(history, state === "g" ? "g" : "r", { bootId: boot, uptimeS: 1000 + at * periodS });
  if (history === undefined) throw new Error("no state");
  return history;
};

describe("flapPercent()", () => {
  const cases: readonly { readonly states: string; readonly percent: number }[] = [
    { states: "g".repeat(flapWindow), percent: 0 },
    { states: `g${"r".repeat(flapWindow - 1)}`, percent: 3.75 },
    { states: `${"g".repeat(flapWindow - 1)}r`, percent: 6.25 },
    { states: "gr".repeat(11).slice(0, flapWindow), percent: 100 },
  ];
  for (const { states, percent } of cases)
    test(`flapPercent() weighs ${states}`, () => expect(flapPercent(states)).toBeCloseTo(percent, 6));
});

describe("withState()", () => {
  test("withState() judges nothing before 12 known states, then what comes and goes flaps", () => {
    expect(after("gr".repeat(6).slice(0, flapKnown - 1)).isFlapping).toBe(false);
    expect(after("gr".repeat(6)).isFlapping).toBe(true);
  });

  test("withState() goes on flapping until hardly a change is left", () => {
    const flapping = after("gr".repeat(11));
    const quiet = `${"gr".repeat(11)}${"r".repeat(flapWindow - 3)}`;
    expect(flapping.isFlapping).toBe(true);
    expect(after(quiet).isFlapping).toBe(true);
    expect(after(`${quiet}rrr`).isFlapping).toBe(false);
  });

  test("withState() counts the same state again only after half a period: who asks often can't talk a check quiet", () => {
    let history = after("gr".repeat(11));
    const { at } = history;
    for (let asked = 0; asked < 100; asked += 1)
      history = withState(history, "r", { bootId: boot, uptimeS: at.uptimeS + asked });
    expect(history.isFlapping).toBe(true);
    expect(history.states).toBe(after("gr".repeat(11)).states);
    expect(withState(history, "r", { bootId: boot, uptimeS: at.uptimeS + 150 }).states.endsWith("rr")).toBe(true);
    expect(withState(history, "g", { bootId: boot, uptimeS: at.uptimeS + 1 }).states.endsWith("rg")).toBe(true);
  });

  test("withState() lets a state stand for the periods in which nobody contradicted it", () => {
    const history = withState(after("gr"), "g", { bootId: boot, uptimeS: 1300 + 4 * 300 });
    expect(history.states).toBe("grrrrg");
  });
});
