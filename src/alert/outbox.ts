import { backlog, backlogLine, keptLines } from "./backlog.ts";
import { bundle, listed, maxSingle, nextForMany, worstOf } from "./bundle.ts";
import { clock } from "./compose.ts";
import { dataLine, dataText } from "./data-line.ts";
import { countOf, joinedId, sealOf, triesOf, wordOf } from "./entry.ts";
import type { Message } from "./platforms/platform.ts";
import { maxText } from "./platforms/text.ts";
import { sizeOf } from "./room.ts";

/** A message on its way: on disk from before the first try until the chat has taken it. */
export interface OutboxEntry extends Message {
  /** Number of the tick that wrote it. */
  readonly tick: number;
  readonly tries: number;
  /** How many of the tries ended in a refusal that will not pass; absent: none. */
  readonly refusals?: number;
  /** The chat's refusal that will not pass by itself; null while it may. */
  readonly refused: string | null;
  /** What it stands for, when it is several folded into one. */
  readonly folded: Folded | null;
}

/** Several messages in one. */
export interface Folded {
  readonly count: number;
  readonly lines: readonly string[];
  /** When the first was written, ISO 8601 UTC. */
  readonly since: string;
  /** Checks whose last message was no good end; the first hundred. Absent in what an older dogwatch folded. */
  readonly open?: readonly string[];
}

/** Entries that are kept; beyond it the oldest are folded into one counted line. */
export const maxOutbox = 1000;
const maxOpen = 100;

const linesOf = (entry: OutboxEntry): readonly string[] => entry.folded?.lines ?? [backlogLine(entry)];

const isEnd = ({ kind }: OutboxEntry): boolean => kind === "recovered" || kind === "healed" || kind === "test";

const openIn = (entries: readonly OutboxEntry[]): readonly string[] => {
  const open = new Set<string>();
  for (const entry of entries) {
    for (const check of entry.folded?.open ?? []) open.add(check);
    if (entry.check === null || entry.folded?.open !== undefined) continue;
    if (isEnd(entry)) open.delete(entry.check);
    else open.add(entry.check);
  }
  return [...open].slice(0, maxOpen);
};

/** The last that was said of checks that were told and are still not well. */
const standing = (entries: readonly OutboxEntry[], open: readonly string[]): readonly OutboxEntry[] => {
  const last = new Map<string, OutboxEntry>();
  for (const entry of entries)
    for (const check of entry.folded?.open ?? (entry.check === null ? [] : [entry.check])) last.set(check, entry);
  return open.flatMap((check) => last.get(check) ?? []);
};

/**
 * Whom the folded message speaks for, by its word, kind, check and incident: the worst of what still stands, so that a phone rings for it; where all is
 * well again the newest message, so that a good end is seen first.
 */
const speaker = (entries: readonly OutboxEntry[], last: OutboxEntry, open: readonly string[]): OutboxEntry => {
  const [newest, ...others] = standing(entries, open).toReversed();
  return newest === undefined ? last : worstOf(others, newest);
};

/** Room for the names of what still stands, in UTF-16 units. */
const maxStands = 480;

/** The lines between the first and the last, in `room` UTF-16 units. Where some have no room, what still stands has its name at least. */
const bodyOf = (lines: readonly string[], count: number, open: readonly string[], room: number): readonly string[] => {
  const next = open.length === 0 ? [] : [nextForMany];
  const shownWith = (more: readonly string[]): readonly string[] => {
    return [...backlog(lines, count, room - sizeOf([...more, ...next, dataText])), ...more];
  };
  const all = shownWith([]);
  const isWhole = open.length === 0 || !all.some((line) => line.startsWith("… and "));
  const shown = isWhole ? all : shownWith([`Still not well: ${listed(open, maxStands)}`]);
  const data = dataLine(shown);
  return [...shown, ...next, ...(data === undefined ? [] : [data])];
};

const folded = (entries: readonly OutboxEntry[], first: OutboxEntry, last: OutboxEntry): OutboxEntry => {
  const count = countOf(entries);
  const lines = keptLines(entries.flatMap(linesOf));
  const open = openIn(entries);
  const since = clock(first.folded?.since ?? first.at, last.at);
  const worst = speaker(entries, last, open);
  const { kind, check, incident } = worst;
  const head = `${wordOf(worst)} ${last.host} · ${count} messages held back since ${since}, while the chat was out of reach`;
  const body = bodyOf(lines, count, open, maxText - head.length - sealOf(last).length - 2);
  const text = [head, ...body, sealOf(last)].join("\n");
  const id = joinedId(first, count);
  return {
    ...{ ...last, kind, check, incident, id, text, ...triesOf(entries), tick: first.tick },
    folded: { count, lines, since: first.folded?.since ?? first.at, open },
  };
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

/** One message to send, and the ids of the entries that it stands for. */
export interface Sendable {
  readonly send: OutboxEntry;
  readonly covers: readonly string[];
}

const standingFor = (send: OutboxEntry | undefined, entries: readonly OutboxEntry[]): readonly Sendable[] =>
  send === undefined ? [] : [{ send, covers: entries.map(({ id }) => id) }];

/**
 * What to send, in order: all that is older than this tick as one, then this tick's one by one, or as one where they are a storm. On
 * the first tick after a reboot (`bootedAt`, ISO 8601 UTC) all of it as one: a host that comes back says one thing. Pure.
 */
export const sendable = (
  outbox: readonly OutboxEntry[],
  tick: number,
  bootedAt: string | null = null,
): readonly Sendable[] => {
  if (bootedAt !== null) return standingFor(bundle(outbox, bootedAt), outbox);
  const old = outbox.filter((each) => each.tick < tick);
  const fresh = outbox.filter((each) => each.tick >= tick);
  const now =
    fresh.length > maxSingle
      ? standingFor(bundle(fresh, null), fresh)
      : fresh.flatMap((send) => standingFor(send, [send]));
  return [...standingFor(fold(old), old), ...now];
};
