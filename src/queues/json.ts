import { pointerGet } from "../config/conditions.ts";
import type { QueueField } from "../config/config.ts";
import { parseJson } from "../config/json.ts";
import { parseRfc3339 } from "../probes/epoch.ts";
import { quote } from "../probes/evidence.ts";
import type { ProbeContext } from "../probes/probe.ts";
import { answerOf } from "./answer.ts";
import { type AskedSource, type Numbers, readingOf } from "./fields.ts";
import type { QueueLook } from "./reading.ts";

/** Values take many times the memory of their text. */
const maxMiB = 4;

/** What a `*` goes through: the elements of a list, or the values of a map that has no key of that name. */
const childrenOf = (value: unknown): readonly (readonly [string, unknown])[] | undefined => {
  if (typeof value !== "object" || value === null || Object.hasOwn(value, "*")) return undefined;
  return Object.entries(value);
};

/** Adds what the pointer leads to from here. Gives the place where nothing stands, and undefined when all was found. */
const collect = (value: unknown, tokens: readonly string[], into: unknown[]): string | undefined => {
  const [token, ...rest] = tokens;
  if (token === undefined) {
    into.push(value);
    return undefined;
  }
  const children = token === "*" ? childrenOf(value) : undefined;
  if (children === undefined) {
    const found = pointerGet(value, `/${token}`);
    const missing = found.kind === "missing" ? "" : collect(found.value, rest, into);
    return missing === undefined ? undefined : `/${token}${missing}`;
  }
  if (children.length === 0) return "/*";
  for (const [key, child] of children) {
    const missing = collect(child, rest, into);
    if (missing !== undefined) return `/${key}${missing}`;
  }
  return undefined;
};

/** A place in the answer: the config's own pointer, or one with keys of the answer in it, which then is quoted. */
const place = (found: string, pointer: string): string =>
  pointer === found || pointer.startsWith(`${found}/`) ? found : quote(found);

const wrong = (why: string): Numbers => ({ kind: "wrong", why });

const inWords = (value: unknown): string => {
  if (typeof value === "string") return `text, ${quote(value, 40)}`;
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" && value !== null ? "a map" : String(value);
};

const numbersAt = (document: unknown, pointer: string, field: QueueField): Numbers => {
  const found: unknown[] = [];
  const missing = collect(document, pointer.split("/").slice(1), found);
  if (missing?.endsWith("/*") === true) return wrong(`there is no element at ${place(missing, pointer)}`);
  if (missing !== undefined) return wrong(`the answer has no ${place(missing, pointer)}`);
  const values: number[] = [];
  for (const value of found) {
    // The age of the oldest job, where there is none.
    if (value === null && field.startsWith("oldest_")) continue;
    const number = field === "oldest_ready_at" && typeof value === "string" ? parseRfc3339(value) : value;
    if (typeof number !== "number") return wrong(`${pointer} is ${inWords(value)}, and not a number`);
    values.push(number);
  }
  return { kind: "numbers", values };
};

/**
 * A queue's numbers out of one JSON answer, by RFC 6901 pointers in which `*` stands for every element. `name`: the check's. Never throws.
 * Source: RFC 6901, RFC 3339.
 */
export const readJson = async (name: string, source: AskedSource, context: ProbeContext): Promise<QueueLook> => {
  const answer = await answerOf(name, source, { accept: "application/json", maxMiB }, context);
  if (answer.kind === "unknown") return answer;
  const parsed = parseJson(answer.body);
  if (parsed === undefined) return { kind: "unknown", why: `the answer is not JSON: ${quote(answer.body, 60)}` };
  return readingOf(
    source,
    (pointer, field) => numbersAt(parsed.value, pointer, field),
    context.host.clock.nowMs() / 1000,
  );
};
