import { formatDuration } from "../config/duration.ts";
import type { FlowFacts } from "./flow-look.ts";
import type { Past } from "./flow-memory.ts";

/** Wall clock and uptime may differ by so much from look to look before it counts as a jump, in seconds. */
const maxDriftS = 120;

/** How ages are counted. */
export interface Clock {
  readonly nowS: number;
  /** Seconds since boot: while the host was off, nobody on it could claim anything. */
  readonly uptimeS: number;
  /** Epoch seconds of the first look after the wall clock jumped forward in this boot: what is older counts from here. Null: it did not. */
  readonly trustS: number | null;
  readonly jumpS: number | null;
  /** The jump in words. */
  readonly says: string;
}

/** Holds the wall clock against the uptime since the last look. A jump back needs nothing: what then lies in the future counts as now. Pure. */
export const clockOf = ({ nowS, uptimeS, bootId }: FlowFacts, past: Past | undefined): Clock => {
  const isSameBoot = past?.bootId === bootId;
  const stepS = isSameBoot ? nowS - past.nowS - (uptimeS - past.uptimeS) : 0;
  const hasJumped = Math.abs(stepS) > maxDriftS;
  const isKept = isSameBoot && !hasJumped && past.trustS !== null;
  const trustS = hasJumped && stepS > 0 ? nowS : isKept ? past.trustS : null;
  const jumpS = hasJumped && stepS > 0 ? stepS : isKept ? past.jumpS : null;
  const says = `the clock jumped forward by ${formatDuration(Math.round(jumpS ?? 0) * 1000)}`;
  return { nowS, uptimeS, trustS, jumpS, says };
};

/** Seconds since `atS`, as far as they are sure; 0 for what lies in the future. Pure. */
export const ageS = ({ nowS, trustS }: Clock, atS: number): number => Math.max(0, nowS - Math.max(atS, trustS ?? atS));
