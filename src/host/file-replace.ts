import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  renameSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { kill, pid } from "node:process";
import { attempt, isFailure } from "./failure.ts";
import type { Done } from "./host.ts";

/** The folder that holds a path: `/` for `/x`, `.` for `x`. */
export const folderOf = (path: string): string => {
  const end = path.replace(/\/+$/, "").lastIndexOf("/");
  return end < 0 ? (path.startsWith("/") ? "/" : ".") : path.slice(0, end) || "/";
};

const nameOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

const temporaryOf = (path: string, ownerPid: number | string): string =>
  `${folderOf(path)}/.${nameOf(path)}.${ownerPid}.tmp`;

const isDead = (ownerPid: number): boolean => {
  const asked = attempt(() => kill(ownerPid, 0));
  return isFailure(asked) && asked.code === "ESRCH";
};

/** The process that was replacing a file by this temporary one. */
const ownerOf = (name: string): number | undefined => {
  const owner = /^\..+\.(\d+)\.tmp$/u.exec(name)?.[1];
  return owner === undefined ? undefined : Number(owner);
};

/**
 * Clears away what killed processes left of replaces in a folder, of the files that `isMeant` names; a folder that can't be listed is left alone. Gives
 * how many are still there, because they aren't ours to remove. Never throws.
 */
export const sweepFolder = (folder: string, isMeant: (name: string) => boolean = () => true): number => {
  const names = attempt(() => readdirSync(folder));
  let left = 0;
  for (const name of isFailure(names) ? [] : names) {
    const owner = isMeant(name) ? ownerOf(name) : undefined;
    if (
      owner !== undefined &&
      (owner === pid || isDead(owner)) &&
      isFailure(attempt(() => unlinkSync(`${folder}/${name}`)))
    )
      left += 1;
  }
  return left;
};

/** The same for one file, before it is replaced anew. Never throws. */
export const removeStale = (path: string): void => {
  const start = `.${nameOf(path)}.`;
  sweepFolder(folderOf(path), (name) => name.startsWith(start) && /^\d+\.tmp$/u.test(name.slice(start.length)));
};

/**
 * Writes all of `bytes` to an open file. A write may be short; the next one then tells why (`ENOSPC`). Throws errno
 * errors.
 */
const writeAll = (fd: number, bytes: Uint8Array): void => {
  for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written, bytes.length - written);
};

/** Gives an open file another group, where it has not got it already: for that one must be in it. Throws errno errors. */
const setGroup = (fd: number, gid: number): void => {
  const { uid, gid: present } = fstatSync(fd);
  if (present !== gid) fchownSync(fd, uid, gid);
};

/** A file that must not exist yet, never through a link; removed again when it can't be written whole. */
const writeNew = (path: string, bytes: Uint8Array, mode: number, gid: number | undefined, isSynced = true): void => {
  const fd = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
  try {
    writeAll(fd, bytes);
    if (gid !== undefined) setGroup(fd, gid);
    fchmodSync(fd, mode);
    if (isSynced) fsyncSync(fd);
  } catch (error) {
    attempt(() => unlinkSync(path));
    throw error;
  } finally {
    closeSync(fd);
  }
};

/**
 * Puts a folder's names on disk. File systems that can't sync a folder (`EINVAL`) have no better to offer. Throws errno
 * errors.
 */
export const syncFolder = (folder: string): void => {
  const fd = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    fsyncSync(fd);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EINVAL")) throw error;
  } finally {
    closeSync(fd);
  }
};

/** Gives what was written beside a file its place; on failure it is removed. Throws errno errors. */
const take = (temporary: string, path: string): void => {
  try {
    renameSync(temporary, path);
  } catch (error) {
    attempt(() => unlinkSync(temporary));
    throw error;
  }
};

/**
 * Replaces a file by one written and fsync'd beside it, so that a crash at any instant leaves the old or the new one,
 * whole. A link at `path` is replaced itself; what it pointed at stays as it was. On failure no temporary file is left.
 * `gid`: the group that it gets; absent, that of a new file there.
 * Source: rename(2), fsync(2) (a folder has to be synced for its names).
 */
export const replaceFile = (path: string, text: string | Uint8Array, mode: number, gid?: number): Done => {
  const temporary = temporaryOf(path, pid);
  removeStale(path);
  const written = attempt(() => writeNew(temporary, Buffer.from(text), mode, gid));
  if (isFailure(written)) return written;
  return attempt(() => {
    take(temporary, path);
    syncFolder(folderOf(path));
    return { kind: "done" };
  });
};

/**
 * Replaces a file for whoever reads it from time to time: whole at any moment, never fsync'd, its temporary one left to {@link sweepFolder} after a kill.
 * A link at `path` is replaced itself. Source: rename(2).
 */
export const publishFile = (path: string, text: string, mode: number): Done => {
  const temporary = temporaryOf(path, pid);
  const written = attempt(() => writeNew(temporary, Buffer.from(text), mode, undefined, false));
  if (isFailure(written)) return written;
  return attempt(() => {
    take(temporary, path);
    return { kind: "done" };
  });
};

/**
 * Puts a file where none is: written and fsync'd beside its place, and then given its name by link(2), which never
 * replaces anything, a link or FIFO neither; of the group of who runs this, whichever it has joined. Fails with `EEXIST` when something stands there.
 * Source: link(2), fsync(2).
 */
export const createFile = (path: string, text: string, mode: number): Done => {
  const temporary = temporaryOf(path, pid);
  removeStale(path);
  const written = attempt(() => writeNew(temporary, Buffer.from(text), mode, process.getgid?.()));
  if (isFailure(written)) return written;
  return attempt(() => {
    try {
      linkSync(temporary, path);
    } finally {
      attempt(() => unlinkSync(temporary));
    }
    syncFolder(folderOf(path));
    return { kind: "done" };
  });
};
