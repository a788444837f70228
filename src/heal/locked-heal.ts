import type { Rule } from "../config/config.ts";
import { openWindows } from "../maintenance/open.ts";
import { type HealState, isOpenAttempt } from "../state/heal-state.ts";
import { readSilences, type Silence } from "../state/silence.ts";
import type { Incident } from "../state/state.ts";
import { momentOf } from "../state/state.ts";
import { readHealState } from "../state/store.ts";
import type { Judged } from "../verdict/judge.ts";
import { sweepBackups } from "./backup.ts";
import { benchOf, type HealContext, loadHeal, rulesOf, saveHeal, underLock } from "./context.ts";
import { type HealedWithState, healOne } from "./heal.ts";
import { type Healed, noHeal } from "./healed.ts";
import { tidy } from "./housekeeping.ts";
import { noteStates, redOf } from "./note-states.ts";
import { findOvertaken, healedOf } from "./overtaken.ts";
import { afterRefusal } from "./refusals.ts";

/** What is to be healed, as it was judged. */
export interface HealTask {
  readonly judged: readonly Judged[];
  /** By check: the incidents that are open. */
  readonly incidents: Readonly<Record<string, Incident>>;
  readonly onApply: (healed: Healed) => void;
  /** It was not seen often enough for a change: a refusal is written down, nothing is applied. */
  readonly isOnlyRefused?: true;
}

/** Ends the incidents whose checks were proved well. */
const endProved = (context: HealContext, { incidents }: HealTask, healed: Healed): void => {
  const ended = Object.values(incidents).filter(({ check }) => healed.readings.has(check));
  if (ended.length === 0) return;
  const ids = new Set(ended.map(({ id }) => id));
  context.journal.enter((book) => ({
    entries: ended.map(({ id, check }) => ({
      event: "incident.resolved" as const,
      by: context.by,
      incident: id,
      check,
      why: `healed by ${healed.recipe ?? "a recipe"}`,
    })),
    book: { ...book, open: Object.fromEntries(Object.entries(book.open).filter(([id]) => !ids.has(id))) },
  }));
};

/** Keeps the heal state small; written only when something in it changed. */
const tidied = (context: HealContext, before: HealState, judged: readonly Judged[]): void => {
  const open = new Set(Object.keys(context.journal.book().open));
  const after = tidy(before, context.config.heal.rules, judged, open, momentOf(context.host));
  if (JSON.stringify(after) !== JSON.stringify(before)) saveHeal(context, after);
  const { host, folder } = context;
  for (const failure of sweepBackups(host, folder, host.clock.nowMs())) context.note(failure);
};

const busy = (why: string): Healed => ({ ...noHeal(why), outcome: "refused" });

const withoutState = ({ heal: _, ...healed }: HealedWithState): Healed => healed;

/** Takes the log's word for an attempt that a kill left open behind it, and tells it. */
const concludeOvertaken = async (context: HealContext, heal: HealState): Promise<Healed | undefined> => {
  const overtaken = findOvertaken(heal, (attempts) => context.journal.story(attempts), momentOf(context.host));
  if (overtaken === undefined) return undefined;
  saveHeal(context, overtaken.heal);
  const recipe = await context.readRecipe(overtaken.attempt.recipe);
  return healedOf(overtaken.attempt, "kind" in recipe ? null : recipe.card);
};

/** A window is no refusal of what a person does by hand: nobody can take it away as he could a silence. */
const windowsOf = async (context: HealContext): Promise<readonly Silence[]> =>
  context.onlyRule === undefined ? await openWindows(context.host, context.folder, context, context.isReadOnly) : [];

const healLocked = async (context: HealContext, task: HealTask): Promise<Healed> => {
  const { host, config, journal, isReadOnly } = context;
  const { judged, incidents, onApply, isOnlyRefused = false } = task;
  const heal = loadHeal(context);
  const overtaken = isReadOnly ? undefined : await concludeOvertaken(context, heal);
  if (overtaken !== undefined) return overtaken;
  if (!isReadOnly) noteStates(context, redOf(judged));
  const now = momentOf(host);
  const at = new Date(host.clock.nowMs()).toISOString();
  const { flaps } = journal.book();
  const done = await healOne({
    bench: benchOf(context),
    source: { host, config, rules: rulesOf(context), memory: context.memory, now, readRecipe: context.readRecipe },
    judged,
    incidents,
    heal,
    flapping: new Set(Object.keys(flaps).filter((name) => flaps[name]?.isFlapping)),
    silences: [...readSilences(host, context.folder, at), ...(await windowsOf(context))],
    isDryRun: isReadOnly,
    isOnlyRefused,
    onApply,
  });
  if (isReadOnly) return withoutState(done);
  endProved(context, task, done);
  noteStates(context, new Map([...done.readings.keys()].map((name) => [name, "g" as const])));
  tidied(context, done.heal, judged);
  return withoutState(done);
};

/** Whether an attempt is without its end: being watched, or cut off. Reads only. */
export const hasOpenAttempt = ({ host, folder }: HealContext): boolean =>
  readHealState(host, folder, momentOf(host), true).value.attempts.some(isOpenAttempt);

/** A refusal by whoever looked before anything was chosen. */
interface EarlyRefusal {
  readonly rule: Rule;
  readonly check: string;
  readonly why: string;
  readonly incident: string | null;
}

/** Writes a refusal down: the first of its kind goes to the log, a repeat is counted. Nothing while another heal is running. */
export const noteRefusal = async (context: HealContext, { rule, check, why, incident }: EarlyRefusal): Promise<void> =>
  await underLock<void>(
    context,
    async () => {
      if (context.isReadOnly) return;
      const refused = { kind: "refused", rule, check, why, isLatching: false } as const;
      afterRefusal(benchOf(context), loadHeal(context), refused, { incident });
    },
    () => undefined,
  );

/** Heals at most one thing under the host-wide lock, and keeps its books. Never throws for expected trouble. */
export const healUnderLock = async (context: HealContext, task: HealTask): Promise<Healed> =>
  await underLock<Healed>(context, () => healLocked(context, task), busy);

/** Forgets what no longer counts, and makes a lost heal state good. `judged`: what is known of the checks now. */
export const tidyUp = async (context: HealContext, judged: readonly Judged[]): Promise<void> =>
  await underLock<void>(
    context,
    async () => tidied(context, loadHeal(context), judged),
    () => undefined,
  );
