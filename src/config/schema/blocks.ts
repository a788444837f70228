import * as v from "valibot";
import { maxPatternLength, patternFault } from "../conditions.ts";
import { parseDuration, printDuration } from "../duration.ts";
import { didYouMean, oneOf, quoted } from "../near.ts";
import { parseSize, printSize } from "../size.ts";

/** One value of a YAML file: what it must look like, and what the program gets for it. */
export type Block<Output> = v.GenericSchema<unknown, Output>;

/** What a fault says of a value that is there instead. */
export const shown = (value: unknown): string => {
  if (value === undefined || value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "string") return quoted(value);
  return typeof value === "object" ? "a map" : String(value);
};

const wants =
  (what: string) =>
  ({ input }: v.BaseIssue<unknown>): string =>
    `expected ${what}, got ${shown(input)}`;

const wantsText =
  (what: string) =>
  ({ input }: v.BaseIssue<unknown>): string => {
    const remedy = typeof input === "number" || typeof input === "boolean" ? ": put it in quotes" : "";
    return `expected ${what}, got ${shown(input)}${remedy}`;
  };

/** Text of a form, told in words. Numbers and true or false are refused with the remedy: quotes. */
export const text = (what: string, form: RegExp = /\S/u): Block<string> =>
  v.pipe(v.string(wantsText(what)), v.regex(form, wants(what)), v.metadata({ "x-type": "text" }));

/** Text that is never shown in a fault, since a secret may have been put in its place. */
export const privateText = (what: string, form: RegExp): Block<string> => {
  const message = `expected ${what}`;
  return v.pipe(v.string(message), v.regex(form, message), v.metadata({ "x-type": "text" }));
};

/** A whole number, both ends included. */
export const whole = (min: number, max: number): Block<number> => {
  const message = wants(`a whole number from ${min} to ${max}`);
  return v.pipe(
    v.number(message),
    v.integer(message),
    v.check((value) => value >= min && value <= max, message),
    v.metadata({ "x-type": "whole number", minimum: min, maximum: max }),
  );
};

/** True or false. */
export const flag = (): Block<boolean> =>
  v.pipe(v.boolean(wants("true or false")), v.metadata({ "x-type": "true or false" }));

/** One word of a list; the near miss is named. */
export const choice = <const Words extends readonly string[]>(words: Words): Block<Words[number]> =>
  v.pipe(
    v.picklist(words, ({ input }) => {
      const near = typeof input === "string" ? didYouMean(input, words) : "";
      return `expected ${oneOf(words)}, got ${shown(input)}${near}`;
    }),
    v.metadata({ "x-type": words.join(" or ") }),
  );

/** A duration, in milliseconds for the program; both ends included. */
export const duration = (minMs: number, maxMs: number): Block<number> => {
  const message = wants("a duration such as 30s, 5m, 2h or 7d");
  return v.pipe(
    v.string(message),
    v.regex(/^[0-9]+(ms|[smhd])$/u, message),
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      const ms = parseDuration(dataset.value) ?? Number.POSITIVE_INFINITY;
      if (ms >= minMs && ms <= maxMs) return ms;
      const range = ms < minMs ? `at least ${printDuration(minMs)}` : `at most ${printDuration(maxMs)}`;
      addIssue({ message: `expected a duration of ${range}, got ${quoted(dataset.value)}` });
      return NEVER;
    }),
    v.metadata({ "x-type": "duration", "x-unit": `${printDuration(minMs)} to ${printDuration(maxMs)}` }),
  );
};

/** A size in bytes; both ends included. */
export const size = (minBytes: number, maxBytes: number): Block<number> => {
  const message = wants("a size such as 64K, 8M or 1G");
  return v.pipe(
    v.string(message),
    v.regex(/^[0-9]+[KMG]$/u, message),
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      const bytes = parseSize(dataset.value) ?? Number.POSITIVE_INFINITY;
      if (bytes >= minBytes && bytes <= maxBytes) return bytes;
      const range = bytes < minBytes ? `at least ${printSize(minBytes)}` : `at most ${printSize(maxBytes)}`;
      addIssue({ message: `expected a size of ${range}, got ${quoted(dataset.value)}` });
      return NEVER;
    }),
    v.metadata({ "x-type": "size", "x-unit": `${printSize(minBytes)} to ${printSize(maxBytes)}` }),
  );
};

/** Puts a fault at a key of a map or at its value; an empty key means the map's own key. */
export const placeAt = (key: string, origin: "key" | "value"): v.ObjectPathItem => ({
  type: "object",
  origin,
  input: {},
  key,
  value: undefined,
});

/** What is wrong with a map, at one of its keys; an empty key means the map's own. */
export interface KeyFault {
  readonly key: string;
  readonly message: string;
}

/** Refuses what `faultOf` finds wrong with a value whose form is right: in a sentence on the value, or at a key of it. */
export const refusing = <Value>(faultOf: (value: Value) => string | KeyFault | undefined): v.RawCheckAction<Value> =>
  v.rawCheck(({ dataset, addIssue }) => {
    const fault = dataset.typed ? faultOf(dataset.value) : undefined;
    if (typeof fault === "string") addIssue({ message: fault });
    else if (fault !== undefined) addIssue({ message: fault.message, path: [placeAt(fault.key, "key")] });
  });

/** A regular expression as source text, compiled once here so that a probe's compile can't fail. */
export const pattern = (): Block<string> =>
  v.pipe(
    v.string(wantsText("a regular expression")),
    refusing(patternFault),
    v.check((value) => value !== "", "expected a regular expression, got an empty one, which matches all"),
    v.metadata({ "x-type": "regular expression", maxLength: maxPatternLength }),
  );

/** An absolute path without `..`. */
export const path = (): Block<string> =>
  v.pipe(
    text('an absolute path without ".."', /^\/(?!(?:.*\/)?\.\.(?:\/|$)).*$/u),
    v.metadata({ "x-type": "absolute path" }),
  );

/** An absolute path of a file, without `..`. */
export const file = (): Block<string> =>
  v.pipe(
    text('an absolute path of a file, without ".."', /^\/(?!(?:.*\/)?\.\.(?:\/|$)).*[^/]$/u),
    v.metadata({ "x-type": "absolute path" }),
  );

/** A list in which nothing stands twice. */
export const list = <Item>(item: Block<Item>, what: string, min = 0): Block<Item[]> =>
  v.pipe(
    v.array(item, wants(what)),
    v.minLength(min, `expected ${what}, got an empty list`),
    v.rawCheck(({ dataset, addIssue }) => {
      if (!Array.isArray(dataset.value)) return;
      const items: readonly unknown[] = dataset.value;
      const seen = new Set<unknown>();
      items.forEach((each, key) => {
        const place = { type: "array", origin: "value", input: [], key, value: each } as const;
        if (typeof each === "string" && seen.has(each))
          addIssue({ message: `${quoted(each)} stands twice in this list`, path: [place] });
        seen.add(each);
      });
    }),
    v.metadata({ "x-type": "list" }),
  );

/** The same with what people read: a sentence and an example in YAML's own form. */
export const need = <Output>(block: Block<Output>, description: string, example: unknown): Block<Output> =>
  v.pipe(block, v.metadata({ description, examples: [example] }));

/** A key that may be left out and then has no value. */
export const maybe = <Output>(
  block: Block<Output>,
  description: string,
  example: unknown,
): v.OptionalSchema<Block<Output>, undefined> => v.optional(need(block, description, example), undefined);

/** A key that may be left out; `standard` is its value then, in YAML's form. */
export const withDefault = <Output>(
  block: Block<Output>,
  standard: NonNullable<unknown>,
  description: string,
  example: unknown = standard,
): v.OptionalSchema<Block<Output>, NonNullable<unknown>> => v.optional(need(block, description, example), standard);
