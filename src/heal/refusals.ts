import type { HealState } from "../state/heal-state.ts";
import type { Bench } from "./attempt.ts";
import type { Chosen } from "./choice.ts";

/** A time as `formatDuration` writes it. */
const times = /\b\d+(?:\.\d+)? (?:ms|s|min|h|d)(?: \d+ (?:s|min|h))?\b/gu;

/** The reason without its times: a cooldown that runs down is one refusal, not a new one each tick. */
const reason = (why: string): string => why.replace(times, "…");

/**
 * Writes a refusal down: the first of its kind for an incident goes to the log, repeats are only counted. A spent budget latches
 * the rule. Returns the heal state, saved.
 */
export const afterRefusal = (
  bench: Bench,
  heal: HealState,
  refused: Extract<Chosen, { readonly kind: "refused" }>,
  about: { readonly incident: string | null },
): HealState => {
  const { rule, check, why, isLatching } = refused;
  const incident = about.incident ?? check;
  const before = heal.refusals[incident];
  const isRepeat = before !== undefined && reason(before.why) === reason(why) && !isLatching;
  const count = isRepeat ? before.count + 1 : 1;
  if (!isRepeat) {
    const repeated =
      before !== undefined && before.count > 1
        ? ` (the reason before, "${before.why}", came ${before.count} times)`
        : "";
    bench.append([
      { event: "heal.refused", by: "helper", incident, check, recipe: rule.recipe, why: `${why}${repeated}` },
    ]);
  }
  const { at, moment } = bench.now();
  const latched = isLatching ? { ...heal.latched, [rule.id]: { at, moment, why } } : heal.latched;
  const after = { ...heal, latched, refusals: { ...heal.refusals, [incident]: { why, count } } };
  bench.save(after);
  return after;
};
