import { inertText } from "./bounds.ts";
import type { SeenEntry } from "./seen-entry.ts";

/** The terminal that is written for. */
export interface Sheet {
  readonly columns: number;
  readonly hasColour: boolean;
}

const maxText = 2000;

/** Colours of events, as SGR codes: red for what is bad, green for what is well again. */
export const colours: Readonly<Record<string, string>> = {
  "incident.opened": "31",
  "heal.failed": "31",
  "heal.indeterminate": "31",
  "log.torn": "33",
  "heal.refused": "33",
  "heal.proved": "32",
  "incident.resolved": "32",
};

/** A text in a colour where the sheet has any. Never throws. Source: ECMA-48 SGR. */
export const painted = (text: string, code: string | undefined, { hasColour }: Sheet): string =>
  hasColour && code !== undefined ? `\u001b[${code}m${text}\u001b[0m` : text;

/** Text from outside, fit to be shown: no control or format character is left in it. Never throws. */
export const inert = (text: string): string => inertText(text, maxText);

/** Breaks a text into lines of at most `width` code points, between words where it can. Never throws. */
export const wrap = (text: string, width: number): readonly string[] => {
  const lines: string[] = [];
  let line: readonly string[] = [];
  const flush = (): void => {
    if (line.length > 0) lines.push(line.join(""));
    line = [];
  };
  for (const word of text.split(" ")) {
    let points: readonly string[] = [...word];
    if (line.length > 0 && line.length + 1 + points.length > width) flush();
    while (points.length > width) {
      lines.push(points.slice(0, width).join(""));
      points = points.slice(width);
    }
    line = line.length === 0 ? points : [...line, " ", ...points];
  }
  flush();
  return lines;
};

/** An argument as it must be quoted to be read as one. Never throws. */
export const argument = (text: string): string =>
  /^[\w@%+=:,./&{}-]+$/u.test(text) ? text : JSON.stringify(inert(text));

/** A text that is there and not empty, as a list of one. Never throws. */
export const some = (text: string | undefined): readonly string[] => (text === undefined || text === "" ? [] : [text]);

/** What a heal works on, in words: unit, process, its start. Never throws. */
export const targetText = ({ target }: SeenEntry): readonly string[] => {
  if (target === undefined) return [];
  const pid = target.pid === undefined ? [] : [`pid ${target.pid}`];
  const since = target.started === undefined ? [] : [`started ${target.started}`];
  return some([...some(target.unit), ...pid, ...since].join(", "));
};
