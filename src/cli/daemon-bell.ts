import type { Clock } from "../host/clock.ts";
import type { Bells, Schedule } from "../host/schedule.ts";

/** Why a tick is due, and at how many due times before it none ran. */
export interface Rung {
  /** While the tick before was still running. */
  readonly busy: number;
  /** While the host slept, the clock jumped, or this process stood still. */
  readonly stood: number;
  /** The wall clock was set back, and the schedule would have waited for it to come round again. */
  readonly isClockBack: boolean;
}

/** Says when the next tick is due: one at a time, and what was due meanwhile as one. */
export interface Bell {
  /** Waits for the next due time, or gives at once the one that came while nobody waited; undefined once it is closed. */
  wait(): Promise<Rung | undefined>;
  /** Milliseconds until the next due time. */
  msToNext(): number;
  close(): void;
}

/** How much later than due by the monotonic clock it must be before the wall clock is to blame, in milliseconds. */
const slackMs = 5000;
/** A timer takes no more than 2^31 ms. */
const dayMs = 86_400_000;

/** Opens the bell over a schedule. What rings from now on counts. Never throws if `open` doesn't. */
export const createBell = (clock: Clock, open: (bells: Bells) => Schedule): Bell => {
  let [isRung, isClosed, isWaiting] = [false, false, false];
  let [busy, stood] = [0, 0];
  let alarm = new AbortController();
  const ring = (): void => {
    isRung = true;
    alarm.abort();
  };
  const bells: Bells = {
    due: () => {
      // A due time during a tick is made up for right after it; only a second one is lost.
      if (!isWaiting && isRung) busy += 1;
      ring();
    },
    missed: () => {
      if (isWaiting) stood += 1;
      else busy += 1;
      ring();
    },
  };
  let schedule = open(bells);
  const take = (isClockBack: boolean): Rung => {
    const rung = { busy, stood, isClockBack };
    [isRung, busy, stood] = [false, 0, 0];
    return rung;
  };
  /** Sleeps until it rings. Gives whether it should have rung by now and hasn't. */
  const sleep = async (): Promise<boolean> => {
    alarm = new AbortController();
    const waitMs = Math.min(dayMs, schedule.msToNext() + slackMs);
    isWaiting = true;
    await clock.sleep(waitMs, alarm.signal);
    isWaiting = false;
    return !alarm.signal.aborted && waitMs < dayMs;
  };
  return {
    wait: async () => {
      let isLate = false;
      while (!isRung && !isClosed && !isLate) isLate = await sleep();
      if (isClosed) return undefined;
      if (isLate) {
        schedule.stop();
        schedule = open(bells);
      }
      return take(isLate);
    },
    msToNext: () => schedule.msToNext(),
    close: () => {
      isClosed = true;
      schedule.stop();
      alarm.abort();
    },
  };
};
