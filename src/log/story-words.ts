import type { SeenEntry } from "./seen-entry.ts";

const attemptOf = ({ attempt, recipe }: SeenEntry): string =>
  `${recipe === undefined ? "a recipe" : `recipe ${recipe}`}${attempt === undefined ? "" : `, attempt ${attempt}`}`;

const titles: Readonly<Record<string, (entry: SeenEntry) => string>> = {
  "incident.opened": () => "the check turned red",
  "incident.resolved": () => "resolved",
  "heal.archived": () => "step 1 of 5: what older attempts left is closed",
  "heal.created": (entry) => `step 2: ${attemptOf(entry)}`,
  "heal.planned": () => "step 3: the change is planned",
  "heal.dispatched": () => "step 4: the intent is on disk, now the command runs",
  "heal.proved": () => "step 5: proved, the sick checks are well",
  "heal.failed": (entry) => `step 5: not proved, ${attemptOf(entry)} failed`,
  "heal.restored": () => "the files of the backup were put back",
  "heal.refused": (entry) => `not healed: ${attemptOf(entry)} was refused`,
  "heal.indeterminate": () => "a crash came between intent and outcome; the change is not repeated",
  "heal.unlatched": () => "a person let the rule act again",
};

const sayers: Readonly<Record<string, string>> = { watcher: "told by the watcher", helper: "" };

/** Who says so, where it isn't the helper itself; a person by number. */
const sayerOf = ({ by }: SeenEntry): string => sayers[by] ?? `by ${by}`;

/** What happened, in words; an event of a later version by its name. Never throws. */
export const titleOf = (entry: SeenEntry): string => {
  const title = Object.hasOwn(titles, entry.event) ? titles[entry.event]?.(entry) : undefined;
  const sayer = sayerOf(entry);
  return `${title ?? entry.event}${sayer === "" ? "" : ` (${sayer})`}`;
};
