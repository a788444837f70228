import { type AttemptEnd, attemptName, type LogStory } from "../log/open-incidents.ts";
import { type Attempt, type HealState, isOpenAttempt } from "../state/heal-state.ts";
import type { Moment } from "../state/state.ts";
import { type Healed, noHeal } from "./healed.ts";

/** An attempt that the log has ended while the heal state still has it open, and the heal state after it. */
export interface Overtaken {
  readonly attempt: Attempt;
  readonly heal: HealState;
}

const nameOf = ({ key, number }: Attempt): string => attemptName(key, number);

const closed = (attempt: Attempt, { outcome, why }: AttemptEnd, now: Moment): Attempt | undefined =>
  outcome === "refused" ? undefined : { ...attempt, outcome, ended: now, why };

/**
 * Finds the attempt that a kill between the log's line and the heal state has left open: the line counts, so that no attempt ends twice. Reads the log
 * only where something is open. `story`: the journal's.
 */
export const findOvertaken = (
  heal: HealState,
  story: (attempts: ReadonlySet<string>) => LogStory,
  now: Moment,
): Overtaken | undefined => {
  const open = heal.attempts.filter(isOpenAttempt);
  if (open.length === 0) return undefined;
  const { ends } = story(new Set(open.map(nameOf)));
  for (const each of open) {
    const end = ends.get(nameOf(each));
    const attempt = end === undefined ? undefined : closed(each, end, now);
    if (attempt !== undefined)
      return { attempt, heal: { ...heal, attempts: heal.attempts.map((other) => (other === each ? attempt : other)) } };
  }
  return undefined;
};

/** What there is to tell of it: whoever was to hear its end has not. Pure. */
export const healedOf = (
  { target, recipe, check, sick, incident, outcome, why }: Attempt,
  card: string | null,
): Healed => ({
  ...noHeal(why),
  outcome: outcome === "running" ? "indeterminate" : outcome,
  unit: target?.unit ?? null,
  isUserUnit: target?.scope === "user",
  ...{ recipe, check, sick, incident, card },
});
