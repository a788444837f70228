import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, type Stats, unlinkSync } from "node:fs";
import { sha256 } from "./digest.ts";
import { attempt, failed, isFailure } from "./failure.ts";
import { removeStale, replaceFile, syncFolder } from "./file-replace.ts";
import type { Done, Failure } from "./host.ts";
import type { OwnFile, OwnFiles, OwnWrite } from "./own-files.ts";
import { notPlain } from "./plain-file.ts";

/** O_PATH, which node:fs doesn't name: a handle on what is there, without opening it. Source: open(2), asm-generic/fcntl.h. */
const pathOnly = 0o10000000;

/** Parts of 1 to 255 characters, none of them `.` or `..`. */
const plainPath = /^(?:\/(?!\.{1,2}(?:\/|$))[^/\p{Cc}]{1,255})+$/u;

/** node has no openat(2); the name in the folder of an open handle is the same. Source: proc_pid_fd(5). */
const inFolder = (folder: number, name: string): string => `/proc/self/fd/${folder}/${name}`;

/** A folder can't be opened because it is none: a link is told as such, by its whole path. */
const notAFolder = (folder: number, name: string, path: string, trouble: Failure): Failure => {
  const stat = attempt(() => lstatSync(inFolder(folder, name)));
  if (trouble.code !== "ENOTDIR" || isFailure(stat)) return trouble;
  return stat.isSymbolicLink()
    ? failed("ELOOP", `"${path}" is a symbolic link`)
    : failed("ENOTDIR", `"${path}" is not a folder`);
};

const openFolder = (path: string): number | Failure => {
  const flags = pathOnly | constants.O_DIRECTORY | constants.O_NOFOLLOW;
  let folder = openSync("/", flags);
  let walked = "";
  for (const name of path.split("/").slice(1, -1)) {
    const above = folder;
    walked = `${walked}/${name}`;
    const next = attempt(() => openSync(inFolder(above, name), flags));
    const trouble = isFailure(next) ? notAFolder(above, name, walked, next) : undefined;
    closeSync(above);
    if (isFailure(next)) return trouble ?? next;
    folder = next;
  }
  return folder;
};

/** Walks to the folder of a path, one part after the other, and keeps it open for `use`: what is swapped meanwhile is not met. */
const inFolderOf = <T>(path: string, use: (folder: number, name: string) => T | Failure): T | Failure =>
  attempt(() => {
    if (!plainPath.test(path)) return failed("EINVAL", 'it is not an absolute path without "." and ".."');
    const folder = openFolder(path);
    if (isFailure(folder)) return folder;
    try {
      return use(folder, path.slice(path.lastIndexOf("/") + 1));
    } finally {
      closeSync(folder);
    }
  });

/** Why we keep our hands off a file: links, devices, pipes, somebody else's. */
const notOurs = (stat: Stats, uid: number): Failure | undefined => {
  if (stat.uid !== uid) return failed("EPERM", `it belongs to uid ${stat.uid}, not to uid ${uid}`);
  if ((stat.mode & 0o7000) !== 0) return failed("EPERM", "it has a set-user-ID, set-group-ID or sticky bit");
  return undefined;
};

const changedMeanwhile = failed("EAGAIN", "it was changed while it was read");

const readAll = (fd: number, sizeBytes: number, maxBytes: number): Uint8Array | Failure => {
  if (sizeBytes > maxBytes) return failed("EFBIG", `it is larger than ${maxBytes} bytes`);
  const buffer = new Uint8Array(sizeBytes + 1);
  let filled = 0;
  for (let got = -1; got !== 0 && filled < buffer.length; filled += got)
    got = readSync(fd, buffer, filled, buffer.length - filled, null);
  return filled === sizeBytes ? buffer.subarray(0, filled) : changedMeanwhile;
};

/** Looks at what is there by a handle that opens nothing, then reads that very file. */
const readIn = (folder: number, name: string, uid: number, maxBytes: number): OwnFile | Failure => {
  const handle = openSync(inFolder(folder, name), pathOnly | constants.O_NOFOLLOW);
  try {
    const stat = fstatSync(handle);
    const refused = notPlain(stat) ?? notOurs(stat, uid);
    if (refused !== undefined) return refused;
    const fd = openSync(`/proc/self/fd/${handle}`, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    try {
      const bytes = readAll(fd, stat.size, maxBytes);
      if (isFailure(bytes)) return bytes;
      const changedMs = Math.max(stat.mtimeMs, stat.ctimeMs);
      if (fstatSync(fd).ctimeMs !== stat.ctimeMs) return changedMeanwhile;
      return { kind: "read", bytes, mode: stat.mode & 0o777, uid: stat.uid, gid: stat.gid, changedMs };
    } finally {
      closeSync(fd);
    }
  } finally {
    closeSync(handle);
  }
};

/** More than any file that is handled: what is there is only compared. */
const compareBytes = 16 * 1024 * 1024;

/** Whether what is there is what the caller last saw; undefined: it is. */
const notAsExpected = (folder: number, name: string, uid: number, expect: string | null | undefined) => {
  const there = attempt(() => readIn(folder, name, uid, compareBytes));
  const isAbsent = isFailure(there) && there.code === "ENOENT";
  if (isFailure(there) && !isAbsent) return there;
  const present = isFailure(there) ? null : sha256(there.bytes);
  return expect === undefined || expect === present
    ? undefined
    : failed("ESTALE", "it is no longer the file that was looked at before");
};

/** A root without CAP_CHOWN may still give a file any group that it can become. Source: chown(2), setegid(2). */
const inGroup = <T>(gid: number | undefined, uid: number, work: () => T): T => {
  const own = process.getegid?.();
  if (uid !== 0 || gid === undefined || own === undefined || own === gid) return work();
  if (isFailure(attempt(() => process.setegid?.(gid)))) return work();
  try {
    return work();
  } finally {
    process.setegid?.(own);
  }
};

const writeIn = (folder: number, name: string, bytes: Uint8Array, how: OwnWrite, uid: number): Done =>
  notAsExpected(folder, name, uid, how.expect) ??
  inGroup(how.gid, uid, () => replaceFile(inFolder(folder, name), bytes, how.mode & 0o777, how.gid));

const removeIn = (folder: number, name: string, uid: number, expect: string): Done => {
  const refused = notAsExpected(folder, name, uid, expect);
  if (refused !== undefined) return refused;
  unlinkSync(inFolder(folder, name));
  syncFolder(inFolder(folder, "."));
  return { kind: "done" };
};

/** The files of the user that we are; see {@link OwnFiles}. Linux only: elsewhere every call fails. Never throws. */
export const createOwnFiles = ({ uid }: { readonly uid: number }): OwnFiles => ({
  read: (path, maxBytes) => inFolderOf(path, (folder, name) => readIn(folder, name, uid, maxBytes)),
  write: (path, bytes, how) => inFolderOf(path, (folder, name) => writeIn(folder, name, bytes, how, uid)),
  remove: (path, expect) => inFolderOf(path, (folder, name) => removeIn(folder, name, uid, expect)),
  tidy: (path) =>
    inFolderOf(path, (folder, name): Done => {
      removeStale(inFolder(folder, name));
      return { kind: "done" };
    }),
});
