import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { attempt, isFailure } from "./failure.ts";
import { placeOfCgroup } from "./proc-cgroup.ts";
import { parseListeners } from "./proc-net.ts";
import { parseEnvironPaths } from "./proc-stat.ts";
import type { Listeners, Survey } from "./survey.ts";
import { listAccounts } from "./users.ts";

/** The inodes of the sockets that a process has open; of others' processes only root sees that. */
const socketsOf = (pid: number): readonly string[] => {
  const fds = attempt(() => readdirSync(`/proc/${pid}/fd`));
  const inodes = (isFailure(fds) ? [] : fds).flatMap((fd) => {
    const target = attempt(() => readlinkSync(`/proc/${pid}/fd/${fd}`));
    return (isFailure(target) ? undefined : /^socket:\[(\d+)\]$/u.exec(target)?.[1]) ?? [];
  });
  return [...new Set(inodes)];
};

const ownersOf = (pids: readonly number[]): ReadonlyMap<string, readonly number[]> => {
  const owners = new Map<string, number[]>();
  for (const pid of pids) for (const inode of socketsOf(pid)) owners.set(inode, [...(owners.get(inode) ?? []), pid]);
  return owners;
};

const listenersOf = (pids: readonly number[]): Listeners =>
  attempt(() => {
    // A host without IPv6 has no second table.
    const six = attempt(() => readFileSync("/proc/net/tcp6", "utf8"));
    const sockets = [
      ...parseListeners(readFileSync("/proc/net/tcp", "utf8")),
      ...(isFailure(six) ? [] : parseListeners(six)),
    ];
    const owners = ownersOf(pids);
    return {
      kind: "seen",
      listeners: sockets.map(({ host, port, uid, inode }) => ({ host, port, uid, pids: owners.get(inode) ?? [] })),
    };
  });

/** Looks around on this machine, in /proc and /etc/passwd; each method reads anew. Never throws. */
export const createSurvey = (): Survey => ({
  listeners: listenersOf,
  placeOf: (pid) => {
    const text = attempt(() => readFileSync(`/proc/${pid}/cgroup`, "utf8"));
    return isFailure(text) ? undefined : placeOfCgroup(text);
  },
  environPaths: (pid, names) => {
    const bytes = attempt(() => readFileSync(`/proc/${pid}/environ`));
    return isFailure(bytes) ? {} : parseEnvironPaths(bytes, names);
  },
  accounts: () => {
    const text = attempt(() => readFileSync("/etc/passwd", "utf8"));
    return isFailure(text) ? [] : listAccounts(text);
  },
});
