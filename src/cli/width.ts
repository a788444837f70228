// Marks that stand on the letter before them, and what is not shown. Source: UAX #44, general categories Mn, Me, Cf.
const zero = /[\p{Mn}\p{Me}\p{Cf}]/u;
// Two columns on a terminal. Source: UAX #11, East Asian Width W and F; Emoji_Presentation of UTS #51.
const double =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uA960-\uA97F\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF01-\uFF60\uFFE0-\uFFE6\u{20000}-\u{3FFFD}]|\p{Emoji_Presentation}/u;
const ascii = /^[\x20-\x7E]*$/u;

const pointWidth = (point: string): number => (zero.test(point) ? 0 : double.test(point) ? 2 : 1);

/** Columns that a text takes on a terminal: East Asian letters and most emoji take two, marks none. Without escape sequences. Never throws. */
export const widthOf = (text: string): number =>
  ascii.test(text) ? text.length : [...text].reduce((sum, point) => sum + pointWidth(point), 0);

/** The beginning of a text that takes at most so many columns, and the rest. */
const cutAt = (text: string, columns: number): readonly [string, string] => {
  let [used, end] = [0, 0];
  for (const point of text) {
    used += pointWidth(point);
    if (used > columns) break;
    end += point.length;
  }
  return [text.slice(0, end), text.slice(end)];
};

/** Cuts a text to so many columns, with an ellipsis. Never throws. */
export const fitTo = (text: string, columns: number): string =>
  widthOf(text) <= columns ? text : `${cutAt(text, Math.max(0, columns - 1))[0]}…`;

/** Fills a text up with blanks to so many columns. Never throws. */
export const padTo = (text: string, columns: number): string =>
  `${text}${" ".repeat(Number.isFinite(columns) ? Math.max(0, columns - widthOf(text)) : 0)}`;

const pieces = (word: string, columns: number): readonly string[] => {
  const found: string[] = [];
  for (let rest = word; rest !== ""; ) {
    const [head, tail] = cutAt(rest, columns);
    // A letter that is wider than the line stands on one of its own all the same.
    const piece = head === "" ? ([...rest][0] ?? rest) : head;
    found.push(piece);
    rest = head === "" ? rest.slice(piece.length) : tail;
  }
  return found;
};

/** A number and its unit stay on one line. */
const glued = (text: string): string => text.replace(/(\d) (?=(?:ms|s|min|h|d)\b)/gu, "$1\u{1}");

/** Breaks a text at its blanks into lines of at most so many columns, a longer word where it must be, and indents them. Never throws. */
export const linesTo = (text: string, columns: number, indent: number): readonly string[] => {
  const room = Math.max(8, columns - indent);
  const lines: string[] = [];
  for (const word of glued(text)
    .split(/\s+/u)
    .flatMap((each) => pieces(each, room))) {
    const last = lines.at(-1);
    if (last !== undefined && widthOf(last) + 1 + widthOf(word) <= room) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.map((line) => `${" ".repeat(indent)}${line.replaceAll("\u{1}", " ")}`);
};
