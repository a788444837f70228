import { escapeUnsafe } from "../log/bounds.ts";
import type { Format } from "./format.ts";

/**
 * The entries as they are, each with the hash of its line as `sha256`: one array, so that any JSON reader takes it, and an entry a line, so that
 * grep does too. Source: RFC 8259.
 */
export const json: Format = {
  begin: "[",
  one: ({ entry, sha256 }, isFirst) => `${isFirst ? "\n" : ",\n"}${escapeUnsafe(JSON.stringify({ ...entry, sha256 }))}`,
  end: "\n]\n",
};
