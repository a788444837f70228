import type { Done, Failure, Host } from "../host/host.ts";
import { emptyHead, nextLine, type Stamp } from "./chain.ts";
import { type ChainEnd, readEnd } from "./chain-end.ts";
import type { Head, NewEntry } from "./entry.ts";
import { type GoingOn, goOn } from "./goes-on.ts";
import { lookFirst } from "./segments.ts";
import { readTail } from "./tail.ts";

/** The entries are on disk; `head` is the log's new one. `note`: what somebody else did to the log, for the operator. */
export type Appended = { readonly kind: "appended"; readonly head: Head; readonly note?: string } | Failure;

const mode = 0o640;

const textOf = (
  { entries: first, after }: GoingOn,
  entries: readonly NewEntry[],
  stamp: Stamp,
): { readonly text: string; readonly head: Head } => {
  const lines: string[] = [];
  let head = after;
  for (const entry of [...first, ...entries]) {
    const next = nextLine(entry, head, stamp);
    lines.push(`${next.line}\n`);
    head = next.head;
  }
  return { text: lines.join(""), head };
};

/**
 * The head of a log over all of its files: its last whole entry, `seq` 0 when there is none or no file. A torn line is not a head yet. `known`: asked
 * for what the writer remembers, where the active log has no entry. Never throws.
 */
export const readHead = (host: Host, path: string, known: () => Head = () => emptyHead): Head | Failure => {
  const tail = readTail(host.files, path);
  if ("kind" in tail) return tail;
  if (tail.last !== undefined) return tail.head;
  const end = readEnd(host.files, path, known());
  return "kind" in end ? end : end.tail.head;
};

/** A file that goes on from another begins whole or not at all, so that its first line always says so. */
const write = ({ files }: Host, path: string, { active, tail }: ChainEnd, text: string): Done =>
  active === "begun" || tail.head.seq === 0
    ? files.append(path, `${tail.isClosed ? "" : "\n"}${text}`, mode)
    : files.replace(path, text, mode);

/** Appends entries behind an end that was read under the same lock; without entries only what the chain needs to go on after somebody else's hand. Never throws. */
export const appendAfter = (
  host: Host,
  path: string,
  end: ChainEnd,
  entries: readonly NewEntry[],
  hostName: string = host.hostname,
): Appended => {
  const { active, newest, tail } = end;
  const newestFrom = active === "begun" || newest === undefined ? undefined : lookFirst(host.files, newest)?.firstSeq;
  const going = goOn(end, path, newestFrom);
  if (entries.length === 0 && going.note === undefined) return { kind: "appended", head: tail.head };
  const at = new Date(host.clock.nowMs()).toISOString();
  const { text, head } = textOf(going, entries, { at, host: hostName, boot: host.clock.bootId() });
  const done = write(host, path, end, text);
  if (done.kind === "failed") return done;
  return { kind: "appended", head, ...(going.note === undefined ? {} : { note: going.note }) };
};

/**
 * Appends entries with one write and one fsync, after closing a tear that a kill in mid-write left. Two callers at once would
 * write two lines of one sequence: hold the host-wide lock. `hostName`: as the config calls this host. `known`: the last line that the writer
 * remembers; see {@link readEnd}. Never throws.
 */
export const appendEntries = (
  host: Host,
  path: string,
  entries: readonly NewEntry[],
  hostName: string = host.hostname,
  known: Head = emptyHead,
): Appended => {
  const end = readEnd(host.files, path, known);
  return "kind" in end ? end : appendAfter(host, path, end, entries, hostName);
};
