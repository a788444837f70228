import { baseNameOf, folderOf } from "../config/path.ts";
import type { Host, ProcessList } from "../host/host.ts";
import { matchesGlob } from "./glob.ts";
import { judgeLock, parseLock } from "./lock-file.ts";

/** A live process that a lock file names, by pid and start time. */
export interface Holder {
  readonly path: string;
  readonly pid: number;
  readonly comm: string;
}

/** Who holds locks, or why that isn't known. */
export type Holders =
  | { readonly kind: "holders"; readonly holders: readonly Holder[] }
  | { readonly kind: "failed"; readonly why: string };

const maxLocks = 50;
const maxLockBytes = 4096;

const failedAt = (path: string, why: string): Holders => ({
  kind: "failed",
  why: `cannot read the lock "${path}": ${why}`,
});

/** The files that a path means: itself, or those of its folder whose names fit its last part. */
const pathsOf = (host: Host, path: string): readonly string[] | Holders => {
  const name = baseNameOf(path);
  if (!/[*?]/u.test(name)) return [path];
  const names = host.files.list(folderOf(path));
  if ("kind" in names) return names.code === "ENOENT" ? [] : failedAt(path, names.why);
  return names
    .filter((each) => matchesGlob(name, each))
    .slice(0, maxLocks)
    .map((each) => path.slice(0, -name.length) + each);
};

/**
 * The live processes that lock files name. A file alone proves nothing: only a process with that pid and that start time holds it, and a lock
 * without a start time is held by nobody for sure. Never throws.
 */
export const lockHolders = (host: Host, path: string, list: ProcessList): Holders => {
  const paths = pathsOf(host, path);
  if ("kind" in paths) return paths;
  const holders: Holder[] = [];
  for (const each of paths) {
    const read = host.files.read(each, maxLockBytes);
    if (read.kind === "failed") {
      if (read.code === "ENOENT") continue;
      return failedAt(each, read.why);
    }
    const claim = parseLock(read.bytes);
    if (claim === undefined || judgeLock(claim, list).kind !== "held") continue;
    const comm = list.kind === "listed" ? list.processes.find(({ pid }) => pid === claim.pid)?.comm : undefined;
    holders.push({ path: each, pid: claim.pid, comm: comm ?? "" });
  }
  return { kind: "holders", holders };
};
