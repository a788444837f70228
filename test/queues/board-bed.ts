import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** The real board of test/fixtures/hermes, and the time at which it was made. */
export const realBoard: { readonly file: string; readonly nowS: number } = {
  file: join(import.meta.dir, "../fixtures/hermes/kanban.db"),
  nowS: 1_795_411_656,
};

/** Makes an empty board with the schema of the real one, and does these statements on it. */
export const makeBoard = (path: string, ...statements: readonly string[]): void => {
  copyFileSync(realBoard.file, path);
  const database = new DatabaseSync(path);
  for (const table of ["tasks", "task_events", "task_runs"]) database.exec(`DELETE FROM ${table}`);
  for (const sql of statements) database.exec(sql);
  database.close();
};

/** Statements that put `jobs` jobs on a board, by turns in these statuses, each with a body, its events and its runs. */
export const manyJobs = (jobs: number, statuses: readonly string[], nowS: number): readonly string[] => {
  const status = `CASE i % ${statuses.length} ${statuses.map((each, at) => `WHEN ${at} THEN '${each}'`).join(" ")} END`;
  const kinds = ["created", "claimed", "spawned", "blocked", "unblocked"];
  return [
    `CREATE TEMP TABLE n AS WITH RECURSIVE n(i) AS (VALUES(0) UNION ALL SELECT i + 1 FROM n LIMIT ${jobs})
     SELECT i, printf('t_%08x', i * 40503 % 4294967296) AS id, ${status} AS status, ${nowS} - (${jobs} - i) AS at FROM n`,
    `INSERT INTO tasks (id, title, body, assignee, status, created_at, claim_lock, claim_expires, worker_pid, last_heartbeat_at, idempotency_key)
     SELECT id, 'job ' || i, hex(randomblob(250)), 'worker' || (i % 5), status, at,
       CASE status WHEN 'running' THEN 'vm:1' END, CASE status WHEN 'running' THEN at + 900 END,
       CASE status WHEN 'running' THEN 1 END, CASE status WHEN 'running' THEN at END, 'key-' || i FROM n`,
    ...kinds.map(
      (kind, at) => `INSERT INTO task_events (task_id, run_id, kind, payload, created_at)
        SELECT id, i, '${kind}', '{"reason": "which account of the two?", "kind": "needs_input"}', at + ${at} FROM n`,
    ),
    "INSERT INTO task_runs (task_id, status, started_at) SELECT id, 'done', at FROM n",
  ];
};
