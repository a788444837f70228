import type { Failure, Host } from "../host/host.ts";
import { nextLine, type Stamp, sealOf } from "./chain.ts";
import type { Head, NewEntry } from "./entry.ts";
import { readTail, type Tail } from "./tail.ts";

/** The entries are on disk; `head` is the log's new one. */
export type Appended = { readonly kind: "appended"; readonly head: Head } | Failure;

const mode = 0o640;

const numbers = (torn: readonly Head[]): string => {
  const [first, last] = [torn[0]?.seq, torn.at(-1)?.seq];
  return first === last ? `line ${first} was` : `lines ${first} to ${last} were`;
};

/** The entry that closes a tear, and the head it follows; undefined when there is no tear. */
const sealingOf = ({ head, torn, isClosed }: Tail): { readonly entry: NewEntry; readonly after: Head } | undefined => {
  const last = torn.at(-1);
  if (last === undefined && (isClosed || head.seq === 0)) return undefined;
  const why =
    last === undefined
      ? `line ${head.seq} was written whole but for its newline`
      : `${numbers(torn)} cut off in mid-write`;
  const before = head.seq === 0 ? [] : [head];
  const proof = last === undefined ? undefined : sealOf([...before, ...torn.slice(0, -1)]);
  const entry: NewEntry = { event: "log.torn", by: "helper", ...(proof === undefined ? {} : { proof }), why };
  return { entry, after: last ?? head };
};

const textOf = (
  tail: Tail,
  entries: readonly NewEntry[],
  stamp: Stamp,
): { readonly text: string; readonly head: Head } => {
  const sealing = sealingOf(tail);
  const lines: string[] = [];
  let head = sealing?.after ?? tail.head;
  for (const entry of sealing === undefined ? entries : [sealing.entry, ...entries]) {
    const next = nextLine(entry, head, stamp);
    lines.push(`${next.line}\n`);
    head = next.head;
  }
  return { text: `${tail.isClosed ? "" : "\n"}${lines.join("")}`, head };
};

/** The head of a log: its last whole entry, `seq` 0 when there is none or no file. A torn line is not a head yet. Never throws. */
export const readHead = (host: Host, path: string): Head | Failure => {
  const tail = readTail(host.files, path);
  return "kind" in tail ? tail : tail.head;
};

/**
 * Appends entries with one write and one fsync, after closing a tear that a kill in mid-write left. Two callers at once would
 * write two lines of one sequence: hold the host-wide lock. `hostName`: as the config calls this host; `nowMs`: the moment that they bear. Never throws.
 */
export const appendEntries = (
  host: Host,
  path: string,
  entries: readonly NewEntry[],
  hostName: string = host.hostname,
  nowMs: number = host.clock.nowMs(),
): Appended => {
  const tail = readTail(host.files, path);
  if ("kind" in tail) return tail;
  if (entries.length === 0) return { kind: "appended", head: tail.head };
  const at = new Date(nowMs).toISOString();
  const { text, head } = textOf(tail, entries, { at, host: hostName, boot: host.clock.bootId() });
  const done = host.files.append(path, text, mode);
  return done.kind === "failed" ? done : { kind: "appended", head };
};
