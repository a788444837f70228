const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return false;
    throw error;
  }
};

/** Characters of the escape at `at` when it is whole: `\n` has 2, `\u00e4` has 6. Source: RFC 8259 section 7. */
const escapeLength = (text: string, at: number): number => (text[at + 1] === "u" ? 6 : 2);

/** Where the string that opens before `from` ends: just after its quote, or -1 with the length that is left without a half escape. */
const endOfString = (text: string, from: number): { readonly end: number; readonly whole: number } => {
  for (let i = from; i < text.length; i++) {
    if (text[i] === '"') return { end: i + 1, whole: text.length };
    if (text[i] !== "\\") continue;
    const length = escapeLength(text, i);
    if (i + length > text.length) return { end: -1, whole: i };
    i += length - 1;
  }
  return { end: -1, whole: text.length };
};

/** A JSON text's whole part, whether it stops inside a string, and the brackets that would close it. */
const openAt = (text: string): { readonly head: string; readonly isInString: boolean; readonly closers: string } => {
  const closers: string[] = [];
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (char === "{") closers.push("}");
    else if (char === "[") closers.push("]");
    else if (char === "}" || char === "]") closers.pop();
    if (char !== '"') continue;
    const { end, whole } = endOfString(text, i + 1);
    if (end === -1) return { head: text.slice(0, whole), isInString: true, closers: closers.reverse().join("") };
    i = end - 1;
  }
  return { head: text, isInString: false, closers: closers.reverse().join("") };
};

/** `prev` is the last key, so what follows it in a torn line can only be the beginning of a hash. */
const hasSoundEnd = (text: string): boolean => {
  const end = /,"prev":"([\s\S]*)$/u.exec(text)?.[1];
  return end === undefined || /^[0-9a-f]{0,63}$|^[0-9a-f]{64}"?$/u.test(end);
};

const withoutNuls = (text: string): string => {
  let end = text.length;
  while (end > 0 && text[end - 1] === "\0") end--;
  return text.slice(0, end);
};

const start = '{"seq":';

/**
 * Whether a text is the beginning of a log line and no more: what a kill in mid-write leaves. Trailing NULs are a torn line's
 * too: some file systems grow a file before its bytes arrive. A whole line, or one changed inside, is not. Never throws.
 */
export const isCutLine = (line: string): boolean => {
  const text = withoutNuls(line);
  if (text.length <= start.length) return line !== "" && start.startsWith(text);
  if (!text.startsWith(start) || !hasSoundEnd(text)) return false;
  const { head, isInString, closers } = openAt(text);
  if (closers === "") return text !== line && isJson(text);
  const ends = isInString ? ['"', '":0'] : ["", "0", ":0", '"x":0'];
  return ends.some((end) => isJson(`${head}${end}${closers}`));
};

/** The sequence that a torn line still shows whole, or undefined. Never throws. */
export const seqOfCutLine = (line: string): number | undefined => {
  const digits = /^\{"seq":([1-9]\d{0,15}),/u.exec(line)?.[1];
  return digits === undefined ? undefined : Number(digits);
};
