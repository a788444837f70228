import type { NewEntry } from "../log/entry.ts";
import type { Attempt } from "../state/heal-state.ts";
import type { Bench } from "./attempt.ts";
import { loggedBackup } from "./backup.ts";
import type { Applicable } from "./choice.ts";

/** A log entry of an attempt, with the words that each of them begins with. Never throws. */
export const entryOf = (
  { by }: Pick<Bench, "by">,
  event: NewEntry["event"],
  attempt: Attempt,
  more: Omit<NewEntry, "event" | "by">,
): NewEntry => ({
  event,
  by,
  incident: attempt.incident,
  check: attempt.check,
  recipe: attempt.recipe,
  key: attempt.key,
  attempt: attempt.number,
  ...more,
});

const targetFacts = ({ candidate: { target, facts } }: Applicable): Pick<NewEntry, "target"> => {
  if (target === undefined) return {};
  const pid = facts === undefined || "kind" in facts || facts.mainPid === 0 ? {} : { pid: facts.mainPid };
  return { target: { unit: target.unit, ...(target.user === undefined ? {} : { user: target.user }), ...pid } };
};

/** All steps as one list of words, with `&&` between them, as the log tells them. Never throws. */
export const argvOf = ({ candidate: { steps } }: Applicable): readonly string[] =>
  steps.flatMap((step, i) => (i === 0 ? step : ["&&", ...step]));

/** The hashes of the files that a recipe may change, as they were found. Never throws. */
export const foundBackup = ({ candidate: { files } }: Applicable): Pick<NewEntry, "backup"> =>
  files?.kind === "found"
    ? loggedBackup(files.files.map(({ path, file }) => ({ path, sha256: file?.sha256 ?? null })))
    : {};

/** The first three of the five steps, as the log tells them: archive, create, dry-run. Never throws. */
export const planEntries = (
  bench: Pick<Bench, "by">,
  chosen: Applicable,
  attempt: Attempt,
  archived: number,
  seals: Awaited<ReturnType<Bench["seals"]>>,
): readonly NewEntry[] => {
  const sealed = { recipe_sha256: chosen.recipe.sha256, ...seals };
  const argv = argvOf(chosen);
  return [
    entryOf(bench, "heal.archived", attempt, { why: `${archived} stale attempts closed` }),
    entryOf(bench, "heal.created", attempt, { ...sealed, budget_left: chosen.budgetLeft }),
    entryOf(bench, "heal.planned", attempt, {
      argv,
      ...targetFacts(chosen),
      ...foundBackup(chosen),
      why: "exactly one change is planned",
    }),
  ];
};
