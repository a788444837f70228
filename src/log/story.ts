import { formatDuration } from "../config/duration.ts";
import type { HealOutcome } from "./outcomes.ts";
import { afterEntry, noOutcome } from "./outcomes.ts";
import type { SeenEntry } from "./seen-entry.ts";
import { argument, colours, inert, painted, type Sheet, some, targetText, wrap } from "./sheet.ts";
import { titleOf } from "./story-words.ts";

/** An entry with the hash of its line, so that it can be compared with what a message witnessed. */
export interface StoryLine {
  readonly entry: SeenEntry;
  /** Lower-case hex SHA-256 of the line's bytes without its newline. */
  readonly sha256: string;
}

const minColumns = 40;
const offsetColumns = 13;
const labelColumns = 8;
/** As many digits as a message shows, which is what they are compared with. */
const shownDigits = 16;

const short = (hash: string): string => (hash.length > shownDigits ? `${hash.slice(0, shownDigits)}…` : hash);

/** `+2.3 s`; a clock that was set back shows as a minus. */
const offsetText = (fromMs: number, at: string): string => {
  const ms = Date.parse(at) - fromMs;
  if (Number.isNaN(ms)) return "?";
  return `${ms < 0 ? "-" : "+"}${formatDuration(Math.abs(ms))}`;
};

const labelled = (label: string, text: string, indent: number, sheet: Sheet): readonly string[] => {
  const room = Math.max(minColumns, sheet.columns) - indent - labelColumns;
  return wrap(inert(text), room).map(
    (line, i) => `${" ".repeat(indent)}${(i === 0 ? label : "").padEnd(labelColumns)}${line}`,
  );
};

const ofUser = ({ target }: SeenEntry): string => (target?.user === undefined ? "" : `, of the user ${target.user}`);

const detailsOf = ({ entry, sha256 }: StoryLine): readonly (readonly [label: string, text: string])[] => [
  ...some(entry.evidence).map((text) => ["saw", text] as const),
  ...some(entry.argv?.map(argument).join(" ")).map((text) => ["command", text] as const),
  ...targetText(entry).map((text) => ["target", `${text}${ofUser(entry)}`] as const),
  ...(entry.backup ?? []).map(({ path, sha256: of }) => ["backup", `${path} (${short(of)})`] as const),
  ...(entry.exit === undefined ? [] : [["exit", String(entry.exit)] as const]),
  ...some(entry.proof).map((text) => ["proof", text] as const),
  ...some(entry.why).map((text) => ["why", text] as const),
  ...(entry.budget_left === undefined ? [] : [["budget", `${entry.budget_left} more after this one`] as const]),
  ["head", `log ${entry.seq}:${sha256.slice(0, shownDigits)}`],
];

const stepOf = (line: StoryLine, fromMs: number, sheet: Sheet): readonly string[] => {
  const { entry } = line;
  const offset = offsetText(fromMs, entry.at).padStart(offsetColumns - 2);
  const room = Math.max(minColumns, sheet.columns) - offsetColumns;
  const titles = wrap(inert(titleOf(entry)), room).map((text) => painted(text, colours[entry.event], sheet));
  return [
    ...titles.map((text, i) => `${i === 0 ? `${offset}  ` : " ".repeat(offsetColumns)}${text}`),
    ...detailsOf(line).flatMap(([label, text]) => labelled(label, text, offsetColumns, sheet)),
  ];
};

const outcomeTexts: Readonly<Record<HealOutcome, string>> = {
  healed: "healed",
  failed: "not healed: the recipe failed",
  refused: "not healed: refused",
  indeterminate: "not known: a crash came between intent and outcome",
  none: "no heal was tried",
};

const momentText = (at: string): string => `${inert(at).slice(0, 19).replace("T", " ")} UTC`;

const unique = (texts: readonly (string | undefined)[]): readonly string[] => [
  ...new Set(texts.flatMap((text) => (text === undefined || text === "" ? [] : [text]))),
];

const attemptsText = (entries: readonly SeenEntry[]): string => {
  const names = entries.flatMap(({ event, recipe, attempt }) =>
    event === "heal.created" ? [`${recipe ?? "?"} (attempt ${attempt ?? "?"})`] : [],
  );
  return names.join(", ");
};

const hashesOf = (entries: readonly SeenEntry[]): readonly (readonly [string, string])[] =>
  (
    [
      ["recipe file", unique(entries.map(({ recipe_sha256 }) => recipe_sha256))],
      ["config", unique(entries.map(({ config_sha256 }) => config_sha256))],
      ["binary", unique(entries.map(({ binary_sha256 }) => binary_sha256))],
    ] as const
  ).flatMap(([label, hashes]) => (hashes.length === 0 ? [] : [[label, hashes.map(short).join(", ")] as const]));

const headerOf = (entries: readonly SeenEntry[]): readonly (readonly [label: string, text: string])[] => {
  const [first, last] = [entries[0], entries.at(-1)];
  if (first === undefined || last === undefined) return [];
  const { heal, isOpen } = entries.reduce(afterEntry, noOutcome);
  const lastedMs = Date.parse(last.at) - Date.parse(first.at);
  const lasted = Number.isNaN(lastedMs) ? [] : [["lasted", formatDuration(Math.max(0, lastedMs))] as const];
  const boots = unique(entries.map(({ boot }) => boot)).length;
  return [
    ["check", unique(entries.map(({ check }) => check)).join(", ")],
    [
      "from",
      `${momentText(first.at)}${first.event === "incident.opened" ? "" : " (its beginning is in no file here)"}`,
    ],
    ["to", isOpen ? "still open" : momentText(last.at)],
    ...(isOpen ? [] : lasted),
    ["outcome", outcomeTexts[heal]],
    ...some(attemptsText(entries)).map((text) => ["recipe", text] as const),
    ...hashesOf(entries),
    ...(boots > 1 ? [["boots", `${boots}: the host was started anew in between`] as const] : []),
  ];
};

/**
 * Tells one incident from detection to recovery: what it was and how it ended, then each step with its distance from the first, the command,
 * what was touched and why, and the head that a message of that moment shows. Times are UTC. Text from outside is inert. Never throws.
 */
export const tellStory = (incident: string, lines: readonly StoryLine[], sheet: Sheet): string => {
  const entries = lines.map(({ entry }) => entry);
  const [first, last] = [entries[0], entries.at(-1)];
  if (first === undefined || last === undefined) return "";
  const fromMs = Date.parse(first.at);
  const title = wrap(`incident ${inert(incident)} on ${inert(first.host)}`, Math.max(minColumns, sheet.columns));
  const header = [...headerOf(entries), ["lines", `${first.seq} to ${last.seq} of the log`] as const];
  const width = Math.max(...header.map(([label]) => label.length)) + 2;
  const rows = header.flatMap(([label, text]) =>
    wrap(inert(text), Math.max(minColumns, sheet.columns) - width - 2).map(
      (line, i) => `  ${(i === 0 ? label : "").padEnd(width)}${line}`,
    ),
  );
  const steps = lines.flatMap((line) => ["", ...stepOf(line, fromMs, sheet)]);
  return [...title.map((text) => painted(text, "1", sheet)), ...rows, ...steps].map((line) => `${line}\n`).join("");
};
