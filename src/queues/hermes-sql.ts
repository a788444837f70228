import type { SqliteColumns, SqliteQuery } from "../host/database.ts";
import { amount, beginning, inJson, inTime } from "./cell.ts";

/** Columns without which a board tells nothing. */
export const hermesNeeds = { tasks: ["id", "status", "created_at"] } as const;

/** Tables that tell more where they are: older boards have none. */
export const hermesTables = ["task_events", "task_runs"] as const;

/** Events after its making that made a job ready, or ready for somebody else. */
const readyKinds =
  "'promoted','reclaimed','unblocked','crashed','timed_out','spawn_failed','rate_limited','released','stale','assigned','reassigned','reopened'";

/** What is asked of a board, besides its rows. */
export interface HermesAsk {
  readonly nowS: number;
  /** Names of the profiles beside the board, in lower case; null: not known, and every name is taken for one. */
  readonly profiles: readonly string[] | null;
  /** Jobs whose row is wanted whatever its status. */
  readonly ids: readonly string[];
}

/** A column, or NULL where this board hasn't got it. */
const columnIn =
  (columns: SqliteColumns) =>
  (table: string, name: string, alias: string): string =>
    columns.get(table)?.has(name) === true ? `${alias}."${name}"` : "NULL";

const counts = (): SqliteQuery => ({
  sql: `SELECT status, count(*) AS n FROM tasks
        WHERE status IN ('running','blocked','done') AND ${inTime} GROUP BY status`,
});

/**
 * The ready jobs that the dispatcher would take: not held, and with an assignee that is a profile; it passes over the
 * others for ever. How many they are, out of the indexes that a board has, and the ten that are ready for longest. Only
 * the 100 that were made first are looked at one by one.
 */
const ready = (columns: SqliteColumns, { profiles }: HermesAsk): SqliteQuery => {
  const has = (name: string): boolean => columns.get("tasks")?.has(name) === true;
  const since = columns.has("task_events")
    ? `max(o.created_at, coalesce((SELECT max(${amount("e.created_at")}) FROM task_events e WHERE e.task_id = o.id AND e.kind IN (${readyKinds}) AND ${inTime}), 0))`
    : "o.created_at";
  const hasLane = has("assignee") && profiles !== null;
  const lane = hasLane ? "assignee IN (SELECT value FROM json_each($profiles))" : "assignee <> ''";
  const allOf = (where: string): string =>
    `(SELECT count(*) FROM tasks WHERE status = 'ready' AND ${where} AND ${inTime})`;
  const taken = hasLane
    ? allOf(lane)
    : has("assignee")
      ? `${allOf("1")} - ${allOf("assignee IS NULL")} - ${allOf("assignee = ''")}`
      : allOf("1");
  return {
    sql: `WITH o AS MATERIALIZED (SELECT id, ${amount("created_at")} AS created_at, ${has("claim_lock") ? "claim_lock IS NOT NULL" : "0"} AS is_held
            FROM tasks WHERE status = 'ready' ${has("assignee") ? `AND ${lane}` : ""} AND ${inTime} ORDER BY rowid LIMIT 100)
          SELECT ${taken} - (SELECT count(*) FROM o WHERE is_held) AS n, ${beginning("o.id")} AS id, ${since} AS since
          FROM o WHERE NOT o.is_held ORDER BY since LIMIT 10`,
    ...(hasLane ? { params: { $profiles: JSON.stringify(profiles) } } : {}),
  };
};

/** The running jobs, those that were made first before the others. */
const running = (columns: SqliteColumns): SqliteQuery => {
  const column = columnIn(columns);
  const run = column("tasks", "current_run_id", "t");
  const spawned =
    run !== "NULL" && columns.get("task_events")?.has("run_id") === true
      ? `(SELECT ${amount("e.created_at")} FROM task_events e WHERE e.run_id = ${run} AND e.kind = 'spawned' AND ${inTime} ORDER BY e.rowid DESC LIMIT 1)`
      : "NULL";
  const started =
    run !== "NULL" && columns.get("task_runs")?.has("started_at") === true
      ? `coalesce((SELECT ${amount("r.started_at")} FROM task_runs r WHERE r.rowid = ${run}), ${amount(column("tasks", "started_at", "t"))})`
      : amount(column("tasks", "started_at", "t"));
  return {
    sql: `SELECT ${beginning("t.id")} AS id, ${beginning(column("tasks", "claim_lock", "t"), 300)} AS lock, ${amount(column("tasks", "claim_expires", "t"))} AS expires,
            ${amount(column("tasks", "worker_pid", "t"))} AS pid, ${amount(column("tasks", "last_heartbeat_at", "t"))} AS beat,
            ${beginning(column("tasks", "idempotency_key", "t"))} AS key, ${spawned} AS spawned, ${started} AS since
          FROM tasks t WHERE t.status = 'running' AND ${inTime} ORDER BY t.rowid LIMIT 200`,
  };
};

/**
 * When the dispatcher last claimed a job, or a worker finished one; 0 where the board keeps events and runs and holds none of it. What stands in
 * the future is passed over.
 */
const moved = (columns: SqliteColumns, { nowS }: HermesAsk): SqliteQuery => {
  const runs = columns.get("task_runs");
  const hasEvents = columns.has("task_events");
  const fromEvents = hasEvents
    ? `SELECT ${amount("created_at")} AS at FROM (SELECT kind, created_at FROM task_events ORDER BY rowid DESC LIMIT 2000)
       WHERE kind IN ('claimed','completed')`
    : "SELECT NULL AS at";
  const fromRuns =
    runs?.has("started_at") === true
      ? `SELECT ${amount("started_at")} AS at FROM (SELECT started_at FROM task_runs ORDER BY rowid DESC LIMIT 200)`
      : "SELECT NULL AS at";
  const never = hasEvents && runs?.has("started_at") === true ? "CASE count(at) WHEN 0 THEN 0 END" : "NULL";
  return {
    sql: `SELECT coalesce(max(at) FILTER (WHERE at <= $now + 60), ${never}) AS at FROM (${fromEvents} UNION ALL ${fromRuns})`,
    params: { $now: nowS },
  };
};

/** When something last happened to a job that may have changed where it stands. */
const lastEvent = (columns: SqliteColumns): string =>
  columns.has("task_events")
    ? `(SELECT ${amount("e.created_at")} FROM task_events e WHERE e.task_id = t.id AND ${inTime}
          AND e.kind NOT IN ('heartbeat','claim_extended','commented') ORDER BY e.created_at DESC LIMIT 1)`
    : "NULL";

/** Rows of jobs that somebody asked for by their ids. */
const asked = (columns: SqliteColumns, { ids }: HermesAsk): SqliteQuery => ({
  sql: `SELECT ${beginning("t.id")} AS id, ${beginning("t.status")} AS status, ${lastEvent(columns)} AS since FROM tasks t
        WHERE t.id IN (SELECT value FROM json_each($ids)) LIMIT 200`,
  params: { $ids: JSON.stringify(ids) },
});

/**
 * Jobs that stand blocked (or in triage) and were unblocked before, or that the dispatcher gave up. Looked at are the
 * 300 newest blocked jobs, 100 in triage, and those of the last 100 such events. A completed job begins anew.
 */
const blocked = (columns: SqliteColumns, { nowS }: HermesAsk): SqliteQuery => {
  const column = columnIn(columns);
  const times = `coalesce(${amount(column("tasks", "block_recurrences", "t"))}, 0)`;
  const isAgain = "t.status <> 'todo' AND f.blocked > f.unblocked AND f.unblocked > f.completed";
  const isLoop = `t.status <> 'todo' AND (${times} >= 2 OR f.loop > max(f.unblocked, f.completed))`;
  const isGaveUp = "t.status = 'blocked' AND f.gave_up > max(f.unblocked, f.completed, f.blocked)";
  const payload = (where: string): string =>
    `(SELECT p.payload FROM task_events p WHERE p.task_id = t.id AND ${where} ORDER BY p.rowid DESC LIMIT 1)`;
  const last = payload("p.rowid = f.blocked");
  const before = payload("p.kind IN ('blocked','block_loop_detected') AND p.rowid < f.unblocked");
  return {
    sql: `WITH c AS (
        SELECT id FROM (SELECT id FROM tasks WHERE status = 'blocked' ORDER BY rowid DESC LIMIT 300)
        UNION SELECT id FROM (SELECT id FROM tasks WHERE status = 'triage' ORDER BY rowid DESC LIMIT 100)
        UNION SELECT id FROM tasks WHERE status IN ('blocked','triage','todo') AND id IN (
          SELECT task_id FROM (SELECT task_id, kind FROM task_events ORDER BY rowid DESC LIMIT 2000)
          WHERE kind IN ('blocked','block_loop_detected','gave_up','dependency_wait') LIMIT 100)),
      f AS MATERIALIZED (
        SELECT c.id AS id, coalesce(max(e.rowid) FILTER (WHERE e.kind = 'unblocked'), 0) AS unblocked,
          coalesce(max(e.rowid) FILTER (WHERE e.kind IN ('blocked','block_loop_detected')), 0) AS blocked,
          coalesce(max(e.rowid) FILTER (WHERE e.kind = 'block_loop_detected'), 0) AS loop,
          coalesce(max(e.rowid) FILTER (WHERE e.kind = 'gave_up'), 0) AS gave_up,
          coalesce(max(e.rowid) FILTER (WHERE e.kind = 'completed'), 0) AS completed,
          count(*) FILTER (WHERE e.kind IN ('blocked','dependency_wait') AND ${amount("e.created_at")} > $now - 86400) AS often
        FROM c LEFT JOIN task_events e ON e.task_id = c.id AND ${inTime}
          AND e.kind IN ('unblocked','blocked','block_loop_detected','gave_up','completed','dependency_wait')
        GROUP BY c.id)
      SELECT ${beginning("t.id")} AS id, ${beginning("t.status")} AS status, f.often AS often,
        ${isAgain} AS is_again, ${isLoop} AS is_loop, ${isGaveUp} AS is_gave_up,
        (SELECT ${amount("e.created_at")} FROM task_events e WHERE e.rowid = max(f.blocked, f.gave_up)) AS since,
        coalesce(${inJson(last, "$.kind")}, ${beginning(column("tasks", "block_kind", "t"))}) AS cause,
        ${inJson(last, "$.reason")} AS reason,
        ${inJson(before, "$.kind")} AS cause_before, ${inJson(before, "$.reason")} AS reason_before,
        coalesce(${inJson(payload("p.rowid = f.gave_up"), "$.error")}, ${beginning(column("tasks", "last_failure_error", "t"))}) AS error
      FROM f JOIN tasks t ON t.id = f.id WHERE ${isAgain} OR ${isLoop} OR ${isGaveUp} OR f.often >= 3
      ORDER BY since DESC LIMIT 200`,
    params: { $now: nowS },
  };
};

/** Jobs that were begun more than five times within the last hour, and aren't over. */
const thrashed = (columns: SqliteColumns, { nowS }: HermesAsk): SqliteQuery => ({
  sql: `SELECT ${beginning("t.id")} AS id, ${beginning("t.status")} AS status, ${lastEvent(columns)} AS since, r.n AS n FROM (
          SELECT task_id, count(*) AS n FROM (SELECT task_id, started_at FROM task_runs ORDER BY rowid DESC LIMIT 2000)
          WHERE ${amount("started_at")} > $now - 3600 GROUP BY task_id HAVING n > 5) r
        JOIN tasks t ON t.id = r.task_id WHERE t.status NOT IN ('done','archived') ORDER BY n DESC LIMIT 50`,
  params: { $now: nowS },
});

/** Without these something isn't judged: a person is told their names. */
const tells = {
  tasks: [
    "assignee",
    "claim_lock",
    "claim_expires",
    "worker_pid",
    "last_heartbeat_at",
    "idempotency_key",
    "block_recurrences",
  ],
  task_events: ["task_id", "kind", "payload", "created_at"],
  task_runs: ["task_id", "started_at"],
} as const;

/** Tables and columns that this board hasn't got, and that would tell more. Pure. */
const lacking = (columns: SqliteColumns): readonly string[] =>
  Object.entries(tells).flatMap(([table, names]) => {
    const has = columns.get(table);
    return has === undefined ? [table] : names.filter((name) => !has.has(name)).map((name) => `${table}.${name}`);
  });

const lacks = (columns: SqliteColumns): SqliteQuery => ({
  sql: "SELECT value AS name FROM json_each($names)",
  params: { $names: JSON.stringify(lacking(columns)) },
});

/** The questions to a board, as far as its columns can answer them. Pure. */
export const hermesQueries = (columns: SqliteColumns, ask: HermesAsk): Readonly<Record<string, SqliteQuery>> => {
  const events = columns.get("task_events");
  const runs = columns.get("task_runs");
  const hasEvents = ["task_id", "kind", "created_at"].every((name) => events?.has(name));
  const hasRuns = ["task_id", "started_at"].every((name) => runs?.has(name));
  const usable = new Map(
    [...columns].filter(([name]) => (name !== "task_events" || hasEvents) && (name !== "task_runs" || hasRuns)),
  );
  return {
    counts: counts(),
    ready: ready(usable, ask),
    running: running(usable),
    moved: moved(usable, ask),
    lacks: lacks(columns),
    ...(ask.ids.length === 0 ? {} : { asked: asked(usable, ask) }),
    ...(hasEvents && events?.has("payload") === true ? { blocked: blocked(usable, ask) } : {}),
    ...(hasRuns ? { thrashed: thrashed(usable, ask) } : {}),
  };
};
