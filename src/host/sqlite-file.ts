import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, realpathSync } from "node:fs";
import { attempt, failed, isFailure } from "./failure.ts";
import type { Failure } from "./host.ts";
import { holderOf } from "./lock-holder.ts";

/** A database's files at one moment, before SQLite has touched them. */
export interface DatabaseFiles {
  /** Links resolved, as SQLite does before it looks for the files beside it. */
  readonly path: string;
  /** Its writers keep a write-ahead log; else a rollback journal. */
  readonly isWal: boolean;
  /** Size of the `-wal` beside it, undefined without one. */
  readonly walBytes: number | undefined;
  /** The same at two moments: nothing was written between them. */
  readonly stamp: string;
}

const headerBytes = 100;
const magic = "SQLite format 3\0";

const notRegular = (stat: { isDirectory(): boolean }): Failure =>
  stat.isDirectory()
    ? failed("EISDIR", "it is a folder, not a file")
    : failed("EINVAL", "it is a device, pipe or socket, not a regular file");

/** The first bytes of a regular file; looked at before it is opened too, because to open a device can do something. */
const headOf = (path: string, length: number): { readonly head: Uint8Array; readonly stamp: string } | Failure =>
  attempt(() => {
    const before = lstatSync(path);
    if (before.isSymbolicLink()) return failed("ELOOP", "it is a symbolic link");
    if (!before.isFile()) return notRegular(before);
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY | constants.O_NOFOLLOW);
    try {
      const stat = fstatSync(fd, { bigint: true });
      if (!stat.isFile()) return notRegular(stat);
      const head = new Uint8Array(length);
      const got = readSync(fd, head, 0, length, 0);
      return { head: head.subarray(0, got), stamp: `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeNs}` };
    } finally {
      closeSync(fd);
    }
  });

/** Size of a file beside the database, undefined without one; a link or a pipe there would lead SQLite away, or hold it up. */
const besideBytes = (path: string): number | undefined | Failure =>
  attempt(() => {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return undefined;
    return stat.isFile() ? stat.size : failed("EINVAL", `"${path}" beside it is not a regular file`);
  });

/**
 * Whether a rollback journal holds changes: a transaction is under way, or was cut short by a crash, and only its
 * writer may put things right. One that a writer keeps for the next time is empty or begins with zeroes.
 * Source: https://www.sqlite.org/lockingv3.html (hot journals), https://www.sqlite.org/fileformat2.html#rollbackjournal
 */
const journalTrouble = (path: string): Failure | undefined => {
  const bytes = besideBytes(path);
  if (bytes === undefined || bytes === 0) return undefined;
  if (typeof bytes !== "number") return bytes;
  const begin = headOf(path, 1);
  if (isFailure(begin)) return begin.code === "ENOENT" ? undefined : begin;
  return begin.head[0] === 0
    ? undefined
    : failed("EBUSY", "a transaction is under way in it, or was cut short (its -journal holds changes)");
};

/**
 * Looks at a database's files without SQLite. Fails with an errno name, with `EMPTY`, `NOTADB`, or `EBUSY` when a
 * rollback journal says that it can't be read now. Never waits, never makes a file, and never throws for these.
 * Source: https://www.sqlite.org/fileformat2.html (the header: 18 and 19 say WAL, 24 to 27 count the changes).
 */
export const inspectDatabase = (given: string): DatabaseFiles | Failure => {
  const path = attempt(() => realpathSync(given));
  if (isFailure(path)) return path;
  const read = headOf(path, headerBytes);
  if (isFailure(read)) return read;
  const { head, stamp } = read;
  if (head.length === 0) return failed("EMPTY", "it is empty");
  if (new TextDecoder("latin1").decode(head.subarray(0, magic.length)) !== magic)
    return failed("NOTADB", "it is not an SQLite database");
  if (head.length < headerBytes) return failed("CORRUPT", "it is cut short");
  const trouble = journalTrouble(`${path}-journal`);
  if (trouble !== undefined) return trouble;
  const walBytes = besideBytes(`${path}-wal`);
  const shmBytes = besideBytes(`${path}-shm`);
  if (isFailure(walBytes)) return walBytes;
  if (isFailure(shmBytes)) return shmBytes;
  const isWal = head[18] === 2 || head[19] === 2;
  return { path, isWal, walBytes, stamp: `${stamp}:${walBytes ?? 0}:${head.subarray(24, 28).join(".")}` };
};

const holdFlags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY | constants.O_NOFOLLOW;

const holdOne = (path: string): readonly number[] | Failure => {
  const fd = attempt(() => openSync(path, holdFlags));
  if (!isFailure(fd)) return [fd];
  return fd.code === "EAGAIN" ? failed("EBUSY", "another program has a lease on it, or on its log") : [];
};

/**
 * Keeps a database and the files beside it open while SQLite opens them; give what it returns to {@link letGo} once SQLite has closed them (a
 * close drops this process's locks). Whoever owns a file can take a lease on it, at which every other open waits for 45 s: this one never waits,
 * and on a file that is open elsewhere nobody gets one. Fails with `EBUSY` at a lease. Never throws. Source: fcntl(2), "Leases".
 */
export const hold = (path: string): readonly number[] | Failure => {
  const held: number[] = [];
  for (const each of [path, `${path}-wal`, `${path}-shm`]) {
    const fds = holdOne(each);
    if (isFailure(fds)) {
      letGo(held);
      return fds;
    }
    held.push(...fds);
  }
  return held;
};

/** Ends a {@link hold}. Never throws. */
export const letGo = (held: readonly number[]): void => {
  for (const fd of held) attempt(() => closeSync(fd));
};

/**
 * Why a database may not be read without locks, or undefined when it may. A writer that holds it may be in the middle
 * of a change. Where the kernel doesn't tell of locks (no /proc/locks), the stamps before and after have to do. Never throws.
 */
export const writerOf = (files: DatabaseFiles): Failure | undefined => {
  const holder = holderOf(files.path);
  return holder === undefined ? undefined : failed("EBUSY", `it is locked by ${holder}`);
};
