import type { Moment } from "../state/state.ts";
import { elapsedS } from "../state/state.ts";
import { deliver, type Tried } from "./deliver.ts";
import { add, bound, type OutboxEntry, replace } from "./outbox.ts";
import type { Delivery, Message } from "./platforms/platform.ts";

/** What the chat asked for when it was busy. */
export type ChatWait = { readonly from: Moment; readonly ms: number } | null;

/** The outbox of one tick at work: the only way out for a message. */
export interface Mailbox {
  readonly outbox: () => readonly OutboxEntry[];
  readonly tried: () => readonly Tried[];
  readonly wait: () => ChatWait;
  put(messages: readonly Message[]): void;
  /** Tells a message anew while it is still here; false when it has gone out or is on its way. */
  retell(id: string, message: Message): boolean;
  /** Sends what can be sent, in order; a second call while one is under way waits for it and then sends the rest. */
  flush(): Promise<void>;
}

export interface MailboxOptions {
  readonly outbox: readonly OutboxEntry[];
  readonly wait: ChatWait;
  readonly tick: number;
  readonly now: () => Moment;
  readonly send: (message: Message) => Promise<Delivery>;
  /** Makes the outbox durable after each change that a chat has answered. */
  readonly onSent: () => void;
}

const isWaiting = (wait: ChatWait, now: Moment): boolean => wait !== null && elapsedS(wait.from, now) * 1000 < wait.ms;

/** Opens the outbox for one tick. A chat that asked to wait isn't contacted before its time; one that refused is asked once a tick. */
export const openMailbox = (options: MailboxOptions): Mailbox => {
  let outbox = options.outbox;
  let wait = options.wait;
  let tried: readonly Tried[] = [];
  let underWay: Promise<void> = Promise.resolve();
  let isHeldUp = false;
  let inFlight: ReadonlySet<string> = new Set();
  const send = async (): Promise<void> => {
    if (outbox.length === 0 || isHeldUp || isWaiting(wait, options.now())) return;
    inFlight = new Set(outbox.map(({ id }) => id));
    const sent = await deliver(outbox, options.tick, options.send);
    inFlight = new Set();
    const known = new Set(sent.handled);
    outbox = bound([...sent.outbox, ...outbox.filter((each) => !known.has(each.id))]);
    tried = [...tried, ...sent.tried];
    isHeldUp = sent.tried.some(({ delivered }) => !delivered);
    wait = sent.retryAfterMs > 0 ? { from: options.now(), ms: sent.retryAfterMs } : null;
    options.onSent();
  };
  return {
    outbox: () => outbox,
    tried: () => tried,
    wait: () => wait,
    put: (messages) => {
      // What is under way can't be folded: until it has landed, the bound may be passed by this tick's few.
      const added = add(outbox, messages, options.tick);
      outbox = inFlight.size > 0 ? added : bound(added);
    },
    retell: (id, message) => {
      if (inFlight.has(id) || !outbox.some((each) => each.id === id)) return false;
      outbox = replace(outbox, id, message);
      return true;
    },
    flush: async () => {
      underWay = underWay.then(send);
      await underWay;
    },
  };
};
