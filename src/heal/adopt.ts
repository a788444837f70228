import type { LoggedAttempt, OpenIncident } from "../log/open-incidents.ts";
import type { Attempt, HealState } from "../state/heal-state.ts";
import type { Moment } from "../state/state.ts";

const outcomeOf = (outcome: string | null): Attempt["outcome"] =>
  outcome === "healed" || outcome === "failed" ? outcome : "indeterminate";

/** Without its intent in the log no command has run: such an attempt came to nothing. */
const mayHaveRun = ({ outcome, isDispatched }: LoggedAttempt): boolean =>
  outcome === null ? isDispatched : outcome !== "refused";

/** The log doesn't tell the recipe's cooldown and budget: a day is longer than most. */
const adoptedForS = 86_400;

/**
 * Puts the attempts that the heal log tells of its open incidents into a heal state that was lost: so no heal is repeated and
 * every one cools down from now. An intent without an outcome is indeterminate. Pure.
 */
export const adopt = (heal: HealState, incidents: readonly OpenIncident[], now: Moment): HealState => {
  const known = new Set(heal.attempts.map(({ key, number }) => `${key}#${number}`));
  const found = new Map<string, Attempt>();
  for (const { incident, check, attempts } of incidents)
    for (const { key, attempt, recipe, outcome } of attempts.filter(mayHaveRun))
      found.set(`${key}#${attempt}`, {
        key,
        rule: "",
        recipe,
        incident,
        check,
        sick: [],
        number: attempt,
        outcome: outcomeOf(outcome),
        at: "",
        started: now,
        ended: now,
        proofWithinS: 0,
        proofEveryS: 0,
        target: null,
        invocationBefore: null,
        countsForS: adoptedForS,
        why: "taken up again from the heal log",
      });
  const lost = [...found].flatMap(([id, attempt]) => (known.has(id) ? [] : [attempt]));
  return { ...heal, attempts: [...lost, ...heal.attempts] };
};
