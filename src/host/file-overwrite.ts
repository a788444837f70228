import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  lstatSync,
  openSync,
  type Stats,
  unlinkSync,
  writeSync,
} from "node:fs";
import { geteuid } from "node:process";
import { attempt, failed, isFailure } from "./failure.ts";
import type { Done, Failure } from "./host.ts";
import { notPlain } from "./plain-file.ts";

const flags = constants.O_WRONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;

const notOurs = (stat: Stats): Failure | undefined =>
  stat.uid === geteuid?.() ? notPlain(stat) : failed("EPERM", `it belongs to uid ${stat.uid}`);

const write = (fd: number, bytes: Uint8Array): Done => {
  const written = writeSync(fd, bytes, 0, bytes.length, 0);
  if (written < bytes.length) return failed("ENOSPC", "no space left on device");
  ftruncateSync(fd, bytes.length);
  return { kind: "done" };
};

const closing = (fd: number, use: () => Done): Done => {
  try {
    return attempt(use);
  } finally {
    closeSync(fd);
  }
};

const create = (path: string, bytes: Uint8Array, mode: number): Done => {
  const fd = attempt(() => openSync(path, flags | constants.O_CREAT | constants.O_EXCL, 0o600));
  if (isFailure(fd)) return fd;
  const done = closing(fd, () => {
    const written = write(fd, bytes);
    if (written.kind === "done") fchmodSync(fd, mode);
    return written;
  });
  if (done.kind === "failed") attempt(() => unlinkSync(path));
  return done;
};

const overwrite = (path: string, bytes: Uint8Array): Done => {
  const refused = notOurs(lstatSync(path));
  if (refused !== undefined) return refused;
  const fd = openSync(path, flags);
  return closing(fd, () => notOurs(fstatSync(fd)) ?? write(fd, bytes));
};

/**
 * Makes a small file, with `mode` whatever the umask, or writes over the one that is there, in place: for folders where everybody may write. What is
 * there must be ours, regular, and have one name: no link is followed, nobody else's file is touched, and nothing blocks. It isn't
 * fsync'd. Never throws. Source: open(2), proc_sys_fs(5) (protected_regular, protected_hardlinks).
 */
export const overwriteFile = (path: string, text: string, mode: number): Done => {
  const bytes = Buffer.from(text);
  const there = attempt(() => lstatSync(path, { throwIfNoEntry: false }));
  if (isFailure(there)) return there;
  const made = there === undefined ? create(path, bytes, mode) : undefined;
  // Two at once: the second finds what the first has made.
  return made === undefined || (made.kind === "failed" && made.code === "EEXIST")
    ? attempt(() => overwrite(path, bytes))
    : made;
};

/** What is wiped at most; it is meant for keys. */
const maxWipedBytes = 65_536;

const wipe = (fd: number): Done => {
  const stat = fstatSync(fd);
  const refused = notOurs(stat);
  if (refused !== undefined) return refused;
  if (stat.size > maxWipedBytes) return failed("EFBIG", `it is larger than ${maxWipedBytes} bytes`);
  const written = writeSync(fd, new Uint8Array(stat.size), 0, stat.size, 0);
  fsyncSync(fd);
  return written === stat.size ? { kind: "done" } : failed("EIO", "not all of it was overwritten");
};

/**
 * Overwrites our own small file with zeros, in place, and fsyncs it: no link is followed, nobody else's file is touched. A file system that writes elsewhere
 * (copy-on-write, a journal of data), an SSD, a snapshot or a backup may keep what was there. Never throws. Source: fsync(2), shred(1).
 */
export const wipeFile = (path: string): Done => {
  const fd = attempt(() => openSync(path, flags));
  return isFailure(fd) ? fd : closing(fd, () => wipe(fd));
};
