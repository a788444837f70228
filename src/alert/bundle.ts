import { clock } from "./compose.ts";
import { dataLine, dataText } from "./data-line.ts";
import { countOf, firstLine, joinedId, sealOf, triesOf, wordOf } from "./entry.ts";
import type { OutboxEntry } from "./outbox.ts";
import { cut, maxText } from "./platforms/text.ts";
import { allFitting, fitting, sizeOf } from "./room.ts";

/** What a person does next, where a message tells of many. */
export const nextForMany = "Next: dogwatch status";

/** Messages of one tick that still go one by one; more are a storm, and go as one. */
export const maxSingle = 10;
/** Length of the first line, in UTF-16 units: a phone shows little more than the counts and the first names. */
const maxHead = 160;
/** Room in it that the counts leave for a name, at least. */
const minNames = 12;
/** Lengths of one message's line, in UTF-16 units, its incident included: the more there are, the shorter, so that each is named. */
const lineLengths = [150, 120, 100, 85, 70] as const;
/** The same where not all of them have room for a line at all. */
const countedLine = 100;
/** What of a line is left at least beside its incident: the word, the host, the check. */
const minLine = 36;

/** The words of messages, the worst first: a bundle begins with the worst that is in it. */
const words: readonly string[] = ["RED", "STILL RED", "FLAPPING", "UNKNOWN", "HEALED", "RECOVERED", "TEST"];

const rank = (word: string): number => {
  const at = words.indexOf(word);
  return at < 0 ? words.length : at;
};

/** The message with the worst word; `first` where none is worse. Pure. */
export const worstOf = (entries: readonly OutboxEntry[], first: OutboxEntry): OutboxEntry =>
  entries.reduce((worst, each) => (rank(wordOf(each)) < rank(wordOf(worst)) ? each : worst), first);

/** `11 red, 1 recovered`, the worst first; what was folded before is counted as held back. */
const counts = (entries: readonly OutboxEntry[]): string => {
  const byWord = new Map<string, number>();
  for (const each of entries) {
    const word = each.folded === null ? wordOf(each) : "held back";
    byWord.set(word, (byWord.get(word) ?? 0) + countOf([each]));
  }
  const sorted = [...byWord].sort(([a], [b]) => rank(a) - rank(b));
  return sorted.map(([word, count]) => `${count} ${word.toLowerCase()}`).join(", ");
};

/** As many names as there is room for, in UTF-16 units; an ellipsis stands for the rest. Pure. */
export const listed = (names: readonly string[], room: number): string => {
  let text = "";
  for (const [at, name] of names.entries()) {
    const next = at === 0 ? name : `${text}, ${name}`;
    if (next.length + (at === names.length - 1 ? 0 : ", …".length) > room) return text === "" ? "…" : `${text}, …`;
    text = next;
  }
  return text;
};

const namesIn = (entries: readonly OutboxEntry[], room: number): string =>
  listed([...new Set(entries.flatMap(({ check }) => check ?? []))], room);

/** `RED web-1 · gateway: no answer in 5 s (2 ticks, since 02:05 UTC) [gateway-20261123T020500Z]`. */
const lineOf = (entry: OutboxEntry, length: number): string => {
  const id = entry.incident === null || entry.folded !== null ? "" : ` [${entry.incident}]`;
  return cut(firstLine(entry), Math.max(minLine, length - id.length)) + id;
};

/** Room for the names of those that have no line of their own, in UTF-16 units. */
const maxBetween = 400;

/** `… and 5 more in between: RECOVERED solo-5, solo-9`: who has no line of their own has at least a name, as far as there is room. */
const between = (entries: readonly OutboxEntry[]): string => {
  const count = countOf(entries);
  const byWord = new Map<string, OutboxEntry[]>();
  for (const each of entries) byWord.set(wordOf(each), [...(byWord.get(wordOf(each)) ?? []), each]);
  const named = [...byWord].map(([word, some]) => `${word} ${namesIn(some, maxBetween)}`);
  return cut(`… and ${count} more in between: ${named.join("; ")}`, maxBetween);
};

/** The newest lines and, with what room is left, the oldest, and the names of those in between. */
const counted = (entries: readonly OutboxEntry[], lines: readonly string[], room: number): readonly string[] => {
  const left = room - maxBetween - 1;
  const late = fitting(lines.toReversed(), Math.floor((left * 2) / 3));
  const newest = lines.slice(lines.length - late);
  const used = sizeOf(newest);
  const early = fitting(lines.slice(0, lines.length - late), left - used);
  return [...lines.slice(0, early), between(entries.slice(early, lines.length - late)), ...newest];
};

/** All lines where there is room for them, if need be shortened; else some, and a count. */
const bounded = (entries: readonly OutboxEntry[], room: number): readonly string[] => {
  const linesAt = (length: number): readonly string[] => entries.map((entry) => lineOf(entry, length));
  return allFitting(room, lineLengths, linesAt) ?? counted(entries, linesAt(countedLine), room);
};

/**
 * Several messages of one tick as one, in their order: the first line counts them by word, then comes each one's own first line with
 * its incident, as far as there is room, and last the newest seal. `bootedAt` (ISO 8601 UTC): it is the first tick after a reboot.
 * Undefined for none, itself for one. Pure.
 */
export const bundle = (entries: readonly OutboxEntry[], bootedAt: string | null): OutboxEntry | undefined => {
  const first = entries[0];
  const last = entries.at(-1);
  if (first === undefined || last === undefined || entries.length === 1) return first;
  const worst = worstOf(entries, first);
  const count = countOf(entries);
  const what = bootedAt === null ? `${count} alerts at once` : `back since ${clock(bootedAt, last.at)} after a reboot`;
  const head = cut(`${wordOf(worst)} ${last.host} · ${what}: ${counts(entries)}`, maxHead - minNames);
  const headline = `${head}: ${namesIn(entries, maxHead - head.length - 2)}`;
  const seal = sealOf(last);
  const lines = bounded(entries, maxText - sizeOf([headline, nextForMany, dataText, seal]));
  const data = dataLine(lines);
  return {
    ...last,
    id: joinedId(first, count),
    kind: worst.kind,
    incident: worst.incident,
    check: worst.check,
    text: [headline, ...lines, nextForMany, ...(data === undefined ? [] : [data]), seal].join("\n"),
    tick: first.tick,
    ...triesOf(entries),
    folded: null,
  };
};
