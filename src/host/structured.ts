import { failed } from "./failure.ts";
import type { Failure } from "./host.ts";

/** Plain values out of text; maps and lists that an alias repeats are one and the same, and may stand in a circle. */
export type ParsedText = { readonly kind: "parsed"; readonly value: unknown } | Failure;

/** Parsers of other people's files: native, since 1 MiB of YAML costs a parser in JavaScript seconds. Depth and aliases are bounded by them. */
export interface Structured {
  /** YAML 1.2, core schema, merge keys; of a doubled key the last counts. Several documents are a list. */
  yaml(text: string): ParsedText;
  /** JSON with comments, commas at the end, single quotes and bare keys. Source: JSON5 specification. */
  json5(text: string): ParsedText;
}

const parsing = (parse: () => unknown): ParsedText => {
  try {
    return { kind: "parsed", value: parse() };
  } catch (error) {
    if (error instanceof RangeError) return failed("EDEPTH", "it is nested too deeply");
    // Its own words may quote the file.
    if (error instanceof SyntaxError) return failed("ESYNTAX", "its syntax is broken");
    throw error;
  }
};

/** The parsers that the runtime brings along. */
export const structured: Structured = {
  yaml: (text) => parsing(() => Bun.YAML.parse(text)),
  json5: (text) => parsing(() => Bun.JSON5.parse(text)),
};
