import type { Past } from "./flow-memory.ts";
import type { QueueReading } from "./reading.ts";

/**
 * What counters alone can prove about jobs that block again. `score`: how many more jobs became blocked since some look than could have been
 * for the first time; null: the counters don't tell. `level`: so many were blocked when it was proved; null: nothing is, or it is over.
 */
export interface Relapse {
  readonly score: number | null;
  readonly level: number | null;
}

type Counters = Pick<QueueReading, "ready" | "running" | "blocked" | "done" | "failed">;
type Told = Counters & { readonly running: number; readonly blocked: number; readonly done: number };

const isTold = (counters: Counters): counters is Told =>
  counters.running !== null && counters.blocked !== null && counters.done !== null;

const activeIn = ({ ready, running }: Told): number => ready + running;
const allIn = (told: Told): number => activeIn(told) + told.blocked + told.done + (told.failed ?? 0);

/** Jobs left unseen, or a counter began anew: then nothing can be accounted for across the two looks. */
const isBroken = (now: Told, past: Told): boolean =>
  allIn(now) < allIn(past) || now.done < past.done || (now.failed === null) !== (past.failed === null);

const scoreOf = (now: Told, past: Told, score: number | null): number | undefined => {
  if (isBroken(now, past)) return undefined;
  const begun = Math.max(score ?? Number.NEGATIVE_INFINITY, -activeIn(past));
  return begun + Math.max(0, now.blocked - past.blocked) - (allIn(now) - allIn(past));
};

/**
 * A job can become blocked for the first time only if it was ready or running when the counting began, or came since. Where more became
 * blocked than that, one of them was unblocked and blocked again, whatever the others did. Counting may have begun at any look: `score`
 * holds the best. So this never cries wolf; on a queue with much else to do it tells late, or not at all. Pure.
 */
export const relapseOf = (now: Counters, past: Past | undefined): Relapse => {
  if (!isTold(now)) return { score: null, level: null };
  const held = past?.level != null && now.blocked >= past.level ? past.level : null;
  const score = past !== undefined && isTold(past) ? scoreOf(now, past, past.score) : undefined;
  if (score === undefined) return { score: 0 - activeIn(now), level: held };
  return score >= 1 ? { score: 0 - activeIn(now), level: held ?? now.blocked } : { score, level: held };
};
