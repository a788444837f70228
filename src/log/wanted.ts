import type { LogEvent } from "./entry.ts";
import { isOutcome, type Outcomes, type OutcomeWord } from "./outcomes.ts";
import type { SeenEntry } from "./seen-entry.ts";

/** Which entries are asked for; what is undefined is not asked. */
export interface Wanted {
  readonly incident?: string | undefined;
  readonly check?: string | undefined;
  readonly recipe?: string | undefined;
  /** An event, or the word before its dot for all of that kind. */
  readonly event?: string | undefined;
  /** `helper`, `watcher`, `uid:N`, or `uid` for all persons. */
  readonly by?: string | undefined;
  /** Of the incident that the entry belongs to; entries of no incident have none. */
  readonly outcome?: OutcomeWord | undefined;
  /** Milliseconds since 1970; from here on, and before here. */
  readonly sinceMs?: number | undefined;
  readonly untilMs?: number | undefined;
}

const allEvents: Readonly<Record<LogEvent, true>> = {
  "heal.archived": true,
  "heal.created": true,
  "heal.planned": true,
  "heal.dispatched": true,
  "heal.proved": true,
  "heal.failed": true,
  "heal.restored": true,
  "heal.refused": true,
  "heal.indeterminate": true,
  "heal.unlatched": true,
  "incident.opened": true,
  "incident.resolved": true,
  "silence.added": true,
  "silence.removed": true,
  "config.changed": true,
  "log.torn": true,
  "log.rotated": true,
};

/** Every event that this version writes. */
export const events: readonly string[] = Object.keys(allEvents);

const kindOf = (event: string): string => event.split(".", 1)[0] ?? event;

/** Words that `--event` takes: an event, or a kind of them. */
export const eventWords: readonly string[] = [...new Set([...events.map(kindOf), ...events])];

/** Whether nothing in particular is asked for: then lines that are no entries are told too. Pure. */
export const isAll = (wanted: Wanted): boolean => Object.values(wanted).every((value) => value === undefined);

const isInTime = ({ at }: SeenEntry, { sinceMs, untilMs }: Wanted): boolean => {
  if (sinceMs === undefined && untilMs === undefined) return true;
  const ms = Date.parse(at);
  return ms >= (sinceMs ?? Number.NEGATIVE_INFINITY) && ms < (untilMs ?? Number.POSITIVE_INFINITY);
};

const isSame = (word: string | undefined, value: string | undefined): boolean => word === undefined || word === value;

const isKind = (word: string | undefined, value: string, separator: string): boolean =>
  word === undefined || word === value || value.startsWith(`${word}${separator}`);

/** Whether an entry is one of those asked for. `outcomes`: of the whole log, read before; only `outcome` needs it. Pure. */
export const isWanted = (entry: SeenEntry, wanted: Wanted, outcomes: Outcomes | undefined): boolean => {
  if (wanted.outcome !== undefined) {
    const known = outcomes?.of(entry.incident);
    if (known === undefined || !isOutcome(known, wanted.outcome)) return false;
  }
  return (
    isSame(wanted.incident, entry.incident) &&
    isSame(wanted.check, entry.check) &&
    isSame(wanted.recipe, entry.recipe) &&
    isKind(wanted.event, entry.event, ".") &&
    isKind(wanted.by, entry.by, ":") &&
    isInTime(entry, wanted)
  );
};
