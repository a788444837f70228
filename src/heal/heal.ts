import type { Check } from "../config/config.ts";
import type { NewEntry } from "../log/entry.ts";
import type { Attempt, HealState } from "../state/heal-state.ts";
import type { Silence } from "../state/silence.ts";
import { elapsedS, type Incident } from "../state/state.ts";
import type { Judged } from "../verdict/judge.ts";
import { attemptHeal, type Bench, type Outcome, resumeWatch } from "./attempt.ts";
import { backupFolder } from "./backup.ts";
import { type CandidateSource, findCandidates } from "./candidates.ts";
import type { Applicable, Chosen } from "./choice.ts";
import { choose } from "./choose.ts";
import { tidyFiles } from "./file-change.ts";
import { withFiles } from "./files.ts";
import { type Healed, noHeal } from "./healed.ts";
import { afterRefusal } from "./refusals.ts";

/** What was done, with what it leaves for the next heal. */
export interface HealedWithState extends Healed {
  readonly heal: HealState;
}

/** What the stage works on. */
export interface HealWork {
  readonly bench: Bench;
  readonly source: CandidateSource;
  readonly judged: readonly Judged[];
  readonly incidents: Readonly<Record<string, Incident>>;
  readonly heal: HealState;
  /** Checks that flap: they aren't healed. */
  readonly flapping: ReadonlySet<string>;
  readonly silences: readonly Silence[];
  readonly isDryRun: boolean;
  /** Refusals are written down as ever, but nothing is applied. */
  readonly isOnlyRefused?: boolean;
  /** Called when a recipe is about to be applied. */
  readonly onApply: (healed: Healed) => void;
}

const nothing = (heal: HealState, why: string): HealedWithState => ({ ...noHeal(why), heal });

const ofAttempt = (attempt: Attempt, outcome: Outcome): HealedWithState => ({
  ...nothing(outcome.heal, outcome.why),
  outcome: outcome.kind,
  recipe: attempt.recipe,
  unit: attempt.target?.unit ?? null,
  isUserUnit: attempt.target?.scope === "user",
  check: attempt.check,
  sick: attempt.sick,
  incident: attempt.incident,
  readings: outcome.readings,
});

/** An attempt without an outcome: a crash cut it off. What it changed is not known, so it is told and never repeated. */
const cutOff = (work: HealWork, attempt: Attempt): HealedWithState => {
  const folder = backupFolder(attempt);
  const copies = folder === undefined ? "" : `; copies of its files: "${folder}"`;
  const why = `dogwatch was cut off while it applied the recipe; it is probed and not repeated${copies}`;
  const entry: NewEntry = {
    event: "heal.indeterminate",
    by: work.bench.by,
    incident: attempt.incident,
    check: attempt.check,
    recipe: attempt.recipe,
    key: attempt.key,
    attempt: attempt.number,
    why,
  };
  const ended = { ...attempt, outcome: "indeterminate" as const, ended: work.bench.now().moment, why };
  const attempts = work.heal.attempts.map((each) => (each === attempt ? ended : each));
  const heal = { ...work.heal, attempts };
  const logged = work.bench.append([entry]);
  if (logged.kind === "appended") work.bench.save(heal);
  return {
    ...ofAttempt(attempt, { kind: "failed", why, heal, readings: new Map() }),
    outcome: "indeterminate",
  };
};

/** What a person does next, as the recipe says it now. */
const cardOf = async ({ source }: HealWork, attempt: Attempt): Promise<string | null> => {
  const recipe = await source.readRecipe(attempt.recipe);
  return "kind" in recipe ? null : recipe.card;
};

const resume = async (work: HealWork, attempt: Attempt): Promise<HealedWithState> => {
  const leftS = attempt.proofWithinS - elapsedS(attempt.started, work.bench.now().moment);
  return ofAttempt(attempt, await resumeWatch(work.bench, work.heal, attempt, leftS));
};

/**
 * The checks whose recovery proves the heal: the rule's red ones, and all that is folded under them, whatever its colour: below
 * its threshold it is sick too. A check that only advises proves nothing.
 */
const sickOf = (chosen: Applicable, judged: readonly Judged[], checks: readonly Check[]): readonly string[] => {
  const { on } = chosen.candidate.rule;
  const sick = new Set(judged.flatMap(({ name, verdict }) => (verdict === "red" && on.includes(name) ? [name] : [])));
  for (let before = -1; before !== sick.size; ) {
    before = sick.size;
    for (const { name, because } of judged) if (because !== undefined && sick.has(because)) sick.add(name);
  }
  return [...sick].filter((name) => checks.find((each) => each.name === name)?.severity !== "amber");
};

const describe = (
  chosen: Exclude<Chosen, { readonly kind: "none" }>,
  heal: HealState,
  incident: string | null,
): HealedWithState => {
  const base = { ...nothing(heal, chosen.kind === "refused" ? chosen.why : ""), check: chosen.check, incident };
  if (chosen.kind === "refused") return { ...base, outcome: "refused", recipe: chosen.rule.recipe };
  const { recipe, candidate } = chosen;
  const unit = candidate.target?.unit ?? null;
  const isUserUnit = candidate.target?.scope === "user";
  return {
    ...base,
    outcome: "planned",
    recipe: recipe.name,
    unit,
    isUserUnit,
    card: recipe.card,
    steps: candidate.steps,
  };
};

const apply = async (work: HealWork, chosen: Applicable): Promise<HealedWithState> => {
  const sick = sickOf(chosen, work.judged, work.source.config.checks);
  const planned = { ...describe(chosen, work.heal, chosen.incident.id), sick };
  if (work.isDryRun || work.isOnlyRefused) return planned;
  const { heal: _, ...told } = planned;
  work.onApply({ ...told, outcome: "watching" });
  const outcome = await attemptHeal(work.bench, work.heal, chosen, sick);
  return { ...planned, outcome: outcome.kind, why: outcome.why, heal: outcome.heal, readings: outcome.readings };
};

const plan = async (work: HealWork): Promise<HealedWithState> => {
  const { source, judged, incidents, heal } = work;
  const candidates = await withFiles(work.bench, await findCandidates(source, judged));
  const systemState = candidates.length === 0 ? "absent" : await source.host.systemd.systemState();
  const { mode } = source.config.heal;
  const { flapping, silences } = work;
  const now = source.now;
  const { chosen, refused } = choose({
    ...{ judged, incidents, candidates, heal, mode, systemState, now, flapping, silences },
  });
  const reasons = Object.fromEntries(refused.map(({ check, rule, why }) => [check, { recipe: rule.recipe, why }]));
  if (chosen.kind === "none") return nothing(heal, chosen.why);
  const idOf = (check: string): string | null => incidents[check]?.id ?? null;
  const noted = work.isDryRun
    ? heal
    : refused.reduce((sum, each) => afterRefusal(work.bench, sum, each, { incident: idOf(each.check) }), heal);
  if (chosen.kind === "chosen") return { ...(await apply({ ...work, heal: noted }, chosen)), reasons };
  return { ...describe(chosen, noted, idOf(chosen.check)), reasons };
};

/**
 * The heal stage of a tick: an attempt that a crash cut off is told, one that is being watched is watched on, else at most one
 * recipe is chosen and applied. Never throws for expected trouble.
 */
export const healOne = async (work: HealWork): Promise<HealedWithState> => {
  const { attempts } = work.heal;
  const cut = attempts.find(({ outcome }) => outcome === "running");
  const open = cut ?? attempts.find(({ outcome }) => outcome === "watching");
  if (open === undefined || work.isDryRun) return await plan(work);
  const card = await cardOf(work, open);
  if (open === cut) await tidyFiles(work.bench, open.backup);
  return { ...(open === cut ? cutOff(work, open) : await resume(work, open)), card };
};
