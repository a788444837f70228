import type { SeenEntry } from "../log/seen-entry.ts";

/** A line of the log on its way out. */
export interface Exported {
  readonly entry: SeenEntry;
  /** The line as it stands in the log, without its newline. */
  readonly line: string;
  /** Lower-case hex SHA-256 of that line's bytes: what `sha256sum` prints, and what the next line has as `prev`. */
  readonly sha256: string;
}

/** A form that entries are written in, one by one, so that nothing needs to be held. Pure. */
export interface Format {
  readonly begin: string;
  readonly one: (exported: Exported, isFirst: boolean) => string;
  /** Written only when all was read, so that half an export doesn't look like a whole one where the form allows it. */
  readonly end: string;
}

/** When a line says that it was written, in milliseconds since 1970; 0 where it doesn't say. Never throws. */
export const timeOf = ({ at }: SeenEntry): number => {
  const ms = Date.parse(at);
  return Number.isNaN(ms) ? 0 : ms;
};
