import { compose } from "../../src/alert/compose.ts";
import { add, type OutboxEntry } from "../../src/alert/outbox.ts";
import type { Message } from "../../src/alert/platforms/platform.ts";
import { story } from "./stories.ts";

/** Message number `at`, written `at` minutes after 02:00. */
export const message = (at: number, facts: Partial<Message> = {}): Message => {
  const now = new Date(Date.UTC(2026, 10, 23, 2, at)).toISOString();
  return { ...compose(story({ incident: `i-${at}`, check: `check-${at}`, since: now, now })), ...facts };
};

export const messages = (from: number, count: number): readonly Message[] =>
  Array.from({ length: count }, (_, i) => message(from + i));

/** An outbox with one message a tick, from tick 1 on. */
export const outboxOf = (count: number): readonly OutboxEntry[] =>
  Array.from({ length: count }, (_, i) => i + 1).flatMap((at) => add([], [message(at)], at));
