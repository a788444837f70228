import type { Rule } from "../config/config.ts";
import { formatDuration } from "../config/duration.ts";
import type { UnitFacts } from "../host/host.ts";
import { hasFailedStopping, stopOf } from "../probes/unit-stop.ts";
import type { Attempt } from "../state/heal-state.ts";
import { silenceOf, silenceText } from "../state/silence.ts";
import { elapsedS, type Incident } from "../state/state.ts";
import type { Judged } from "../verdict/judge.ts";
import { type Candidate, type Choice, keyOf } from "./choice.ts";
import type { Recipe } from "./recipe.ts";

interface Case {
  readonly check: Judged;
  readonly incident: Incident;
  readonly candidate: Candidate;
  readonly recipe: Recipe;
  readonly choice: Choice;
}

type Refusal =
  | { readonly kind: "refused"; readonly why: string; readonly isLatching: boolean }
  | { readonly kind: "allowed"; readonly number: number; readonly budgetLeft: number };

/** A unit that its manager or its admin is busy with, or that isn't there, is left alone (law 4). */
const byUnit = (unit: string, facts: UnitFacts, isCleanExitHealed: boolean): string | undefined => {
  if (facts.loadState === "not-found") return `there is no unit "${unit}"`;
  if (facts.loadState === "masked") return `"${unit}" is masked`;
  if (facts.loadState !== "loaded") return `"${unit}" cannot be loaded (${facts.loadState})`;
  if (facts.activeState === "activating") return `"${unit}" is activating (${facts.subState})`;
  if (facts.activeState === "deactivating") return `"${unit}" is deactivating`;
  if (facts.hasJob) return `"${unit}" has a job waiting`;
  if (hasFailedStopping(facts)) return `"${unit}" failed while it was being stopped`;
  if (facts.activeState !== "inactive") return undefined;
  const stop = stopOf(facts);
  if (stop === "on-purpose") return `"${unit}" was stopped on purpose`;
  if (stop === "not-known" && !isCleanExitHealed) return `systemd no longer knows why "${unit}" is inactive`;
  return undefined;
};

const byTarget = ({ candidate }: Case): string | undefined => {
  const { target, facts, rule, wasSeenActive } = candidate;
  if (target === undefined || facts === undefined) return undefined;
  if ("kind" in facts) return `the state of "${target.unit}" is not known: ${facts.why}`;
  return byUnit(target.unit, facts, rule.healCleanExit && wasSeenActive);
};

/** Whether a text says a word, in any case and also as a part of another; a number only as a whole: 409 is not in 4096. */
const says = (text: string, word: string): boolean => {
  const [said, wanted] = [text.toLowerCase(), word.toLowerCase()];
  const isDigit = (at: number): boolean => /\d/u.test(said[at] ?? "");
  for (let at = said.indexOf(wanted); at !== -1; at = said.indexOf(wanted, at + 1)) {
    const end = at + wanted.length;
    const isPart = (isDigit(at) && isDigit(at - 1)) || (isDigit(end - 1) && isDigit(end));
    if (!isPart) return true;
  }
  return false;
};

const byRecipe = ({ recipe, candidate, check, choice }: Case): string | undefined => {
  const { facts } = candidate;
  const hasExited = facts !== undefined && !("kind" in facts) && facts.execMainCode === 1;
  if (hasExited && recipe.refuseWhen.exitStatus.includes(facts.execMainStatus))
    return `"${recipe.name}" is no cure for exit status ${facts.execMainStatus}`;
  const sick = choice.judged.filter((each) => each.verdict === "red" && candidate.rule.on.includes(each.name));
  const word = recipe.refuseWhen.evidence.find((each) => [check, ...sick].some(({ evidence }) => says(evidence, each)));
  return word === undefined ? undefined : `"${recipe.name}" is no cure where the evidence says "${word}"`;
};

/** Where one sick check of a rule is somebody's work in hand, what the rule would do disturbs that work. */
const sickChecks = ({ check, choice, candidate }: Case): readonly string[] => [
  check.name,
  ...choice.judged.flatMap(({ name, verdict }) =>
    verdict === "red" && candidate.rule.on.includes(name) ? [name] : [],
  ),
];

/** What only a person can decide, a recipe would make worse: a second gateway, a job that blocks again. */
const byPerson = (given: Case): string | undefined => {
  const names = sickChecks(given);
  const sick = given.choice.judged.find(({ name, isAlertOnly }) => isAlertOnly && names.includes(name));
  if (sick === undefined) return undefined;
  return `"${sick.name}" is for a person to decide${sick.findings === undefined ? "" : `: ${sick.findings.join(", ")}`}`;
};

const bySilence = (given: Case): string | undefined => {
  for (const name of sickChecks(given)) {
    const silence = silenceOf(given.choice.silences, name);
    if (silence !== undefined) return silenceText(silence);
  }
  return undefined;
};

const byFlapping = (given: Case): string | undefined => {
  const name = sickChecks(given).find((each) => given.choice.flapping.has(each));
  return name === undefined ? undefined : `"${name}" is flapping: it comes and goes, and a restart would join in`;
};

const byHost = ({ choice, check }: Case): string | undefined => {
  if (choice.mode === "observe") return "observe mode: planned and told only";
  if (check.isInGrace) return "in its start grace";
  if (["running", "degraded", "absent"].includes(choice.systemState)) return undefined;
  return `the host is ${choice.systemState}`;
};

/** An attempt that is known from the log only names no rule: it counts for each rule with its recipe, until its time has passed. */
const countsFor = (each: Attempt, { id, recipe }: Rule): boolean =>
  !each.isSpent && (each.rule === id || (each.rule === "" && each.recipe === recipe));

const byCooldown = ({ choice, recipe, candidate }: Case): string | undefined => {
  const { heal, now } = choice;
  const ends = heal.attempts.flatMap((each) => (countsFor(each, candidate.rule) ? [each.ended ?? each.started] : []));
  const last = ends.at(-1) ?? heal.lostAt;
  if (last === null) return undefined;
  const leftMs = recipe.cooldownMs - elapsedS(last, now) * 1000;
  return leftMs > 0 ? `in cooldown for ${formatDuration(Math.ceil(leftMs / 1000) * 1000)} more` : undefined;
};

/** At most two attempts for one incident and recipe; the second only after a failed first. */
const byAttempts = (mine: readonly Attempt[]): string | undefined => {
  const last = mine.at(-1);
  if (last === undefined) return undefined;
  if (mine.length >= 2) return "two attempts for this incident have been made";
  if (last.outcome === "indeterminate") return "an attempt was cut off, and such a one is never repeated";
  return last.outcome === "failed" ? undefined : `an attempt for this incident is ${last.outcome}`;
};

const byFiles = ({ candidate: { files } }: Case): string | undefined =>
  files?.kind === "fault" ? files.why : undefined;

const budgetLeft = ({ choice, candidate, recipe }: Case): number => {
  const counts = (each: Attempt): boolean =>
    countsFor(each, candidate.rule) && elapsedS(each.started, choice.now) * 1000 < recipe.budget.perMs;
  return recipe.budget.count - choice.heal.attempts.filter(counts).length;
};

const byLatch = ({ choice, candidate: { rule } }: Case): string | undefined => {
  const latch = choice.heal.latched[rule.id];
  return latch?.why;
};

/** Whether a rule's recipe may be applied to a red check now, or the first reason why not. Pure. */
export const refusalOf = (given: Case): Refusal => {
  const { choice, recipe, incident, candidate } = given;
  const mine = choice.heal.attempts.filter((each) => each.key === keyOf(incident.id, recipe.name));
  const why =
    byHost(given) ??
    bySilence(given) ??
    byLatch(given) ??
    byTarget(given) ??
    byRecipe(given) ??
    byPerson(given) ??
    byFlapping(given) ??
    byAttempts(mine) ??
    byCooldown(given) ??
    byFiles(given);
  if (why !== undefined) return { kind: "refused", why, isLatching: false };
  const left = budgetLeft(given);
  if (left > 0) return { kind: "allowed", number: mine.length + 1, budgetLeft: left - 1 };
  const spent = `the budget of ${recipe.budget.count} per ${formatDuration(recipe.budget.perMs)} is spent: only alerts until "dogwatch heal unlatch ${candidate.rule.id}" or a green day`;
  return { kind: "refused", why: spent, isLatching: true };
};
