import { closeSync, constants, fchmodSync, fstatSync, fsyncSync, lstatSync, openSync, writeSync } from "node:fs";
import { attempt, failed, isFailure } from "./failure.ts";
import { folderOf, syncFolder } from "./file-replace.ts";
import type { Done, Failure } from "./host.ts";
import { notPlain } from "./plain-file.ts";

const openForAppend = (path: string, mode: number): { readonly fd: number; readonly isNew: boolean } | Failure => {
  const flags =
    constants.O_WRONLY | constants.O_APPEND | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there === undefined) {
    const fd = openSync(path, flags | constants.O_CREAT | constants.O_EXCL, 0o600);
    fchmodSync(fd, mode);
    return { fd, isNew: true };
  }
  const refused = notPlain(there);
  if (refused !== undefined) return refused;
  const fd = openSync(path, flags);
  const refusedNow = notPlain(fstatSync(fd));
  if (refusedNow !== undefined) {
    closeSync(fd);
    return refusedNow;
  }
  return { fd, isNew: false };
};

const writeOnce = (fd: number, newIn: string | undefined, bytes: Uint8Array): Done => {
  const written = writeSync(fd, bytes, 0, bytes.length);
  fsyncSync(fd);
  if (newIn !== undefined) syncFolder(newIn);
  return written === bytes.length
    ? { kind: "done" }
    : failed("ENOSPC", `no space left on device: ${written} of ${bytes.length} bytes were written`);
};

/**
 * Appends to a regular file in one write(2) and fsyncs it; a missing file is created with `mode`. Refuses a link, a
 * second hard link, a FIFO and a device, so that nobody else's file grows. A short write is a failure (`ENOSPC`) and
 * what was written stays: a log doesn't cut itself.
 */
export const appendFile = (path: string, text: string, mode: number): Done => {
  const opened = attempt(() => openForAppend(path, mode));
  if (isFailure(opened)) return opened;
  try {
    return attempt(() => writeOnce(opened.fd, opened.isNew ? folderOf(path) : undefined, Buffer.from(text)));
  } finally {
    closeSync(opened.fd);
  }
};
