import { describe, expect, test } from "bun:test";
import { flappingHeal, heldBack, reasonsFor, withoutHeld } from "../../src/heal/held-back.ts";
import { judged, rule } from "./bed.ts";

const rules = [rule({ on: ["unit", "gateway"] }), rule({ id: "2:restart-unit", on: ["board"] })];
const red = (name: string) => judged({ name });
const held = (names: readonly string[], ...flapping: readonly string[]) =>
  heldBack(rules, names.map(red), new Map(flapping.map((name) => [name, name])));

describe("heldBack()", () => {
  for (const { name, given, want } of [
    { name: "nothing where nothing flaps", given: held(["unit", "gateway"]), want: {} },
    { name: "a red check that flaps", given: held(["board"], "board"), want: { board: "board" } },
    { name: "nothing for one that flaps and is well now", given: held(["board"], "unit"), want: {} },
    {
      name: "a red check that a rule names beside one that flaps",
      given: held(["unit", "gateway", "board"], "gateway"),
      want: { unit: "gateway", gateway: "gateway" },
    },
    {
      name: "one that needs one that flaps, and names that",
      given: heldBack(rules, [red("board")], new Map([["board", "disk"]])),
      want: { board: "disk" },
    },
    { name: "one that flaps and has no rule", given: held(["disk"], "disk"), want: { disk: "disk" } },
  ])
    test(`heldBack() holds back ${name}`, () => expect(Object.fromEntries(given)).toEqual(want));

  test("withoutHeld() leaves nothing red that is held back, and all else as it is", () => {
    const all = [red("unit"), red("board")];
    expect(withoutHeld(all, new Map([["unit", "unit"]])).map(({ verdict }) => verdict)).toEqual(["amber", "red"]);
    expect(withoutHeld(all, new Map())).toBe(all);
  });

  test("reasonsFor() says why no recipe is applied, where a rule would apply one", () => {
    const why = '"gateway" is flapping: it comes and goes, and a restart would join in';
    const given = new Map([
      ["unit", "gateway"],
      ["disk", "disk"],
    ]);
    expect(reasonsFor(rules, given)).toEqual({ unit: { recipe: "restart-unit", why } });
  });
});

describe("flappingHeal()", () => {
  test("flappingHeal() refuses where all that is red is held back", () => {
    expect(flappingHeal(rules, [red("board")], new Map([["board", "board"]]))).toMatchObject({
      ...{ outcome: "refused", check: "board", recipe: "restart-unit" },
      why: '"board" is flapping: it comes and goes, and a restart would join in',
    });
  });

  test("flappingHeal() leaves it to the helper where something else is red, and to others where no rule is on it", () => {
    expect(flappingHeal(rules, [red("board"), red("unit")], new Map([["board", "board"]]))).toBeUndefined();
    expect(flappingHeal(rules, [red("disk")], new Map([["disk", "disk"]]))).toBeUndefined();
    expect(flappingHeal(rules, [], new Map([["disk", "disk"]]))).toBeUndefined();
  });
});
