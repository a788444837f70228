const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return false;
    throw error;
  }
};

/** Where a JSON text stops: inside a string or not, and the brackets that would close it. */
const openAt = (text: string): { readonly isInString: boolean; readonly closers: string } => {
  const closers: string[] = [];
  let isInString = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (isInString && char === "\\") i++;
    else if (char === '"') isInString = !isInString;
    else if (isInString) continue;
    else if (char === "{") closers.push("}");
    else if (char === "[") closers.push("]");
    else if (char === "}" || char === "]") closers.pop();
  }
  return { isInString, closers: closers.reverse().join("") };
};

/** `prev` is the last key, so what follows it in a torn line can only be the beginning of a hash. */
const hasSoundEnd = (text: string): boolean => {
  const end = /,"prev":"([\s\S]*)$/u.exec(text)?.[1];
  return end === undefined || /^[0-9a-f]{0,63}$|^[0-9a-f]{64}"?$/u.test(end);
};

const start = '{"seq":';

/**
 * Whether a text is the beginning of a log line and no more: what a kill in mid-write leaves. Trailing NULs are a torn line's
 * too: some file systems grow a file before its bytes arrive. A whole line, or one changed inside, is not. Never throws.
 */
export const isCutLine = (line: string): boolean => {
  const text = line.replace(/\0+$/u, "");
  if (text.length <= start.length) return line !== "" && start.startsWith(text);
  if (!text.startsWith(start) || !hasSoundEnd(text)) return false;
  const { isInString, closers } = openAt(text);
  if (closers === "") return text !== line && isJson(text);
  const head = isInString ? text.replace(/\\(?:u[0-9a-fA-F]{0,3})?$/u, "") : text;
  const ends = isInString ? ['"', '":0'] : ["", "0", ":0", '"x":0'];
  return ends.some((end) => isJson(`${head}${end}${closers}`));
};

/** The sequence that a torn line still shows whole, or undefined. Never throws. */
export const seqOfCutLine = (line: string): number | undefined => {
  const digits = /^\{"seq":([1-9]\d{0,15}),/u.exec(line)?.[1];
  return digits === undefined ? undefined : Number(digits);
};
