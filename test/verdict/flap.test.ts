import { describe, expect, test } from "bun:test";
import { type FlapHistory, flapPercent, flapWindow, withState } from "../../src/verdict/flap.ts";
import { moment, seeded } from "../heal/bed.ts";

type Letter = "g" | "r";
const lettersOf = (text: string): readonly Letter[] => [...text].map((each) => (each === "r" ? "r" : "g"));

/** A history of these states, one each `everyS`. */
const historyOf = (text: string, everyS = 300, before?: FlapHistory): FlapHistory | undefined => {
  let history = before;
  const fromS = before === undefined ? 0 : before.at.uptimeS - moment().uptimeS;
  for (const [i, state] of lettersOf(text).entries())
    history = withState(history, state, moment(fromS + (i + 1) * everyS));
  return history;
};

describe("flapPercent()", () => {
  /** The formula as Nagios documents it, over a whole window: change x of N-1 counts 0.75 + 0.5 (x-1)/(N-2). */
  const documented = (states: string): number => {
    const count = 21;
    let sum = 0;
    for (let x = 1; x < count; x += 1) if (states[x] !== states[x - 1]) sum += 0.75 + (0.5 * (x - 1)) / (count - 2);
    return (100 * sum) / (count - 1);
  };

  const cases = [
    { name: "nothing for no state", given: "", want: 0 },
    { name: "nothing for one state", given: "r", want: 0 },
    { name: "nothing for a window without a change", given: "r".repeat(21), want: 0 },
    { name: "least for the oldest change", given: `g${"r".repeat(20)}`, want: 3.75 },
    { name: "most for the newest change", given: `${"g".repeat(20)}r`, want: 6.25 },
    { name: "the newest change alike in a window that isn't full", given: "gr", want: 6.25 },
    { name: "all of a hundred for a check that changes each time", given: "gr".repeat(11).slice(0, 21), want: 100 },
    { name: "the changes of a short outage in mid-window", given: `${"g".repeat(10)}r${"g".repeat(10)}`, want: 10 },
  ];
  for (const { name, given, want } of cases)
    test(`flapPercent() gives ${name}`, () => expect(flapPercent(given)).toBeCloseTo(want, 10));

  test("flapPercent() is Nagios' formula over every window of a seeded sample", () => {
    const next = seeded(3);
    for (let round = 0; round < 500; round += 1) {
      const states = Array.from({ length: flapWindow }, () => (next(2) === 0 ? "g" : "r")).join("");
      expect(flapPercent(states)).toBeCloseTo(documented(states), 10);
    }
  });
});

describe("withState()", () => {
  const cases: readonly { readonly name: string; readonly given: string; readonly want: boolean }[] = [
    { name: "judges nothing before 12 known states, however they change", given: "grgrgrgrgrg", want: false },
    { name: "finds flapping with the twelfth", given: "grgrgrgrgrgr", want: true },
    { name: "takes one outage for none", given: "ggggggggggggrrrgggggg", want: false },
    { name: "takes a check that is red for good for none", given: "ggggggrrrrrrrrrrrrrrr", want: false },
    { name: "needs four changes of late to begin", given: "gggggggggggggggrrggrr", want: false },
    { name: "begins at four", given: "gggggggggggggggrgrg", want: true },
    { name: "goes on while the changes are in the window", given: `grgrgrgrgrgr${"g".repeat(18)}`, want: true },
    { name: "ends when less than 5 % of them are left", given: `grgrgrgrgrgr${"g".repeat(20)}`, want: false },
    {
      name: "has ended for a check that was well for a window, and dies then",
      given: `grgrgrgrgrgr${"g".repeat(21)}r`,
      want: false,
    },
  ];
  for (const { name, given, want } of cases)
    test(`withState() ${name}`, () => expect(historyOf(given)?.isFlapping).toBe(want));

  test("withState() lets a state stand for the periods until the next one", () => {
    const before = historyOf("gr");
    expect(withState(before, "g", moment(600 + 3000))).toMatchObject({ states: `gr${"r".repeat(9)}g` });
    expect(withState(before, "g", moment(600 + 86_400))).toMatchObject({ states: `${"r".repeat(20)}g` });
    expect(withState(before, "g", moment(600 + 299))).toMatchObject({ states: "grg" });
  });

  test("withState() ends the flapping of a check that was quietly well for half a day before it dies", () => {
    const flapping = historyOf("grgrgrgrgrgrgrg");
    expect(flapping?.isFlapping).toBeTrue();
    expect(withState(flapping, "r", moment(300 * 15 + 43_200))).toMatchObject({ isFlapping: false });
  });

  test("withState() takes the same state again and again for one: nobody asks the changes out of the window", () => {
    const flapping = historyOf("grgrgrgrgrgr");
    expect(historyOf("r".repeat(40), 1, flapping)).toEqual(flapping as FlapHistory);
    expect(historyOf("r".repeat(149), 1, flapping)?.states).toBe("grgrgrgrgrgr");
    expect(historyOf("r".repeat(150), 1, flapping)?.states).toBe("grgrgrgrgrgrr");
  });

  test("withState() counts changes as fast as they come", () => {
    expect(historyOf("grgrgrgrgrgr", 1)).toMatchObject({ states: "grgrgrgrgrgr", isFlapping: true });
  });

  test("withState() knows no time before the boot: a reboot is less than it was", () => {
    const flapping = historyOf("grgrgrgrgrgr");
    const rebooted = withState(flapping, "g", { bootId: "boot-2", uptimeS: 60 });
    expect(rebooted).toMatchObject({ states: "grgrgrgrgrgrg", isFlapping: true });
  });

  test("withState() never finds flapping without a change, whatever the times", () => {
    const next = seeded(11);
    for (let round = 0; round < 300; round += 1) {
      const state: Letter = next(2) === 0 ? "g" : "r";
      let [history, atS]: [FlapHistory | undefined, number] = [undefined, 0];
      for (let step = 0; step < 60; step += 1) {
        atS += next(4000);
        history = withState(history, state, moment(atS));
        expect(history.isFlapping).toBeFalse();
      }
    }
  });

  /** Many steps of a seeded sample: each with what it was before. */
  const steps = (seed: number): readonly { readonly was: boolean; readonly now: FlapHistory }[] => {
    const next = seeded(seed);
    let [history, atS]: [FlapHistory | undefined, number] = [undefined, 0];
    return Array.from({ length: 5000 }, () => {
      atS += next(1500);
      const was = history?.isFlapping ?? false;
      history = withState(history, next(3) === 0 ? "r" : "g", moment(atS));
      return { was, now: history };
    });
  };

  test("withState() never keeps more than a window", () => {
    for (const { now } of steps(12)) expect(now.states.length).toBeLessThanOrEqual(flapWindow);
  });

  test("withState() flaps from 20 % on and never below 5 %", () => {
    for (const { was, now } of steps(13)) {
      const percent = flapPercent(now.states);
      if (percent < 5) expect(now.isFlapping).toBeFalse();
      if (percent >= 20 && now.states.length >= 12) expect(now.isFlapping).toBeTrue();
      if (now.isFlapping && !was) expect(percent).toBeGreaterThanOrEqual(20);
    }
  });
});
