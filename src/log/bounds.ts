import { cleanEvidence } from "../probes/evidence.ts";
import type { NewEntry } from "./entry.ts";

const maxEvidence = 500;
const maxText = 1000;
const maxItems = 64;
const maxItem = 500;
/** Room for the seal of a long run of torn lines; see `sealOf`. */
const maxSeal = 400_000;

/** A line longer than this, in bytes, is not one of ours: the bounds above stay below it. */
export const maxLineBytes = 1_048_576;

/**
 * Writes every control, format (bidi, zero-width) and separator character of a JSON text as a `\u` escape: the value stays the
 * same, and a terminal that shows the raw line obeys nothing in it. `JSON.stringify` alone escapes C0 only. Never throws.
 */
export const escapeUnsafe = (json: string): string =>
  json.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (each) =>
    each.replace(/[\s\S]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`),
  );

/** Cuts on code points, so that no half of a pair is left. */
const clip = (text: string, max = maxText): string => {
  if (text.length <= max) return text;
  const points = [...text.slice(0, max * 2)];
  return points.length <= max && text.length <= max * 2 ? text : `${points.slice(0, max - 1).join("")}…`;
};

const clipOr = (text: string | undefined): string | undefined => (text === undefined ? undefined : clip(text));

/**
 * Makes text inert and short, as `cleanEvidence` does, and drops format characters altogether: the tag block (U+E0020 on) is
 * text that only a machine sees. Never throws.
 */
export const inertText = (text: string, max: number): string => cleanEvidence(text, max).replace(/\p{Cf}+/gu, "");

const clean = (text: string | undefined, max = maxText): string | undefined =>
  text === undefined ? undefined : inertText(text, max);

const clipList = (list: readonly string[]): readonly string[] =>
  list.length <= maxItems
    ? list.map((each) => clip(each, maxItem))
    : [...list.slice(0, maxItems - 1).map((each) => clip(each, maxItem)), `… ${list.length - maxItems + 1} more`];

const targetOf = ({ unit, user, pid, started }: NonNullable<NewEntry["target"]>): NewEntry["target"] => ({
  ...(unit === undefined ? {} : { unit: clip(unit) }),
  ...(user === undefined ? {} : { user: clip(user) }),
  ...(pid === undefined ? {} : { pid }),
  ...(started === undefined ? {} : { started: clip(started) }),
});

const backupOf = (files: NonNullable<NewEntry["backup"]>): NewEntry["backup"] =>
  files.slice(0, maxItems).map(({ path, sha256 }) => ({ path: clip(path, maxItem), sha256: clip(sha256, 64) }));

/**
 * The fields of an entry in the order of the log, each bounded: evidence, why and proof stripped of control characters and cut
 * (law 8), the other texts cut only, so that argv stays what was run. Absent fields are `undefined`. Never throws.
 */
export const boundedFields = (entry: NewEntry): Readonly<Record<string, unknown>> => ({
  event: entry.event,
  incident: clipOr(entry.incident),
  by: clip(entry.by),
  check: clipOr(entry.check),
  evidence: clean(entry.evidence, maxEvidence),
  recipe: clipOr(entry.recipe),
  recipe_sha256: clipOr(entry.recipe_sha256),
  config_sha256: clipOr(entry.config_sha256),
  binary_sha256: clipOr(entry.binary_sha256),
  key: clipOr(entry.key),
  attempt: entry.attempt,
  argv: entry.argv === undefined ? undefined : clipList(entry.argv),
  target: entry.target === undefined ? undefined : targetOf(entry.target),
  backup: entry.backup === undefined ? undefined : backupOf(entry.backup),
  exit: typeof entry.exit === "string" ? clip(entry.exit) : entry.exit,
  proof: clean(entry.proof, entry.event === "log.torn" ? maxSeal : maxText),
  why: clean(entry.why),
  budget_left: entry.budget_left,
});
