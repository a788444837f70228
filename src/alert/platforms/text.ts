/** What we send at most, in UTF-16 units; every platform takes that much, and a phone shows less. */
export const maxText = 1500;

const ellipsis = "…";
const gap = "… (shortened)";

// Control characters, and all that is invisible or turns writing around; a newline stays. Source: Unicode Standard, table 4-4; Annex #9, 2.
const unwanted = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Variation_Selector}]/gu;

/** Text as plain characters: no escapes, no control characters but the newline, no halves of characters. Never throws. */
export const plain = (text: string): string =>
  text
    .toWellFormed()
    .replace(/\r\n?/gu, "\n")
    .replace(unwanted, (char) => (char === "\n" ? "\n" : " "));

/** The beginning of a text, up to the last code point that ends by `end`. */
const head = (text: string, end: number): string =>
  text.slice(0, end > 0 && /[\uD800-\uDBFF]/u.test(text.charAt(end - 1)) ? end - 1 : Math.max(0, end));

const isOpen = (text: string): boolean => text.split('"').length % 2 === 0;

/**
 * At most `units` UTF-16 units, cut between two code points, with an ellipsis where something is missing. A quotation of one line that is cut is
 * ended, so that it can be told what comes from the host. Never throws.
 */
export const cut = (text: string, units: number): string => {
  if (text.length <= units) return text;
  const kept = head(text, units - ellipsis.length);
  if (!isOpen(kept)) return kept + ellipsis;
  const shorter = head(text, units - ellipsis.length - 1);
  return isOpen(shorter) ? `${shorter}${ellipsis}"` : shorter + ellipsis;
};

/**
 * Brings a message under `units` UTF-16 units. The first line (what happened) and the last (the log's head) stay; whole lines
 * go from the end of the middle. A first line of more than half the room is cut itself. Never throws.
 */
export const fit = (text: string, units: number): string => {
  if (text.length <= units) return text;
  const lines = text.split("\n");
  const last = lines.length > 1 ? cut(lines.at(-1) ?? "", Math.floor(units / 4)) : undefined;
  const end = last === undefined ? "" : `\n${gap}\n${last}`;
  const kept = [cut(lines[0] ?? "", last === undefined ? units : Math.floor(units / 2))];
  let room = units - end.length - (kept[0]?.length ?? 0);
  for (const line of lines.slice(1, -1)) {
    room -= line.length + 1;
    if (room < 0) break;
    kept.push(line);
  }
  return kept.join("\n") + end;
};

/** Sizes to which a text is cut in turn, in UTF-16 units, where what a platform makes of it takes more room. */
const sizes: readonly number[] = [maxText, 1200, 900, 600];

/** A text as `render` makes it, cut shorter until that `hasRoom`; at the last size it goes as it is. Never throws if they don't. */
export const fitRendered = (
  text: string,
  render: (text: string) => string,
  hasRoom: (rendered: string) => boolean,
  tries: readonly number[] = sizes,
): string => {
  let rendered = "";
  for (const size of tries) {
    rendered = render(fit(text, size));
    if (hasRoom(rendered)) break;
  }
  return rendered;
};

/** A message's text as every platform sends it: plain and short. Never throws. */
export const messageText = (text: string): string => fit(plain(text).trim(), maxText);
