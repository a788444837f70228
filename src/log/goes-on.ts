import { baseNameOf } from "../config/path.ts";
import { sealOf } from "./chain.ts";
import { type ChainEnd, isClosing, type Lost } from "./chain-end.ts";
import type { Head, NewEntry } from "./entry.ts";
import { lastNumber } from "./tail.ts";

/** What has to be written before anything else, so that the chain goes on. */
export interface GoingOn {
  readonly entries: readonly NewEntry[];
  /** What the first of them follows. */
  readonly after: Head;
  /** What somebody else did to the log, for the operator; absent where it was nobody else. */
  readonly note?: string;
}

/** `line 4` or `lines 4 to 9`. Pure. */
export const linesOf = (from: number, to: number): string => (from === to ? `line ${from}` : `lines ${from} to ${to}`);

const isOrAre = (from: number, to: number): string => (from === to ? "is" : "are");

const tornWords = ({ tail: { head, torn } }: ChainEnd): string => {
  const [first, last] = [torn[0]?.seq, torn.at(-1)?.seq];
  if (first === undefined || last === undefined) return `line ${head.seq} was written whole but for its newline`;
  return `${linesOf(first, last)} ${first === last ? "was" : "were"} cut off in mid-write`;
};

/** What a log that ends before the line that its writer knew has lost. */
const cutWords = ({ to }: Lost, last: number): string =>
  to <= last
    ? "somebody changed this log, or a disk lost what was on it: its end was whole before"
    : `${linesOf(last + 1, to)} ${isOrAre(last + 1, to)} gone: somebody cut this log, or put an older copy in its place`;

/** The entry that closes a tear, and the one that tells of a cut end, are the same. */
const torn = (end: ChainEnd): GoingOn => {
  const { tail, lost } = end;
  const isTorn = tail.torn.length > 0 || (!tail.isClosed && tail.head.seq > 0);
  if (!isTorn && lost === undefined) return { entries: [], after: tail.head };
  const cut = lost === undefined ? [] : [cutWords(lost, lastNumber(tail))];
  const before = tail.head.seq === 0 ? [] : [tail.head];
  const proof = tail.torn.length === 0 ? undefined : sealOf([...before, ...tail.torn.slice(0, -1)]);
  const why = [...(isTorn ? [tornWords(end)] : []), ...cut].join("; ");
  return {
    entries: [{ event: "log.torn", by: "helper", ...(proof === undefined ? {} : { proof }), why }],
    after: tail.torn.at(-1) ?? tail.head,
    ...(cut[0] === undefined ? {} : { note: `heal log: ${cut[0]}; look with "dogwatch log verify"` }),
  };
};

const remedy = (logFile: string): string =>
  `look for a rule in /etc/logrotate.d that matches "${logFile}" and remove it: dogwatch rotates by itself`;

/** What somebody else did to the active log. */
const movedWords = ({ active, newest, lost, tail }: ChainEnd): string => {
  if (lost !== undefined)
    return `it was ${active === "empty" ? "emptied" : "moved or removed"} by somebody else: ${linesOf(lost.from, lost.to)} ${isOrAre(lost.from, lost.to)} in no file here`;
  const done = active === "empty" ? "moved or copied, and left empty," : "moved";
  const to = newest === undefined ? "" : ` to "${baseNameOf(newest)}"`;
  return `it was ${done} by somebody else${to}, which ends with line ${lastNumber(tail)}`;
};

const opening = ({ head }: ChainEnd["tail"], why: string): NewEntry => ({
  event: "log.rotated",
  by: "helper",
  why,
  proof: `${head.seq}:${head.sha256}`,
});

/** The lines with which an active log begins that isn't the first. */
const begin = (end: ChainEnd, logFile: string, newestFrom: number | undefined): GoingOn => {
  const { tail, newest, lost } = end;
  if (lastNumber(tail) === 0) return { entries: [], after: tail.head };
  if (newest !== undefined && lost === undefined && isClosing(tail)) {
    const lines = linesOf(newestFrom ?? tail.head.seq, tail.head.seq);
    return { entries: [opening(tail, `goes on from ${baseNameOf(newest)} (${lines})`)], after: tail.head };
  }
  const why = `${movedWords(end)}; ${remedy(logFile)}`;
  const sealing = torn({ ...end, lost: undefined });
  return { entries: [...sealing.entries, opening(tail, why)], after: sealing.after, note: `heal log: ${why}` };
};

/**
 * What a log needs before its next entry: nothing, mostly; else the line that closes a tear, or those that begin a new file.
 * `newestFrom`: the first line of the newest rotated file. Pure.
 */
export const goOn = (end: ChainEnd, logFile: string, newestFrom: number | undefined): GoingOn =>
  end.active === "begun" ? torn(end) : begin(end, logFile, newestFrom);
