import type { SeenEntry } from "./seen-entry.ts";
import { worseOf } from "./worse.ts";

const attemptOf = ({ attempt, recipe }: SeenEntry): string =>
  `${recipe === undefined ? "a recipe" : `recipe ${recipe}`}${attempt === undefined ? "" : `, attempt ${attempt}`}`;

const titles: Readonly<Record<string, (entry: SeenEntry) => string>> = {
  "incident.opened": () => "the check turned red",
  "incident.resolved": () => "resolved",
  "heal.archived": () => "what older attempts left is closed",
  "heal.created": attemptOf,
  "heal.planned": () => "the change is planned",
  "heal.dispatched": () => "the intent is on disk, now the command runs",
  "heal.proved": () => "proved: the sick checks are well",
  "heal.failed": (entry) => `${attemptOf(entry)} failed`,
  "heal.restored": (entry) =>
    worseOf(entry) === undefined
      ? "the files of the backup were put back"
      : "not all files of the backup were put back",
  "heal.refused": (entry) => `not healed: ${attemptOf(entry)} was refused`,
  "heal.indeterminate": () => "a crash came between intent and outcome; the change is not repeated",
  "heal.unlatched": () => "a person let the rule act again",
  "silence.added": () => "silenced",
  "silence.removed": () => "no more silenced",
  "config.changed": () => "the config is another one",
  "log.torn": (entry) =>
    worseOf(entry) === undefined
      ? "a line of the log was cut off in mid-write"
      : "the end of the log is not as it was left",
  "log.rotated": (entry) =>
    worseOf(entry) === undefined
      ? "the log goes over to another file"
      : "the log was moved, emptied or removed by somebody else",
};

/** Where an event stands in a heal's five steps. Source: docs/audit.md. */
const steps: Readonly<Record<string, string>> = {
  "heal.archived": "step 1 of 5",
  "heal.created": "step 2",
  "heal.planned": "step 3",
  "heal.dispatched": "step 4",
  "heal.proved": "step 5",
  "heal.failed": "step 5",
};

const known = <Value>(table: Readonly<Record<string, Value>>, event: string): Value | undefined =>
  Object.hasOwn(table, event) ? table[event] : undefined;

const sayers: Readonly<Record<string, string>> = { watcher: "told by the watcher", helper: "" };

/** Who says so, where it isn't the helper itself; a person by number. */
const sayerOf = ({ by }: SeenEntry): string => known(sayers, by) ?? `by ${by}`;

/** What happened, in words; an event of a later version by its name. Never throws. */
export const wordsOf = (entry: SeenEntry): string => {
  const sayer = sayerOf(entry);
  return `${known(titles, entry.event)?.(entry) ?? entry.event}${sayer === "" ? "" : ` (${sayer})`}`;
};

/** The same, with its place in the five steps of a heal. Never throws. */
export const titleOf = (entry: SeenEntry): string => {
  const step = known(steps, entry.event);
  return `${step === undefined ? "" : `${step}: `}${wordsOf(entry)}`;
};
