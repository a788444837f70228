import type { Stats } from "node:fs";
import { failed } from "./failure.ts";
import type { Failure } from "./host.ts";

/**
 * Why a file (from `lstat` or `fstat`) may not be written in place, or undefined when it is a regular file with one
 * name. Never throws.
 */
export const notPlain = (stat: Stats): Failure | undefined => {
  if (stat.isSymbolicLink()) return failed("ELOOP", "it is a symbolic link");
  if (!stat.isFile()) return failed("EINVAL", "it is not a regular file");
  return stat.nlink === 1 ? undefined : failed("EMLINK", `it has ${stat.nlink} names (hard links), not one`);
};
