import type { OpenIncident } from "../log/open-incidents.ts";
import type { Attempt, HealState } from "../state/heal-state.ts";
import type { Moment } from "../state/state.ts";

const outcomeOf = (outcome: string | null): Attempt["outcome"] =>
  outcome === "healed" || outcome === "failed" ? outcome : "indeterminate";

/**
 * Puts the attempts that the heal log tells of its open incidents into a heal state that was lost: so no heal is repeated and
 * every one cools down from now. An attempt without an outcome is indeterminate; one that was refused ran nothing. Pure.
 */
export const adopt = (heal: HealState, incidents: readonly OpenIncident[], now: Moment): HealState => {
  const known = new Set(heal.attempts.map(({ key, number }) => `${key}#${number}`));
  const found = incidents.flatMap(({ incident, check, attempts }) =>
    attempts
      .filter(({ key, attempt, outcome }) => outcome !== "refused" && !known.has(`${key}#${attempt}`))
      .map(
        ({ key, attempt, recipe, outcome }): Attempt => ({
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
          why: "taken up again from the heal log",
        }),
      ),
  );
  return { ...heal, attempts: [...found, ...heal.attempts] };
};
