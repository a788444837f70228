import type { FileStat, Files } from "../host/host.ts";
import { type Fault, wholeFileFault } from "./fault.ts";
import { folderOf } from "./path.ts";
import { maxFileBytes } from "./text.ts";

interface Machine {
  readonly files: Pick<Files, "read" | "stat">;
  readonly uid: number;
}

/** Group and others may write. */
export const writeMask = 0o022;
/** In a folder where everybody may write, only the owner of a file may replace it. Source: inode(7), S_ISVTX. */
export const sticky = 0o1000;

const octal = (mode: number): string => `0${(mode & 0o7777).toString(8)}`;

const isOurs = (stat: FileStat, uid: number): boolean => stat.uid === 0 || stat.uid === uid;

const ownerFault = (what: string, path: string, stat: FileStat, uid: number): string =>
  `${what} "${path}" belongs to uid ${stat.uid}, who can change it; run: chown ${uid} "${path}"`;

const fileFault = (path: string, stat: FileStat, uid: number): string | undefined => {
  if (!stat.isFile) return `"${path}" is not a regular file`;
  if (!isOurs(stat, uid)) return ownerFault("the file", path, stat, uid);
  if ((stat.mode & writeMask) === 0) return undefined;
  return `others can write the file "${path}" (mode ${octal(stat.mode)}); run: chmod go-w "${path}"`;
};

const folderFault = (host: Machine, path: string): string | undefined => {
  const folder = folderOf(path);
  const named = host.files.stat(folder);
  // A folder that is a link: `/.` at its end makes lstat(2) look at what it leads to.
  const stat = "kind" in named || !named.isLink ? named : host.files.stat(`${folder}/.`);
  if ("kind" in stat) return `cannot look at the folder "${folder}": ${stat.why}`;
  if (!isOurs(stat, host.uid)) return ownerFault("the folder", folder, stat, host.uid);
  if ((stat.mode & writeMask) === 0 || (stat.mode & sticky) !== 0) return undefined;
  return `others can put files into the folder "${folder}" (mode ${octal(stat.mode)}); run: chmod go-w "${folder}"`;
};

const linkFault = (host: Machine, path: string): string | undefined => {
  const stat = host.files.stat(path);
  if ("kind" in stat) return `cannot look at "${path}": ${stat.why}`;
  return stat.isLink && !isOurs(stat, host.uid) ? ownerFault("the link", path, stat, host.uid) : undefined;
};

/** The bytes of a file that passed, or the one fault, at 1:1 of the file, that kept it from being used. */
export type Trusted =
  | { readonly kind: "read"; readonly bytes: Uint8Array }
  | { readonly kind: "faults"; readonly faults: readonly Fault[] };

/**
 * Reads a config or recipe that only root or we can have written. The owner and mode are those of the file that was opened, so nothing can be swapped
 * between look and read; a link is followed when the link, its folder and the target pass. A sticky folder (`/tmp`) passes. Never throws.
 */
export const readTrusted = (host: Machine, path: string): Trusted => {
  const refuse = (message: string): Trusted => ({ kind: "faults", faults: [wholeFileFault(path, message)] });
  const read = host.files.read(path, maxFileBytes);
  if (read.kind === "failed") {
    const why = read.code === "EFBIG" ? `the file has more than ${maxFileBytes} bytes (1 MiB)` : read.why;
    return refuse(`cannot read the file: ${why}`);
  }
  const fault = fileFault(path, read.stat, host.uid) ?? linkFault(host, path) ?? folderFault(host, path);
  return fault === undefined
    ? { kind: "read", bytes: read.bytes }
    : refuse(`refused, since whoever can write it decides what dogwatch does: ${fault}`);
};
