import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createClock } from "../../src/host/clock.ts";
import type { SqliteColumns, SqliteLooked, SqliteQuery } from "../../src/host/database.ts";
import { createSqlite } from "../../src/host/sqlite.ts";
import { until } from "./until.ts";

const programs = join(import.meta.dir, "programs");

/** A folder for a test file's databases, and how to be rid of it. */
export const databaseFolder = (): { fresh(): string; away(): void } => {
  const root = mkdtempSync(join(tmpdir(), "dogwatch-sqlite-"));
  let count = 0;
  return {
    /** Path of a database that isn't there yet, alone in a folder that all users may enter. */
    fresh: () => {
      count += 1;
      mkdirSync(join(root, String(count)), { mode: 0o755 });
      execFileSync("chmod", ["755", root]);
      return join(root, String(count), "board.db");
    },
    away: () => rmSync(root, { recursive: true, force: true }),
  };
};

/** Makes a database with these statements, and closes it as a program that ends well does. */
export const make = (path: string, ...statements: readonly string[]): void => {
  const database = new DatabaseSync(path);
  for (const sql of statements) database.exec(sql);
  database.close();
};

/** Tasks as statements: a table of `rows` of them. */
export const tasks = (rows: number, mode = "wal"): readonly string[] => [
  `PRAGMA journal_mode = ${mode}`,
  "CREATE TABLE tasks (id TEXT PRIMARY KEY, status TEXT, created_at INTEGER)",
  `INSERT INTO tasks WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n LIMIT ${rows})
   SELECT printf('t_%08x', i), 'ready', 1 FROM n`,
];

/** Names and sizes of what is beside a database, itself included. */
export const beside = (path: string): readonly string[] =>
  readdirSync(dirname(path)).map((name) => `${name} ${statSync(join(dirname(path), name)).size}`);

/** The very files as they are now, in another folder: what a crash leaves. */
export const copyAs = (from: string, to: string): void =>
  cpSync(dirname(from), dirname(to), { recursive: true, force: true });

/** Looks at tasks' ids, or with other queries. */
export const look = (
  path: string,
  queries: (columns: SqliteColumns) => Readonly<Record<string, SqliteQuery>> = () => ({
    tasks: { sql: "SELECT count(*) AS n FROM tasks WHERE in_time()" },
  }),
): Promise<SqliteLooked> =>
  createSqlite({ clock: createClock() }).look({ path, needed: { tasks: ["id"] }, optional: ["events"], queries });

/** Another process at a database; resolves once it is ready. */
export const other = async (
  program: "use-database" | "write-database",
  ...args: readonly string[]
): Promise<{ readonly child: ChildProcess; end(): Promise<string> }> => {
  const child = spawn(process.execPath, [join(programs, `${program}.ts`), ...args], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.on("data", (data) => {
    said += String(data);
  });
  await until("the other process to be ready", () => said.startsWith("ready\n"));
  return {
    child,
    end: async () => {
      child.stdin.end();
      await until("the other process's end", () => child.exitCode !== null || child.signalCode !== null);
      return said.slice("ready\n".length);
    },
  };
};

/** What a look says from within `around`, such as another user's process or another mount namespace. */
export const lookFrom = (path: string, ...around: readonly string[]): unknown =>
  JSON.parse(
    execFileSync(around[0] ?? "", [...around.slice(1), process.execPath, join(programs, "look-database.ts"), path], {
      encoding: "utf8",
    }),
  );
