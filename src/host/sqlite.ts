import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import type { Clock } from "./clock.ts";
import type { Sqlite, SqliteCell, SqliteLook, SqliteLooked, SqliteQuery, SqliteRow } from "./database.ts";
import { failed, isFailure } from "./failure.ts";
import type { Failure } from "./host.ts";
import { quoted } from "./quoted.ts";
import { type DatabaseFiles, hold, inspectDatabase, letGo, writerOf } from "./sqlite-file.ts";

/** A look that is under way ends by then. */
const lookMs = 1200;
/** How long a database that can't be read now is tried again, and how often. */
const patienceMs = 800;
const againMs = 40;
const maxRows = 1000;
const maxText = 1000;

/** Thrown through SQLite by `in_time()`, to end a statement from inside. */
class TooLate extends Error {}

const tooLate = failed("TIMEOUT", `reading it took longer than ${lookMs / 1000} s`);

/** What SQLite's primary result codes say to a person. Source: https://www.sqlite.org/rescode.html */
const words: Readonly<Record<number, readonly [code: string, why: string]>> = {
  5: ["EBUSY", "it is locked by a writer"],
  6: ["EBUSY", "it is locked by a writer"],
  8: ["READONLY", "its write-ahead log can't be read by this user"],
  10: ["CORRUPT", "it can't be read to its end"],
  11: ["CORRUPT", "it is damaged or cut short"],
  14: ["CANTOPEN", "its write-ahead log can't be read: no -shm that this user may read lies beside it"],
  26: ["NOTADB", "it is not an SQLite database"],
};

const failureOf = (error: unknown): Failure => {
  if (error instanceof TooLate) return tooLate;
  if (!(error instanceof Error && "errcode" in error && typeof error.errcode === "number")) throw error;
  const [code, why] = words[error.errcode & 0xff] ?? ["SQLITE", quoted(error.message)];
  return failed(code, why);
};

const cellOf = (value: unknown): SqliteCell => {
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "string") return value.slice(0, maxText);
  return typeof value === "number" ? value : null;
};

const rowsOf = (database: DatabaseSync, { sql, params = {} }: SqliteQuery): readonly SqliteRow[] => {
  const statement = database.prepare(sql);
  // An integer beyond 2^53 is an error otherwise, and anybody who writes the board could put one there.
  statement.setReadBigInts(true);
  const rows: SqliteRow[] = [];
  for (const row of statement.iterate(params)) {
    rows.push(Object.fromEntries(Object.entries(row).map(([name, value]) => [name, cellOf(value)])));
    if (rows.length === maxRows) break;
  }
  return rows;
};

/** The columns of the tables that were asked for. A view or a virtual table of that name could run whatever its maker likes. */
const columnsOf = (database: DatabaseSync, look: SqliteLook): ReadonlyMap<string, ReadonlySet<string>> | Failure => {
  const found = new Map<string, ReadonlySet<string>>();
  for (const table of [...Object.keys(look.needed), ...look.optional]) {
    const params = { $table: table };
    const [entry] = rowsOf(database, { sql: "SELECT type, rootpage FROM sqlite_schema WHERE name = $table", params });
    if (entry === undefined && look.needed[table] === undefined) continue;
    if (entry === undefined) return failed("ENOTABLE", `it has no table "${table}"`);
    if (entry["type"] !== "table" || !entry["rootpage"])
      return failed("ENOTABLE", `its "${table}" is not an ordinary table`);
    const columns = rowsOf(database, { sql: "SELECT name FROM pragma_table_info($table)", params });
    const names = new Set(columns.map(({ name }) => String(name)));
    const missing = look.needed[table]?.find((column) => !names.has(column));
    if (missing !== undefined) return failed("ENOCOLUMN", `its table "${table}" has no column "${missing}"`);
    found.set(table, names);
  }
  return found;
};

const lookInside = (database: DatabaseSync, look: SqliteLook, isLate: () => boolean): SqliteLooked => {
  // Sorting may not spill into a file, a file that shrinks may not kill us, and a schema's own functions stay harmless.
  database.exec("PRAGMA temp_store = 2; PRAGMA mmap_size = 0; PRAGMA trusted_schema = OFF; PRAGMA query_only = ON");
  // The file itself may ask for a cache of any size. Source: https://www.sqlite.org/pragma.html#pragma_default_cache_size
  database.exec("PRAGMA cache_size = -2000");
  database.function("in_time", () => {
    if (isLate()) throw new TooLate();
    return 1;
  });
  database.exec("BEGIN");
  const columns = columnsOf(database, look);
  if (isFailure(columns)) return columns;
  const queries = Object.entries(look.queries(columns));
  return { kind: "looked", rows: Object.fromEntries(queries.map(([name, query]) => [name, rowsOf(database, query)])) };
};

const lookThrough = (files: DatabaseFiles, how: string, look: SqliteLook, isLate: () => boolean): SqliteLooked => {
  const held = hold(files.path);
  if (isFailure(held)) return held;
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(`${pathToFileURL(files.path).href}?${how}`, { readOnly: true, timeout: 0 });
    return lookInside(database, look, isLate);
  } catch (error) {
    return failureOf(error);
  } finally {
    database?.close();
    letGo(held);
  }
};

/** Without any lock, and believed only when nobody wrote meanwhile: a lock of ours would make a writer's commit fail. */
const lookStill = (files: DatabaseFiles, look: SqliteLook, isLate: () => boolean): SqliteLooked => {
  const before = writerOf(files);
  if (before !== undefined) return before;
  const looked = lookThrough(files, "immutable=1", look, isLate);
  const after = inspectDatabase(look.path);
  if (isFailure(after)) return after;
  return after.stamp === files.stamp
    ? (writerOf(after) ?? looked)
    : failed("EBUSY", "it is being written all the time");
};

/** What may be over in a moment: a writer's turn, or a log that comes or goes just now. */
const passing: ReadonlySet<string> = new Set(["EBUSY", "READONLY", "CANTOPEN"]);

const lookOnce = (look: SqliteLook, isLate: () => boolean): SqliteLooked => {
  const files = inspectDatabase(look.path);
  if (isFailure(files)) return files;
  if (!files.isWal || files.walBytes === undefined) return lookStill(files, look, isLate);
  // With readonly_shm SQLite neither makes the -shm nor writes to it.
  const looked = lookThrough(files, "mode=ro&readonly_shm=1", look, isLate);
  const isShut = looked.kind === "failed" && (looked.code === "CANTOPEN" || looked.code === "READONLY");
  // An empty log has nothing to add to the file itself.
  return isShut && files.walBytes === 0 ? lookStill(files, look, isLate) : looked;
};

/**
 * Opens the door to databases that others write. A database with a write-ahead log is read through it, which never
 * holds up its writer. One whose log isn't there, or that keeps a rollback journal, is read as if it could not change
 * (`immutable=1`, no lock at all) and believed only if it did not; else it is tried again for a while.
 * Trap: a plain read-only open of a WAL database without its `-wal` makes both files beside it.
 * Source: https://www.sqlite.org/wal.html#read_only_databases, https://www.sqlite.org/uri.html, and src/os_unix.c of SQLite for `readonly_shm`.
 */
export const createSqlite = ({ clock }: { readonly clock: Clock }): Sqlite => ({
  look: async (look) => {
    const startedMs = clock.monotonicMs();
    const spentMs = (): number => clock.monotonicMs() - startedMs;
    for (;;) {
      const looked = lookOnce(look, () => spentMs() > lookMs);
      if (looked.kind === "looked" || !passing.has(looked.code) || spentMs() > patienceMs) return looked;
      await clock.sleep(againMs);
    }
  },
});
