import type { Config, Rule } from "../config/config.ts";
import type { Failure, Host } from "../host/host.ts";
import type { Memory, Reading } from "../probes/probe.ts";
import { type HealState, type HealTotals, totalsAfter } from "../state/heal-state.ts";
import { momentOf } from "../state/state.ts";
import { readHealState, writeHealState } from "../state/store.ts";
import { adopt } from "./adopt.ts";
import type { Bench } from "./attempt.ts";
import type { CandidateSource } from "./candidates.ts";
import { bounded } from "./events.ts";
import { createHands } from "./hands.ts";
import type { Journal } from "./journal.ts";

/** What a heal works with, whoever asked for it. */
export interface HealContext {
  readonly host: Host;
  readonly config: Config;
  /** By hand: the one rule that may be applied; absent: any of the config's. */
  readonly onlyRule?: Rule;
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

/** Nobody is asked. */
export const approveAll: Bench["approve"] = async () => true;

/** The rules that may be applied. Never throws. */
export const rulesOf = ({ config, onlyRule }: Pick<HealContext, "config" | "onlyRule">): readonly Rule[] =>
  onlyRule === undefined ? config.heal.rules : [onlyRule];

const isZero = ({ healed, failed, indeterminate }: HealTotals): boolean => healed + failed + indeterminate === 0;

/** Writes the heal state, with the totals that only the file knows; trouble is noted. Never throws. */
export const saveHeal = (context: HealContext, heal: HealState): ReturnType<Bench["save"]> => {
  const { host, folder } = context;
  const totals = totalsAfter(readHealState(host, folder, momentOf(host), true).value, heal);
  const done = writeHealState(host, folder, { ...heal, ...(isZero(totals) ? {} : { totals }) });
  if (done.kind === "failed") context.note(done);
  return done;
};

/**
 * The heal state, made good from the log where it was lost: then every rule cools down from now, and no attempt is repeated. Call it
 * under the heal lock.
 */
export const loadHeal = (context: HealContext): HealState => {
  const { host, folder, journal, isReadOnly } = context;
  const now = momentOf(host);
  const read = readHealState(host, folder, now, isReadOnly);
  if (read.note !== undefined) context.say(read.note);
  const isNew = read.isMissing && (journal.head()?.seq ?? 0) === 0;
  if (isNew || (!read.isMissing && !read.isLost)) return read.value;
  const { open, hasHealed } = journal.story();
  const lostAt = read.isLost || hasHealed ? now : null;
  const heal = { ...adopt(read.value, open, now), lostAt };
  if (!isReadOnly) saveHeal(context, heal);
  return heal;
};

/** What the five steps of a heal work with here. */
export const benchOf = (context: HealContext): Bench => ({
  host: context.host,
  hands: createHands(context.host),
  helperFolder: context.folder,
  by: context.by,
  now: () => ({ at: new Date(context.host.clock.nowMs()).toISOString(), moment: momentOf(context.host) }),
  append: (entries) =>
    context.journal.enter((book) => {
      const isRefusal = entries.some(({ event }) => event === "heal.refused");
      const scope = { config: context.config, now: momentOf(context.host) };
      return isRefusal ? bounded(book, { entries, book }, scope) : { entries, book };
    }),
  save: (heal) => saveHeal(context, heal),
  look: context.look,
  watchMs: context.watchMs,
  onStep: context.onStep,
  approve: context.approve,
  seals: async () => ({
    config_sha256: context.configSha256,
    binary_sha256: (await context.host.sha256File(context.host.binary)) ?? "unknown",
  }),
});

/** Does `work` under the heal lock; where it can't be had, gives what `onBusy` makes of the reason. */
export const underLock = async <Done>(
  { host, folder, isReadOnly }: HealContext,
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
