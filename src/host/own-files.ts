import type { Done, Failure } from "./host.ts";

/** One file with all that is needed to put it back. `changedMs`: the later of its last write and its last change of any kind, wall time. */
export interface OwnFile {
  readonly kind: "read";
  readonly bytes: Uint8Array;
  /** Permission bits only, octal 0o777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly changedMs: number;
}

/** How a file is written. `gid`: the group that it gets, else that of a new file there. `expect`: what must be there now, by its SHA-256, or `null` for nothing. */
export interface OwnWrite {
  readonly mode: number;
  readonly gid?: number;
  readonly expect?: string | null;
}

/**
 * Files of the user that we are, in folders that this user may change meanwhile. Each folder of the path is opened in the one
 * before it, and a link anywhere fails with `ELOOP`; so does a path that isn't absolute, or has `.` or `..` in it, with `EINVAL`. The
 * file is a regular one with one name, ours, and without set-user-ID or the like. Never blocks.
 */
export interface OwnFiles {
  read(path: string, maxBytes: number): OwnFile | Failure;
  /** Replaces or makes it whole, as `Files.replace` does; its folder must be there. What isn't as expected fails with `ESTALE`. */
  write(path: string, bytes: Uint8Array, how: OwnWrite): Done;
  /** Removes it when its bytes have this SHA-256, else fails with `ESTALE`. */
  remove(path: string, expect: string): Done;
  /** Clears away what a killed process left of an earlier `write` of this file. */
  tidy(path: string): Done;
}
