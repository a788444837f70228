import type { Config } from "../config/config.ts";
import type { Host } from "../host/host.ts";
import type { NewEntry } from "../log/entry.ts";
import { cleanEvidence } from "../probes/evidence.ts";
import { type Book, type OpenIncident, openFor } from "../state/book.ts";
import { elapsedS, type Moment } from "../state/state.ts";
import { type EndSight, endingOf } from "./ends.ts";
import type { WatcherEvent } from "./helper.ts";
import type { Entering, Journal } from "./journal.ts";

/** The watcher's lines are bounded: what it may write in an hour is a few times what an honest one would on a bad day. */
const windowS = 3600;
const leastPerHour = 200;
const perCheckPerHour = 12;
const maxWhy = 300;

/** A check's name and the second: `gateway-20261123T020500Z`, and a number where one second saw two. */
const idForm = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}-\d{8}T\d{6}Z(?:-\d{1,4})?$/u;

/** What the helper holds the watcher's events against. */
export interface EventScope {
  readonly host: Host;
  readonly config: Config;
  readonly configSha256: string;
  readonly now: Moment;
  readonly at: string;
  /** What a look of our own says of checks that the watcher calls well; absent where the watcher is believed, being us. */
  readonly sight?: (checks: readonly string[]) => EndSight;
}

const opened = (
  book: Book,
  scope: EventScope,
  event: Extract<WatcherEvent, { event: "incident.opened" }>,
): Entering => {
  const { incident, check } = event;
  const isKnown = scope.config.checks.some(({ name }) => name === check);
  const isOpen = Object.hasOwn(book.open, incident) || openFor(book.open, check) !== undefined;
  if (!isKnown || isOpen || !idForm.test(incident)) return { entries: [], book };
  const evidence = cleanEvidence(event.evidence);
  const entry: NewEntry = { event: "incident.opened", by: "watcher", incident, check, evidence };
  return { entries: [entry], book: { ...book, open: { ...book.open, [incident]: { check, openedAt: scope.at } } } };
};

/** A check that reads bad to ourselves isn't over at anybody's word. That is said once; what the watcher opens for the check until then is the same incident. */
const keptOpen = (book: Book, incident: string, known: OpenIncident, evidence: string, why: string): Entering => {
  if (known.saidOver === true) return { entries: [], book };
  const entry: NewEntry = {
    ...{ event: "heal.refused", by: "helper", incident, check: known.check, evidence },
    why: `not ended: the watcher says "${why}", and at the helper's own look it reads bad`,
  };
  return { entries: [entry], book: { ...book, open: { ...book.open, [incident]: { ...known, saidOver: true } } } };
};

const seenAs = (seen: EndSight | undefined): Pick<NewEntry, "evidence" | "proof"> => {
  switch (seen?.kind) {
    case undefined:
    case "sick":
      return {};
    case "well":
      return { evidence: seen.evidence, proof: "the helper's own look: ok" };
    case "unconfirmed":
      return { proof: `not confirmed by the helper: ${seen.why}` };
  }
};

const resolved = (
  book: Book,
  scope: EventScope,
  event: Extract<WatcherEvent, { event: "incident.resolved" }>,
): Entering => {
  const incident = endingOf(book, event);
  const known = incident === undefined ? undefined : book.open[incident];
  if (incident === undefined || known === undefined) return { entries: [], book };
  const isNamed = scope.config.checks.some(({ name }) => name === event.check);
  const check = isNamed ? event.check : known.check;
  const why = cleanEvidence(event.why, maxWhy);
  const seen = scope.sight?.([known.check, event.check]);
  if (seen?.kind === "sick") return keptOpen(book, incident, known, seen.evidence, why);
  const { [incident]: _, ...open } = book.open;
  const entry: NewEntry = { event: "incident.resolved", by: "watcher", incident, check, ...seenAs(seen), why };
  return { entries: [entry], book: { ...book, open } };
};

/** The helper compares for itself: the watcher only says that it is worth a look. */
const configChanged = (book: Book, { configSha256 }: EventScope): Entering =>
  book.configSha256 === configSha256
    ? { entries: [], book }
    : {
        entries: [{ event: "config.changed", by: "watcher", config_sha256: configSha256 }],
        book: { ...book, configSha256 },
      };

const one = (book: Book, scope: EventScope, event: WatcherEvent): Entering => {
  switch (event.event) {
    case "incident.opened":
      return opened(book, scope, event);
    case "incident.resolved":
      return resolved(book, scope, event);
    case "config.changed":
      return configChanged(book, scope);
  }
};

const windowOf = ({ entered }: Book, now: Moment): NonNullable<Book["entered"]> =>
  entered === null || entered.from.bootId !== now.bootId || elapsedS(entered.from, now) >= windowS
    ? { from: now, count: 0 }
    : entered;

type Bounds = Pick<EventScope, "config" | "now">;

const mostPerHour = ({ config }: Bounds): number => Math.max(leastPerHour, perCheckPerHour * config.checks.length);

/**
 * Takes the lines that still fit into this hour; the first that doesn't is said once, the rest is only counted. For all that a watcher can bring
 * about as often as it likes. Pure.
 */
export const bounded = (before: Book, after: Entering, bounds: Bounds): Entering => {
  const window = windowOf(before, bounds.now);
  const most = mostPerHour(bounds);
  const count = window.count + after.entries.length;
  const entered = { from: window.from, count };
  if (count <= most) return { entries: after.entries, book: { ...after.book, entered } };
  const why = `the watcher brings about more than ${most} lines within an hour; the rest of them is not written`;
  const entries: readonly NewEntry[] = window.count > most ? [] : [{ event: "heal.refused", by: "helper", why }];
  return { entries, book: { ...before, entered } };
};

/** An opening counts, but always passes: one at most can be open for a check, and without it nothing of that check is healed. */
const counted = (before: Book, after: Entering, bounds: Bounds): Entering => {
  const { from, count } = windowOf(before, bounds.now);
  const entered = { from, count: Math.max(count, Math.min(count + after.entries.length, mostPerHour(bounds))) };
  return { ...after, book: { ...after.book, entered } };
};

/** What the watcher's events come to in log and book: an unknown check, a second opening, a strange id change nothing. Pure. */
export const takeEvents = (book: Book, scope: EventScope, events: readonly WatcherEvent[]): Entering => {
  let sum: Entering = { entries: [], book };
  for (const event of events) {
    const each = one(sum.book, scope, event);
    if (each.entries.length === 0) continue;
    const bound = event.event === "incident.opened" ? counted : bounded;
    const { entries, book: next } = bound(sum.book, each, scope);
    sum = { entries: [...sum.entries, ...entries], book: next };
  }
  if (sum.entries.length === 0) return sum;
  const configSha256 = sum.book.configSha256 || scope.configSha256;
  return { ...sum, book: { ...sum.book, configSha256 } };
};

/** Writes the watcher's events into the log, as far as they hold. Never throws. */
export const enterEvents = (
  journal: Journal,
  scope: EventScope,
  events: readonly WatcherEvent[],
): ReturnType<Journal["enter"]> => journal.enter((book) => takeEvents(book, scope, events));
