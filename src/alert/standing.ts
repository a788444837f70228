import { firstLine } from "./entry.ts";
import type { OutboxEntry } from "./outbox.ts";
import type { Message, Standing } from "./platforms/platform.ts";
import { maxText } from "./platforms/text.ts";
import { shortened, sizeOf } from "./room.ts";

/** Something that is told and not over: what a platform that holds state must go on holding. */
export type Open = Pick<Standing, "name" | "check" | "incident" | "since">;

/** What working it out looks at. */
export interface Known {
  /** What the platform has taken so far. */
  readonly board: readonly Standing[];
  /** Messages that it hasn't taken yet, oldest first. */
  readonly outbox: readonly OutboxEntry[];
  readonly open: readonly Open[];
  /** ISO 8601 UTC. */
  readonly now: string;
  /** Until when news of something that is over already are shown, ISO 8601 UTC. */
  readonly until: string;
  /** What there is to say of something open that no message and no board tells: the chat was another one before. */
  readonly describe: (open: Open) => Pick<Message, "text" | "card">;
}

/** How often an end is said: a platform that was started anew after it took the first forgets it. Prometheus does the same. */
const sayEnd = 3;
/** Other messages of the same check that an "ended" shows by their first line; the rest is counted. */
const shownOther = 8;

const keyOf = ({ name, check }: Pick<Standing, "name" | "check">): string => `${name} ${check}`;
const cardOf = ({ card }: Pick<Message, "card">): Pick<Standing, "card"> => (card === undefined ? {} : { card });

/** Messages about one thing supersede each other: an incident's, or those on a check that can't be measured. */
const threadOf = ({ id, kind, incident, check, folded }: OutboxEntry): string => {
  if (folded !== null) return `folded ${id}`;
  return kind === "unknown" || incident === null ? `unknown ${check}` : `incident ${incident}`;
};

const isAbout =
  ({ name, check, incident }: Open) =>
  (entry: OutboxEntry): boolean => {
    if (entry.folded !== null) return false;
    if (name === "unknown") return entry.kind === "unknown" && entry.check === check;
    if (name === "flapping") return entry.kind === "flapping" && entry.check === check;
    return entry.kind !== "unknown" && entry.incident !== null && entry.incident === incident;
  };

const standingNow = ({ board, outbox, open, describe }: Known): readonly Standing[] =>
  open.map((each) => {
    const message = outbox.findLast(isAbout(each));
    const before = board.find((one) => one.endsAt === null && keyOf(one) === keyOf(each));
    const said = message ?? before ?? describe(each);
    return { ...each, endsAt: null, again: 0, text: said.text, ...cardOf(said) };
  });

const threadOfStanding = ({ name, check, incident }: Standing): string =>
  name === "unknown" || incident === null ? `unknown ${check}` : `incident ${incident}`;

/** What the platform holds and is over: its end, in the words of the message that told it where there is one. */
const endedNow = ({ board, outbox, now }: Known, standing: ReadonlySet<string>): readonly Standing[] =>
  board
    .filter((each) => each.endsAt === null && !standing.has(keyOf(each)))
    .map((each) => {
      const message = outbox.findLast((entry) => threadOf(entry) === threadOfStanding(each));
      return { ...each, endsAt: now, again: sayEnd, text: message?.text ?? each.text };
    });

/** One check's news that are over, the last in full, the others by their first line above its seal. */
const pastOf = (check: string, entries: readonly OutboxEntry[], last: OutboxEntry, until: string): Standing => {
  const others = entries.slice(0, -1);
  const hidden = others.length > shownOther ? [`… and ${others.length - shownOther} more before`] : [];
  const lines = last.text.split("\n");
  const room = maxText - sizeOf([...lines, ...hidden]);
  const before = [...hidden, ...shortened(others.slice(-shownOther).map(firstLine), room)];
  return {
    ...{ name: "ended", check, incident: last.incident, endsAt: until, again: sayEnd },
    since: last.since ?? last.at,
    text: [...lines.slice(0, -1), ...before, ...lines.slice(-1)].join("\n"),
    ...cardOf(last),
  };
};

/** News of what began and ended before the platform heard of it, one a check. */
const pastNow = ({ outbox, until }: Known, told: ReadonlySet<string>): readonly Standing[] => {
  const byCheck = new Map<string, OutboxEntry[]>();
  const last = new Map(outbox.map((entry) => [threadOf(entry), entry]));
  for (const entry of outbox) {
    if (told.has(threadOf(entry)) || last.get(threadOf(entry)) !== entry) continue;
    const check = entry.folded === null ? (entry.check ?? "") : "";
    byCheck.set(check, [...(byCheck.get(check) ?? []), entry]);
  }
  return [...byCheck].flatMap(([check, entries]) => {
    const newest = entries.at(-1);
    return newest === undefined ? [] : [pastOf(check === "" ? "dogwatch" : check, entries, newest, until)];
  });
};

/**
 * All that the platform must be told now: what stands, what it holds and is over, and, since an end of something that it never held
 * reaches nobody, what came and went unseen. Each message of the outbox is in it. Pure.
 */
export const standingsOf = (known: Known): readonly Standing[] => {
  const standing = standingNow(known);
  const keys = new Set(standing.map(keyOf));
  const ended = endedNow(known, keys);
  const told = new Set([...standing, ...ended].map(threadOfStanding));
  const past = pastNow(known, told);
  const now = new Set([...keys, ...[...ended, ...past].map(keyOf)]);
  const repeated = known.board.filter((each) => each.endsAt !== null && !now.has(keyOf(each)));
  return [...standing, ...ended, ...past, ...repeated];
};

/** What the platform holds after it has taken these: an end is said a few times more. Pure. */
export const boardAfter = (taken: readonly Standing[]): readonly Standing[] =>
  taken.flatMap((each) => {
    if (each.endsAt === null) return [each];
    return each.again > 1 ? [{ ...each, again: each.again - 1 }] : [];
  });

/**
 * An outbox of state needs the last word on each incident only: what it supersedes goes, with its age and its tries handed on. Pure.
 */
export const lastWords = (outbox: readonly OutboxEntry[]): readonly OutboxEntry[] => {
  const threads = Map.groupBy(outbox, threadOf);
  if (threads.size === outbox.length) return outbox;
  return outbox.flatMap((entry) => {
    const thread = threads.get(threadOf(entry)) ?? [];
    if (thread.at(-1) !== entry) return [];
    return { ...entry, tick: thread[0]?.tick ?? entry.tick, tries: Math.max(...thread.map(({ tries }) => tries)) };
  });
};
