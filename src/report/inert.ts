const maxMarks = 4;

/** Joiners: emoji and several scripts need them, and they move nothing. */
const joiners: ReadonlySet<string> = new Set(["\u200c", "\u200d"]);

const numbered = (each: string): string =>
  `[U+${(each.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}]`;

const unsafe = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]|\p{M}{5,}/gu;

/**
 * Text from outside in which nothing acts unseen: control, bidi and other format characters are written out (`[U+202E]`), halves
 * of a pair as U+FFFD, and of a heap of combining marks, which would cover the lines around it, the first few stay. Never throws.
 */
export const visible = (text: string): string =>
  text
    .toWellFormed()
    .replace(unsafe, (each) =>
      /^\p{M}/u.test(each)
        ? `${[...each].slice(0, maxMarks).join("")}[+${[...each].length - maxMarks}]`
        : joiners.has(each)
          ? each
          : numbered(each),
    );

/** At most `max` code points of a text, and how many are left out. Never throws. */
export const clip = (text: string, max: number): string => {
  if (text.length <= max) return text;
  const points = [...text];
  return points.length <= max ? text : `${points.slice(0, max).join("")}… (${points.length - max} more characters)`;
};

/** A text for a place where no element can isolate it (a tooltip, a label): its direction stays inside. Source: Unicode UAX #9, FSI and PDI. */
export const isolated = (text: string): Isolated => ({ isolated: text });

/** Made by {@link isolated}. */
export interface Isolated {
  readonly isolated: string;
}
