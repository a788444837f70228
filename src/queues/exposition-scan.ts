/** One number of an exposition. `labels`: name, value, name, value, as they stand. Its timestamp and exemplar were checked and left. */
export interface Sample {
  readonly name: string;
  readonly labels: readonly string[];
  readonly value: number;
}

/** What is wrong with an exposition, and in which line, from 1. */
export interface ExpositionFault {
  readonly kind: "fault";
  readonly line: number;
  readonly why: string;
}

/** Makes a fault. Never throws. */
export const faultAt = (line: number, why: string): ExpositionFault => ({ kind: "fault", line, why });

/** A place in a text that moves as it is read. `why` is what stopped it. `isStrict`: OpenMetrics, where blanks are counted. */
export interface Scan {
  readonly text: string;
  readonly isStrict: boolean;
  at: number;
  why: string;
}

const newline = 10;
const backslash = 92;
/** Longest line that is read, in UTF-16 units. */
const maxLine = 1024 * 1024;

/** Most lines with something in them: more is no queue's, and would cost the memory of the whole tick. */
const maxLines = 300_000;

/** What is wrong with the line that begins here by its size alone: it is too long, or one too many. `nth`: of those with something in them. Never throws. */
export const sizeFault = ({ text, at }: Scan, nth: number): string | undefined => {
  const end = text.indexOf("\n", at);
  if ((end === -1 ? text.length : end) - at > maxLine) return "the line is longer than 1 MiB";
  return nth > maxLines ? `there are more than ${maxLines} lines` : undefined;
};

const isBlank = (code: number): boolean => code === 32 || code === 9;

const isNameStart = (code: number): boolean =>
  (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || code === 58;

const isNamePart = (code: number): boolean => isNameStart(code) || (code >= 48 && code <= 57);

/** True at the end of a line or of the text. */
export const isLineEnd = ({ text, at }: Scan): boolean => at >= text.length || text.charCodeAt(at) === newline;

/** Goes past blanks and tabs. */
export const skipBlanks = (scan: Scan): void => {
  while (isBlank(scan.text.charCodeAt(scan.at))) scan.at += 1;
};

/** What stands up to the next blank or the end of the line; empty when nothing does. */
export const readToken = (scan: Scan): string => {
  const start = scan.at;
  while (!isLineEnd(scan) && !isBlank(scan.text.charCodeAt(scan.at))) scan.at += 1;
  return scan.text.slice(start, scan.at);
};

/** A name without quotes; empty when none begins here. A label's takes no colon. */
export const readName = (scan: Scan, isLabel: boolean): string => {
  const { text, at: start } = scan;
  if (!isNameStart(text.charCodeAt(start))) return "";
  let end = start;
  while (isNamePart(text.charCodeAt(end)) && !(isLabel && text.charCodeAt(end) === 58)) end += 1;
  scan.at = end;
  return text.slice(start, end);
};

/** The rest of the line, and past it. */
export const restOfLine = (scan: Scan): string => {
  const end = scan.text.indexOf("\n", scan.at);
  const rest = scan.text.slice(scan.at, end === -1 ? undefined : end);
  scan.at += rest.length;
  return rest;
};

const escapes: Readonly<Record<string, string>> = { "\\": "\\", '"': '"', n: "\n" };

/** Undoes escapes; an unknown one stands for itself in OpenMetrics, and makes it undefined in the older format. */
const unescaped = (raw: string, isStrict: boolean): string | undefined => {
  let plain = "";
  let from = 0;
  for (let at = raw.indexOf("\\"); at !== -1; at = raw.indexOf("\\", at + 2)) {
    const known = escapes[raw[at + 1] ?? ""];
    if (known === undefined && !isStrict) return undefined;
    plain += raw.slice(from, at) + (known ?? raw.slice(at, at + 2));
    from = at + 2;
  }
  return plain + raw.slice(from);
};

const endOfQuoted = (text: string, start: number): number => {
  for (let end = text.indexOf('"', start); end !== -1; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (end - 1 - slashes >= start && text.charCodeAt(end - 1 - slashes) === backslash) slashes += 1;
    if (slashes % 2 === 0) return end;
  }
  return -1;
};

/** Text in quotes, its escapes undone; undefined when it isn't whole. */
export const readQuoted = (scan: Scan): string | undefined => {
  const start = scan.at + 1;
  const end = endOfQuoted(scan.text, start);
  const raw = scan.text.slice(start, end === -1 ? undefined : end);
  if (end === -1 || raw.includes("\n")) {
    scan.why = "a text in quotes does not end in its line";
    return undefined;
  }
  scan.at = end + 1;
  if (!raw.includes("\\")) return raw;
  const plain = unescaped(raw, scan.isStrict);
  if (plain === undefined) scan.why = 'an escape that is none of \\\\, \\" and \\n';
  return plain;
};

/** The metric's name in a line of metadata, plain or in quotes; empty when none begins here, undefined with `why` when it isn't whole. */
export const readMetaName = (scan: Scan): string | undefined =>
  scan.text[scan.at] === '"' ? readQuoted(scan) : readName(scan, false);

const numberForm = /^(?:[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?|[+-]?inf(?:inity)?|nan)$/iu;

/** A number as both formats write it; undefined for what isn't one. Never throws. Source: OpenMetrics 1.0, ABNF "number". */
export const parseNumber = (token: string): number | undefined => {
  if (!numberForm.test(token)) return undefined;
  const plain = Number(token);
  if (!Number.isNaN(plain)) return plain;
  const lower = token.toLowerCase();
  if (lower === "nan") return Number.NaN;
  return lower.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
};
