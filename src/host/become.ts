import { lstatSync } from "node:fs";
import { attempt, failed, isFailure } from "./failure.ts";
import type { Failure } from "./host.ts";
import { accountOf } from "./users.ts";

/** Who we are now. `uid` as before where nobody had to be become. */
export interface Became {
  readonly kind: "became";
  readonly uid: number;
}

const drop = (uid: number, gid: number): Became => {
  const name = accountOf(uid)?.name;
  if (name !== undefined && "initgroups" in process && typeof process.initgroups === "function")
    process.initgroups(name, gid);
  else process.setgroups?.([gid]);
  process.setgid?.(gid);
  process.setuid?.(uid);
  return { kind: "became", uid };
};

/**
 * Lets root become the owner of a folder for good: ids, groups, and with them every capability; there is no way back. What it then writes there, the
 * owner can write too, and a link that the owner planted leads it nowhere that the owner couldn't go. Stays who it is where the folder is root's or isn't there.
 * Source: setuid(2), initgroups(3), capabilities(7).
 */
export const becomeOwner = (folder: string): Became | Failure => {
  const stat = attempt(() => lstatSync(folder));
  const uid = process.geteuid?.() ?? 0;
  if (isFailure(stat)) return stat.code === "ENOENT" ? { kind: "became", uid } : stat;
  if (!stat.isDirectory()) return failed("ENOTDIR", "it is no folder");
  if (uid !== 0 || stat.uid === 0) return { kind: "became", uid };
  const became = attempt(() => drop(stat.uid, stat.gid));
  if (isFailure(became)) return became;
  return process.geteuid?.() === stat.uid && process.getuid?.() === stat.uid
    ? became
    : failed("EPERM", "the kernel did not let us become its owner");
};

/** Lets root write files of a folder's group, so that the group can read them. Never throws. */
export const joinGroupOf = (folder: string): void => {
  const stat = attempt(() => lstatSync(folder));
  if (!isFailure(stat) && process.geteuid?.() === 0) attempt(() => process.setegid?.(stat.gid));
};
