import type { Rule } from "../config/config.ts";
import { isUnfoldedRed, type Judged } from "../verdict/judge.ts";
import type { Candidate, Choice, Chosen } from "./choice.ts";
import { refusalOf } from "./refuse.ts";

/** The red check of a rule that stands for itself: only such a one asks for a heal. */
const sickOf = (rule: Rule, judged: readonly Judged[]): Judged | undefined =>
  judged.find((each) => rule.on.includes(each.name) && isUnfoldedRed(each));

const consider = (candidate: Candidate, choice: Choice): Chosen | undefined => {
  const { rule, recipe } = candidate;
  const check = sickOf(rule, choice.judged);
  const incident = check === undefined ? undefined : choice.incidents[check.name];
  if (check === undefined || incident === undefined) return undefined;
  const refused = { kind: "refused", rule, check: check.name } as const;
  if ("kind" in recipe) return { ...refused, why: recipe.why, isLatching: false };
  const verdict = refusalOf({ check, incident, candidate, recipe, choice });
  if (verdict.kind === "refused") return { ...refused, why: verdict.why, isLatching: verdict.isLatching };
  const { number, budgetLeft } = verdict;
  return { kind: "chosen", candidate, recipe, check: check.name, incident, number, budgetLeft };
};

/** A rule may cover it all the same, where nobody could write its incident down. */
const whyNone = (name: string, { candidates, incidents }: Choice): string =>
  incidents[name] === undefined && candidates.some(({ rule }) => rule.on.includes(name))
    ? `no incident of "${name}" is open in the heal log`
    : `no rule covers "${name}"`;

type Refused = Extract<Chosen, { readonly kind: "refused" }>;

/** What choosing came to, and every refusal on the way, so that each red check can be told its own reason. */
export interface Choosing {
  readonly chosen: Chosen;
  readonly refused: readonly Refused[];
}

/**
 * One recipe, or none and why. Rules are tried in the config's order; the first that fits and isn't refused wins. Where all
 * that fit are refused, the first one's reason is told. Pure.
 */
export const choose = (choice: Choice): Choosing => {
  const considered = choice.candidates.flatMap((candidate) => consider(candidate, choice) ?? []);
  const red = choice.judged.find(isUnfoldedRed);
  const none: Chosen = { kind: "none", why: red === undefined ? "nothing is red" : whyNone(red.name, choice) };
  return {
    chosen: considered.find((each) => each.kind === "chosen") ?? considered[0] ?? none,
    refused: considered.filter((each) => each.kind === "refused"),
  };
};
