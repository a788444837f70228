import { formatDuration } from "../config/duration.ts";
import type { Done, Host } from "../host/host.ts";
import { readSealed, writeSealed } from "./sealed.ts";

/** A check, or `all`, that neither heals nor alerts until then. Times: ISO 8601 UTC, since a person says "until six o'clock". */
export interface Silence {
  readonly check: string;
  readonly from: string;
  readonly until: string;
  /** Empty only where a window of the config gives none. */
  readonly reason: string;
  /** `uid:N`, or `config` for an open window of `maintenance`. */
  readonly by: string;
  /** That user's name, where the host knew it. */
  readonly name?: string;
}

interface Kept {
  readonly version: 1;
  readonly silences: readonly Silence[];
}

const isKept = (value: unknown): value is Kept =>
  typeof value === "object" && value !== null && "version" in value && value.version === 1 && "silences" in value;

const path = (folder: string): string => `${folder}/silences.json`;

/** A clock is corrected by so much without a word, in milliseconds. */
const slackMs = 5 * 60_000;

/** One that is to begin later than now was set under a clock that was ahead: it would last for years, and nobody knows how much of it is left. */
const isInForce = ({ from, until }: Silence, at: string): boolean =>
  until > at && from <= new Date(Date.parse(at) + slackMs).toISOString();

/**
 * The silences that were set and have not been removed; those that are over are left out, and those that a clock which was set back would make last
 * longer than they were to. `at`: ISO 8601 UTC. A broken file silences nothing. Never throws.
 */
export const readSilences = (host: Host, folder: string, at: string): readonly Silence[] => {
  const read = readSealed(host, path(folder), isKept, false);
  return read.kind === "read" ? read.value.silences.filter((each) => isInForce(each, at)) : [];
};

/** Replaces the silences as a whole. Never throws. */
export const writeSilences = (host: Host, folder: string, silences: readonly Silence[]): Done =>
  writeSealed(host, path(folder), { version: 1, silences }, 0o640);

/** The silence that a check is under, if any; of several the one that ends last. Pure. */
export const silenceOf = (silences: readonly Silence[], check: string): Silence | undefined =>
  silences
    .filter((each) => each.check === check || each.check === "all")
    .reduce<Silence | undefined>(
      (last, each) => (last === undefined || each.until > last.until ? each : last),
      undefined,
    );

/** Who silenced it, for a person. Pure. */
export const silencedBy = ({ name, by }: Silence): string => name ?? by;

const left = (until: string, now: string): string => `, ${formatDuration(Date.parse(until) - Date.parse(now))} left`;

/** How a silence is told: until when, by whom, why; with `now` (ISO 8601 UTC) also how long that still is. Pure. */
export const silenceText = (silence: Silence, now?: string): string => {
  const { check, until, by, reason } = silence;
  const when = `until ${until.slice(0, 16).replace("T", " ")} UTC`;
  const rest = now === undefined ? "" : left(until, now);
  if (by === "config") return `"${check}" is in maintenance ${when}${rest}${reason === "" ? "" : `: ${reason}`}`;
  return `"${check}" is silenced ${when} by ${silencedBy(silence)}${rest}: ${reason}`;
};
