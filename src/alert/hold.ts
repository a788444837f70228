import { formatDuration } from "../config/duration.ts";
import type { Held, Moment } from "../state/state.ts";
import { elapsedS } from "../state/state.ts";
import { type Delivered, marked } from "./deliver.ts";
import type { OutboxEntry } from "./outbox.ts";
import type { Delivery, Message, Standing } from "./platforms/platform.ts";
import { boardAfter, lastWords, type Open, standingsOf } from "./standing.ts";

/** The shipped timer's period, and the longest that is believed of another one, in milliseconds. */
const usualPeriodMs = 300_000;
const maxPeriodMs = 3_600_000;

/**
 * How long what stands may go untold before it ends by itself: three periods of the ticks. How often they come is seen by when the
 * last one was (undefined for the first ever): no unit need be asked, and it is so under any timer. In milliseconds. Pure.
 */
export const keepMs = (last: Moment | undefined, now: Moment): number => {
  const sinceMs = last === undefined ? 0 : elapsedS(last, now) * 1000;
  return 3 * Math.min(maxPeriodMs, Math.max(usualPeriodMs, sinceMs));
};

/** The chat that holds state, for one tick. */
export interface Hold {
  /** Tells it all. */
  deliver(outbox: readonly OutboxEntry[]): Promise<Delivered>;
  /** Drops messages that later ones have made needless. */
  thin(outbox: readonly OutboxEntry[]): readonly OutboxEntry[];
  /** Whether it is to be told though there is no news: something stands, or its end is still to be repeated. Once a tick. */
  isDue(): boolean;
  /** For the next tick; undefined where nothing is held. */
  held(): Held | undefined;
  /** Why it could not be told that what stands goes on, or who of a cluster could not; undefined when all could. */
  trouble(): string | undefined;
  /** Like an alert that is older than a tick, or refused for good. */
  isStuck(): boolean;
}

/** What the hold of one tick works with. */
export interface HoldOptions {
  readonly held: Held | undefined;
  readonly tick: number;
  /** What is told and not over, as it is now. */
  readonly open: () => readonly Open[];
  readonly describe: (open: readonly Open[]) => Promise<(open: Open) => Pick<Message, "text" | "card">>;
  readonly nowMs: () => number;
  readonly keepMs: number;
  readonly send: (standings: readonly Standing[], until: string) => Promise<Delivery>;
}

const iso = (ms: number): string => new Date(ms).toISOString();

/** Opens it for one tick. */
export const openHold = (options: HoldOptions): Hold => {
  const { tick } = options;
  let board = options.held?.board ?? [];
  let sent: Delivery | undefined;
  const missedTick = (): number | null =>
    sent?.kind === "delivered" || !isHeld() ? null : (options.held?.missedTick ?? tick);
  const isHeld = (): boolean => board.length > 0 || options.open().length > 0;
  return {
    deliver: async (outbox) => {
      const nowMs = options.nowMs();
      const [now, until] = [iso(nowMs), iso(nowMs + options.keepMs)];
      const open = options.open();
      const describe = await options.describe(
        open.filter((each) => !board.some(({ name, check }) => name === each.name && check === each.check)),
      );
      const standings = standingsOf({ board, outbox, open, now, until, describe });
      const delivery = await options.send(standings, until);
      sent = delivery;
      const isTaken = delivery.kind === "delivered";
      const why = isTaken ? delivery.answer : delivery.why;
      const tried = outbox.map(({ id, kind }) => ({ id, kind, delivered: isTaken, why }));
      if (isTaken) {
        board = boardAfter(standings);
        return { outbox: [], tried, isHeldUp: false, retryAfterMs: 0 };
      }
      return {
        outbox: outbox.map((entry) => marked(entry, delivery)),
        ...{ tried, isHeldUp: true },
        retryAfterMs: delivery.kind === "later" ? (delivery.retryAfterMs ?? 0) : 0,
      };
    },
    thin: lastWords,
    isDue: () => sent === undefined && isHeld(),
    held: () => (isHeld() ? { board, missedTick: missedTick() } : undefined),
    trouble: () => {
      if (sent?.kind === "delivered" && sent.missing !== undefined) return `not told to ${sent.missing}`;
      if (missedTick() === null) return undefined;
      const why = sent === undefined || sent.kind === "delivered" ? "it asked to wait" : sent.why;
      return `cannot tell the chat what still stands, which ends there ${formatDuration(options.keepMs)} after it was last told: ${why}`;
    },
    isStuck: () => {
      const missed = missedTick();
      return missed !== null && (missed < tick || sent?.kind === "refused");
    },
  };
};
