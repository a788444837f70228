import type { Config, Rule } from "../config/config.ts";
import type { Failure, Host } from "../host/host.ts";
import type { Memory, Reading } from "../probes/probe.ts";
import type { HealState } from "../state/heal-state.ts";
import { readSilences } from "../state/silence.ts";
import type { Incident, Moment } from "../state/state.ts";
import { readHealState, writeHealState } from "../state/store.ts";
import { withState } from "../verdict/flap.ts";
import type { Judged } from "../verdict/judge.ts";
import { adopt } from "./adopt.ts";
import type { Bench } from "./attempt.ts";
import { sweepBackups } from "./backup.ts";
import type { CandidateSource } from "./candidates.ts";
import { bounded } from "./events.ts";
import { createHands } from "./hands.ts";
import { type Healed, healOne, noHeal, type Operated } from "./heal.ts";
import { tidy } from "./housekeeping.ts";
import type { Journal } from "./journal.ts";
import { type Keepable, keepGreen, withoutForgotten } from "./keep.ts";
import { findOvertaken, healedOf } from "./overtaken.ts";
import { afterRefusal } from "./refusals.ts";

/** What an operation works with, whoever asked for it. */
export interface Theatre {
  readonly host: Host;
  readonly config: Config;
  readonly configSha256: string;
  /** Folder of the heal state, its lock and what else heals leave behind. */
  readonly folder: string;
  readonly journal: Journal;
  readonly readRecipe: CandidateSource["readRecipe"];
  /** Who does it, as the log says. */
  readonly by: string;
  readonly look: (checks: readonly string[]) => Promise<ReadonlyMap<string, Reading>>;
  readonly memory: (check: string) => Memory | undefined;
  /** Milliseconds that the proof may still be watched now. */
  readonly watchMs: () => number;
  readonly onStep: (text: string) => void;
  readonly approve: Bench["approve"];
  /** Takes note of a write that may have failed. */
  readonly note: (failure: Failure) => void;
  /** A sentence for the operator. */
  readonly say: (text: string) => void;
  /** A dry run: nothing is written or changed. */
  readonly isReadOnly: boolean;
}

/** What is to be operated on. */
export interface Operation {
  readonly judged: readonly Judged[];
  /** By check: the incidents that are open. */
  readonly incidents: Readonly<Record<string, Incident>>;
  readonly onApply: (healed: Healed) => void;
  /** It was not seen often enough for a change: a refusal is written down, nothing is applied. */
  readonly isOnlyRefused?: true;
}

/** Nobody is asked. */
export const approveAll: Bench["approve"] = async () => true;

/** The present moment on this host. */
export const momentOf = ({ clock }: Host): Moment => ({ bootId: clock.bootId(), uptimeS: clock.uptimeS() });

const save = (theatre: Theatre, heal: HealState): ReturnType<Bench["save"]> => {
  const done = writeHealState(theatre.host, theatre.folder, heal);
  if (done.kind === "failed") theatre.note(done);
  return done;
};

/**
 * The heal state, made good from the log where it was lost: then every rule cools down from now, and no attempt is repeated. Call it
 * under the heal lock.
 */
export const loadHeal = (theatre: Theatre): HealState => {
  const { host, folder, journal, isReadOnly } = theatre;
  const now = momentOf(host);
  const read = readHealState(host, folder, now, isReadOnly);
  if (read.note !== undefined) theatre.say(read.note);
  const isNew = read.isMissing && (journal.head()?.seq ?? 0) === 0;
  if (isNew || (!read.isMissing && !read.isLost)) return read.value;
  const { open, hasHealed } = journal.story();
  const lostAt = read.isLost || hasHealed ? now : null;
  const heal = { ...adopt(read.value, open, now), lostAt };
  if (!isReadOnly) save(theatre, heal);
  return heal;
};

const benchOf = (theatre: Theatre): Bench => ({
  host: theatre.host,
  hands: createHands(theatre.host),
  helperFolder: theatre.folder,
  by: theatre.by,
  now: () => ({ at: new Date(theatre.host.clock.nowMs()).toISOString(), moment: momentOf(theatre.host) }),
  append: (entries) =>
    theatre.journal.enter((book) => {
      const isRefusal = entries.some(({ event }) => event === "heal.refused");
      const scope = { config: theatre.config, now: momentOf(theatre.host) };
      return isRefusal ? bounded(book, { entries, book }, scope) : { entries, book };
    }),
  save: (heal) => save(theatre, heal),
  look: theatre.look,
  watchMs: theatre.watchMs,
  onStep: theatre.onStep,
  approve: theatre.approve,
  seals: async () => ({
    config_sha256: theatre.configSha256,
    binary_sha256: (await theatre.host.sha256File(theatre.host.binary)) ?? "unknown",
  }),
});

/** Checks that some rule heals: only their flapping matters. */
const healable = ({ config }: Theatre): ReadonlySet<string> => new Set(config.heal.rules.flatMap(({ on }) => on));

/** Writes down what was seen of these checks, so that flapping shows. Nothing is written where no rule heals them. */
export const noteStates = (theatre: Theatre, states: ReadonlyMap<string, "g" | "r">): void => {
  const wanted = healable(theatre);
  const known = [...states].filter(([name]) => wanted.has(name));
  if (known.length === 0) return;
  const now = momentOf(theatre.host);
  theatre.journal.enter((book) => ({
    entries: [],
    book: {
      ...book,
      flaps: {
        ...book.flaps,
        ...Object.fromEntries(known.map(([name, state]) => [name, withState(book.flaps[name], state, now)])),
      },
    },
  }));
};

const redOf = (judged: readonly Judged[]): ReadonlyMap<string, "g" | "r"> =>
  new Map(judged.flatMap(({ name, verdict }) => (verdict === "red" ? [[name, "r"] as const] : [])));

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
  if (JSON.stringify(after) !== JSON.stringify(before)) save(theatre, after);
  const { host, folder } = theatre;
  for (const failure of sweepBackups(host, folder, host.clock.nowMs())) theatre.note(failure);
};

/** Keeps copies of what ran green, of the files that recipes may put back. `readings`: of the checks that say so. */
export const keepCopies = async (
  theatre: Theatre,
  files: readonly Keepable[],
  readings: ReadonlyMap<string, Reading>,
): Promise<void> =>
  await underLock<void>(
    theatre,
    async () => {
      const { host, folder } = theatre;
      const heal = loadHeal(theatre);
      const now = { at: new Date(host.clock.nowMs()).toISOString(), moment: momentOf(host) };
      const hands = createHands(host);
      const before = withoutForgotten(heal.kept, files);
      const { kept, notes } = await keepGreen({
        host,
        hands,
        helperFolder: folder,
        files,
        readings,
        kept: before,
        now,
      });
      for (const note of notes) theatre.say(note);
      if (JSON.stringify(kept) !== JSON.stringify(heal.kept)) save(theatre, { ...heal, kept });
    },
    () => undefined,
  );

const busy = (why: string): Healed => ({ ...noHeal(why), outcome: "refused" });

/** Does `work` under the heal lock; where it can't be had, gives what `onBusy` makes of the reason. */
const underLock = async <Done>(
  { host, folder, isReadOnly }: Theatre,
  work: () => Promise<Done>,
  onBusy: (why: string) => Done,
): Promise<Done> => {
  const lock = isReadOnly ? undefined : host.files.lock(`${folder}/heal.lock`);
  if (lock?.kind === "busy") return onBusy(`another heal is running (${lock.holder}): one change at a time`);
  // A disk that turned read-only: then the intent can't be written either, and the heal is refused with that reason.
  if (lock?.kind === "failed" && lock.code !== "EROFS") return onBusy(`the lock of heals can't be taken: ${lock.why}`);
  try {
    return await work();
  } finally {
    if (lock?.kind === "held") lock.release();
  }
};

const withoutState = ({ heal: _, ...healed }: Operated): Healed => healed;

/** Takes the log's word for an attempt that a kill left open behind it, and tells it. */
const concludeOvertaken = async (theatre: Theatre, heal: HealState): Promise<Healed | undefined> => {
  const overtaken = findOvertaken(heal, (attempts) => theatre.journal.story(attempts), momentOf(theatre.host));
  if (overtaken === undefined) return undefined;
  save(theatre, overtaken.heal);
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
    source: { host, config, memory: theatre.memory, now, readRecipe: theatre.readRecipe },
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
  readHealState(host, folder, momentOf(host), true).value.attempts.some(
    ({ outcome }) => outcome === "running" || outcome === "watching",
  );

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
