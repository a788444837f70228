// biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence begins with one
const colour = /\u001b\[[\d;]*m/gu;
// biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence begins with one
const token = /\r?\u001b\[\??[\d;]*[A-Za-z]|[^\u001b]/gsu;
// biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence begins with one
const upwards = /^\r\u001b\[(\d+)A$/u;

interface Glass {
  lines: string[];
  row: number;
  column: number;
}

const put = (glass: Glass, letter: string): void => {
  const line = (glass.lines[glass.row] ?? "").padEnd(glass.column);
  glass.lines[glass.row] = line.slice(0, glass.column) + letter + line.slice(glass.column + 1);
  glass.column += 1;
};

const eraseLine = (glass: Glass): void => {
  glass.lines[glass.row] = (glass.lines[glass.row] ?? "").slice(0, glass.column);
};

/** What dogwatch uses besides colours and a step upwards. Source: ECMA-48, xterm ctlseqs. */
const effects: Readonly<Record<string, (glass: Glass) => void>> = {
  "\n": (glass) => void Object.assign(glass, { row: glass.row + 1, column: 0 }),
  "\r": (glass) => void Object.assign(glass, { column: 0 }),
  "\u001b[K": eraseLine,
  "\u001b[J": (glass) => {
    glass.lines.length = Math.min(glass.lines.length, glass.row + 1);
    eraseLine(glass);
  },
  "\u001b[H": (glass) => void Object.assign(glass, { row: 0, column: 0 }),
  "\u001b[2J": (glass) => void Object.assign(glass, { lines: [] }),
  "\u001b[?1049h": (glass) => void Object.assign(glass, { lines: [], row: 0, column: 0 }),
  "\u001b[?1049l": (glass) => void Object.assign(glass, { lines: [], row: 0, column: 0 }),
  "\u001b[?7l": () => undefined,
  "\u001b[?7h": () => undefined,
  "\u001b[?25l": () => undefined,
  "\u001b[?25h": () => undefined,
};

/**
 * The lines that stand on a terminal after it was sent a text. Of the sequences that move or erase it knows those that dogwatch uses, and throws at any other.
 * Blank lines at the end are left out.
 */
export const shownOn = (sent: string): readonly string[] => {
  const glass: Glass = { lines: [], row: 0, column: 0 };
  for (const [each] of sent.replace(colour, "").matchAll(token)) {
    const up = upwards.exec(each)?.[1];
    const effect = effects[each];
    if (up !== undefined) Object.assign(glass, { row: Math.max(0, glass.row - Number(up)), column: 0 });
    else if (effect !== undefined) effect(glass);
    else if (each.length > 2) throw new Error(`a sequence that dogwatch doesn't use: ${JSON.stringify(each)}`);
    else put(glass, each);
  }
  const lines = Array.from(glass.lines, (line) => (line ?? "").trimEnd());
  return lines.slice(0, lines.findLastIndex((line) => line !== "") + 1);
};
