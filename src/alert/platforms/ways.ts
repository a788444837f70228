import type { ChatContext, Delivery, Message, Way } from "./platform.ts";

/** For a gateway's answer while there is another way: a red must be out soon even where the gateway hangs. */
const gatewayTimeoutMs = 5000;

type Undelivered = Exclude<Delivery, { kind: "delivered" }>;

/** By the chat's own way, unless an agent answered there before. */
const sendByOwn = async (way: Way, message: Message, context: ChatContext): Promise<Delivery> => {
  const closed = context.latch.reason();
  if (closed !== undefined) return { kind: "refused", why: `latched: ${closed}` };
  const sent = await way.send(message, context);
  if (sent.kind === "refused" && sent.isLatching) context.latch.close(sent.why);
  return sent;
};

/** Neither way took it. The platform's own wait is kept; else the gateway's. */
const neither = (own: Undelivered, other: Undelivered): Undelivered => {
  const why = `${own.why}; when_down: ${other.why}`;
  const waiting = other.kind === "later" ? other : own;
  return { ...waiting, why };
};

const byOther = (own: Undelivered, other: Delivery, via: string): Delivery => {
  if (other.kind !== "delivered") return neither(own, other);
  const answer = `${other.answer}, in place of: ${own.why}`;
  return { kind: "delivered", answer, via, ...(own.kind === "refused" ? { refusal: own.why } : {}) };
};

/**
 * Sends by the chat's own way, and by the one for when it is down whatever keeps the first from taking it: refused for good or not,
 * a person must hear of it. What the first way said is remembered, so that a tick with many messages waits for a hung gateway once.
 */
export const sendByFirst = ([own, other]: readonly Way[]): ((
  message: Message,
  context: ChatContext,
) => Promise<Delivery>) => {
  let down: Undelivered | undefined;
  return async (message, context) => {
    if (own === undefined) return { kind: "refused", why: "there is no chat" };
    if (other === undefined) return await sendByOwn(own, message, context);
    const timeoutMs = Math.min(context.timeoutMs, gatewayTimeoutMs);
    const sent = down ?? (await sendByOwn(own, message, { ...context, timeoutMs }));
    if (sent.kind === "delivered") return sent;
    down = sent;
    return byOther(sent, await other.send(message, context), other.kind);
  };
};
