import * as v from "valibot";
import { baseAddress } from "./address.ts";
import { type Block, need, privateText, withDefault } from "./blocks.ts";
import { picked } from "./shape.ts";

/** An id that is a number to YAML: past 2^53 it would be rounded without a word, so such a one needs quotes. Never shown in a fault. */
export const id = (what: string, form: RegExp): Block<string> => {
  const asText = privateText(what, form);
  const asNumber = v.pipe(
    v.number(`expected ${what}`),
    v.safeInteger("this number is too large to be read exactly: put it in quotes"),
    v.transform(String),
    v.regex(form, `expected ${what}`),
  );
  return v.pipe(
    picked<string>([asText, asNumber], (input) => (typeof input === "number" ? asNumber : asText)),
    v.metadata({ "x-type": "text or whole number" }),
  );
};

/** A platform's `api`. */
export const api = (standard: string): v.OptionalSchema<Block<string>, NonNullable<unknown>> =>
  withDefault(
    baseAddress(`"${standard}"`),
    standard,
    "Base address of the platform, for a self-hosted one or a relay.",
  );

/** The `api` of a platform that has no one address: each company runs its own, or is given its own. */
export const ownApi = (example: string): Block<string> =>
  need(baseAddress(`"${example}"`), "Base address of the server; nothing else is contacted.", example);
