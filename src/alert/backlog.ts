import { firstLine } from "./entry.ts";
import type { Message } from "./platforms/platform.ts";
import { cut } from "./platforms/text.ts";
import { allFitting, fitting, sizeOf } from "./room.ts";

/** Lines of the oldest messages that are kept of a backlog. */
const firstKept = 6;
/** Lines of the newest ones. */
const lastKept = 14;
/** Lengths of one message's line, in UTF-16 units, its time and its incident included: the more there are, the shorter. */
const lineLengths = [160, 130, 110, 95, 80] as const;
/** What of a line is left at least beside its incident: the time, the word, the host, the check. */
const minLine = 48;
const maxKept = 240;
/** The host stands whole in the first line of all. */
const maxHost = 24;
const incident = / \[[^\s\]]+\]$/u;

const shorten = (line: string, length: number): string => {
  const id = incident.exec(line)?.[0] ?? "";
  return cut(line.slice(0, line.length - id.length), Math.max(minLine, length - id.length)) + id;
};

type Backlogged = Pick<Message, "at" | "text" | "host" | "incident">;

/** `11-23 02:05 RED web-1 · gateway: no answer in 5 s (2 ticks, since 02:05 UTC) [gateway-20261123T020500Z]`. Pure. */
export const backlogLine = ({ at, text, host, incident: id }: Backlogged): string => {
  const said = firstLine({ text }).replace(` ${host} · `, ` ${cut(host, maxHost)} · `);
  const line = `${at.slice(5, 16).replace("T", " ")} ${said}`;
  return shorten(id === null ? line : `${line} [${id}]`, maxKept);
};

/** The lines that are kept of many: the oldest and the newest. Pure. */
export const keptLines = (lines: readonly string[]): readonly string[] =>
  lines.length <= firstKept + lastKept ? lines : [...lines.slice(0, firstKept), ...lines.slice(-lastKept)];

const gap = (count: number): readonly string[] => (count === 0 ? [] : [`… and ${count} more in between`]);

/**
 * What is shown of `lines` in `room` UTF-16 units, a line break each, of `count` messages in all: every line, if need be shortened; else the newest, with
 * a third of the room for the oldest, and how many stand in between. Pure.
 */
export const backlog = (lines: readonly string[], count: number, room: number): readonly string[] => {
  const missing = gap(count - lines.length);
  const whole = allFitting(room, lineLengths, (length) => {
    const all = lines.map((line) => shorten(line, length));
    return missing.length === 0 ? all : [...all.slice(0, firstKept), ...missing, ...all.slice(firstKept)];
  });
  if (whole !== undefined) return whole;
  const short = lines.map((line) => shorten(line, lineLengths[4]));
  const left = room - (gap(count)[0]?.length ?? 0) - 1;
  const late = fitting(short.toReversed(), Math.floor((left * 2) / 3));
  const newest = short.slice(short.length - late);
  const early = Math.min(firstKept, fitting(short.slice(0, short.length - late), left - sizeOf(newest)));
  return [...short.slice(0, early), ...gap(count - early - late), ...newest];
};
