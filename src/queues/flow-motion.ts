import type { FlowLook } from "./flow-look.ts";
import type { Past } from "./flow-memory.ts";
import type { QueueReading } from "./reading.ts";

/** Looks further apart than this, in seconds, don't show that nothing moved between them; twice `stuck_after` where that is more. */
const maxGapS = 3 * 3600;

/** What the counters tell from look to look. */
export interface Motion {
  /** Something was claimed or finished since the last look. */
  readonly hasMoved: boolean;
  /** Jobs are ready and a slot is free. */
  readonly isFree: boolean;
  /** Uptime since when it is so and nothing was seen to move, this look at the latest; null: it isn't so. */
  readonly standS: number | null;
  /** It stands, and only our own watching tells for how long: the source keeps no times. */
  readonly isWatched: boolean;
  readonly grew: number;
  /** It was stuck when the host went down, and nothing was seen to move since: how long it stands in this boot is still too short to tell. */
  readonly isHeld: boolean;
}

type Counters = Pick<QueueReading, "done" | "failed">;

const hasFinished = (now: Counters, past: Counters): boolean => {
  const rose = (value: number | null, before: number | null): boolean => {
    if (value === null || before === null) return false;
    // A counter that fell began anew with its program: what it holds was counted since.
    return value < before ? value > 0 : value > before;
  };
  return rose(now.done, past.done) || rose(now.failed, past.failed);
};

/** Fewer ready jobs are claims, except where all ends of a job are counted and none of them took it: then somebody removed it. */
const wasTaken = (now: QueueReading, past: Past): boolean => {
  if (now.ready >= past.ready) return false;
  const isBlockedMore = now.blocked !== null && past.blocked !== null && now.blocked > past.blocked;
  return now.done === null || now.failed === null || isBlockedMore;
};

const movedBetween = (now: QueueReading, past: Past): boolean => {
  if (now.movedS !== null) return past.movedS === null || now.movedS > past.movedS;
  const isRunningMore = now.running !== null && past.running !== null && now.running > past.running;
  return isRunningMore || hasFinished(now, past) || wasTaken(now, past);
};

/** Slots of which none is there say nothing of how many could be: then a free one shows in that nobody works. */
const isFreeIn = ({ ready, running, slots }: QueueReading): boolean =>
  ready > 0 && running !== null && (slots === null || slots === 0 ? running === 0 : running < slots);

/** Holds a reading against the last one. Uptime alone measures here, never wall time; another boot begins anew. Pure. */
export const motionOf = ({ reading, facts, options }: FlowLook, past: Past | undefined): Motion => {
  const { uptimeS, bootId } = facts;
  const hasMoved = past !== undefined && movedBetween(reading, past);
  const isFree = isFreeIn(reading);
  const gapS = Math.max(maxGapS, (2 * options.stuckAfterMs) / 1000);
  const isSeen = past?.bootId === bootId && uptimeS - past.uptimeS <= gapS && !hasMoved;
  const standS = isFree ? ((isSeen ? past.standS : null) ?? uptimeS) : null;
  return {
    hasMoved,
    isFree,
    standS,
    isWatched: isFree && (reading.movedS === null || reading.oldestReadyS === null),
    isHeld:
      past !== undefined &&
      isFree &&
      !hasMoved &&
      (past.bootId === bootId ? past.stuck === "held" : past.stuck !== null),
    grew: past !== undefined && reading.ready > past.ready ? past.grew + 1 : 0,
  };
};
