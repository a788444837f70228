import type { Config, Rule } from "../config/config.ts";
import type { Host } from "../host/host.ts";
import { cleanEvidence } from "../probes/evidence.ts";
import type { Memory } from "../probes/probe.ts";
import type { Moment } from "../state/state.ts";
import { isUnfoldedRed, type Judged } from "../verdict/judge.ts";
import type { Candidate, Fault } from "./choice.ts";
import { fillRecipe, type Recipe, runAs, type Target, targetOf } from "./recipe.ts";

const maxWhy = 200;

/** What finding candidates needs: where recipes come from, and what the checks remember. */
export interface CandidateSource {
  readonly host: Host;
  readonly config: Config;
  /** Those of its rules that may be applied. */
  readonly rules: readonly Rule[];
  /** What a check's looks have left, by its name. */
  readonly memory: (check: string) => Memory | undefined;
  readonly now: Moment;
  readonly readRecipe: (name: string) => Promise<Recipe | Fault>;
}

const pinned = (rule: Rule, recipe: Recipe): Recipe | Fault =>
  rule.sha256 === null || rule.sha256 === recipe.sha256
    ? recipe
    : {
        kind: "fault",
        why: `the recipe "${recipe.name}" was changed: its SHA-256 is ${recipe.sha256.slice(0, 16)}…, the rule pins ${rule.sha256.slice(0, 16)}…`,
      };

/** A unit check on the same unit remembers in which boot it was active. */
const wasSeenActive = ({ config, memory, now }: CandidateSource, target: Target | undefined): boolean =>
  config.checks.some(
    (check) =>
      check.kind === "unit" &&
      check.unit.name === target?.unit &&
      check.unit.scope === target.scope &&
      (target.scope === "system" || (check.as ?? undefined) === target.user) &&
      memory(check.name)?.["activeBoot"] === now.bootId,
  );

const factsOf = async ({ host }: CandidateSource, target: Target | undefined): Promise<Candidate["facts"]> => {
  if (target === undefined) return undefined;
  const { unit, scope, user } = target;
  const shown = await host.systemd.show({ scope, ...(user === undefined ? {} : { user }) }, [unit], 10_000);
  // A user's manager is that user's: what it says here is told to people and stands in the log.
  if (shown.kind === "failed") return { kind: "fault", why: cleanEvidence(shown.why, maxWhy) };
  return shown.units[0] ?? { kind: "fault", why: "systemctl said nothing of it" };
};

const candidateOf = async (source: CandidateSource, rule: Rule): Promise<Candidate> => {
  const read = await source.readRecipe(rule.recipe);
  const recipe = "kind" in read ? read : pinned(rule, read);
  const faulty = (fault: Fault): Candidate => ({
    rule,
    recipe: fault,
    steps: [],
    backup: [],
    target: undefined,
    runAs: undefined,
    facts: undefined,
    wasSeenActive: false,
  });
  if ("kind" in recipe) return faulty(recipe);
  const filled = fillRecipe(recipe, rule.with);
  if (filled.kind === "fault") return faulty(filled);
  const target = targetOf(recipe, rule.with);
  return {
    rule,
    recipe,
    steps: filled.steps,
    backup: filled.backup,
    target,
    runAs: runAs(recipe, rule.with),
    facts: await factsOf(source, target),
    wasSeenActive: wasSeenActive(source, target),
  };
};

const isWanted = (rule: Rule, judged: readonly Judged[]): boolean =>
  judged.some((each) => rule.on.includes(each.name) && isUnfoldedRed(each));

/** Finds out, for each rule with a red check that stands for itself, what its recipe would change and how that unit is now. */
export const findCandidates = async (
  source: CandidateSource,
  judged: readonly Judged[],
): Promise<readonly Candidate[]> => {
  const wanted = source.rules.filter((rule) => isWanted(rule, judged));
  return await Promise.all(wanted.map((rule) => candidateOf(source, rule)));
};
