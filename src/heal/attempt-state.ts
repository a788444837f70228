import { type Attempt, type HealState, isOpenAttempt } from "../state/heal-state.ts";
import type { Moment } from "../state/state.ts";
import { type Applicable, keyOf } from "./choice.ts";

const invocationOf = ({ candidate: { facts } }: Applicable): string | null =>
  facts === undefined || "kind" in facts ? null : facts.invocationId;

/** The state with its newest attempt as it is now. Pure. */
export const replaceLast = (heal: HealState, attempt: Attempt): HealState => ({
  ...heal,
  attempts: [...heal.attempts.slice(0, -1), attempt],
});

/** What is left of older attempts is closed before a new one begins: none stays open beside it. Pure. */
export const archive = (heal: HealState): { readonly heal: HealState; readonly count: number } => {
  const attempts = heal.attempts.map((each) =>
    isOpenAttempt(each) ? { ...each, outcome: "indeterminate" as const } : each,
  );
  return { heal: { ...heal, attempts }, count: heal.attempts.filter(isOpenAttempt).length };
};

/** An attempt at its beginning. `sick`: the checks whose recovery proves it; `by`: who applies it. Pure. */
export const createAttempt = (
  { at, moment }: { readonly at: string; readonly moment: Moment },
  chosen: Applicable,
  sick: readonly string[],
  by: string,
): Attempt => ({
  key: keyOf(chosen.incident.id, chosen.recipe.name),
  rule: chosen.candidate.rule.id,
  recipe: chosen.recipe.name,
  incident: chosen.incident.id,
  check: chosen.check,
  sick,
  ...(by === "helper" ? {} : { by }),
  number: chosen.number,
  outcome: "running",
  at,
  started: moment,
  ended: null,
  proofWithinS: chosen.recipe.proof.withinMs / 1000,
  proofEveryS: chosen.recipe.proof.everyMs / 1000,
  target: chosen.candidate.target ?? null,
  invocationBefore: invocationOf(chosen),
  budgetLeft: chosen.budgetLeft,
  countsForS: Math.max(chosen.recipe.cooldownMs, chosen.recipe.budget.perMs) / 1000,
  why: "",
});
