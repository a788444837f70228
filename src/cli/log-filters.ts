import { parseDuration } from "../config/duration.ts";
import { didYouMean, oneOf } from "../config/near.ts";
import { type OutcomeWord, outcomeWords } from "../log/outcomes.ts";
import { eventWords, type Wanted } from "../log/wanted.ts";

/** Options that `log show` and `log export` take to choose entries. */
export const filterNames = ["since", "until", "incident", "check", "recipe", "outcome", "event", "by"] as const;

/** What is wrong with a word, and what may be given instead. */
export interface FilterFault {
  readonly why: string;
  readonly hint: string;
}

const dayMs = 86_400_000;

/** Reads `2h` (so long ago), or an ISO 8601 date or time (UTC where it names no zone), as milliseconds since 1970; undefined when it is neither. */
const parseMoment = (text: string, nowMs: number): { readonly ms: number; readonly isDay: boolean } | undefined => {
  const spanMs = parseDuration(text);
  if (spanMs !== undefined) return { ms: nowMs - spanMs, isDay: false };
  const [, day, time, zone] =
    /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|[+-]\d{2}:\d{2})?)?$/u.exec(text) ?? [];
  const ms = day === undefined ? Number.NaN : Date.parse(`${day}T${time ?? "00:00"}${zone ?? "Z"}`);
  return Number.isNaN(ms) ? undefined : { ms, isDay: time === undefined };
};

const timeFault = (text: string): FilterFault => ({
  why: `"${text}" is no time`,
  hint: "Give a time in UTC, 2026-11-23 or 2026-11-23T02:05Z, or a span, 2h or 7d.",
});

const wordFault = (name: string, text: string, words: readonly string[]): FilterFault => ({
  why: `there is no ${name} "${text}"${didYouMean(text, words)}`,
  hint: `--${name} takes ${oneOf(words)}.`,
});

const isOutcomeWord = (text: string): text is OutcomeWord => outcomeWords.some((word) => word === text);

const byWord = /^(?:watcher|helper|uid|uid:\d{1,10})$/u;

const wordsFault = (given: ReadonlyMap<string, string>): FilterFault | undefined => {
  const [outcome, event, by] = [given.get("outcome"), given.get("event"), given.get("by")];
  if (outcome !== undefined && !isOutcomeWord(outcome)) return wordFault("outcome", outcome, outcomeWords);
  if (event !== undefined && !eventWords.includes(event)) return wordFault("event", event, eventWords);
  return by === undefined || byWord.test(by) ? undefined : wordFault("by", by, ["watcher", "helper", "uid", "uid:0"]);
};

/** Reads the options of a command line as what is asked for, or says what is wrong with one. `nowMs`: what spans count back from. Never throws. */
export const wantedOf = (given: ReadonlyMap<string, string>, nowMs: number): Wanted | FilterFault => {
  const [sinceText, untilText] = [given.get("since"), given.get("until")];
  const [since, until] = [sinceText, untilText].map((text) =>
    text === undefined ? undefined : parseMoment(text, nowMs),
  );
  if (sinceText !== undefined && since === undefined) return timeFault(sinceText);
  if (untilText !== undefined && until === undefined) return timeFault(untilText);
  const fault = wordsFault(given);
  if (fault !== undefined) return fault;
  const outcome = given.get("outcome") ?? "";
  return {
    incident: given.get("incident"),
    check: given.get("check"),
    recipe: given.get("recipe"),
    event: given.get("event"),
    by: given.get("by"),
    outcome: isOutcomeWord(outcome) ? outcome : undefined,
    sinceMs: since?.ms,
    untilMs: until === undefined ? undefined : until.ms + (until.isDay ? dayMs : 0),
  };
};

/** Whether something is wrong with the options. */
export const isFilterFault = (value: Wanted | FilterFault): value is FilterFault => "why" in value;
