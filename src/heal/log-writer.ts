import { folderOf } from "../config/path.ts";
import type { Failure, Host } from "../host/host.ts";
import { type Appended, appendAfter, appendEntries } from "../log/append.ts";
import type { ChainEnd } from "../log/chain-end.ts";
import type { Head, NewEntry } from "../log/entry.ts";
import { type Keeping, packOlder, retiring } from "../log/old-segments.ts";
import { type Rotation, rotate } from "../log/rotate.ts";

/** Where the log is written, and by whom. */
export interface LogPlace {
  readonly logFile: string;
  /** As the config calls this host. */
  readonly hostName: string;
  /** When the log goes on in a new file; null: this writer begins none. */
  readonly rotation: Rotation | null;
}

/** What was written, and what the operator has to know. `rotatedAfter`: a new file was begun, and the line before is of this time. */
export interface Written {
  readonly entered: { readonly kind: "appended"; readonly head: Head } | Failure;
  readonly notes: readonly string[];
  readonly rotatedAfter?: string;
}

/** Appends, after making the folder where it is missing. */
const append = (host: Host, { logFile, hostName }: LogPlace, end: ChainEnd, entries: readonly NewEntry[]): Appended => {
  const first = appendAfter(host, logFile, end, entries, hostName);
  const isFolderMissing = first.kind === "failed" && first.code === "ENOENT";
  return isFolderMissing && host.files.makeFolder(folderOf(logFile), 0o750).kind === "done"
    ? appendAfter(host, logFile, end, entries, hostName)
    : first;
};

const some = (note: string | undefined): readonly string[] => (note === undefined ? [] : [note]);

/** Writes entries behind an end that was read under the same lock, in a new file where that is due; without entries only what the chain needs. Never throws. */
export const writeEntries = (host: Host, place: LogPlace, end: ChainEnd, entries: readonly NewEntry[]): Written => {
  const { logFile, rotation, hostName } = place;
  const turned =
    rotation === null || entries.length === 0
      ? { end, isRotated: false }
      : rotate(host, logFile, end, rotation, hostName);
  if ("kind" in turned.end) return { entered: turned.end, notes: some(turned.note) };
  const appended = append(host, place, turned.end, entries);
  if (appended.kind === "failed") return { entered: appended, notes: some(turned.note) };
  return {
    entered: { kind: "appended", head: appended.head },
    notes: [...some(turned.note), ...some(appended.note)],
    ...(turned.isRotated ? { rotatedAfter: end.tail.last?.at ?? "" } : {}),
  };
};

/** Lets go of the oldest file, where its time has come, once a line says so. */
const retire = (host: Host, place: LogPlace, keeping: Keeping, head: Head): Written => {
  const old = retiring(host, place.logFile, keeping);
  if (old === undefined) return { entered: { kind: "appended", head }, notes: [] };
  if ("note" in old) return { entered: { kind: "appended", head }, notes: [old.note] };
  const entered = appendEntries(host, place.logFile, [old.entry], place.hostName);
  if (entered.kind === "failed") return { entered, notes: [] };
  const removed = host.files.remove(old.path);
  const why = removed.kind === "failed" ? `heal log: cannot remove "${old.path}": ${removed.why}` : undefined;
  return { entered, notes: some(why) };
};

/** What a rotation leaves to be done with the older files, once its entries are on disk. `head`: the log's. Never throws. */
export const tidyFiles = (host: Host, place: LogPlace, keeping: Keeping, head: Head): Written => {
  const packed = packOlder(host, place.logFile);
  const { entered, notes } = retire(host, place, keeping, head);
  return { entered, notes: [...packed, ...notes] };
};
