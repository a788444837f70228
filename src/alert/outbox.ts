import { clock } from "./compose.ts";
import type { Message } from "./platforms/platform.ts";

/** A message on its way: on disk from before the first try until the chat has taken it. */
export interface OutboxEntry extends Message {
  /** Number of the tick that wrote it. */
  readonly tick: number;
  readonly tries: number;
  /** The chat's refusal that will not pass by itself; null while it may. */
  readonly refused: string | null;
  /** How many messages it stands for, their lines, and when the first was written (ISO 8601 UTC), when it is several folded into one. */
  readonly folded: { readonly count: number; readonly lines: readonly string[]; readonly since: string } | null;
}

/** Entries that are kept; beyond it the oldest are folded into one counted line. */
export const maxOutbox = 1000;
/** Lines that a folded message shows: the first and the newest; the rest is counted. */
const shownFirst = 6;
const shownLast = 14;

const linesOf = (entry: OutboxEntry): readonly string[] =>
  entry.folded?.lines ?? [`${entry.at.slice(5, 16).replace("T", " ")} ${entry.text.split("\n", 1)[0] ?? ""}`];
const countOf = (entry: OutboxEntry): number => entry.folded?.count ?? 1;

const thin = (lines: readonly string[]): readonly string[] => {
  const shown = lines.filter((line) => !line.startsWith("… "));
  if (shown.length <= shownFirst + shownLast) return shown;
  return [...shown.slice(0, shownFirst), ...shown.slice(-shownLast)];
};

const folded = (entries: readonly OutboxEntry[], first: OutboxEntry, last: OutboxEntry): OutboxEntry => {
  const count = entries.reduce((sum, each) => sum + countOf(each), 0);
  const lines = thin(entries.flatMap(linesOf));
  const [word = ""] = last.text.split(` ${last.host} `, 1);
  const more = count > lines.length ? [`… and ${count - lines.length} more in between`] : [];
  const since = clock(first.folded?.since ?? first.at, last.at);
  const head = `${word} ${last.host} · ${count} messages held back since ${since}, while the chat was out of reach`;
  const seal = last.text.split("\n").at(-1) ?? "";
  const text = [head, ...lines.slice(0, shownFirst), ...more, ...lines.slice(shownFirst), seal].join("\n");
  const id = `${first.id.replace(/\+\d+$/u, "")}+${count}`;
  return { ...last, id, text, tick: first.tick, folded: { count, lines, since: first.folded?.since ?? first.at } };
};

/** Several messages as one, oldest first; none for none, itself for one. Pure. */
export const fold = (entries: readonly OutboxEntry[]): OutboxEntry | undefined => {
  const first = entries[0];
  const last = entries.at(-1);
  if (first === undefined || last === undefined) return undefined;
  return entries.length === 1 ? first : folded(entries, first, last);
};

/** Keeps the bound: what is too old is folded, never dropped unsaid. Pure. */
export const bound = (outbox: readonly OutboxEntry[]): readonly OutboxEntry[] => {
  const surplus = outbox.length - maxOutbox + 1;
  const oldest = surplus > 1 ? fold(outbox.slice(0, surplus)) : undefined;
  return oldest === undefined ? outbox : [oldest, ...outbox.slice(surplus)];
};

/** Adds messages of a tick at the end, past the bound if need be. Pure. */
export const add = (
  outbox: readonly OutboxEntry[],
  messages: readonly Message[],
  tick: number,
): readonly OutboxEntry[] => [
  ...outbox,
  ...messages.map((each) => ({ ...each, tick, tries: 0, refused: null, folded: null })),
];

/** A message of this tick told anew, before it was sent: a heal that ended in time stands in the red's own message. Pure. */
export const replace = (outbox: readonly OutboxEntry[], id: string, by: Message): readonly OutboxEntry[] =>
  outbox.map((each) => (each.id === id ? { ...each, ...by } : each));

/** What to send, in order: all that is older than this tick as one, then this tick's one by one. Pure. */
export const sendable = (
  outbox: readonly OutboxEntry[],
  tick: number,
): readonly { readonly send: OutboxEntry; readonly covers: readonly string[] }[] => {
  const old = outbox.filter((each) => each.tick < tick);
  const backlog = fold(old);
  const fresh = outbox.filter((each) => each.tick >= tick).map((send) => ({ send, covers: [send.id] }));
  return backlog === undefined ? fresh : [{ send: backlog, covers: old.map(({ id }) => id) }, ...fresh];
};
