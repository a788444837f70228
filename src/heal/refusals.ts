import { withoutDurations } from "../config/duration.ts";
import type { HealState } from "../state/heal-state.ts";
import type { Bench } from "./attempt.ts";
import type { Chosen } from "./choice.ts";

/** The reason without its times: a cooldown that runs down is one refusal, not a new one each tick. */
const reason = (why: string): string => withoutDurations(why);

/**
 * Writes a refusal down: the first of its kind for an incident goes to the log, repeats are only counted. A spent budget latches
 * the rule. Returns the heal state, saved; as it was where the log can't be written, so that it is logged later.
 */
export const afterRefusal = (
  bench: Bench,
  heal: HealState,
  refused: Extract<Chosen, { readonly kind: "refused" }>,
  about: { readonly incident: string | null },
): HealState => {
  const { rule, check, why, isLatching } = refused;
  const incident = about.incident ?? check;
  const key = `${incident} ${rule.id}`;
  const before = heal.refusals[key];
  const isRepeat = before !== undefined && reason(before.why) === reason(why) && !isLatching;
  const count = isRepeat ? before.count + 1 : 1;
  if (!isRepeat) {
    const repeated =
      before !== undefined && before.count > 1
        ? ` (the reason before, "${before.why}", came ${before.count} times)`
        : "";
    const logged = bench.append([
      { event: "heal.refused", by: bench.by, incident, check, recipe: rule.recipe, why: `${why}${repeated}` },
    ]);
    if (logged.kind === "failed") return heal;
  }
  const { at, moment } = bench.now();
  const latched = isLatching ? { ...heal.latched, [rule.id]: { at, moment, why } } : heal.latched;
  const after = { ...heal, latched, refusals: { ...heal.refusals, [key]: { why, count } } };
  bench.save(after);
  return after;
};
