import { lstatSync, readFileSync } from "node:fs";
import { attempt, isFailure } from "./failure.ts";
import { lockHolder } from "./proc-locks.ts";

/**
 * Who holds a write lock on a file, for a person: `process 4711 (dogwatch)`; undefined where nobody does or the kernel
 * doesn't tell. Never opens the file, and never throws.
 */
export const holderOf = (path: string): string | undefined => {
  const told = attempt(() => {
    const pid = lockHolder(readFileSync("/proc/locks", "utf8"), lstatSync(path));
    return pid === undefined ? undefined : { pid, comm: readFileSync(`/proc/${pid}/comm`, "utf8") };
  });
  if (told === undefined || isFailure(told)) return undefined;
  return `process ${told.pid} (${told.comm.replaceAll(/[^\x20-\x7e]/g, "").slice(0, 15)})`;
};
