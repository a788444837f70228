import { readOpenMetrics } from "./exposition-openmetrics.ts";
import { type ExpositionFault, faultAt, type Sample } from "./exposition-scan.ts";
import { readTextFormat } from "./exposition-text.ts";

/** Every sample of an exposition, or the first line that is wrong. */
export type Exposition = { readonly kind: "samples"; readonly samples: readonly Sample[] } | ExpositionFault;

/**
 * What the text alone doesn't tell. `contentType`: of the answer; empty: the older format. `isMalformed`: its bytes were not all UTF-8.
 * `isWhole`: that all of it came is known, so its last line may lack the newline, as Prometheus takes it; else such a text is cut.
 */
export interface ExpositionHints {
  readonly contentType: string;
  readonly isMalformed: boolean;
  readonly isWhole: boolean;
}

const isOpenMetrics = (contentType: string): boolean =>
  contentType.split(";", 1)[0]?.trim().toLowerCase() === "application/openmetrics-text";

const malformed = (text: string): ExpositionFault => {
  const at = text.indexOf("\u{FFFD}");
  const before = text.slice(0, Math.max(0, at));
  return faultAt(before.split("\n").length, "there are bytes that are not UTF-8");
};

/**
 * Reads what a program exposes for Prometheus, in text format 0.0.4 or OpenMetrics 1.0 as its Content-Type says, with the names in
 * quotes of newer writers. One wrong line and nothing of it is believed. Pure, linear in the text's length. Never throws.
 * Source: Prometheus "Exposition formats"; OpenMetrics 1.0.
 */
export const parseExposition = (text: string, { contentType, isMalformed, isWhole }: ExpositionHints): Exposition => {
  const read = isOpenMetrics(contentType) ? readOpenMetrics(text) : readTextFormat(text, isWhole);
  if ("kind" in read) return read;
  return isMalformed ? malformed(text) : { kind: "samples", samples: read };
};
