import type { Failure } from "../host/host.ts";
import type { Seen } from "./probe.ts";

/**
 * A file that couldn't be read: gone is bad, anything else says nothing of the one who writes it. `as`: who looked, where the check
 * names somebody. Never throws.
 */
export const cannotRead = (path: string, { code, why }: Failure, as: string | null): Seen => {
  if (code === "ENOENT" || code === "ENOTDIR") return { kind: "bad", evidence: `there is no file "${path}"` };
  const isDenied = code === "EACCES" || code === "EPERM";
  const remedy = isDenied && as === null ? "; look as a user who may (as: USER)" : "";
  return { kind: "unknown", evidence: `cannot read "${path}": ${why}${remedy}` };
};
