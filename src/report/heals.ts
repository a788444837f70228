import { worseOf } from "../log/worse.ts";
import type { PageIncident, PageStep } from "./page.ts";

/** One attempt of a recipe, put together from its lines. */
export interface Heal {
  readonly check: string;
  readonly incident: string;
  readonly recipe: string;
  readonly attempt: number | undefined;
  readonly at: string;
  readonly by: string;
  readonly argv: readonly string[] | undefined;
  readonly target: string | undefined;
  readonly backup: NonNullable<PageStep["backup"]>;
  readonly proof: string | undefined;
  readonly why: string | undefined;
  readonly outcome: "proved" | "failed" | "restored" | "not restored" | "indeterminate" | "under way";
}

const outcomes: Readonly<Record<string, Heal["outcome"]>> = {
  "heal.proved": "proved",
  "heal.failed": "failed",
  "heal.restored": "restored",
  "heal.indeterminate": "indeterminate",
};

const begun = (incident: PageIncident, step: PageStep): Heal => ({
  check: incident.check,
  incident: incident.id,
  recipe: step.recipe ?? "",
  attempt: step.attempt,
  at: step.at,
  by: step.by,
  argv: undefined,
  target: undefined,
  backup: [],
  proof: undefined,
  why: undefined,
  outcome: "under way",
});

const withStep = (heal: Heal, step: PageStep): Heal => ({
  ...heal,
  at: step.event === "heal.dispatched" ? step.at : heal.at,
  argv: step.argv ?? heal.argv,
  target: step.target ?? heal.target,
  backup: step.backup ?? heal.backup,
  proof: step.proof ?? heal.proof,
  why: step.why ?? heal.why,
  outcome: worseOf(step) === "not-all-restored" ? "not restored" : (outcomes[step.event] ?? heal.outcome),
});

/** Changes that were made, or at least begun, in an incident; oldest first. Refusals are none. Never throws. */
export const healsOf = (incident: PageIncident): readonly Heal[] => {
  const heals = new Map<string, Heal>();
  for (const step of incident.steps) {
    if (!/^heal\.(?:created|planned|dispatched|proved|failed|restored|indeterminate)$/u.test(step.event)) continue;
    const key = `${step.recipe} ${step.attempt}`;
    heals.set(key, withStep(heals.get(key) ?? begun(incident, step), step));
  }
  return [...heals.values()];
};

/** Whether a recipe was proved to have ended it. Never throws. */
export const isHealed = ({ steps }: PageIncident): boolean => steps.some(({ event }) => event === "heal.proved");

/** How an incident ended, in a few words. Never throws. */
export const endOf = ({ resolvedAt, steps }: PageIncident): string => {
  const has = (event: string): boolean => steps.some((step) => step.event === event);
  const proved = steps.findLast(({ event }) => event === "heal.proved");
  if (proved !== undefined) return `healed by ${proved.recipe ?? "a recipe"}`;
  if (resolvedAt === null) return has("heal.failed") ? "open, a heal failed" : "open";
  return has("heal.failed") ? "over, though the heal failed" : "over without a heal";
};
