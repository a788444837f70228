import type { Failure } from "./host.ts";

/** A cell. Texts are cut at 1,000 characters, blobs are `null`, integers beyond 2^53 lose their last digits. */
export type SqliteCell = string | number | null;

/** One row, by the column names of its query. */
export type SqliteRow = Readonly<Record<string, SqliteCell>>;

/** The columns that each table has, generated ones left out; a table that isn't there has no entry. */
export type SqliteColumns = ReadonlyMap<string, ReadonlySet<string>>;

/** One SELECT. `params`: by name, with the sign: `{ $now: 1700000000 }`. */
export interface SqliteQuery {
  /**
   * Must call `in_time()` now and then in the innermost WHERE that goes over many rows: it is true, and ends the whole
   * look once that has run too long. Must end in a LIMIT where the rows could be many: at most 1,000 are given.
   */
  readonly sql: string;
  readonly params?: Readonly<Record<string, string | number>>;
}

/** What is wanted of a database, so that it can be read in one go, at one moment. */
export interface SqliteLook {
  readonly path: string;
  /** Columns without which nothing can be told, by table. */
  readonly needed: Readonly<Record<string, readonly string[]>>;
  /** Tables that may be there too. */
  readonly optional: readonly string[];
  /** The queries by name, made once it is known which columns there are. Pure, and never throws. */
  readonly queries: (columns: SqliteColumns) => Readonly<Record<string, SqliteQuery>>;
}

/** The rows of each query, by its name. */
export type SqliteLooked =
  | { readonly kind: "looked"; readonly rows: Readonly<Record<string, readonly SqliteRow[]>> }
  | Failure;

/** Databases that other programs write. Nothing here can write, lock out a writer, or make a file. */
export interface Sqlite {
  /**
   * Looks once, within 2 s. Fails with an errno name where the file can't be opened (`EISDIR` for a folder, `EINVAL` for a pipe or device), with
   * `EBUSY` while a writer keeps it to itself, `NOTADB` when it is no database, `CORRUPT` when damaged or cut short, `ENOTABLE` or
   * `ENOCOLUMN` where one that is needed is missing, `TIMEOUT`, and `SQLITE` for the rest. Never throws for these.
   */
  look(look: SqliteLook): Promise<SqliteLooked>;
}
