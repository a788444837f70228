import type { SeenEntry } from "./seen-entry.ts";
import { argument, colours, inert, painted, type Sheet, some, targetText, wrap } from "./sheet.ts";

/** What the reader has before them: a day or an incident is told once, not on every line. */
export interface Shown {
  readonly day: string;
  readonly hostName: string;
  /** Undefined: nothing was shown yet. Empty: no incident. */
  readonly incident: string | undefined;
}

/** Before the first entry. */
export const nothingShown: Shown = { day: "", hostName: "", incident: undefined };

const minTextColumns = 32;
const narrowIndent = 9;

const recipeText = ({ recipe, attempt }: SeenEntry): readonly string[] =>
  recipe === undefined ? [] : [`${recipe}${attempt === undefined ? "" : `, attempt ${attempt}`}`];

/** Events that begin something; the others of their incident don't repeat the recipe. */
const namesRecipe = /^heal\.(?:created|refused|unlatched)$/u;

const phrases = (entry: SeenEntry): readonly string[] => [
  ...(entry.incident === undefined ? some(entry.check) : []),
  ...(entry.incident === undefined || namesRecipe.test(entry.event) ? recipeText(entry) : []),
  ...some(entry.argv?.map(argument).join(" ")),
  ...targetText(entry),
  ...(entry.backup ?? []).map(({ path }) => `backup of ${path}`),
  ...(entry.exit === undefined ? [] : [`exit ${entry.exit}`]),
  ...some(entry.evidence),
  ...(/^log\./u.test(entry.event) ? [] : some(entry.proof)),
  ...some(entry.why),
  ...(entry.budget_left === undefined ? [] : [`budget left ${entry.budget_left}`]),
  ...(/^(?:helper|watcher)$/u.test(entry.by) ? [] : [`by ${entry.by}`]),
];

const rowOf = (lead: string, event: string, text: string, sheet: Sheet): readonly string[] => {
  const name = painted(event.padEnd(18), colours[event], sheet);
  const head = `${lead}  ${name}`;
  const headWidth = [...lead].length + 2 + Math.max(18, [...event].length);
  const room = sheet.columns - headWidth - 2;
  if (text === "") return [head.trimEnd()];
  if (room >= minTextColumns) {
    const [first = "", ...rest] = wrap(text, room);
    return [`${head}  ${first}`, ...rest.map((line) => `${" ".repeat(headWidth + 2)}${line}`)];
  }
  const lines = wrap(text, Math.max(8, sheet.columns - narrowIndent));
  return [head.trimEnd(), ...lines.map((line) => `${" ".repeat(narrowIndent)}${line}`)];
};

const headings = (shown: Shown, now: Shown, check: string | undefined, sheet: Sheet): readonly string[] => {
  const isNewDay = shown.day !== now.day || shown.hostName !== now.hostName;
  const gap = shown.incident === undefined ? [] : [""];
  const day = isNewDay ? [...gap, painted(`${now.day} (UTC) on ${now.hostName}`, "1", sheet)] : [];
  if (!isNewDay && shown.incident === now.incident) return [];
  const of = check === undefined ? "" : ` · ${inert(check)}`;
  const title = now.incident === "" ? "no incident" : `incident ${now.incident}${of}`;
  return [...day, "", ...wrap(title, Math.max(8, sheet.columns))];
};

/**
 * Renders one entry for a terminal: its time in UTC, its line number, what happened; under a heading when the day or the incident
 * is another one than before. Text from outside is inert, and no line is longer than the sheet is wide. Hashes are left to
 * `--json`. Never throws.
 */
export const showEntry = (
  shown: Shown,
  entry: SeenEntry,
  sheet: Sheet,
): { readonly text: string; readonly shown: Shown } => {
  const now = {
    day: inert(entry.at.slice(0, 10)),
    hostName: inert(entry.host),
    incident: inert(entry.incident ?? ""),
  };
  const lead = `${String(entry.seq).padStart(5)}  ${inert(entry.at.slice(11, 19)).padEnd(8)}`;
  const rows = rowOf(lead, inert(entry.event), inert(phrases(entry).join(" · ")), sheet);
  return {
    text: [...headings(shown, now, entry.check, sheet), ...rows].map((line) => `${line}\n`).join(""),
    shown: now,
  };
};

/** Renders a line that is no entry: torn, or changed. Never throws. */
export const showForeign = (seq: number, kind: "cut" | "broken", sheet: Sheet): string => {
  const text = kind === "cut" ? "a line cut off in mid-write" : 'this line is no entry: run "dogwatch log verify"';
  const [event, lead] = [kind === "cut" ? "(torn)" : "(unreadable)", `${String(seq).padStart(5)}  ${" ".repeat(8)}`];
  return rowOf(lead, event, text, sheet)
    .map((line) => `${line}\n`)
    .join("");
};
