import type { Incident } from "../state/state.ts";
import type { Judged } from "../verdict/judge.ts";
import { rootOf } from "./folding.ts";
import type { Named } from "./heirs.ts";
import { isSteady } from "./one.ts";

const including = (into: Incident, { id, includes = [] }: Incident): Incident => ({
  ...into,
  includes: [...new Set([...(into.includes ?? []), ...includes, id])],
});

const withIncident = (one: Named, incident: Incident): Named => ({
  ...one,
  incident,
  ...(one.tell === undefined ? {} : { tell: { ...one.tell, incident } }),
  ...(one.opened === undefined ? {} : { opened: incident }),
});

/** The one at the top of a chain of checks that can't be measured. */
const topOf = (one: Named, all: ReadonlyMap<string, Named>): string => {
  let top = one;
  for (const seen = new Set<string>(); top.reason.name === "unknown-need" && !seen.has(top.name); ) {
    seen.add(top.name);
    top = all.get(top.reason.by ?? "") ?? top;
  }
  return top.name;
};

const speakFor = (each: readonly Named[], all: Map<string, Named>): void => {
  for (const one of each) {
    const top = one.reason.name === "unknown-need" ? all.get(topOf(one, all)) : undefined;
    if (top?.tell === undefined) continue;
    all.set(top.name, { ...top, tell: { ...top.tell, also: [...(top.tell.also ?? []), one.name] } });
  }
};

/** The parent's incident is no end of one whose check is red all the while that the parent comes and goes. */
const isOwn = (root: Named, judged: Judged | undefined): boolean =>
  root.isFlapTold && judged !== undefined && isSteady(judged);

/**
 * An incident that was told, and whose check a red parent explains by now, goes on in the parent's: its end is told there. While the parent has none,
 * under a silence, it stays open and says nothing; so it does where the parent comes and goes, and it is red all the while. A check that
 * can't be measured speaks for those that need it. Pure.
 */
export const withFolds = (each: readonly Named[], judged: readonly Judged[]): readonly Named[] => {
  const byName = new Map(judged.map((one) => [one.name, one]));
  const all = new Map(each.map((one) => [one.name, one]));
  for (const one of each) {
    if (one.reason.name !== "folded" || one.incident === undefined) continue;
    const root = all.get(rootOf(one.name, byName));
    if (root?.incident === undefined || root.name === one.name || isOwn(root, byName.get(one.name))) continue;
    all.set(root.name, withIncident(root, including(root.incident, one.incident)));
    const why = `folded under "${one.reason.by ?? root.name}"`;
    all.set(one.name, { ...one, incident: undefined, isFlapTold: false, ended: { incident: one.incident, why } });
  }
  speakFor(each, all);
  return [...all.values()];
};
