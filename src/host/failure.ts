import type { Failure } from "./host.ts";

/** A failure in our own words. Never throws. */
export const failed = (code: string, why: string): Failure => ({ kind: "failed", code, why });

/** `ENOENT: no such file or directory, open '/x'` -> `no such file or directory`; other texts stay as they are. */
const sentence = (message: string, code: string): string => {
  const start = message.indexOf(`${code}: `);
  if (start < 0) return message;
  const text = message.slice(start + code.length + 2).split(", ", 1)[0] ?? message;
  return text.charAt(0).toLowerCase() + text.slice(1);
};

/**
 * Turns what Node threw into a value: the errno name and its plain sentence (`no space left on device`), without path
 * or call, since the caller says what it tried. Rethrows whatever carries no `code`: that is our bug, not trouble.
 */
export const failureOf = (error: unknown): Failure => {
  if (!(error instanceof Error && "code" in error && typeof error.code === "string")) throw error;
  return failed(error.code, sentence(error.message, error.code));
};

/** Does `work` and gives its value, or its trouble as a value. Throws only what {@link failureOf} rethrows. */
export const attempt = <T>(work: () => T): T | Failure => {
  try {
    return work();
  } catch (error) {
    return failureOf(error);
  }
};

/** True for the failure of an {@link attempt}, so that its value can be told from it. Never throws. */
export const isFailure = (value: unknown): value is Failure =>
  typeof value === "object" && value !== null && "kind" in value && value.kind === "failed";
