import { maxPatternLength } from "./conditions.ts";

/** How one label must be. A label that a series doesn't have is the empty text. */
export interface LabelMatcher {
  readonly label: string;
  readonly op: "=" | "!=" | "=~" | "!~";
  readonly value: string;
}

/** Which series of an exposition are meant. */
export interface Selector {
  readonly metric: string;
  readonly matchers: readonly LabelMatcher[];
}

/** A selector read from its text, or why it can't be. */
export type ParsedSelector =
  | { readonly kind: "selector"; readonly selector: Selector }
  | { readonly kind: "fault"; readonly why: string };

const maxMatchers = 32;
const token = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const blanks = /\s*/y;
const quotedText = /"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'/y;
const sign = /=~|!~|!=|=/y;

/** A text that is read from the front. */
interface Reader {
  readonly text: string;
  at: number;
}

const take = (reader: Reader, form: RegExp): RegExpExecArray | undefined => {
  form.lastIndex = reader.at;
  const found = form.exec(reader.text);
  if (found !== null) reader.at += found[0].length;
  return found ?? undefined;
};

const skip = (reader: Reader, mark: string): boolean => {
  take(reader, blanks);
  if (!reader.text.startsWith(mark, reader.at)) return false;
  reader.at += mark.length;
  take(reader, blanks);
  return true;
};

const unescaped = (raw: string): string =>
  raw.replace(/\\(.)/gsu, (_, letter: string) => (letter === "n" ? "\n" : letter));

/** Backslashes of a regular expression are its own: only the one before a quote goes. */
const inPattern = (raw: string): string => raw.replace(/\\(["'])/gu, "$1").replaceAll("\\\\", "\\");

const readQuoted = (reader: Reader): string | undefined => {
  const found = take(reader, quotedText);
  return found === undefined ? undefined : (found[1] ?? found[2] ?? "");
};

/** The expression of a matcher, anchored at both ends. Throws a SyntaxError on one that {@link parseSelector} refuses. Source: Prometheus, "Querying basics". */
export const anchored = (source: string): RegExp => new RegExp(`^(?:${source})$`, "su");

const patternFault = (source: string): string | undefined => {
  if (source.length > maxPatternLength) return `a regular expression of more than ${maxPatternLength} characters`;
  try {
    anchored(source);
    return undefined;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return `the regular expression ${JSON.stringify(source.slice(0, 60))} does not compile`;
  }
};

const labelName = (reader: Reader): string | undefined => {
  const quoted = readQuoted(reader);
  if (quoted !== undefined) return unescaped(quoted);
  const name = take(reader, token)?.[0];
  return name === undefined || name.includes(":") ? undefined : name;
};

const operatorOf = (reader: Reader): LabelMatcher["op"] | undefined => {
  const found = take(reader, sign)?.[0];
  return (["=", "!=", "=~", "!~"] as const).find((each) => each === found);
};

const readMatcher = (reader: Reader): LabelMatcher | string => {
  const label = labelName(reader);
  if (label === undefined || label === "") return 'expected a label, such as queue="mail"';
  take(reader, blanks);
  const op = operatorOf(reader);
  if (op === undefined) return `expected "=", "!=", "=~" or "!~" after "${label}"`;
  take(reader, blanks);
  const raw = readQuoted(reader);
  if (raw === undefined) return `expected a value in quotes after "${label}${op}"`;
  const isPattern = op === "=~" || op === "!~";
  const value = isPattern ? inPattern(raw) : unescaped(raw);
  return (isPattern ? patternFault(value) : undefined) ?? { label, op, value };
};

/** What stands in braces after a metric; the reader is behind the opening one. */
const readMatchers = (reader: Reader): readonly LabelMatcher[] | string => {
  const matchers: LabelMatcher[] = [];
  while (!skip(reader, "}")) {
    if (matchers.length >= maxMatchers) return `more than ${maxMatchers} labels`;
    const matcher = readMatcher(reader);
    if (typeof matcher === "string") return matcher;
    matchers.push(matcher);
    if (skip(reader, ",")) continue;
    return skip(reader, "}") ? matchers : `expected "," or "}" after the label "${matcher.label}"`;
  }
  return matchers;
};

const faultIn = (reader: Reader, why: string): ParsedSelector => ({
  kind: "fault",
  why: `wrong selector at character ${reader.at + 1}: ${why}`,
});

/**
 * Reads a selector as Prometheus writes it: `metric`, or `metric{label="x", other=~"regex", a!="b", c!~"d"}`. A metric whose name isn't a plain
 * one stands in quotes: `"my.jobs"{queue="mail"}`. Never throws. Source: Prometheus, "Querying basics", time series selectors.
 */
export const parseSelector = (text: string): ParsedSelector => {
  const reader: Reader = { text, at: 0 };
  take(reader, blanks);
  const quoted = readQuoted(reader);
  const metric = quoted === undefined ? take(reader, token)?.[0] : unescaped(quoted);
  if (metric === undefined || metric === "")
    return faultIn(reader, 'expected the name of a metric, such as jobs{state="ready"}');
  const matchers = skip(reader, "{") ? readMatchers(reader) : [];
  if (typeof matchers === "string") return faultIn(reader, matchers);
  take(reader, blanks);
  if (reader.at < text.length)
    return faultIn(reader, "nothing more can stand here: functions and operators are not known");
  return { kind: "selector", selector: { metric, matchers } };
};
