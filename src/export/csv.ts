import { escapeUnsafe } from "../log/bounds.ts";
import { argument } from "../log/sheet.ts";
import type { Exported, Format } from "./format.ts";

type Cell = string | number | undefined;

/** Columns in their order. New ones go to the end, so that a reader by position keeps working. */
const columns: Readonly<Record<string, (exported: Exported) => Cell>> = {
  seq: ({ entry }) => entry.seq,
  at: ({ entry }) => entry.at,
  host: ({ entry }) => entry.host,
  boot: ({ entry }) => entry.boot,
  event: ({ entry }) => entry.event,
  by: ({ entry }) => entry.by,
  incident: ({ entry }) => entry.incident,
  check: ({ entry }) => entry.check,
  evidence: ({ entry }) => entry.evidence,
  recipe: ({ entry }) => entry.recipe,
  key: ({ entry }) => entry.key,
  attempt: ({ entry }) => entry.attempt,
  argv: ({ entry }) => entry.argv?.map(argument).join(" "),
  target_unit: ({ entry }) => entry.target?.unit,
  target_user: ({ entry }) => entry.target?.user,
  target_pid: ({ entry }) => entry.target?.pid,
  target_started: ({ entry }) => entry.target?.started,
  backup: ({ entry }) => entry.backup?.map(({ path, sha256 }) => `${argument(path)} ${sha256}`).join(" "),
  exit: ({ entry }) => entry.exit,
  proof: ({ entry }) => entry.proof,
  why: ({ entry }) => entry.why,
  budget_left: ({ entry }) => entry.budget_left,
  recipe_sha256: ({ entry }) => entry.recipe_sha256,
  config_sha256: ({ entry }) => entry.config_sha256,
  binary_sha256: ({ entry }) => entry.binary_sha256,
  prev: ({ entry }) => entry.prev,
  sha256: ({ sha256 }) => sha256,
};

/**
 * What a spreadsheet takes as the beginning of a formula, ASCII or full-width: at the beginning of a cell, and where a cell would begin if it split at
 * another character than the comma, as it does in half of Europe. Source: OWASP, "CSV Injection".
 */
const formula = /(^\s*"*\s*|[,;\t\r\n]\s*["']*\s*)(?=[=+\-@\uFF1D\uFF0B\uFF0D\uFF20])|^(?=[\t\r])/gu;

/** A text that no spreadsheet runs: an apostrophe stands before what could begin a formula. Pure. */
export const neutralised = (text: string): string => text.replace(formula, "$1'");

/** A cell, quoted where it must be. Source: RFC 4180 section 2. */
const cell = (value: Cell): string => {
  if (value === undefined) return "";
  if (typeof value === "number") return String(value);
  const text = neutralised(value);
  return /[",;\s]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** Control and format characters are written as `\u` escapes, a line break too, so that a row is a line. */
const row = (cells: readonly Cell[]): string => `${escapeUnsafe(cells.map(cell).join(","))}\r\n`;

const names = Object.keys(columns);
const readers = Object.values(columns);

/** A table with a header, a row for each entry. Source: RFC 4180. */
export const csv: Format = {
  begin: row(names),
  one: (exported) => row(readers.map((read) => read(exported))),
  end: "",
};
