/** The variables of an environment file, or the line at which it can't be read. */
export type EnvFile =
  | { readonly kind: "document"; readonly value: Readonly<Record<string, string>> }
  | { readonly kind: "fault"; readonly why: string };

/** A value and where it ends; undefined where a quote is never closed. */
interface Value {
  readonly text: string;
  readonly end: number;
}

const unescaped: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r" };

/** Inside double quotes a backslash keeps quotes, dollars and itself, and joins lines. */
const escaped = (next: string): string => {
  if (next === "\n") return "";
  return '"\\$`'.includes(next) ? next : (unescaped[next] ?? `\\${next}`);
};

const quotedPart = (text: string, start: number): Value | undefined => {
  const mark = text.charAt(start);
  let value = "";
  for (let at = start + 1; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === mark) return { text: value, end: at + 1 };
    if (char === "\\" && mark === '"') {
      at += 1;
      value += escaped(text.charAt(at));
    } else value += char;
  }
  return undefined;
};

const isBlank = (char: string): boolean => char === " " || char === "\t";

/** One step outside quotes: a character, or what a backslash keeps. */
const plainPart = (text: string, at: number): Value => {
  if (text.charAt(at) !== "\\" || at + 1 >= text.length) return { text: text.charAt(at), end: at + 1 };
  const next = text.charAt(at + 1);
  return { text: next === "\n" ? "" : next, end: at + 2 };
};

const isComment = (text: string, at: number, start: number): boolean =>
  text.charAt(at) === "#" && (at === start || isBlank(text.charAt(at - 1)));

const lineEnd = (text: string, at: number): number => {
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end;
};

/** Reads to the end of the line, or of the quotes that go beyond it; blanks at the end and a comment behind a blank fall away. */
const valueAt = (text: string, start: number): Value | undefined => {
  let value = "";
  let kept = 0;
  let at = start;
  while (at < text.length && text.charAt(at) !== "\n" && !isComment(text, at, start)) {
    const char = text.charAt(at);
    const isQuoted = char === '"' || char === "'";
    const part = isQuoted ? quotedPart(text, at) : plainPart(text, at);
    if (part === undefined) return undefined;
    value += part.text;
    if (isQuoted || !isBlank(char)) kept = value.length;
    at = part.end;
  }
  return { text: value.slice(0, kept), end: lineEnd(text, at) };
};

const assignment = /^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*/u;

/**
 * Reads an environment file as systemd, a shell and dotenv agree on it: `NAME=value`, quotes, `export`, comments with `#` or `;`, and a backslash at a line's end. The
 * last assignment wins; nothing is expanded; lines that are no assignment are passed over. Pure. Source: systemd.exec(5), EnvironmentFile=.
 */
export const parseEnvFile = (given: string): EnvFile => {
  const text = given.replaceAll("\r\n", "\n");
  const value: Record<string, string> = Object.create(null);
  let at = 0;
  for (let line = 1; at < text.length; ) {
    const end = lineEnd(text, at);
    const [start = "", name] = assignment.exec(text.slice(at, end)) ?? [];
    const read = name === undefined ? { text: "", end } : valueAt(text, at + start.length);
    if (read === undefined) return { kind: "fault", why: `line ${line}: a quote is opened and never closed` };
    if (name !== undefined) value[name] = read.text;
    line += text.slice(at, read.end).split("\n").length;
    at = read.end + 1;
  }
  return { kind: "document", value };
};
