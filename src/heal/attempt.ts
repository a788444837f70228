import { formatDuration } from "../config/duration.ts";
import type { Failure, Host } from "../host/host.ts";
import type { Head, NewEntry } from "../log/entry.ts";
import type { Reading } from "../probes/probe.ts";
import type { Attempt, HealState } from "../state/heal-state.ts";
import type { Moment } from "../state/state.ts";
import { type Applicable, keyOf } from "./choice.ts";
import { type Proved, prove } from "./prove.ts";
import type { Target } from "./recipe.ts";
import { runSteps } from "./steps.ts";

/** What the five steps need from the tick. `append` and `save` make durable before they answer. */
export interface Bench {
  readonly host: Host;
  /** Who applies it, as the log says: `helper`, or a person by hand, `uid:N`. */
  readonly by: string;
  readonly now: () => { readonly at: string; readonly moment: Moment };
  readonly append: (entries: readonly NewEntry[]) => { readonly kind: "appended"; readonly head: Head } | Failure;
  readonly save: (heal: HealState) => { readonly kind: "done" } | Failure;
  /** Looks at these checks again, now. */
  readonly look: (checks: readonly string[]) => Promise<ReadonlyMap<string, Reading>>;
  /** Milliseconds that this tick may still watch. */
  readonly watchMs: () => number;
  readonly onStep: (text: string) => void;
  /** Facts for the log: hashes of config and binary. */
  readonly seals: () => Promise<{ readonly config_sha256: string; readonly binary_sha256: string }>;
}

/** How an attempt stands at the end of this tick. `readings`: of the checks that are proved well. */
export interface Outcome {
  readonly kind: "healed" | "failed" | "watching" | "refused";
  readonly why: string;
  readonly heal: HealState;
  readonly readings: ReadonlyMap<string, Reading>;
}

const none: ReadonlyMap<string, Reading> = new Map();

const invocationOf = ({ candidate: { facts } }: Applicable): string | null =>
  facts === undefined || "kind" in facts ? null : facts.invocationId;

/** The words that a log entry of this attempt begins with. */
const entryOf = (
  { by }: Bench,
  event: NewEntry["event"],
  attempt: Attempt,
  more: Omit<NewEntry, "event" | "by">,
): NewEntry => ({
  event,
  by,
  incident: attempt.incident,
  check: attempt.check,
  recipe: attempt.recipe,
  key: attempt.key,
  attempt: attempt.number,
  ...more,
});

const replaceLast = (heal: HealState, attempt: Attempt): HealState => ({
  ...heal,
  attempts: [...heal.attempts.slice(0, -1), attempt],
});

/** What is left of older attempts is closed before a new one begins: none stays open beside it. */
const archive = (heal: HealState): { readonly heal: HealState; readonly count: number } => {
  const isOpen = ({ outcome }: Attempt): boolean => outcome === "running" || outcome === "watching";
  const attempts = heal.attempts.map((each) => (isOpen(each) ? { ...each, outcome: "indeterminate" as const } : each));
  return { heal: { ...heal, attempts }, count: heal.attempts.filter(isOpen).length };
};

const create = (bench: Bench, chosen: Applicable, sick: readonly string[]): Attempt => {
  const { at, moment } = bench.now();
  return {
    key: keyOf(chosen.incident.id, chosen.recipe.name),
    rule: chosen.candidate.rule.id,
    recipe: chosen.recipe.name,
    incident: chosen.incident.id,
    check: chosen.check,
    sick,
    number: chosen.number,
    outcome: "running",
    at,
    started: moment,
    ended: null,
    proofWithinS: chosen.recipe.proof.withinMs / 1000,
    proofEveryS: chosen.recipe.proof.everyMs / 1000,
    target: chosen.candidate.target ?? null,
    invocationBefore: invocationOf(chosen),
    countsForS: Math.max(chosen.recipe.cooldownMs, chosen.recipe.budget.perMs) / 1000,
    why: "",
  };
};

const targetFacts = ({ candidate: { target, facts } }: Applicable): Pick<NewEntry, "target"> => {
  if (target === undefined) return {};
  const pid = facts === undefined || "kind" in facts || facts.mainPid === 0 ? {} : { pid: facts.mainPid };
  return { target: { unit: target.unit, ...pid } };
};

/** All steps as one list of words, with `&&` between them, as the log tells them. */
const argvOf = ({ candidate: { steps } }: Applicable): readonly string[] =>
  steps.flatMap((step, i) => (i === 0 ? step : ["&&", ...step]));

const planEntries = (
  bench: Bench,
  chosen: Applicable,
  attempt: Attempt,
  archived: number,
  seals: Awaited<ReturnType<Bench["seals"]>>,
): readonly NewEntry[] => {
  const sealed = { recipe_sha256: chosen.recipe.sha256, ...seals };
  const argv = argvOf(chosen);
  return [
    entryOf(bench, "heal.archived", attempt, { why: `${archived} stale attempts closed` }),
    entryOf(bench, "heal.created", attempt, { ...sealed, budget_left: chosen.budgetLeft }),
    entryOf(bench, "heal.planned", attempt, { argv, ...targetFacts(chosen), why: "exactly one change is planned" }),
  ];
};

/** Writes down how the attempt ended, in the log and in the heal state. */
const close = (
  bench: Bench,
  heal: HealState,
  attempt: Attempt,
  outcome: "healed" | "failed",
  entry: Omit<NewEntry, "event" | "by">,
): HealState => {
  const closed = replaceLast(heal, { ...attempt, outcome, ended: bench.now().moment, why: entry.why ?? "" });
  bench.append([entryOf(bench, outcome === "healed" ? "heal.proved" : "heal.failed", attempt, entry)]);
  bench.save(closed);
  return closed;
};

const watch = async (bench: Bench, attempt: Attempt, withinMs: number): Promise<Proved> => {
  const target: Target | undefined = attempt.target ?? undefined;
  return await prove({
    host: bench.host,
    target,
    invocationBefore: attempt.invocationBefore,
    everyMs: attempt.proofEveryS * 1000,
    watchMs: bench.watchMs(),
    withinMs,
    look: () => bench.look(attempt.sick),
  });
};

const conclude = (bench: Bench, heal: HealState, attempt: Attempt, proved: Proved): Outcome => {
  switch (proved.kind) {
    case "proved": {
      const closed = close(bench, heal, attempt, "healed", { proof: proved.why });
      return { kind: "healed", why: proved.why, heal: closed, readings: proved.readings };
    }
    case "failed": {
      const why = proved.isDead ? "it died again" : `not well within ${formatDuration(attempt.proofWithinS * 1000)}`;
      const closed = close(bench, heal, attempt, "failed", { why, proof: proved.why });
      const next = attempt.number === 1 ? "one more try follows after the cooldown" : "no more tries for this incident";
      return { kind: "failed", why: `${why}: ${proved.why}; ${next}`, heal: closed, readings: none };
    }
    case "watching": {
      const waiting = replaceLast(heal, { ...attempt, outcome: "watching" });
      bench.save(waiting);
      return { kind: "watching", why: proved.why, heal: waiting, readings: none };
    }
  }
};

/** Nothing was run, so nothing is left of the attempt. */
const callOff = (before: HealState, why: string): Outcome => ({ kind: "refused", why, heal: before, readings: none });

/**
 * Applies one recipe in five steps, each in the log before the next: archive, create, dry-run, dispatch one, watch. What can't
 * be written down isn't done. `sick`: the checks whose recovery proves it. Never throws for expected trouble.
 */
export const attemptHeal = async (
  bench: Bench,
  before: HealState,
  chosen: Applicable,
  sick: readonly string[],
): Promise<Outcome> => {
  const archived = archive(before);
  const attempt = create(bench, chosen, sick);
  const heal = { ...archived.heal, attempts: [...archived.heal.attempts, attempt] };
  const planned = bench.append(planEntries(bench, chosen, attempt, archived.count, await bench.seals()));
  if (planned.kind === "failed") return callOff(before, `the heal log cannot be written: ${planned.why}`);
  const saved = bench.save(heal);
  if (saved.kind === "failed") {
    const why = `the heal state cannot be written: ${saved.why}`;
    bench.append([entryOf(bench, "heal.refused", attempt, { why })]);
    return callOff(before, why);
  }
  const dispatched = bench.append([entryOf(bench, "heal.dispatched", attempt, { argv: argvOf(chosen) })]);
  if (dispatched.kind === "failed") {
    bench.save(before);
    return callOff(before, `the heal log cannot be written: ${dispatched.why}`);
  }
  const failed = await runSteps(bench, chosen);
  if (failed !== undefined)
    return { kind: "failed", why: failed.why, heal: close(bench, heal, attempt, "failed", failed), readings: none };
  bench.onStep("steps done, watching for the proof");
  return conclude(bench, heal, attempt, await watch(bench, attempt, chosen.recipe.proof.withinMs));
};

/** Goes on watching an attempt whose proof outlasted its tick; `leftS` of the proof's time are left. */
export const resumeWatch = async (bench: Bench, heal: HealState, attempt: Attempt, leftS: number): Promise<Outcome> =>
  conclude(bench, heal, attempt, await watch(bench, attempt, Math.max(0, leftS * 1000)));
