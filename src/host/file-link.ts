import { readlinkSync, symlinkSync } from "node:fs";
import { attempt, isFailure } from "./failure.ts";
import { folderOf, syncFolder } from "./file-replace.ts";
import type { Done } from "./host.ts";

/** Makes a symbolic link where nothing is yet; whatever stands at `path` fails with `EEXIST`. Source: symlink(2). */
export const makeLink = (target: string, path: string): Done =>
  attempt(() => {
    symlinkSync(target, path);
    syncFolder(folderOf(path));
    return { kind: "done" };
  });

/** Where a link leads, as it says itself; undefined for what is none. Source: readlink(2). */
export const linkTarget = (path: string): string | undefined => {
  const read = attempt(() => ({ target: readlinkSync(path) }));
  return isFailure(read) ? undefined : read.target;
};
