/** Longest evidence that is kept, in code points: a phone's screen of it. */
export const maxEvidence = 300;

// Controls, every format character and variation selector (zero-width, bidi, tags that hide text from a reader but not from a
// model), line and paragraph separators, lone surrogates. Source: Unicode Standard, table 4-4, general categories; PropList.
const unsafe = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Variation_Selector}]+/gu;
// biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence begins with one
const ansi = /[\u{1B}\u{9B}][[\]()#;?]*(?:\d{1,4}(?:;\d{0,4})*)?[\dA-PR-TZcf-ntqry=><~]?/gu;
// Marks heaped on one letter run over the lines above and below; no script in use needs more than these. Source: Unicode Standard Annex #15.
const heaped = /(\p{M}{3})\p{M}+/gu;

const isOpen = (text: string): boolean => text.split('"').length % 2 === 0;

/** Cuts to `max` code points. A quotation that is cut is ended: else what follows would read as if it came from the host, or the other way round. */
const cut = (
  points: readonly string[],
  max: number,
): { readonly text: string; readonly at: number; readonly mark: string } => {
  const kept = points.slice(0, max - 1).join("");
  if (!isOpen(kept)) return { text: `${kept}…`, at: max - 1, mark: "" };
  const shorter = points.slice(0, max - 2).join("");
  const mark = isOpen(shorter) ? '"' : "";
  return { text: `${shorter}…${mark}`, at: max - 2, mark };
};

/**
 * Makes text from a probed system inert and short: escapes and control characters go, runs of blanks become one, and what
 * is longer than `max` code points is cut with an ellipsis. It then is one line that no terminal, log or chat acts on. Never throws.
 */
export const cleanEvidence = (text: string, max: number = maxEvidence): string => {
  const head = text.length > max * 8 ? text.slice(0, max * 8) : text;
  const line = head.replace(ansi, " ").replace(unsafe, " ").replace(heaped, "$1").replace(/\s+/gu, " ").trim();
  const isLost = head.length < text.length && isOpen(line);
  const points = line.length > max || isLost ? [...line] : undefined;
  if (points === undefined) return line;
  if (points.length > max) return cut(points, max).text;
  return isLost ? cut(points, Math.min(max, points.length + 1)).text : line;
};

/** A word longer than this is cut in its middle. */
const longWord = 16;

/**
 * Evidence in two parts: what has room in `max` code points, cut between two words where one ends near, and the rest, undefined where
 * there is none. A quotation that the cut goes through ends in the first and begins again in the second. Never throws.
 */
export const splitEvidence = (
  text: string,
  max: number,
): { readonly head: string; readonly rest: string | undefined } => {
  const points = [...cleanEvidence(text)];
  if (points.length <= max) return { head: points.join(""), rest: undefined };
  const space = points.lastIndexOf(" ", max - 2);
  if (space < Math.max(1, max - longWord)) {
    const { text: head, at, mark } = cut(points, max);
    return { head, rest: `${mark}…${points.slice(at).join("")}` };
  }
  const kept = points.slice(0, space).join("");
  const mark = isOpen(kept) ? '"' : "";
  return { head: `${kept}…${mark}`, rest: `${mark}…${points.slice(space + 1).join("")}` };
};

/** Quotes text that came from a probed system, so that a reader sees where it begins and ends. Never throws. */
export const quote = (text: string, max = 80): string => `"${cleanEvidence(text.replaceAll('"', "'"), max)}"`;

/** A word that another program has a list of, such as a unit's state; quoted where it is anything else. Never throws. */
export const wordOr = (text: string): string => (/^[a-z][a-z0-9-]{0,30}$/u.test(text) ? text : quote(text, 40));
