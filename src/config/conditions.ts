import type { Condition } from "./config.ts";

/** Longest regular expression that a config may hold, in characters. */
export const maxPatternLength = 500;

/** Compiles with the flag that every probe uses (`u`, so a stray escape is a fault and not a literal). Undefined when it is fine, else why not. Never throws. */
export const patternFault = (source: string): string | undefined => {
  if (source.length > maxPatternLength)
    return `the regular expression has ${source.length} characters, the most is ${maxPatternLength}`;
  try {
    new RegExp(source, "u");
    return undefined;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const why = error.message.replace(/^Invalid regular expression: /u, "").replace(/^\/.*\/u?: /su, "");
    return `the regular expression does not compile: ${why}`;
  }
};

/** A condition read from its text, or why it can't be. */
export type ParsedCondition =
  | { readonly kind: "condition"; readonly condition: Condition }
  | { readonly kind: "fault"; readonly why: string };

const fault = (why: string): ParsedCondition => ({ kind: "fault", why });
const isJsonNumber = (text: string): boolean => /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/u.test(text);

/** What stands after `==` or `!=`: a JSON scalar when it reads as one (`"3"` in quotes is text), else plain text. */
const literal = (text: string): Condition["value"] => {
  if (isJsonNumber(text)) return Number(text);
  if (text === "null") return null;
  if (text === "true" || text === "false") return text === "true";
  return /^"[^"\\]*"$/u.test(text) ? text.slice(1, -1) : text;
};

const withOperator = (op: Condition["op"], text: string): ParsedCondition => {
  if (op === "==" || op === "!=") return { kind: "condition", condition: { op, value: literal(text) } };
  if (op === "~") {
    const why = patternFault(text);
    return why === undefined ? { kind: "condition", condition: { op, value: text } } : fault(why);
  }
  if (!isJsonNumber(text)) return fault(`"${op}" needs a number after it (for the text itself write "== ${op} …")`);
  return { kind: "condition", condition: { op, value: Number(text) } };
};

const operatorOf = (text: string): { readonly op: Condition["op"]; readonly rest: string } | undefined => {
  const [, sign, rest] = /^(==|!=|>=|<=|>|<|~) *(.*)$/su.exec(text) ?? [];
  const op = (["==", "!=", ">=", "<=", ">", "<", "~"] as const).find((each) => each === sign);
  return op === undefined || rest === undefined ? undefined : { op, rest };
};

/**
 * Reads what the config says must stand at a pointer: a plain value means `==`; text may begin with `>`, `>=`, `<`, `<=`, `!=`, `==` or `~`.
 * `== > 3` is the way to ask for the text `> 3` itself. Never throws.
 */
export const parseCondition = (given: unknown): ParsedCondition => {
  if (typeof given === "string") {
    const operator = operatorOf(given);
    if (operator !== undefined) return withOperator(operator.op, operator.rest);
    return { kind: "condition", condition: { op: "==", value: given } };
  }
  if (given === null || typeof given === "boolean" || (typeof given === "number" && Number.isFinite(given)))
    return { kind: "condition", condition: { op: "==", value: given } };
  return fault("a pointer's value is text, a number, true, false or null");
};

const compares = (op: ">" | ">=" | "<" | "<=", left: number, right: number): boolean => {
  switch (op) {
    case ">":
      return left > right;
    case ">=":
      return left >= right;
    case "<":
      return left < right;
    case "<=":
      return left <= right;
  }
};

const isScalar = (value: unknown): value is string | number | boolean =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean";

/**
 * Tells whether a value from a JSON answer is as the condition wants. Types count: the number 3 is not the text "3"; a comparison with anything but a
 * number fails; `~` reads text, numbers and booleans; a map or list meets only `!=`. Never throws on a condition from {@link parseCondition}.
 */
export const meets = ({ op, value: wanted }: Condition, value: unknown): boolean => {
  switch (op) {
    case "==":
      return value === wanted;
    case "!=":
      return value !== wanted;
    case "~":
      return isScalar(value) && new RegExp(String(wanted), "u").test(String(value));
    case ">":
    case ">=":
    case "<":
    case "<=":
      return typeof value === "number" && typeof wanted === "number" && compares(op, value, wanted);
  }
};

/** True for an RFC 6901 pointer: empty (the whole document), or `/` before every token, with `~` only as `~0` or `~1`. Never throws. */
export const isPointer = (text: string): boolean => /^(\/([^/~]|~[01])*)*$/u.test(text);

/** What a pointer leads to; `missing` apart from a value that is there and null. */
export type Found = { readonly kind: "found"; readonly value: unknown } | { readonly kind: "missing" };

const missing: Found = { kind: "missing" };

const step = (at: unknown, token: string): Found => {
  if (Array.isArray(at))
    return /^(0|[1-9]\d*)$/u.test(token) && Number(token) < at.length
      ? { kind: "found", value: at[Number(token)] }
      : missing;
  if (typeof at !== "object" || at === null) return missing;
  const own = Object.getOwnPropertyDescriptor(at, token);
  return own === undefined ? missing : { kind: "found", value: own.value };
};

/** What stands at a pointer in parsed JSON; only a document's own keys count, so `/constructor` finds nothing by accident. Never throws. Source: RFC 6901. */
export const pointerGet = (document: unknown, pointer: string): Found => {
  if (!isPointer(pointer)) return missing;
  let found: Found = { kind: "found", value: document };
  for (const token of pointer.split("/").slice(1)) {
    if (found.kind === "missing") return found;
    found = step(found.value, token.replaceAll("~1", "/").replaceAll("~0", "~"));
  }
  return found;
};
