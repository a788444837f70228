import type { Rule } from "../config/config.ts";
import { type HealState, isOpenAttempt } from "../state/heal-state.ts";
import { readSilences } from "../state/silence.ts";
import type { Incident } from "../state/state.ts";
import { readHealState } from "../state/store.ts";
import type { Judged } from "../verdict/judge.ts";
import { sweepBackups } from "./backup.ts";
import { type Healed, healOne, noHeal, type Operated } from "./heal.ts";
import { tidy } from "./housekeeping.ts";
import { noteStates, redOf } from "./note-states.ts";
import { findOvertaken, healedOf } from "./overtaken.ts";
import { afterRefusal } from "./refusals.ts";
import { benchOf, loadHeal, momentOf, rulesOf, saveHeal, type Theatre, underLock } from "./theatre.ts";

/** What is to be operated on. */
export interface Operation {
  readonly judged: readonly Judged[];
  /** By check: the incidents that are open. */
  readonly incidents: Readonly<Record<string, Incident>>;
  readonly onApply: (healed: Healed) => void;
  /** It was not seen often enough for a change: a refusal is written down, nothing is applied. */
  readonly isOnlyRefused?: true;
}

/** Ends the incidents whose checks were proved well. */
const endProved = (theatre: Theatre, { incidents }: Operation, healed: Healed): void => {
  const ended = Object.values(incidents).filter(({ check }) => healed.readings.has(check));
  if (ended.length === 0) return;
  const ids = new Set(ended.map(({ id }) => id));
  theatre.journal.enter((book) => ({
    entries: ended.map(({ id, check }) => ({
      event: "incident.resolved" as const,
      by: theatre.by,
      incident: id,
      check,
      why: `healed by ${healed.recipe ?? "a recipe"}`,
    })),
    book: { ...book, open: Object.fromEntries(Object.entries(book.open).filter(([id]) => !ids.has(id))) },
  }));
};

/** Keeps the heal state small; written only when something in it changed. */
const tidied = (theatre: Theatre, before: HealState, judged: readonly Judged[]): void => {
  const open = new Set(Object.keys(theatre.journal.book().open));
  const after = tidy(before, theatre.config.heal.rules, judged, open, momentOf(theatre.host));
  if (JSON.stringify(after) !== JSON.stringify(before)) saveHeal(theatre, after);
  const { host, folder } = theatre;
  for (const failure of sweepBackups(host, folder, host.clock.nowMs())) theatre.note(failure);
};

const busy = (why: string): Healed => ({ ...noHeal(why), outcome: "refused" });

const withoutState = ({ heal: _, ...healed }: Operated): Healed => healed;

/** Takes the log's word for an attempt that a kill left open behind it, and tells it. */
const concludeOvertaken = async (theatre: Theatre, heal: HealState): Promise<Healed | undefined> => {
  const overtaken = findOvertaken(heal, (attempts) => theatre.journal.story(attempts), momentOf(theatre.host));
  if (overtaken === undefined) return undefined;
  saveHeal(theatre, overtaken.heal);
  const recipe = await theatre.readRecipe(overtaken.attempt.recipe);
  return healedOf(overtaken.attempt, "kind" in recipe ? null : recipe.card);
};

const operateLocked = async (theatre: Theatre, operation: Operation): Promise<Healed> => {
  const { host, config, journal, isReadOnly } = theatre;
  const { judged, incidents, onApply, isOnlyRefused = false } = operation;
  const heal = loadHeal(theatre);
  const overtaken = isReadOnly ? undefined : await concludeOvertaken(theatre, heal);
  if (overtaken !== undefined) return overtaken;
  if (!isReadOnly) noteStates(theatre, redOf(judged));
  const now = momentOf(host);
  const at = new Date(host.clock.nowMs()).toISOString();
  const { flaps } = journal.book();
  const done = await healOne({
    bench: benchOf(theatre),
    source: { host, config, rules: rulesOf(theatre), memory: theatre.memory, now, readRecipe: theatre.readRecipe },
    judged,
    incidents,
    heal,
    flapping: new Set(Object.keys(flaps).filter((name) => flaps[name]?.isFlapping)),
    silences: readSilences(host, theatre.folder, at),
    isDryRun: isReadOnly,
    isOnlyRefused,
    onApply,
  });
  if (isReadOnly) return withoutState(done);
  endProved(theatre, operation, done);
  noteStates(theatre, new Map([...done.readings.keys()].map((name) => [name, "g" as const])));
  tidied(theatre, done.heal, judged);
  return withoutState(done);
};

/** Whether an attempt is without its end: being watched, or cut off. Reads only. */
export const hasOpenAttempt = ({ host, folder }: Theatre): boolean =>
  readHealState(host, folder, momentOf(host), true).value.attempts.some(isOpenAttempt);

/** A refusal by whoever looked before anything was chosen. */
interface EarlyRefusal {
  readonly rule: Rule;
  readonly check: string;
  readonly why: string;
  readonly incident: string | null;
}

/** Writes a refusal down: the first of its kind goes to the log, a repeat is counted. Nothing while another heal is running. */
export const noteRefusal = async (theatre: Theatre, { rule, check, why, incident }: EarlyRefusal): Promise<void> =>
  await underLock<void>(
    theatre,
    async () => {
      if (theatre.isReadOnly) return;
      const refused = { kind: "refused", rule, check, why, isLatching: false } as const;
      afterRefusal(benchOf(theatre), loadHeal(theatre), refused, { incident });
    },
    () => undefined,
  );

/** Heals at most one thing under the host-wide lock, and keeps its books. Never throws for expected trouble. */
export const operate = async (theatre: Theatre, operation: Operation): Promise<Healed> =>
  await underLock<Healed>(theatre, () => operateLocked(theatre, operation), busy);

/** Forgets what no longer counts, and makes a lost heal state good. `judged`: what is known of the checks now. */
export const tidyUp = async (theatre: Theatre, judged: readonly Judged[]): Promise<void> =>
  await underLock<void>(
    theatre,
    async () => tidied(theatre, loadHeal(theatre), judged),
    () => undefined,
  );
