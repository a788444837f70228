import type { OutboxEntry, Sendable } from "./outbox.ts";
import { sendable } from "./outbox.ts";
import { isSuspect, plainly } from "./plainly.ts";
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

/** What became of the outbox. */
export interface Delivered {
  /** What is still to be sent. */
  readonly outbox: readonly OutboxEntry[];
  readonly tried: readonly Tried[];
  /** The chat took something not: it isn't asked again in this tick. */
  readonly isHeldUp: boolean;
  /** Milliseconds that the chat asked us to wait; 0 when it didn't. */
  readonly retryAfterMs: number;
}

/** What delivering works with. */
export interface Delivering {
  readonly tick: number;
  /** When the host was booted (ISO 8601 UTC), on the first tick after it; else null. */
  readonly bootedAt: string | null;
  readonly send: (message: Message) => Promise<Delivery>;
  readonly sleep: (ms: number) => Promise<void>;
  /** Told after each message that the chat took what is left of these: it must be durable before the next is sent. */
  readonly onTaken: (left: readonly OutboxEntry[]) => void;
}

const whyOf = (delivery: Delivery): string => (delivery.kind === "delivered" ? delivery.answer : delivery.why);

const wayOf = (delivery: Delivery): Pick<Tried, "via" | "refusal"> => {
  if (delivery.kind !== "delivered" || delivery.via === undefined) return {};
  const { via, refusal } = delivery;
  return refusal === undefined ? { via } : { via, refusal };
};

const triedOf = ({ id, kind }: OutboxEntry, delivery: Delivery): Tried => ({
  ...{ id, kind, delivered: delivery.kind === "delivered", why: whyOf(delivery) },
  ...wayOf(delivery),
});

/** A message after a try that didn't deliver it. Pure. */
export const marked = (entry: OutboxEntry, delivery: Delivery): OutboxEntry => ({
  ...{ ...entry, tries: entry.tries + 1 },
  ...(delivery.kind === "refused" ? { refused: delivery.why, refusals: (entry.refusals ?? 0) + 1 } : { refused: null }),
});

interface Sent {
  readonly delivery: Delivery;
  readonly tried: Tried;
}

/**
 * Sends one; where it was refused again and again, its news in plain words after it. When the chat takes those, the message itself was
 * the reason, and the news is told; when it doesn't, the chat is, and the message stays as it is.
 */
const sendOne = async (
  { send: entry, covers }: Sendable,
  outbox: readonly OutboxEntry[],
  send: Delivering["send"],
): Promise<Sent> => {
  const delivery = await send(entry);
  const first = { delivery, tried: triedOf(entry, delivery) };
  if (delivery.kind !== "refused" || delivery.isLatching || !isSuspect(marked(entry, delivery))) return first;
  const plain = plainly(
    entry,
    outbox.filter(({ id }) => covers.includes(id)),
  );
  const second = await send(plain);
  if (second.kind !== "delivered") return first;
  const told = {
    ...second,
    answer: `${second.answer}, in plain words in place of a message it refused: ${delivery.why}`,
  };
  return { delivery: told, tried: triedOf(plain, told) };
};

/** Pauses of one delivery together, in milliseconds: a chat that takes messages and asks for a moment in between isn't sick. */
const maxPauseMs = 5000;

/** Sends one, and once more after a moment where a chat that took the ones before it asks for no more than that. */
const sendPatiently = async (
  each: Sendable,
  outbox: readonly OutboxEntry[],
  { send, sleep }: Pick<Delivering, "send" | "sleep">,
  leftMs: number,
): Promise<Sent & { readonly pausedMs: number }> => {
  const first = await sendOne(each, outbox, send);
  const waitMs = first.delivery.kind === "later" ? (first.delivery.retryAfterMs ?? 0) : 0;
  if (waitMs === 0 || waitMs > leftMs) return { ...first, pausedMs: 0 };
  await sleep(waitMs);
  return { ...(await sendOne(each, outbox, send)), pausedMs: waitMs };
};

/**
 * Empties the outbox in order and stops at the first that the chat doesn't take, so that order is kept and a sick chat is asked
 * once a tick.
 */
export const deliver = async (
  outbox: readonly OutboxEntry[],
  { tick, bootedAt, send, sleep, onTaken }: Delivering,
): Promise<Delivered> => {
  const tried: Tried[] = [];
  let left = outbox;
  let pauseMs = 0;
  for (const each of sendable(outbox, tick, bootedAt)) {
    const sent = await sendPatiently(each, outbox, { send, sleep }, pauseMs);
    pauseMs = tried.length === 0 ? maxPauseMs : pauseMs - sent.pausedMs;
    tried.push(sent.tried);
    const { delivery } = sent;
    const covers = new Set(each.covers);
    if (delivery.kind !== "delivered") {
      left = left.map((entry) => (covers.has(entry.id) ? marked(entry, delivery) : entry));
      const retryAfterMs = delivery.kind === "later" ? (delivery.retryAfterMs ?? 0) : 0;
      return { outbox: left, tried, isHeldUp: true, retryAfterMs };
    }
    left = left.filter(({ id }) => !covers.has(id));
    onTaken(left);
  }
  return { outbox: left, tried, isHeldUp: false, retryAfterMs: 0 };
};

/** Whether the chat leaves the operator deaf: an alert older than this tick, or one refused for good, is still here (exit 75). Pure. */
export const isStuck = (outbox: readonly OutboxEntry[], tick: number): boolean =>
  outbox.some((each) => each.tick < tick || each.refused !== null);
