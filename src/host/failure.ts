import type { Failure } from "./host.ts";

/**
 * Turns what Node threw into a value: the errno name and its plain sentence (`no space left on device`), without path
 * or call, since the caller says what it tried. Rethrows whatever carries no `code`: that is our bug, not trouble.
 */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error && "code" in error && typeof error.code === "string")) {
    throw error;
  }
  return failed(error.code, sentence(error.message, error.code));
}

/** A failure in our own words. Never throws. */
export function failed(code: string, why: string): Failure {
  return { kind: "failed", code, why };
}

/** Does `work` and gives its value, or its trouble as a value. Throws only what {@link failureOf} rethrows. */
export function attempt<T>(work: () => T): T | Failure {
  try {
    return work();
  } catch (error) {
    return failureOf(error);
  }
}

/** True for the failure of an {@link attempt}, so that its value can be told from it. Never throws. */
export function isFailure(value: unknown): value is Failure {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "failed";
}

/** `ENOENT: no such file or directory, open '/x'` -> `no such file or directory`; other texts stay as they are. */
function sentence(message: string, code: string): string {
  const start = message.indexOf(`${code}: `);
  if (start < 0) {
    return message;
  }
  const text = message.slice(start + code.length + 2).split(", ", 1)[0] ?? message;
  return text.charAt(0).toLowerCase() + text.slice(1);
}
