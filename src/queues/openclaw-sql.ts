import type { SqliteColumns, SqliteQuery } from "../host/database.ts";
import { amount, beginning, inJson, inTime } from "./cell.ts";

/** Columns without which OpenClaw's state tells nothing of jobs. */
export const openclawNeeds = { task_runs: ["task_id", "status", "created_at"] } as const;

/** Tables that tell more where they are. */
export const openclawTables = ["state_leases", "gateway_boot_lifecycle", "cron_jobs"] as const;

/** A cron job is due only so long after its time: the gateway needs a moment, and runs two at once for itself. */
const dueAfterMs = 60_000;

/** The gateway that is at work, as it says itself. Source: src/infra of openclaw, scope `gateway-owner`. */
const lease = (): SqliteQuery => ({
  sql: `SELECT ${amount("created_at")} AS began, ${amount("expires_at")} AS expires,
          ${inJson("payload_json", "$.owner.pid")} AS pid, ${inJson("payload_json", "$.owner.host", 300)} AS host
        FROM state_leases WHERE scope = 'gateway-owner' ORDER BY created_at DESC LIMIT 1`,
});

/** Starts of the last ten minutes without an end, except the newest: that gateway may be running. */
const boots = (nowMs: number): SqliteQuery => ({
  sql: `SELECT count(*) AS n FROM (
          SELECT outcome, started_at_ms FROM gateway_boot_lifecycle ORDER BY started_at_ms DESC LIMIT 200 OFFSET 1)
        WHERE outcome IS NULL AND started_at_ms > $now - 600000`,
  params: { $now: nowMs },
});

const counts = (): SqliteQuery => ({
  sql: `SELECT status, count(*) AS n FROM task_runs
        WHERE status IN ('queued','succeeded','failed','timed_out','lost') AND ${inTime} GROUP BY status`,
});

const queued = (): SqliteQuery => ({
  sql: `SELECT ${beginning("task_id")} AS id, ${amount("created_at")} AS since FROM (
          SELECT task_id, created_at FROM task_runs WHERE status = 'queued' AND ${inTime} ORDER BY rowid LIMIT 1000)
        ORDER BY created_at LIMIT 10`,
});

/** Jobs that say that they run; who runs them stands in newer ones only. */
const running = (has: (name: string) => boolean): SqliteQuery => {
  const column = (name: string): string => (has(name) ? `"${name}"` : "NULL");
  return {
    sql: `SELECT ${beginning("task_id")} AS id, ${beginning(column("runtime"))} AS runtime, ${beginning(column("source_id"))} AS source,
            coalesce(${amount(column("started_at"))}, ${amount("created_at")}) AS since, ${amount(column("execution_owner_pid"))} AS pid,
            ${beginning(column("execution_owner_host"), 300)} AS host
          FROM task_runs WHERE status = 'running' AND ${inTime} ORDER BY rowid DESC LIMIT 500`,
  };
};

/** When a job was last begun, or ended by itself; 0 where both times are kept and none stands there. What stands in the future is passed over. */
const moved = (has: (name: string) => boolean, nowMs: number): SqliteQuery => {
  const started = has("started_at") ? amount("started_at") : "NULL";
  const ended = has("ended_at")
    ? "CASE WHEN status IN ('succeeded','failed','timed_out') AND typeof(ended_at) IN ('integer','real') THEN ended_at END"
    : "NULL";
  const never =
    has("started_at") && has("ended_at")
      ? "CASE WHEN count(at) = 0 AND (SELECT count(*) FROM r) < 1000 THEN 0 END"
      : "NULL";
  return {
    sql: `WITH r AS MATERIALIZED (SELECT ${started} AS started, ${ended} AS ended FROM task_runs ORDER BY rowid DESC LIMIT 1000)
          SELECT coalesce(max(at) FILTER (WHERE at <= $now + 60000), ${never}) AS at
          FROM (SELECT started AS at FROM r UNION ALL SELECT ended FROM r)`,
    params: { $now: nowMs },
  };
};

/**
 * Cron jobs whose time has come and that nothing runs: a scheduler that stands still leaves nothing else behind. The
 * gateway's own heartbeats are left out; it skips them as it likes. Source: openclaw issues 9655, 34432, 142638.
 */
const due = (nowMs: number, columns: ReadonlySet<string>, tasks: ReadonlySet<string>): SqliteQuery => {
  const next = `CASE WHEN octet_length(state_json) <= 65536 AND json_valid(state_json) THEN json_extract(state_json, '$.nextRunAtMs') END`;
  const isRun = tasks.has("source_id")
    ? "j.id IN (SELECT source_id FROM task_runs WHERE status IN ('running','queued') AND source_id <> '' LIMIT 5000)"
    : "0";
  return {
    sql: `WITH j AS (SELECT job_id AS id, ${columns.has("name") ? "name" : "job_id"} AS name, ${next} AS next FROM cron_jobs
            WHERE enabled = 1 ${columns.has("payload_kind") ? "AND payload_kind <> 'heartbeat'" : ""} AND ${inTime} LIMIT 5000)
          SELECT ${beginning("j.name")} AS name, ${beginning("j.id")} AS id, j.next AS since, count(*) OVER () AS n
          FROM j WHERE typeof(j.next) IN ('integer','real') AND j.next < $now - ${dueAfterMs} AND ${inTime} AND NOT ${isRun}
          ORDER BY j.next LIMIT 10`,
    params: { $now: nowMs },
  };
};

/** The questions to OpenClaw's state, as far as its columns can answer them. Times are epoch milliseconds. Pure. */
export const openclawQueries = (columns: SqliteColumns, nowMs: number): Readonly<Record<string, SqliteQuery>> => {
  const tasks = columns.get("task_runs") ?? new Set<string>();
  const crons = columns.get("cron_jobs") ?? new Set<string>();
  const hasAll = (table: string, ...names: readonly string[]): boolean =>
    names.every((name) => columns.get(table)?.has(name) === true);
  const has = (name: string): boolean => tasks.has(name);
  return {
    counts: counts(),
    queued: queued(),
    running: running(has),
    moved: moved(has, nowMs),
    ...(hasAll("state_leases", "scope", "created_at", "expires_at", "payload_json") ? { lease: lease() } : {}),
    ...(hasAll("gateway_boot_lifecycle", "started_at_ms", "outcome") ? { boots: boots(nowMs) } : {}),
    ...(hasAll("cron_jobs", "job_id", "enabled", "state_json") ? { due: due(nowMs, crons, tasks) } : {}),
  };
};
