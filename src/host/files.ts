import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmdirSync,
  type Stats,
  statSync,
  unlinkSync,
} from "node:fs";
import { attempt, failed } from "./failure.ts";
import { appendFile } from "./file-append.ts";
import { linkTarget, makeLink } from "./file-link.ts";
import { lockFile } from "./file-lock.ts";
import { overwriteFile, wipeFile } from "./file-overwrite.ts";
import { createFile, folderOf, publishFile, replaceFile, sweepFolder, syncFolder } from "./file-replace.ts";
import type { Done, Failure, FileStat, Files, Read } from "./host.ts";
import { holderOf } from "./lock-holder.ts";

/** First guess at the size of files that don't tell it, such as those of /proc; doubled until the end is found. */
const untoldBytes = 16 * 1024;

const notRegular = (stat: Stats): Failure =>
  failed("EINVAL", `it is ${stat.isDirectory() ? "a folder" : "a device, pipe or socket"}, not a regular file`);

/**
 * Opens a regular file for reading and closes it again. It is looked at before it is opened, because to open a device
 * can itself do something (`/dev/watchdog` arms), and again once open, because the path may have changed in between.
 */
const withRegularFile = (path: string, use: (fd: number, stat: Stats) => Read): Read =>
  attempt(() => {
    const before = statSync(path);
    if (!before.isFile()) return notRegular(before);
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    try {
      const stat = fstatSync(fd);
      return stat.isFile() ? use(fd, stat) : notRegular(stat);
    } finally {
      closeSync(fd);
    }
  });

/**
 * Reads until a read gives nothing, for the size that `fstat` tells is 0 in /proc and may be old elsewhere. Undefined
 * when there is more than `maxBytes`.
 */
const readToEnd = (fd: number, guessBytes: number, maxBytes: number): Uint8Array | undefined => {
  let buffer = new Uint8Array(Math.min(guessBytes, maxBytes) + 1);
  let filled = 0;
  for (;;) {
    const got = readSync(fd, buffer, filled, buffer.length - filled, null);
    filled += got;
    if (filled > maxBytes) return undefined;
    if (got === 0) return buffer.subarray(0, filled);
    if (filled === buffer.length) {
      const larger = new Uint8Array(Math.min(buffer.length * 2, maxBytes + 1));
      larger.set(buffer);
      buffer = larger;
    }
  }
};

const told = (stat: Stats): FileStat => ({
  isFile: stat.isFile(),
  isFolder: stat.isDirectory(),
  isLink: stat.isSymbolicLink(),
  sizeBytes: stat.size,
  mode: stat.mode & 0o7777,
  uid: stat.uid,
  gid: stat.gid,
  modifiedMs: stat.mtimeMs,
});

const readWhole = (fd: number, stat: Stats, maxBytes: number): Read => {
  const tooLarge = failed("EFBIG", `it is larger than ${maxBytes} bytes`);
  if (stat.size > maxBytes) return tooLarge;
  const bytes = readToEnd(fd, stat.size === 0 ? untoldBytes : stat.size, maxBytes);
  return bytes === undefined ? tooLarge : { kind: "read", bytes, stat: told(stat) };
};

const readPart = (fd: number, stat: Stats, offset: number, length: number): Read => {
  const buffer = new Uint8Array(Math.max(0, Math.min(length, stat.size - offset)));
  let filled = 0;
  while (filled < buffer.length) {
    const got = readSync(fd, buffer, filled, buffer.length - filled, offset + filled);
    if (got === 0) break;
    filled += got;
  }
  return { kind: "read", bytes: buffer.subarray(0, filled), stat: told(stat) };
};

/** Does one call that gives nothing. */
const doing = (work: () => void): Done =>
  attempt(() => {
    work();
    return { kind: "done" };
  });

const setFolderMode = (path: string, mode: number): void => {
  const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    fchmodSync(fd, mode);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
};

const makeOne = (path: string, mode: number): Done => {
  const made = doing(() => mkdirSync(path, { mode: 0o700 }));
  if (made.kind === "done") return doing(() => setFolderMode(path, mode));
  if (made.code !== "EEXIST") return made;
  return attempt(() =>
    statSync(path).isDirectory() ? { kind: "done" } : failed("ENOTDIR", "a file of that name is in the way"),
  );
};

/** Makes the folder and those above it; the mode goes, whatever the umask, to the ones made here and to no other. */
const makeFolder = (path: string, mode: number): Done => {
  const made = makeOne(path, mode);
  if (made.kind === "done" || made.code !== "ENOENT" || folderOf(path) === path) return made;
  const above = makeFolder(folderOf(path), mode);
  return above.kind === "done" ? makeOne(path, mode) : above;
};

/** A rename that survives a crash: both folders are on disk when it answers. */
const rename = (from: string, to: string): Done =>
  attempt(() => {
    renameSync(from, to);
    syncFolder(folderOf(to));
    if (folderOf(from) !== folderOf(to)) syncFolder(folderOf(from));
    return { kind: "done" };
  });

/**
 * The files of this machine. Each method answers with a value, a `Failure` for every errno, and never blocks on a FIFO.
 */
export const createFiles = (): Files => ({
  read: (path, maxBytes) => withRegularFile(path, (fd, stat) => readWhole(fd, stat, maxBytes)),
  readAt: (path, offset, length) => withRegularFile(path, (fd, stat) => readPart(fd, stat, offset, length)),
  stat: (path) => attempt(() => told(lstatSync(path))),
  list: (path) => attempt(() => readdirSync(path).sort()),
  replace: (path, text, mode) => replaceFile(path, text, mode),
  publish: publishFile,
  create: createFile,
  sweep: (folder) => sweepFolder(folder),
  append: appendFile,
  overwrite: overwriteFile,
  wipe: wipeFile,
  makeFolder,
  remove: (path) => doing(() => unlinkSync(path)),
  removeFolder: (path) => doing(() => rmdirSync(path)),
  rename,
  link: makeLink,
  linkTarget,
  lock: lockFile,
  holder: holderOf,
});
