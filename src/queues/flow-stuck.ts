import { ageS, type Clock } from "./flow-clock.ts";
import type { FlowLook } from "./flow-look.ts";
import type { Motion } from "./flow-motion.ts";
import { type Finding, forSo, ofSlots } from "./flow-words.ts";

/** What we watched ourselves may fall short by so much, in seconds: whoever heals began to watch a moment after the tick. */
const slackS = (stuckAfterS: number): number => Math.min(30, stuckAfterS / 10);

/**
 * Seconds for which jobs wait at a free slot and nothing was claimed or finished, as far as it is sure. Where the source keeps both times they
 * tell; else our own watching must have lasted as long. The oldest ready job must have waited for it itself: a queue that was idle for hours
 * isn't stuck with its first new job. Pure.
 */
const stoodS = ({ reading, facts }: FlowLook, { standS, isWatched }: Motion, clock: Clock): number => {
  const { movedS, oldestReadyS } = reading;
  return Math.min(
    clock.uptimeS,
    movedS === null ? Number.POSITIVE_INFINITY : ageS(clock, movedS),
    oldestReadyS === null ? Number.POSITIVE_INFINITY : ageS(clock, clock.nowS - oldestReadyS),
    isWatched && standS !== null ? facts.uptimeS - standS : Number.POSITIVE_INFINITY,
  );
};

/** Jobs are ready, a slot is free, and for `stuck_after` nothing was claimed or finished. Pure. */
export const stuckOf = (look: FlowLook, motion: Motion, clock: Clock): readonly Finding[] => {
  const { reading, options } = look;
  if (!motion.isFree) return [];
  const stuckAfterS = options.stuckAfterMs / 1000;
  const stood = stoodS(look, motion, clock);
  if (stood + (motion.isWatched ? slackS(stuckAfterS) : 0) < stuckAfterS) return [];
  const waiting = (reading.jobs ?? [])
    .filter(({ status }) => status === "ready")
    .toSorted((a, b) => (a.sinceS ?? clock.nowS) - (b.sinceS ?? clock.nowS))
    .map(({ id, sinceS }) => ({ id, why: sinceS === null ? "" : forSo(ageS(clock, sinceS)) }));
  const says = `${reading.ready} ready, ${ofSlots(reading)} running, nothing claimed or finished for ${forSo(stood)}`;
  return [{ word: "stuck", says, jobs: waiting, more: waiting.length === 0 ? 0 : reading.ready - waiting.length }];
};
