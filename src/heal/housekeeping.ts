import type { Rule } from "../config/config.ts";
import { type Attempt, type HealState, isOpenAttempt } from "../state/heal-state.ts";
import { elapsedS, type Moment } from "../state/state.ts";
import type { Judged } from "../verdict/judge.ts";

const dayS = 86_400;
/** Attempts are kept this long for cooldowns and budgets, and while their incident is open. */
const keptS = 30 * dayS;
const maxAttempts = 500;

const isKept = (attempt: Attempt, open: ReadonlySet<string>, now: Moment): boolean =>
  open.has(attempt.incident) || isOpenAttempt(attempt) || elapsedS(attempt.started, now) < keptS;

/** An attempt counts until its time has passed within a boot: over a reboot nobody knows how long the host was off. */
const withAge = (attempt: Attempt, now: Moment): Attempt =>
  attempt.isSpent || elapsedS(attempt.ended ?? attempt.started, now) < attempt.countsForS
    ? attempt
    : { ...attempt, isSpent: true };

/** A latch lasts until its rule's checks were green for a day: each look that isn't sets it anew. Checks that nobody looked at end none. */
const keepLatches = (
  heal: HealState,
  rules: readonly Rule[],
  judged: readonly Judged[],
  now: Moment,
): HealState["latched"] =>
  Object.fromEntries(
    Object.entries(heal.latched).flatMap(([id, latch]) => {
      const rule = rules.find((each) => each.id === id);
      if (rule === undefined) return [];
      const seen = judged.filter(({ name }) => rule.on.includes(name));
      if (seen.some(({ verdict }) => verdict !== "green")) return [[id, { ...latch, moment: now }]];
      const isGreen = rule.on.every((name) => seen.some((each) => each.name === name));
      return isGreen && elapsedS(latch.moment, now) >= dayS ? [] : [[id, latch]];
    }),
  );

/** Forgets what no longer counts: old attempts, refusals of incidents that ended, latches after a green day. Pure. */
export const tidy = (
  heal: HealState,
  rules: readonly Rule[],
  judged: readonly Judged[],
  openIncidents: ReadonlySet<string>,
  now: Moment,
): HealState => ({
  ...heal,
  attempts: heal.attempts
    .filter((each) => isKept(each, openIncidents, now))
    .slice(-maxAttempts)
    .map((each) => withAge(each, now)),
  lostAt: heal.lostAt === null || elapsedS(heal.lostAt, now) >= dayS ? null : heal.lostAt,
  latched: keepLatches(heal, rules, judged, now),
  refusals: Object.fromEntries(
    Object.entries(heal.refusals).filter(([key]) => openIncidents.has(key.split(" ", 1)[0] ?? "")),
  ),
});

const hourS = 3600;

/**
 * Whether `after`, the tidied `before`, is worth writing: a latch that is only set anew waits for an hour, so that whoever must ask another for it
 * doesn't ask at every tick. Pure.
 */
export const isTidyDue = (before: HealState, after: HealState, now: Moment): boolean => {
  const isStale = Object.values(before.latched).some(({ moment }) => elapsedS(moment, now) >= hourS);
  const inShort = ({ latched, ...rest }: HealState): string => JSON.stringify([rest, Object.keys(latched)]);
  return inShort(before) !== inShort(after) || (isStale && JSON.stringify(before) !== JSON.stringify(after));
};
