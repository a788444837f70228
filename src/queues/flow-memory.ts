import type { Memory } from "../probes/probe.ts";
import { numberOf } from "./cell.ts";

/** What the last look saw and knew. Counters as in a reading; null: not told. */
export interface Past {
  readonly bootId: string;
  readonly uptimeS: number;
  /** Epoch seconds. */
  readonly nowS: number;
  readonly trustS: number | null;
  readonly jumpS: number | null;
  readonly ready: number;
  readonly running: number | null;
  readonly blocked: number | null;
  readonly done: number | null;
  readonly failed: number | null;
  readonly movedS: number | null;
  /** Uptime since when jobs are ready, a slot is free, and nothing is seen to move; null: not so. */
  readonly standS: number | null;
  /** Looks in a row that found more ready jobs than the one before. */
  readonly grew: number;
  readonly score: number | null;
  readonly level: number | null;
  /** It was found stuck at that look; or before this boot, and nothing was seen to move since. Null: neither. */
  readonly stuck: "found" | "held" | null;
}

/** Reads what the last look left; undefined where it left nothing that can be used. Pure. */
export const pastOf = (memory: Memory | undefined): Past | undefined => {
  if (memory === undefined) return undefined;
  const of = (key: string): number | null => numberOf(memory[key]);
  const [bootId, uptimeS, nowS, ready] = [memory["boot"], of("uptime"), of("now"), of("ready")];
  if (typeof bootId !== "string" || uptimeS === null || nowS === null || ready === null) return undefined;
  return {
    bootId,
    uptimeS,
    nowS,
    ready,
    trustS: of("trust"),
    jumpS: of("jump"),
    running: of("running"),
    blocked: of("blocked"),
    done: of("done"),
    failed: of("failed"),
    movedS: of("moved"),
    standS: of("stand"),
    grew: of("grew") ?? 0,
    score: of("score"),
    level: of("level"),
    stuck: memory["stuck"] === "found" || memory["stuck"] === "held" ? memory["stuck"] : null,
  };
};

/** Writes it down, for {@link pastOf} of the next look. Pure. */
export const toMemory = (past: Past): Memory => ({
  boot: past.bootId,
  uptime: past.uptimeS,
  now: past.nowS,
  trust: past.trustS,
  jump: past.jumpS,
  ready: past.ready,
  running: past.running,
  blocked: past.blocked,
  done: past.done,
  failed: past.failed,
  moved: past.movedS,
  stand: past.standS,
  grew: past.grew,
  score: past.score,
  level: past.level,
  stuck: past.stuck,
});
