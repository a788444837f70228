import type { Config } from "../config/config.ts";
import { formatDuration } from "../config/duration.ts";
import type { Reading } from "../probes/probe.ts";
import { type Book, openFor } from "../state/book.ts";
import { momentOf } from "../state/state.ts";
import { isUnfoldedRed, type Judged, type Now } from "../verdict/judge.ts";
import { ownView } from "../verdict/own-view.ts";
import type { HealContext } from "./context.ts";
import type { WatcherEvent } from "./helper.ts";

type Readings = ReadonlyMap<string, Reading>;

/**
 * How long a look may hold up the answer to what the watcher calls over, in milliseconds: a probe's usual timeout and a child's start. Whoever waits
 * for the answer may have a red to tell.
 */
const endLookMs = 8000;

/** What the helper's own look says of checks that the watcher calls well. */
export type EndSight =
  | { readonly kind: "well"; readonly evidence: string }
  /** Red, and no need of its own explains it. */
  | { readonly kind: "sick"; readonly evidence: string }
  /** Neither: `why` says what was seen instead. */
  | { readonly kind: "unconfirmed"; readonly why: string };

const isKnown = ({ checks }: Config, name: string): boolean => checks.some((check) => check.name === name);

/** The incident of the book that an end is about. Pure. */
export const endingOf = (
  { open }: Book,
  { incident, check }: { readonly incident: string; readonly check: string },
): string | undefined => (Object.hasOwn(open, incident) ? incident : openFor(open, check));

/** The checks to look at before incidents are ended: those that they were opened for, and those that are called well. Pure. */
export const endedChecks = (book: Book, config: Config, events: readonly WatcherEvent[]): readonly string[] => {
  const opened = new Map(
    events.flatMap((each) => (each.event === "incident.opened" ? [[each.incident, each.check] as const] : [])),
  );
  const isOpened = (check: string): boolean => [...opened.values()].includes(check);
  const names = events.flatMap((each) => {
    if (each.event !== "incident.resolved") return [];
    const id = endingOf(book, each);
    if (id === undefined && !opened.has(each.incident) && !isOpened(each.check)) return [];
    return [id === undefined ? undefined : book.open[id]?.check, opened.get(each.incident), each.check];
  });
  return config.checks.map(({ name }) => name).filter((name) => names.includes(name));
};

/** With all that they need: what is folded is explained, and ends. */
const withNeeds = ({ checks }: Config, names: readonly string[]): Config["checks"] => {
  const wanted = new Set(names);
  for (const name of wanted)
    for (const need of checks.find((each) => each.name === name)?.needs ?? []) wanted.add(need);
  return checks.filter(({ name }) => wanted.has(name));
};

/** Looks at these checks and what they need; undefined when that takes too long for somebody who waits. */
export const lookAtEnds = async (context: HealContext, names: readonly string[]): Promise<Readings | undefined> => {
  if (names.length === 0) return new Map();
  const done = new AbortController();
  const late = context.host.clock.sleep(endLookMs, done.signal).then(() => undefined);
  try {
    return await Promise.race([context.look(withNeeds(context.config, names).map(({ name }) => name)), late]);
  } finally {
    done.abort();
  }
};

const doubtOf = ({ because, isInGrace, reading }: Judged): string => {
  if (because !== undefined) return `it reads bad, and so does "${because}", which it needs`;
  return isInGrace && reading === "bad" ? "it reads bad in its start grace" : `it reads ${reading}`;
};

/** Judges by these readings alone what the watcher calls over; undefined readings: they came too late. Pure. */
export const sightOf =
  (config: Config, readings: Readings | undefined, now: Now) =>
  (checks: readonly string[]): EndSight => {
    const names = checks.filter((name) => isKnown(config, name));
    if (names.length === 0) return { kind: "unconfirmed", why: "its config has no such check" };
    if (readings === undefined)
      return { kind: "unconfirmed", why: `its own look took longer than ${formatDuration(endLookMs)}` };
    const judged = ownView(withNeeds(config, names), readings, names, now).filter(({ name }) => names.includes(name));
    const sick = judged.find(isUnfoldedRed);
    if (sick !== undefined) return { kind: "sick", evidence: sick.evidence };
    const doubt = judged.find(({ reading }) => reading !== "ok");
    return doubt === undefined
      ? { kind: "well", evidence: judged[0]?.evidence ?? "" }
      : { kind: "unconfirmed", why: doubtOf(doubt) };
  };

/** The moment as a judge wants it. */
export const nowOf = ({ host }: Pick<HealContext, "host">): Now => ({
  at: new Date(host.clock.nowMs()).toISOString(),
  ...momentOf(host),
});

/**
 * Ends the incidents that the watcher called over and that a look of our own found sick, once another one finds them well: nobody else may ask
 * again. Nothing is looked at where there are none. Never throws for expected trouble.
 */
export const endSaidOver = async (context: HealContext): Promise<void> => {
  const { journal, config, by } = context;
  const said = Object.entries(journal.book().open).filter(([, { saidOver }]) => saidOver === true);
  if (said.length === 0) return;
  const readings = await lookAtEnds(
    context,
    said.map(([, { check }]) => check).filter((name) => isKnown(config, name)),
  );
  const sight = sightOf(config, readings, nowOf(context));
  const well = new Map(
    said.flatMap(([id, { check }]) => {
      const seen = sight([check]);
      return seen.kind === "well" ? [[id, seen.evidence] as const] : [];
    }),
  );
  if (well.size === 0) return;
  journal.enter((book) => {
    const ended = Object.entries(book.open).filter(([id]) => well.has(id));
    return {
      entries: ended.map(([incident, { check }]) => ({
        event: "incident.resolved" as const,
        by,
        incident,
        check,
        evidence: well.get(incident) ?? "",
        why: "well at the helper's own look; the watcher had said so before",
      })),
      book: { ...book, open: Object.fromEntries(Object.entries(book.open).filter(([id]) => !well.has(id))) },
    };
  });
};
