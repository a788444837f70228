import type { OutboxEntry } from "./outbox.ts";
import type { Message } from "./platforms/platform.ts";

/** The first line of a message, which stands by itself. Pure. */
export const firstLine = ({ text }: Pick<Message, "text">): string => text.split("\n", 1)[0] ?? "";

/** The word at the start of a message's first line. Pure. */
export const wordOf = ({ text }: Pick<Message, "text">): string => /^(?:STILL )?[A-Z]+(?= )/u.exec(text)?.[0] ?? "NEWS";

/** The last line of a message: the log's head. Pure. */
export const sealOf = ({ text }: Pick<Message, "text">): string => text.split("\n").at(-1) ?? "";

/** How many messages these are, each that is folded into one counted. Pure. */
export const countOf = (entries: readonly Pick<OutboxEntry, "folded">[]): number =>
  entries.reduce((sum, { folded }) => sum + (folded?.count ?? 1), 0);

/** Since when the first of an outbox waits, ISO 8601 UTC; null for an empty one. Pure. */
export const waitsSince = ([oldest]: readonly Pick<OutboxEntry, "folded" | "at">[]): string | null =>
  oldest === undefined ? null : (oldest.folded?.since ?? oldest.at);

/** The id of several messages that are sent as one: that of the first, and how many. Pure. */
export const joinedId = (first: Pick<Message, "id">, count: number): string =>
  `${first.id.replace(/\+\d+$/u, "")}+${count}`;

/** Tries and refusals of several messages that are sent as one: those of the one that has most. Pure. */
export const triesOf = (entries: readonly OutboxEntry[]): Pick<OutboxEntry, "tries" | "refusals"> => ({
  tries: Math.max(...entries.map(({ tries }) => tries)),
  refusals: Math.max(...entries.map(({ refusals = 0 }) => refusals)),
});
