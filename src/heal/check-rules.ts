import type { Config, Rule } from "../config/config.ts";
import type { Fault } from "../config/fault.ts";
import { didYouMean } from "../config/near.ts";
import { healableFindings } from "../config/queue-words.ts";
import type { Host } from "../host/host.ts";
import { findCard } from "./card.ts";
import { tellsStart } from "./keep.ts";
import { fillRecipe, type Recipe } from "./recipe.ts";
import { readRecipe } from "./recipe-file.ts";

type FaultAt = (path: readonly (string | number)[], at: "key" | "value", message: string) => Fault;

/** What is wrong with the rules and cards of a config that parses, and what is only worth a word. */
export interface RuleCheck {
  readonly faults: readonly Fault[];
  readonly warnings: readonly Fault[];
}

const none: RuleCheck = { faults: [], warnings: [] };

const ofRecipe = (rule: Rule, at: number, recipe: Recipe, faultAt: FaultAt): RuleCheck => {
  const place = ["heal", "rules", at];
  const filled = fillRecipe(recipe, rule.with);
  const isPinned = rule.sha256 === null || rule.sha256 === recipe.sha256;
  const pin = `the recipe "${rule.recipe}" was changed: its SHA-256 is ${recipe.sha256}`;
  return {
    faults: [
      ...(filled.kind === "fault"
        ? [faultAt([...place, "with"], "key", `recipe "${rule.recipe}": ${filled.why}`)]
        : []),
      ...(isPinned ? [] : [faultAt([...place, "sha256"], "value", pin)]),
    ],
    warnings: [],
  };
};

/** Without a start to compare with, nobody knows under which file the program runs: then none would ever be kept. */
const tellsNoStart = ({ on }: Rule, recipe: Recipe, { checks }: Config): boolean =>
  recipe.fileChange?.kind === "restore-kept" && !checks.some((check) => on.includes(check.name) && tellsStart(check));

const healable: ReadonlySet<string> = new Set(healableFindings);

/** What no recipe may touch: a job that waits for a person would keep the heal of a stuck queue from ever being proved. */
const tellsPersons = (rule: Rule, at: number, { checks }: Config, faultAt: FaultAt): readonly Fault[] =>
  checks.flatMap((check) => {
    if (check.kind !== "queue" || !rule.on.includes(check.name)) return [];
    const mine = check.findings.filter((word) => !healable.has(word));
    const why = `"${check.name}" finds ${mine.join(", ")} too, which no recipe mends: such a job would keep this heal from being proved; give it findings: [${healableFindings.join(", ")}], and the others a check of their own`;
    return mine.length === 0 ? [] : [faultAt(["heal", "rules", at, "on"], "value", why)];
  });

const ofRule = async (
  host: Host,
  folder: string,
  rule: Rule,
  at: number,
  config: Config,
  faultAt: FaultAt,
): Promise<RuleCheck> => {
  const read = await readRecipe(host, folder, rule.recipe);
  const place = ["heal", "rules", at, "recipe"];
  switch (read.kind) {
    case "faults":
      return { faults: read.faults, warnings: [] };
    case "missing": {
      const near = didYouMean(rule.recipe, read.known) || `: there are ${read.known.join(", ")}`;
      return { faults: [faultAt(place, "value", `there is no recipe "${rule.recipe}"${near}`)], warnings: [] };
    }
    case "recipe": {
      const checked = ofRecipe(rule, at, read.recipe, faultAt);
      const { card } = read.recipe;
      const shadows = `the recipe "${rule.recipe}" is your own, "${read.recipe.file}"; it hides the shipped one`;
      const noStart =
        "no check in its on is a unit check, or a process check with count: 1: no copy that ran green can ever be kept";
      const missing = `the recipe's card "${card ?? ""}" does not exist; run: dogwatch card`;
      return {
        faults: checked.faults,
        warnings: [
          ...tellsPersons(rule, at, config, faultAt),
          ...(tellsNoStart(rule, read.recipe, config) ? [faultAt(place, "value", noStart)] : []),
          ...(read.isShadowing ? [faultAt(place, "value", shadows)] : []),
          ...(card !== null && findCard(host, folder, card) === undefined ? [faultAt(place, "value", missing)] : []),
        ],
      };
    }
  }
};

const ofCards = (host: Host, folder: string, config: Config, faultAt: FaultAt): RuleCheck => ({
  faults: [],
  warnings: config.checks.flatMap(({ name, card }) =>
    card === null || findCard(host, folder, card) !== undefined
      ? []
      : [faultAt(["checks", name, "card"], "value", `there is no card "${card}"; "dogwatch card" lists them`)],
  ),
});

/** Holds every rule against its recipe, and every card's name against the cards there are. `folder`: the admin's recipes. Never throws. */
export const checkRules = async (host: Host, folder: string, config: Config, faultAt: FaultAt): Promise<RuleCheck> => {
  const each = await Promise.all(config.heal.rules.map((rule, at) => ofRule(host, folder, rule, at, config, faultAt)));
  return [...each, ofCards(host, folder, config, faultAt)].reduce(
    (sum, { faults, warnings }) => ({ faults: [...sum.faults, ...faults], warnings: [...sum.warnings, ...warnings] }),
    none,
  );
};
