import type { Moment } from "../state/state.ts";
import { elapsedS } from "../state/state.ts";
import type { Delivered, Tried } from "./deliver.ts";
import { add, bound, type OutboxEntry, replace } from "./outbox.ts";
import type { Message } from "./platforms/platform.ts";

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

/** What the outbox of one tick works with. */
export interface MailboxOptions {
  readonly outbox: readonly OutboxEntry[];
  readonly wait: ChatWait;
  readonly tick: number;
  readonly now: () => Moment;
  /** Sends what is here, in order. `onTaken` is told of what is left of it each time the chat has taken something. */
  readonly deliver: (
    outbox: readonly OutboxEntry[],
    onTaken: (left: readonly OutboxEntry[]) => void,
  ) => Promise<Delivered>;
  /** Drops what later messages have made needless. */
  readonly thin?: (outbox: readonly OutboxEntry[]) => readonly OutboxEntry[];
  /** Whether there is something to send though no message is here. */
  readonly isDue?: () => boolean;
  /** Makes the outbox durable after each change that a chat has answered. */
  readonly onSent: () => void;
}

/** What is left of a wait, counted from now: over a reboot only the time since the tick before is lost, however long it is. */
const remaining = (wait: ChatWait, now: Moment): ChatWait => {
  if (wait === null) return null;
  const ms = wait.ms - elapsedS(wait.from, now) * 1000;
  return ms > 0 ? { from: now, ms } : null;
};

/** Opens the outbox for one tick. A chat that asked to wait isn't contacted before its time; one that refused is asked once a tick. */
export const openMailbox = (options: MailboxOptions): Mailbox => {
  let outbox = options.outbox;
  let wait = options.wait;
  let tried: readonly Tried[] = [];
  let underWay: Promise<void> = Promise.resolve();
  let isHeldUp = false;
  let inFlight: ReadonlySet<string> = new Set();
  const { thin = (all) => all } = options;
  const isEmpty = (): boolean => outbox.length === 0 && options.isDue?.() !== true;
  const send = async (): Promise<void> => {
    if (isEmpty() || isHeldUp || remaining(wait, options.now()) !== null) return;
    inFlight = new Set(outbox.map(({ id }) => id));
    const after = (left: readonly OutboxEntry[]): readonly OutboxEntry[] => [
      ...left,
      ...outbox.filter(({ id }) => !inFlight.has(id)),
    ];
    const sent = await options.deliver(outbox, (left) => {
      outbox = after(left);
      options.onSent();
    });
    outbox = bound(thin(after(sent.outbox)));
    inFlight = new Set();
    tried = [...tried, ...sent.tried];
    isHeldUp = sent.isHeldUp;
    wait = sent.retryAfterMs > 0 ? { from: options.now(), ms: sent.retryAfterMs } : null;
    if (sent.isHeldUp) options.onSent();
  };
  return {
    outbox: () => outbox,
    tried: () => tried,
    wait: () => remaining(wait, options.now()),
    put: (messages) => {
      // What is under way can't be folded: until it has landed, the bound may be passed by this tick's few.
      const added = add(outbox, messages, options.tick);
      outbox = inFlight.size > 0 ? added : bound(thin(added));
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
