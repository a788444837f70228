import type { Entry } from "./entry.ts";

/** An entry as read back from a file: the fields have their types, but the event may be one of a later version. */
export type SeenEntry = Omit<Entry, "event"> & { readonly event: string };

type Check = (value: unknown) => boolean;

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isText: Check = (value) => typeof value === "string";
const isNumber: Check = (value) => typeof value === "number";
const isListOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);

const hasOnly =
  (required: Readonly<Record<string, Check>>, optional: Readonly<Record<string, Check>>): Check =>
  (value) => {
    if (!isObject(value)) return false;
    const fields = new Map<string, unknown>(Object.entries(value));
    return (
      Object.entries(required).every(([key, check]) => check(fields.get(key))) &&
      Object.entries(optional).every(([key, check]) => !fields.has(key) || check(fields.get(key)))
    );
  };

const texts = (...keys: readonly string[]): Record<string, Check> =>
  Object.fromEntries(keys.map((key) => [key, isText]));

const fits = hasOnly(
  { seq: isNumber, ...texts("at", "host", "boot", "event", "by", "prev") },
  {
    ...texts("incident", "check", "evidence", "recipe", "recipe_sha256", "config_sha256", "binary_sha256"),
    ...texts("key", "proof", "why"),
    attempt: isNumber,
    budget_left: isNumber,
    argv: isListOf(isText),
    target: hasOnly({}, { ...texts("unit", "user", "started"), pid: isNumber }),
    backup: isListOf(hasOnly(texts("path", "sha256"), {})),
    exit: (value) => isNumber(value) || isText(value),
  },
);

/** Whether a parsed line is an entry whose every known field has its type. Never throws. */
export const isSeenEntry = (value: unknown): value is SeenEntry => fits(value);
