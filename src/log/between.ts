import type { Scene } from "./diagnose.ts";
import type { Fault } from "./fault.ts";

/**
 * What a fault in the first line of a later file means for the files: one is missing between two, or holds again what came before. Any other fault stays
 * as it is. Pure.
 */
export const betweenFiles = ({ before, at }: Scene, fault: Fault): Fault => {
  const { last } = before;
  if (last === undefined || last.file === at.file || at.fileLine !== 1) return fault;
  if (fault.file !== at.file || fault.line !== 1) return fault;
  if (fault.kind === "lost" && at.kind === "entry") {
    const isParted = before.entry?.kind === "entry" && before.entry.event === "log.rotated" && before.entry === last;
    const what = isParted ? "a file is missing" : `a file is missing, or the end of the first`;
    const gone = fault.what.split(":")[0] ?? "";
    return { ...fault, what: `${gone}: between "${last.file}" and "${at.file}" ${what}` };
  }
  if (fault.kind !== "duplicated" || at.kind === "broken" || at.seq === undefined) return fault;
  return {
    ...fault,
    what: `"${at.file}" begins with line ${at.seq} again, and "${last.file}" ends with line ${last.number}: the same lines twice, or another log's`,
  };
};
