import type { OutboxEntry } from "./outbox.ts";
import { sendable } from "./outbox.ts";
import type { AlertKind, Delivery, Message } from "./platforms/platform.ts";

/** One try of this tick, as `tick --json` tells it. */
export interface Tried {
  readonly id: string;
  readonly kind: AlertKind;
  readonly delivered: boolean;
  readonly why: string;
  /** The platform by which it went in place of the chat's own gateway. */
  readonly via?: string;
  /** What that gateway said, where it won't pass. */
  readonly refusal?: string;
}

export interface Delivered {
  /** What is still to be sent. */
  readonly outbox: readonly OutboxEntry[];
  readonly tried: readonly Tried[];
  /** Ids of all messages that were here at the start, so that what came in meanwhile can be told apart. */
  readonly handled: readonly string[];
  /** Milliseconds that the chat asked us to wait; 0 when it didn't. */
  readonly retryAfterMs: number;
}

const whyOf = (delivery: Delivery): string => (delivery.kind === "delivered" ? delivery.answer : delivery.why);

const wayOf = (delivery: Delivery): Pick<Tried, "via" | "refusal"> => {
  if (delivery.kind !== "delivered" || delivery.via === undefined) return {};
  const { via, refusal } = delivery;
  return refusal === undefined ? { via } : { via, refusal };
};

const marked = (entry: OutboxEntry, delivery: Delivery): OutboxEntry => ({
  ...entry,
  tries: entry.tries + 1,
  refused: delivery.kind === "refused" ? delivery.why : null,
});

/**
 * Empties the outbox in order and stops at the first that the chat doesn't take, so that order is kept and a sick chat is asked
 * once a tick.
 */
export const deliver = async (
  outbox: readonly OutboxEntry[],
  tick: number,
  send: (message: Message) => Promise<Delivery>,
): Promise<Delivered> => {
  const tried: Tried[] = [];
  const handled = outbox.map(({ id }) => id);
  let left = outbox;
  for (const { send: entry, covers } of sendable(outbox, tick)) {
    const delivery = await send(entry);
    const isDelivered = delivery.kind === "delivered";
    tried.push({ id: entry.id, kind: entry.kind, delivered: isDelivered, why: whyOf(delivery), ...wayOf(delivery) });
    if (!isDelivered) {
      left = left.map((each) => (covers.includes(each.id) ? marked(each, delivery) : each));
      return {
        outbox: left,
        tried,
        handled,
        retryAfterMs: delivery.kind === "later" ? (delivery.retryAfterMs ?? 0) : 0,
      };
    }
    left = left.filter((each) => !covers.includes(each.id));
  }
  return { outbox: left, tried, handled, retryAfterMs: 0 };
};

/** Whether the chat leaves the operator deaf: an alert older than this tick, or one refused for good, is still here (exit 75). Pure. */
export const isStuck = (outbox: readonly OutboxEntry[], tick: number): boolean =>
  outbox.some((each) => each.tick < tick || each.refused !== null);
