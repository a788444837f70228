import type { SqliteCell } from "../host/database.ts";

/** A cell, or another value that was kept, which should be a number; anything else, which SQLite lets stand in any column, is null. Pure. */
export const numberOf = (value: unknown): number | null =>
  typeof value === "number" && Number.isFinite(value) ? value : null;

/** A cell that should be a text; an empty one is null. Pure. */
export const textOf = (cell: SqliteCell | undefined): string | null =>
  typeof cell === "string" && cell !== "" ? cell : null;

/** SQL: true, and ends the look once that has taken too long. Asked at one row in 256 by chance, which nobody can arrange rows against: to ask costs more than a row. */
export const inTime = "(random() & 255 OR in_time())";

/** SQL: a column of numbers. Where a text or a blob stands in it, which can be of any size, that is not loaded at all, and is null. Pure. */
export const amount = (sql: string): string => `CASE WHEN typeof(${sql}) IN ('integer','real') THEN ${sql} END`;

/** SQL: the beginning of a text column. A cell of megabytes is not loaded at all, and is null. Pure. */
export const beginning = (sql: string, length = 80): string =>
  `CASE WHEN octet_length(${sql}) <= 8192 THEN substr(${sql}, 1, ${length}) END`;

/** SQL: a text out of a column of JSON, null where it isn't JSON. Pure. */
export const inJson = (sql: string, path: string, length = 80): string =>
  `CASE WHEN octet_length(${sql}) <= 65536 AND json_valid(${sql}) THEN substr(json_extract(${sql}, '${path}'), 1, ${length}) END`;
