import type { Host } from "../host/host.ts";
import { parseLine } from "./line.ts";
import type { RawLine } from "./lines.ts";
import { isSeenEntry, type SeenEntry } from "./seen-entry.ts";
import { eachSegmentLine } from "./segment-lines.ts";
import { segmentsOf } from "./segments.ts";

/** One application of a recipe, as the log tells it. */
export interface LoggedAttempt {
  readonly key: string;
  readonly recipe: string;
  /** 1 or 2 under one key. */
  readonly attempt: number;
  /** RFC 3339 UTC: when it was created. */
  readonly at: string;
  /** Whether the log holds the intent: the command may have run. */
  readonly isDispatched: boolean;
  /** Null: the log holds no outcome, as after a crash. */
  readonly outcome: "healed" | "failed" | "indeterminate" | "refused" | null;
}

/** An incident that the log has opened and not resolved. */
export interface OpenIncident {
  readonly incident: string;
  readonly check: string;
  /** RFC 3339 UTC. */
  readonly openedAt: string;
  /** Oldest first. */
  readonly attempts: readonly LoggedAttempt[];
}

/** More than any config has checks: only a log that somebody filled with noise gets here, and then the oldest go. */
const maxIncidents = 10_000;
const maxAttempts = 100;

const outcomes: Readonly<Record<string, LoggedAttempt["outcome"]>> = {
  "heal.proved": "healed",
  "heal.failed": "failed",
  "heal.indeterminate": "indeterminate",
  "heal.refused": "refused",
};

const started = ({ key, recipe, attempt, at }: SeenEntry): LoggedAttempt | undefined =>
  key === undefined || attempt === undefined
    ? undefined
    : { key, recipe: recipe ?? "", attempt, at, isDispatched: false, outcome: null };

const moved = (attempt: LoggedAttempt, event: string): LoggedAttempt => {
  if (event === "heal.dispatched") return { ...attempt, isDispatched: true };
  const outcome = outcomes[event];
  return outcome === undefined ? attempt : { ...attempt, outcome };
};

const withEntry = (attempts: readonly LoggedAttempt[], entry: SeenEntry): readonly LoggedAttempt[] => {
  if (entry.event === "heal.created") {
    const attempt = started(entry);
    return attempt === undefined ? attempts : [...attempts, attempt].slice(-maxAttempts);
  }
  return attempts.map((each) =>
    each.key === entry.key && each.attempt === entry.attempt ? moved(each, entry.event) : each,
  );
};

const take = (open: Map<string, OpenIncident>, entry: SeenEntry): void => {
  const { event, incident, check, at } = entry;
  if (incident === undefined) return;
  const known = open.get(incident);
  if (event === "incident.resolved") open.delete(incident);
  else if (event === "incident.opened" && known === undefined) {
    open.set(incident, { incident, check: check ?? "", openedAt: at, attempts: [] });
    const [oldest] = open.keys();
    if (open.size > maxIncidents && oldest !== undefined) open.delete(oldest);
  } else if (known !== undefined) open.set(incident, { ...known, attempts: withEntry(known.attempts, entry) });
};

/** An attempt's end as the log tells it. */
export interface AttemptEnd {
  readonly outcome: Exclude<LoggedAttempt["outcome"], null>;
  readonly why: string;
}

/** One name for an attempt of a key. */
export const attemptName = (key: string, attempt: number): string => `${key}#${attempt}`;

/** What a log tells of the past, for a state that was lost. */
export interface LogStory {
  /** Oldest first. */
  readonly open: readonly OpenIncident[];
  /** Whether a recipe was ever dispatched. */
  readonly hasHealed: boolean;
  /** Hash of the config as the log last knew it; empty where no line tells. */
  readonly configSha256: string;
  /** How the attempts that were asked for ended, by {@link attemptName}; those without an end aren't in it. */
  readonly ends: ReadonlyMap<string, AttemptEnd>;
}

/**
 * The incidents that the log holds open, and whether anything was ever healed: what is taken up again when a state is lost. Reads all files of the
 * log, with flat memory; torn and foreign lines and rotated files that can't be read are passed over, because `log verify` tells of them. Nothing when
 * there is no log, or when the active one can't be read: then nothing can be appended either, and so nothing is healed. Never throws.
 */
export const readStory = (host: Host, path: string, wanted: ReadonlySet<string> = new Set()): LogStory => {
  const open = new Map<string, OpenIncident>();
  const ends = new Map<string, AttemptEnd>();
  let hasHealed = false;
  let configSha256 = "";
  const takeLine = ({ bytes, isTooLong }: RawLine): void => {
    const value = isTooLong ? undefined : parseLine(bytes);
    if (!isSeenEntry(value)) return;
    take(open, value);
    hasHealed ||= value.event === "heal.dispatched";
    configSha256 = value.config_sha256 ?? configSha256;
    const name = attemptName(value.key ?? "", value.attempt ?? 0);
    const outcome = outcomes[value.event];
    if (value.event === "heal.created") ends.delete(name);
    if (wanted.has(name) && outcome) ends.set(name, { outcome, why: value.why ?? value.proof ?? "" });
  };
  for (const each of segmentsOf(host.files, path)) {
    const read = eachSegmentLine(host.files, each, takeLine);
    if (read.kind === "failed" && each === path) return { open: [], hasHealed: false, configSha256, ends: new Map() };
  }
  return { open: [...open.values()], hasHealed, configSha256, ends };
};

/** The incidents that the log holds open, oldest first; see {@link readStory}. Never throws. */
export const openIncidents = (host: Host, path: string): readonly OpenIncident[] => readStory(host, path).open;
