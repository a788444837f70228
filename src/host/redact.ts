/** Replaces secrets in text that came from outside or is about to leave. */
export interface Redactor {
  text(text: string): string;
  /** As `text`; of a body that was cut, the end is dropped too, since half a secret may stand there. */
  body(text: string, isCut: boolean): string;
}

const mark = "[secret]";
const literally = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/gu, "\\$&");
const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, "0");

/** Raw, backslashed, percent-encoded (also twice) or as `\u` escapes. Repeats are bounded, so that no body makes this slow. */
const formsOf = (char: string): string => {
  const percent = [...new TextEncoder().encode(char)].map((byte) => `%(?:25){0,3}${hex(byte, 2)}`).join("");
  const units = Array.from({ length: char.length }, (_, at) => `\\\\{1,3}u${hex(char.charCodeAt(at), 4)}`).join("");
  return `(?:\\\\{0,3}${literally(char)}|${percent}|${units})`;
};

/** Longest form of one character: `\\\u0041`. */
const longestForm = 9;

/**
 * Makes a redactor for these secrets; empty ones are ignored. It finds each secret as it is, in any case, and with any of its
 * characters percent-encoded, JSON-escaped or backslashed, as servers echo them. Never throws.
 */
export const redactorFor = (secrets: readonly string[]): Redactor => {
  const known = [...new Set(secrets.map((secret) => secret.trim()))].filter((secret) => secret !== "");
  if (known.length === 0) return { text: (text) => text, body: (text) => text };
  known.sort((a, b) => b.length - a.length);
  const pattern = new RegExp(known.map((secret) => [...secret].map(formsOf).join("")).join("|"), "gi");
  const text = (given: string): string => given.replace(pattern, mark);
  const tail = Math.max(...known.map((secret) => secret.length)) * longestForm;
  return { text, body: (given, isCut) => (isCut ? text(given).slice(0, -tail) : text(given)) };
};
