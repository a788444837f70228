import { accessSync, closeSync, constants, fstatSync, ftruncateSync, lstatSync, openSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { attempt, failed, failureOf, isFailure } from "./failure.ts";
import type { Failure, Lock } from "./host.ts";
import { holderOf } from "./lock-holder.ts";
import { notPlain } from "./plain-file.ts";

/** Source: https://www.sqlite.org/rescode.html */
const sqliteBusy = 5;
const sqliteNotadb = 26;

/** Locks held now. A database that nobody refers to is collected, closed, and its lock dropped without a word. */
const held = new Set<DatabaseSync>();

/**
 * Makes the lock file, or makes sure that the one there is a plain file that we may write: SQLite opens a read-only
 * file too, and its exclusive transaction on such a file locks nothing. Never opens a file that exists: to close it
 * again would drop our own lock on it. Source: fcntl(2).
 */
const prepare = (path: string): Failure | undefined => {
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there === undefined) {
    const made = attempt(() =>
      closeSync(openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600)),
    );
    return isFailure(made) && made.code !== "EEXIST" ? made : undefined;
  }
  const refused = notPlain(there);
  if (refused === undefined) accessSync(path, constants.W_OK);
  return refused;
};

const refusal = (path: string, error: unknown): Lock => {
  if (!(error instanceof Error && "errcode" in error && typeof error.errcode === "number")) return failureOf(error);
  // The low byte is the code, the others say more about it. Source: https://www.sqlite.org/rescode.html
  switch (error.errcode & 0xff) {
    case sqliteBusy:
      return { kind: "busy", holder: holderOf(path) ?? "another process" };
    case sqliteNotadb:
      return failed("NOTADB", "it holds something that is not a lock");
    default:
      return failed("ENOLCK", `no lock can be taken: ${error.message}`);
  }
};

const take = (path: string): Lock => {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: 0 });
    // Without this, to begin writes a journal beside the file first: that needs space, and a kill would leave it there.
    database.exec("PRAGMA journal_mode = MEMORY");
    database.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    database?.close();
    return refusal(path, error);
  }
  const taken = database;
  held.add(taken);
  return {
    kind: "held",
    release: () => {
      if (held.delete(taken)) taken.close();
    },
  };
};

const empty = (path: string): Failure | undefined => {
  const fd = openSync(path, constants.O_WRONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const refused = notPlain(fstatSync(fd));
    if (refused === undefined) ftruncateSync(fd, 0);
    return refused;
  } finally {
    closeSync(fd);
  }
};

const lockNow = (path: string): Lock => {
  const ready = attempt(() => prepare(path));
  if (ready !== undefined) return ready;
  const first = take(path);
  if (first.kind !== "failed" || first.code !== "NOTADB") return first;
  // Emptied rather than removed: a second process that does the same at this moment still meets the one same file.
  const emptied = attempt(() => empty(path));
  return emptied === undefined ? take(path) : emptied;
};

const againMs = 10;
const nobody = new Int32Array(new SharedArrayBuffer(4));

/**
 * Takes an exclusive lock that the kernel drops when this process ends, however it ends. Waits at most `waitMs` for another holder, standing
 * still: only for locks that are held for a few writes. node:fs has no
 * flock, so SQLite takes an fcntl lock for us on an empty file, which stays empty: a full disk doesn't matter. The file
 * must never be removed or replaced while somebody may hold it, and it is made with mode 0600, since whoever can read
 * it could hold us up.
 * Source: https://www.sqlite.org/lockingv3.html, fcntl(2) (process-associated record locks).
 */
export const lockFile = (path: string, waitMs = 0): Lock => {
  let lock = lockNow(path);
  for (let waitedMs = 0; lock.kind === "busy" && waitedMs < waitMs; waitedMs += againMs) {
    Atomics.wait(nobody, 0, 0, againMs);
    lock = lockNow(path);
  }
  return lock;
};
