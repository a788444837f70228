import type { Check, Config } from "../config/config.ts";
import type { Reading } from "../probes/probe.ts";
import type { CheckState } from "../state/state.ts";
import { isUnfoldedRed, type Judged, judge, type Now } from "./judge.ts";

/** Names that can be reached from `start` by `next`, the start included. */
const closure = (start: Iterable<string>, next: (name: string) => readonly string[]): ReadonlySet<string> => {
  const found = new Set(start);
  for (const name of found) for (const each of next(name)) found.add(each);
  return found;
};

/**
 * The checks that somebody must look at who wants to judge `names` without believing anybody: they, all that their rules name, what those need,
 * and what is folded under them. In the config's order. Pure.
 */
export const relevantChecks = ({ checks, heal }: Config, names: readonly string[]): readonly Check[] => {
  const asked = new Set(names);
  const ruled = heal.rules.flatMap(({ on }) => (on.some((name) => asked.has(name)) ? on : []));
  const above = new Map(checks.map(({ name, needs }) => [name, needs]));
  const below = (name: string): readonly string[] =>
    checks.flatMap((check) => (check.needs.includes(name) ? [check.name] : []));
  const patients = closure([...names, ...ruled], below);
  const wanted = closure(patients, (name) => above.get(name) ?? []);
  return checks.filter(({ name }) => wanted.has(name));
};

/** A check as if all its bad ticks but this one had been counted: whether it was bad for so long only the watcher knows. */
const almostRed = ({ redAfter }: Check): CheckState => ({
  verdict: "amber",
  reading: "bad",
  evidence: "",
  since: "",
  ticks: redAfter - 1,
  badTicks: redAfter - 1,
  isUnknownTold: false,
});

/**
 * What these readings alone say of the checks, with grace and folding, whatever anybody claims. A check that nobody asked about is never red here by
 * itself: it may explain another (`because`), and asks for no heal. A folded one asks for none anyway; it stays red, since its silence or its words
 * may refuse its rule's heal. Pure.
 */
export const ownView = (
  checks: readonly Check[],
  readings: ReadonlyMap<string, Reading>,
  asked: readonly string[],
  now: Now,
): readonly Judged[] => {
  const before = Object.fromEntries(checks.map((check) => [check.name, almostRed(check)]));
  return judge(checks, readings, before, now).map((each) =>
    isUnfoldedRed(each) && !asked.includes(each.name) ? { ...each, verdict: "amber" as const } : each,
  );
};
