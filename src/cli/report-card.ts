import { cardFor } from "../alert/card-for.ts";
import type { Check } from "../config/config.ts";
import type { HealState } from "../state/heal-state.ts";
import type { State } from "../state/state.ts";

/**
 * The card that a message would name for a check that is red or can't be measured, so that page and message lead to the same; else the
 * config's own. Null: none, or the check that it needs speaks for it. Pure.
 */
export const cardOf = (check: Check, state: State, { refusals }: HealState): string | null => {
  const seen = Object.hasOwn(state.checks, check.name) ? state.checks[check.name] : undefined;
  if (seen === undefined || seen.because !== undefined) return check.card;
  if (seen.verdict !== "red" && seen.verdict !== "unknown") return check.card;
  const incident = state.incidents[check.name]?.id;
  const refusal = Object.entries(refusals).find(([key]) => key.startsWith(`${incident} `))?.[1].why ?? "";
  const { kind, card } = check;
  return cardFor({ kind, card, evidence: seen.evidence }, refusal, seen.verdict === "unknown");
};
