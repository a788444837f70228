import { formatDuration } from "../config/duration.ts";
import type { Failure, Host } from "../host/host.ts";
import type { Head, NewEntry } from "../log/entry.ts";
import { cleanEvidence } from "../probes/evidence.ts";
import type { Reading } from "../probes/probe.ts";
import type { Attempt, HealState } from "../state/heal-state.ts";
import type { Moment } from "../state/state.ts";
import { argvOf, entryOf, foundBackup, planEntries } from "./attempt-log.ts";
import { archive, createAttempt, replaceLast } from "./attempt-state.ts";
import { loggedBackedUp, takeBackup } from "./backup.ts";
import type { Applicable } from "./choice.ts";
import { badFileNote } from "./file-change.ts";
import type { Hands } from "./hands.ts";
import { type Proved, prove } from "./prove.ts";
import { fileChangeOf, type Target } from "./recipe.ts";
import { restoreBackup, withLeft } from "./restore.ts";
import { runSteps } from "./steps.ts";

/** The five steps of a heal, in their order. */
export type StepName = "archive" | "create" | "dry-run" | "dispatch" | "watch";

/** What the five steps need from the tick. `append` and `save` make durable before they answer. */
export interface Bench {
  readonly host: Host;
  /** Who applies it, as the log says: `helper`, or a person by hand, `uid:N`. */
  readonly by: string;
  /** Who handles the files that recipes change. */
  readonly hands: Hands;
  /** Where backups and kept copies lie. */
  readonly helperFolder: string;
  readonly now: () => { readonly at: string; readonly moment: Moment };
  readonly append: (entries: readonly NewEntry[]) => { readonly kind: "appended"; readonly head: Head } | Failure;
  readonly save: (heal: HealState) => { readonly kind: "done" } | Failure;
  /** Looks at these checks again, now. */
  readonly look: (checks: readonly string[]) => Promise<ReadonlyMap<string, Reading>>;
  /** Milliseconds that this tick may still watch. */
  readonly watchMs: () => number;
  readonly onStep: (text: string) => void;
  /** Whether a step may be taken: a person at the prompt is asked, a tick never says no. */
  readonly approve: (step: StepName, text: string) => Promise<boolean>;
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

/** Writes down how the attempt ended, in the log and in the heal state. */
const close = (
  bench: Bench,
  heal: HealState,
  attempt: Attempt,
  outcome: "healed" | "failed",
  entry: Omit<NewEntry, "event" | "by">,
  more: readonly NewEntry[] = [],
): HealState => {
  const closed = replaceLast(heal, { ...attempt, outcome, ended: bench.now().moment, why: entry.why ?? "" });
  bench.append([entryOf(bench, outcome === "healed" ? "heal.proved" : "heal.failed", attempt, entry), ...more]);
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

/**
 * Puts back what the attempt changed, and then writes down that it failed: after a kill in between both are done again. A message is
 * cut somewhere, so what became of the files stands before the details, and what wasn't restored before everything.
 */
const fail = async (
  bench: Bench,
  heal: HealState,
  attempt: Attempt,
  entry: Omit<NewEntry, "event" | "by"> & { readonly why: string },
  detail: string,
): Promise<Outcome> => {
  const { verified, isWhole, why } = await restoreBackup(bench, attempt);
  const restored =
    verified.length === 0
      ? []
      : [entryOf(bench, "heal.restored", attempt, { ...loggedBackedUp(verified), why: why ?? "" })];
  const join = (text: string): string => (why === undefined ? text : isWhole ? `${text}; ${why}` : `${why}; ${text}`);
  const closed = close(bench, heal, attempt, "failed", { ...entry, why: join(entry.why) }, restored);
  const told = detail === "" ? join(entry.why) : `${join(entry.why)}${why === undefined ? ":" : ";"} ${detail}`;
  return { kind: "failed", why: told, heal: closed, readings: none };
};

/** What follows a failed attempt: a promise that the budget can't keep is none. */
const nextTry = ({ number, budgetLeft, rule }: Attempt): string => {
  if (number !== 1) return "no more tries for this incident";
  return budgetLeft === 0
    ? `the budget is spent: no more tries until "dogwatch heal unlatch ${rule}" or a green day`
    : "one more try follows after the cooldown";
};

const conclude = async (bench: Bench, heal: HealState, attempt: Attempt, proved: Proved): Promise<Outcome> => {
  switch (proved.kind) {
    case "proved": {
      const note = badFileNote(attempt.backup);
      const why = note === "" ? proved.why : `${cleanEvidence(proved.why, 60)}${note}`;
      const closed = close(bench, heal, attempt, "healed", { proof: proved.why });
      return { kind: "healed", why, heal: closed, readings: proved.readings };
    }
    case "failed": {
      const why = proved.isDead ? "it died again" : `not well within ${formatDuration(attempt.proofWithinS * 1000)}`;
      const next = nextTry(attempt);
      return await fail(bench, heal, attempt, { why, proof: proved.why }, `${proved.why}; ${next}`);
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

/** An attempt that was created and came to nothing: the log is told, and nothing is left of it in the state. */
const refuse = (bench: Bench, before: HealState, attempt: Attempt, why: string): Outcome => {
  bench.append([entryOf(bench, "heal.refused", attempt, { why })]);
  return callOff(before, why);
};

/** Copies what the recipe may change; nothing is changed that can't be put back. */
const backUp = (
  bench: Bench,
  chosen: Applicable,
  attempt: Attempt,
): Attempt | { readonly kind: "failed"; readonly why: string } => {
  const { files, steps } = chosen.candidate;
  if (files === undefined) return attempt;
  if (files.kind === "fault") return { kind: "failed", why: files.why };
  const taken = takeBackup(bench, attempt, files.files, fileChangeOf(steps[0] ?? []));
  if (taken.kind === "failed") return { kind: "failed", why: `the backup cannot be written: ${taken.why}` };
  return { ...attempt, backup: taken.files };
};

/** A person said no: what was written down so far is closed again, and nothing is changed. */
const callOffBy = (bench: Bench, before: HealState, attempt: Attempt | undefined, step: StepName): Outcome => {
  const why = `called off by ${bench.by} before the step "${step}"`;
  if (attempt === undefined) return callOff(before, why);
  bench.save(before);
  return refuse(bench, before, attempt, why);
};

/** Step 4: the one command, its intent in the log before it and its end after. Step 5: the watch for the proof. */
const dispatchAndWatch = async (
  bench: Bench,
  heal: HealState,
  created: Attempt,
  chosen: Applicable,
): Promise<Outcome> => {
  const ended = await runSteps(bench, chosen);
  const attempt = await withLeft(bench, created);
  if (ended !== undefined) return await fail(bench, heal, attempt, ended, "");
  const { withinMs } = chosen.recipe.proof;
  const text = `until ${attempt.sick.join(", ")} ${attempt.sick.length === 1 ? "is" : "are"} ok twice in a row, ${formatDuration(withinMs)} at most`;
  bench.onStep(`watching ${text}`);
  if (!(await bench.approve("watch", text)))
    return await conclude(bench, heal, attempt, { kind: "watching", why: "left to the next tick" });
  return await conclude(bench, heal, attempt, await watch(bench, attempt, withinMs));
};

/**
 * Applies one recipe in five steps, each in the log before the next: archive, create, dry-run, dispatch one, watch. What can't
 * be written down or put back isn't done. `sick`: the checks whose recovery proves it. Never throws for expected trouble.
 */
export const attemptHeal = async (
  bench: Bench,
  before: HealState,
  chosen: Applicable,
  sick: readonly string[],
): Promise<Outcome> => {
  const no = async (step: StepName, text: string): Promise<boolean> => !(await bench.approve(step, text));
  const archived = archive(before);
  if (await no("archive", `close what ${archived.count} stale attempts left`))
    return callOffBy(bench, before, undefined, "archive");
  const created = createAttempt(bench.now(), chosen, sick, bench.by);
  if (await no("create", `attempt ${created.number} under the key ${created.key}`))
    return callOffBy(bench, before, undefined, "create");
  const argv = argvOf(chosen);
  if (await no("dry-run", `exactly one change: ${argv.join(" ")}`))
    return callOffBy(bench, before, undefined, "dry-run");
  const planned = bench.append(planEntries(bench, chosen, created, archived.count, await bench.seals()));
  if (planned.kind === "failed") return callOff(before, `the heal log cannot be written: ${planned.why}`);
  const attempt = backUp(bench, chosen, created);
  if ("kind" in attempt) return refuse(bench, before, created, attempt.why);
  const heal = { ...archived.heal, attempts: [...archived.heal.attempts, attempt] };
  const saved = bench.save(heal);
  if (saved.kind === "failed") return refuse(bench, before, attempt, `the heal state cannot be written: ${saved.why}`);
  if (await no("dispatch", argv.join(" "))) return callOffBy(bench, before, attempt, "dispatch");
  const dispatched = bench.append([entryOf(bench, "heal.dispatched", attempt, { argv, ...foundBackup(chosen) })]);
  if (dispatched.kind === "failed") {
    bench.save(before);
    return callOff(before, `the heal log cannot be written: ${dispatched.why}`);
  }
  return await dispatchAndWatch(bench, heal, attempt, chosen);
};

/** Goes on watching an attempt whose proof outlasted its tick; `leftS` of the proof's time are left. */
export const resumeWatch = async (bench: Bench, heal: HealState, attempt: Attempt, leftS: number): Promise<Outcome> =>
  conclude(bench, heal, attempt, await watch(bench, attempt, Math.max(0, leftS * 1000)));
