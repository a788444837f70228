import type { Verdict } from "./verdict.ts";

/** What folding looks at. */
export interface Needing {
  readonly name: string;
  readonly needs: readonly string[];
  readonly verdict: Verdict;
}

/** The nearest check that this one needs, directly or through others, for which `is` holds. A circle (refused at load) ends. Pure. */
export const needWhich = (
  name: string,
  needsOf: (name: string) => readonly string[],
  is: (need: string) => boolean,
): string | undefined => {
  const queue = [...needsOf(name)];
  const seen = new Set([name]);
  for (const need of queue) {
    if (seen.has(need)) continue;
    seen.add(need);
    if (is(need)) return need;
    queue.push(...needsOf(need));
  }
  return undefined;
};

/** The red check that explains this one: the nearest among those it needs. Undefined for a check that is green or stands alone. Pure. */
export const foldedUnder = (check: Needing, all: ReadonlyMap<string, Needing>): string | undefined =>
  check.verdict === "green"
    ? undefined
    : needWhich(
        check.name,
        (name) => all.get(name)?.needs ?? [],
        (name) => all.get(name)?.verdict === "red",
      );
