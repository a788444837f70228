import { cleanEvidence, quote } from "../probes/evidence.ts";

const columns = 80;

// What a YAML file may not hold and the cleaning of evidence leaves in. Source: YAML 1.2.2, 5.1 (c-printable).
const nonCharacters = /[\u{FFFE}\u{FFFF}]/gu;

/** Text from the box for a comment: one line, inert, at most `max` code points. Never throws. */
export const said = (text: string, max = 60): string => cleanEvidence(text.replace(nonCharacters, " "), max);

/** The same in quotes: what a process says of itself. Never throws. */
export const saidOf = (text: string, max = 60): string => quote(text.replace(nonCharacters, " "), max);

/** A name as it is where it is one word, else in quotes. Never throws. */
export const nameOf = (text: string, max: number): string =>
  /^[\w.@:+-]+$/u.test(text) && text.length <= max ? text : saidOf(text, max);

const pieces = (word: string, width: number): readonly string[] =>
  word.length <= width ? [word] : ([...word].join("").match(new RegExp(`.{1,${width}}`, "gu")) ?? [word]);

/** A number and its unit stay on one line. */
const glued = (text: string): string => text.replace(/(\d) (?=(?:ms|s|min|h|d)\b)/gu, "$1\u{1}");

/** Breaks a text at its blanks into lines of at most `width`; a longer word is broken where it must be. Never throws. */
export const wrap = (text: string, width: number): readonly string[] => {
  const lines: string[] = [];
  for (const word of glued(text)
    .split(/\s+/u)
    .flatMap((each) => pieces(each, width))) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else if (word !== "") lines.push(word);
  }
  return lines.map((line) => line.replaceAll("\u{1}", " "));
};

/** A comment of 80 columns at this indentation. What it says is cleaned here once more: no text of a process leaves its comment. Never throws. */
export const comment = (text: string, indent: string): readonly string[] =>
  wrap(said(text, 2000), columns - indent.length - 2).map((line) => `${indent}# ${line}`);

// Words that YAML, of either version, reads as something else than text.
const reserved = /^(?:true|false|yes|no|on|off|y|n|null|~|[.\d+-].*)$/iu;
const plain = /^[A-Za-z/][A-Za-z0-9_.@/-]*$/u;

/** A value as it may stand in a flow of YAML: bare where that is safe, else in double quotes. Never throws. */
export const scalar = (value: string | number | boolean): string => {
  if (typeof value !== "string") return String(value);
  return plain.test(value) && !reserved.test(value) ? value : JSON.stringify(value);
};

/** `{ a: b, c: d }`; entries that are undefined are left out. Never throws. */
export const flow = (entries: Readonly<Record<string, string | number | boolean | undefined>>): string =>
  `{ ${Object.entries(entries)
    .flatMap(([key, value]) => (value === undefined ? [] : [`${scalar(key)}: ${scalar(value)}`]))
    .join(", ")} }`;
