import type { Verdict } from "./verdict.ts";

/** What folding looks at. */
export interface Needing {
  readonly name: string;
  readonly needs: readonly string[];
  readonly verdict: Verdict;
}

/**
 * The red check that explains this one: the nearest among those it needs, directly or through others. Undefined for a check
 * that is green or stands alone. Never throws; a circle (refused at load) ends.
 */
export const foldedUnder = (check: Needing, all: ReadonlyMap<string, Needing>): string | undefined => {
  if (check.verdict === "green") return undefined;
  const seen = new Set([check.name]);
  const queue = [...check.needs];
  for (const name of queue) {
    const need = all.get(name);
    if (need === undefined || seen.has(name)) continue;
    seen.add(name);
    if (need.verdict === "red") return name;
    queue.push(...need.needs);
  }
  return undefined;
};
