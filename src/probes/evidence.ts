/** Longest evidence that is kept, in code points: a phone's screen of it. */
export const maxEvidence = 300;

// Controls, every format character and variation selector (zero-width, bidi, tags that hide text from a reader but not from a
// model), line and paragraph separators, lone surrogates. Source: Unicode Standard, table 4-4, general categories; PropList.
const unsafe = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Variation_Selector}]+/gu;
// biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence begins with one
const ansi = /[\u{1B}\u{9B}][[\]()#;?]*(?:\d{1,4}(?:;\d{0,4})*)?[\dA-PR-TZcf-ntqry=><~]?/gu;

/**
 * Makes text from a probed system inert and short: escapes and control characters go, runs of blanks become one, and what
 * is longer than `max` code points is cut with an ellipsis. It then is one line that no terminal, log or chat acts on. Never throws.
 */
export const cleanEvidence = (text: string, max: number = maxEvidence): string => {
  const head = text.length > max * 8 ? text.slice(0, max * 8) : text;
  const line = head.replace(ansi, " ").replace(unsafe, " ").replace(/\s+/gu, " ").trim();
  const points = line.length > max ? [...line] : undefined;
  return points === undefined || points.length <= max ? line : `${points.slice(0, max - 1).join("")}…`;
};

/** Quotes text that came from a probed system, so that a reader sees where it begins and ends. Never throws. */
export const quote = (text: string, max = 80): string => `"${cleanEvidence(text, max).replaceAll('"', "'")}"`;
