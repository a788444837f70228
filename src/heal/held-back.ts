import type { Rule } from "../config/config.ts";
import { isUnfoldedRed, type Judged } from "../verdict/judge.ts";
import { type Healed, noHeal } from "./healed.ts";

/** Why a check that flaps isn't healed, in one sentence: by the watcher's own counting as by the helper's. Pure. */
export const flappingText = (check: string): string =>
  `"${check}" is flapping: it comes and goes, and a restart would join in`;

/**
 * The red checks for which no heal is asked, each with the flapping one that forbids it: those that flap or need one that does, and those that a rule
 * names beside such a one. Pure.
 */
export const heldBack = (
  rules: readonly Rule[],
  judged: readonly Judged[],
  flapping: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> => {
  if (flapping.size === 0) return new Map();
  const red = judged.filter(isUnfoldedRed);
  const own = red.flatMap(({ name }): [string, string][] => {
    const by = flapping.get(name);
    return by === undefined ? [] : [[name, by]];
  });
  const beside = rules.flatMap(({ on }) => {
    const by = own.find(([name]) => on.includes(name))?.[1];
    return by === undefined ? [] : red.filter(({ name }) => on.includes(name)).map(({ name }) => [name, by] as const);
  });
  return new Map([...beside, ...own]);
};

/** The verdicts as the helper is asked about them: what is held back asks for no heal. Pure. */
export const withoutHeld = (judged: readonly Judged[], held: ReadonlyMap<string, string>): readonly Judged[] =>
  held.size === 0
    ? judged
    : judged.map((each) => (held.has(each.name) ? { ...each, verdict: "amber" as const } : each));

const ruleFor = (rules: readonly Rule[], check: string): Rule | undefined => rules.find(({ on }) => on.includes(check));

/** Why each check that is held back isn't healed, where a rule would. Pure. */
export const reasonsFor = (rules: readonly Rule[], held: ReadonlyMap<string, string>): Healed["reasons"] =>
  Object.fromEntries(
    [...held].flatMap(([check, by]) => {
      const rule = ruleFor(rules, check);
      return rule === undefined ? [] : [[check, { recipe: rule.recipe, why: flappingText(by) }]];
    }),
  );

/** All that is red is held back: then nobody need be asked. Undefined where something else is red, or nothing. Pure. */
export const flappingHeal = (
  rules: readonly Rule[],
  judged: readonly Judged[],
  flapping: ReadonlyMap<string, string>,
): Healed | undefined => {
  const held = heldBack(rules, judged, flapping);
  const red = judged.filter(isUnfoldedRed);
  const first = red.find(({ name }) => ruleFor(rules, name) !== undefined);
  if (first === undefined || !red.every(({ name }) => held.has(name))) return undefined;
  const why = flappingText(held.get(first.name) ?? first.name);
  const recipe = ruleFor(rules, first.name)?.recipe ?? null;
  return { ...noHeal(why), outcome: "refused", check: first.name, recipe, reasons: reasonsFor(rules, held) };
};
