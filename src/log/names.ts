import { didYouMean, nearest, quoted } from "../config/near.ts";
import type { SeenEntry } from "./seen-entry.ts";
import type { Wanted } from "./wanted.ts";

/** Names that a log holds, to tell what was meant by one that it doesn't. */
export interface Names {
  take(entry: SeenEntry): void;
  /** What isn't in the log at all of what was asked for, with the names near it; undefined when all is there. */
  missing(wanted: Wanted): string | undefined;
  /** Incidents that may be meant by an id that isn't there, the likeliest first, three at most. */
  incidentsNear(id: string): readonly string[];
}

/** More than any config has; and of incidents, the newest. */
const maxNames = 10_000;
const maxNear = 3;
const maxTold = 8;

const add = (names: Set<string>, name: string | undefined): void => {
  if (name === undefined) return;
  names.delete(name);
  names.add(name);
  const [oldest] = names;
  if (names.size > maxNames && oldest !== undefined) names.delete(oldest);
};

/** An id is the check, a dash and a moment. */
const partsOf = (id: string): { readonly check: string; readonly moment: string } => {
  const at = id.lastIndexOf("-");
  return at < 0 ? { check: id, moment: "" } : { check: id.slice(0, at), moment: id.slice(at + 1) };
};

const shared = (a: string, b: string): number => {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return length;
};

/** Of the same check those whose moments begin alike; else those that a slip away, or begin alike; else the newest. */
const near = (id: string, known: readonly string[]): readonly string[] => {
  const wanted = partsOf(id);
  const newest = known.toReversed();
  const alike = newest
    .filter((each) => each.startsWith(id) || partsOf(each).check === wanted.check)
    .map((each) => ({ each, far: -shared(partsOf(each).moment, wanted.moment) }))
    .sort((a, b) => a.far - b.far)
    .map(({ each }) => each);
  const slip = nearest(id, newest) ?? newest.find((each) => nearest(wanted.check, [partsOf(each).check]));
  return [...new Set([...alike, ...(slip === undefined ? [] : [slip])])].slice(0, maxNear);
};

const others = (known: ReadonlySet<string>): string =>
  known.size === 0
    ? ""
    : `; it has ${[...known].slice(-maxTold).map(quoted).join(", ")}${known.size > maxTold ? ", …" : ""}`;

/** No entry read yet. Never throws. */
export const createNames = (): Names => {
  const [checks, recipes, incidents] = [new Set<string>(), new Set<string>(), new Set<string>()];
  const missingOf = (kind: string, name: string | undefined, known: ReadonlySet<string>): readonly string[] =>
    name === undefined || known.has(name)
      ? []
      : [`the log has no ${kind} ${quoted(name)}${didYouMean(name, [...known]) || others(known)}`];
  return {
    take(entry): void {
      add(checks, entry.check);
      add(recipes, entry.recipe);
      add(incidents, entry.incident);
    },
    missing: (wanted) =>
      [
        ...missingOf("incident", wanted.incident, incidents),
        ...missingOf("check", wanted.check, checks),
        ...missingOf("recipe", wanted.recipe, recipes),
      ][0],
    incidentsNear(id): readonly string[] {
      const found = near(id, [...incidents]);
      return found.length > 0 ? found : [...incidents].toReversed().slice(0, maxNear);
    },
  };
};
