import type { Failure, Host } from "../host/host.ts";
import { appendEntries, readHead } from "./append.ts";
import type { Head, NewEntry } from "./entry.ts";

/** The heal log as one run writes it: remembers its head, and the first trouble it had. */
export interface Ledger {
  append(entries: readonly NewEntry[]): { readonly kind: "appended"; readonly head: Head } | Failure;
  /** The head as last known; null when the log can't be read. */
  head(): Head | null;
  /** Why the log can't be written, once that was seen. */
  trouble(): Failure | undefined;
}

/** Opens the heal log at `path`; `hostName` as the config calls this host. A dry run appends nothing and reads only the head. Never throws. */
export const openLedger = (host: Host, path: string, hostName: string, isDryRun: boolean): Ledger => {
  let known: Head | null | undefined;
  let trouble: Failure | undefined;
  const folder = path.slice(0, path.lastIndexOf("/"));
  const head = (): Head | null => {
    if (known !== undefined) return known;
    const read = readHead(host, path);
    known = "kind" in read ? null : read;
    return known;
  };
  return {
    append: (entries) => {
      if (isDryRun || entries.length === 0) return { kind: "appended", head: head() ?? { seq: 0, sha256: "" } };
      const first = appendEntries(host, path, entries, hostName);
      const isFolderMissing =
        first.kind === "failed" && first.code === "ENOENT" && host.files.makeFolder(folder, 0o750).kind === "done";
      const appended = isFolderMissing ? appendEntries(host, path, entries, hostName) : first;
      if (appended.kind === "appended") known = appended.head;
      else trouble ??= appended;
      return appended;
    },
    head,
    trouble: () => trouble,
  };
};
