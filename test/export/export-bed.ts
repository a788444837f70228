import { appendFileSync } from "node:fs";
import { logCommand } from "../../src/cli/log.ts";
import type { NewEntry } from "../../src/log/entry.ts";
import { createLogBed } from "../log/log-bed.ts";

/** What an export of a log with these entries gave. `tail`: bytes that stand after them. */
export const exportOf = async (
  entries: readonly NewEntry[],
  args: readonly string[],
  tail = "",
): Promise<{ readonly out: string; readonly err: string; readonly exit: number; readonly log: string }> => {
  const bed = createLogBed();
  try {
    if (entries.length > 0) bed.append(...entries);
    if (tail !== "") appendFileSync(bed.path, tail);
    const exit = await logCommand(bed.host, ["export", ...args], { logFile: bed.path }, false);
    return { out: bed.out(), err: bed.err(), exit, log: entries.length === 0 ? "" : bed.read().toString() };
  } finally {
    bed.remove();
  }
};

/** The objects of a text that has one a line. */
export const objectsIn = (text: string): readonly Record<string, unknown>[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line): Record<string, unknown> => JSON.parse(line));
