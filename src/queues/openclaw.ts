import type { SqliteCell, SqliteLooked, SqliteRow } from "../host/database.ts";
import type { Host } from "../host/host.ts";
import { numberOf, textOf } from "./cell.ts";
import { openclawNeeds, openclawQueries, openclawTables } from "./openclaw-sql.ts";
import { type Claim, type Job, plainJob, type QueueLook, type QueueReading } from "./reading.ts";

/** What a look at OpenClaw's state needs of the machine. */
interface OpenclawContext {
  readonly host: Pick<Host, "sqlite" | "clock">;
}

type Rows = Extract<SqliteLooked, { readonly kind: "looked" }>["rows"];

const secondsOf = (cell: SqliteCell | undefined): number | null => {
  const ms = numberOf(cell);
  return ms === null ? null : Math.floor(ms / 1000);
};

/** The gateway that holds the state now. */
interface Gateway {
  readonly beganMs: number;
  readonly claim: Claim;
}

const gatewayOf = (row: SqliteRow | undefined): Gateway | null => {
  const beganMs = numberOf(row?.["began"]);
  if (row === undefined || beganMs === null) return null;
  const pid = Number(textOf(row["pid"]) ?? Number.NaN);
  const host = textOf(row["host"]);
  const claim = {
    host,
    pid: host !== null && Number.isInteger(pid) ? pid : null,
    atS: secondsOf(row["began"]),
    expiresS: secondsOf(row["expires"]),
  };
  return { beganMs, claim };
};

/** A job of a command line runs in a process of its own, the others in the gateway or below it. */
const isInside = (row: SqliteRow): boolean => row["runtime"] !== "cli";

/** Left behind by a gateway that is gone: no restart cures such a row, and nothing runs it. */
const isOrphan = (row: SqliteRow, gateway: Gateway | null): boolean =>
  gateway !== null && isInside(row) && numberOf(row["pid"]) === null && (numberOf(row["since"]) ?? 0) < gateway.beganMs;

const claimOf = (row: SqliteRow, gateway: Gateway | null): Claim | null => {
  const [host, pid] = [textOf(row["host"]), numberOf(row["pid"])];
  if (host !== null && pid !== null) return { host, pid, atS: secondsOf(row["since"]), expiresS: null };
  return isInside(row) ? (gateway?.claim ?? null) : null;
};

const runningJobs = (rows: readonly SqliteRow[], gateway: Gateway | null): readonly Job[] =>
  rows.flatMap((row): readonly Job[] => {
    const id = textOf(row["id"]);
    if (id === null || isOrphan(row, gateway)) return [];
    const key = row["runtime"] === "cron" ? textOf(row["source"]) : null;
    const sinceS = secondsOf(row["since"]);
    return [{ ...plainJob, id, status: "running", key, sinceS, claim: claimOf(row, gateway) }];
  });

const readyJob = (row: SqliteRow): readonly Job[] => {
  const id = textOf(row["name"]) ?? textOf(row["id"]);
  return id === null ? [] : [{ ...plainJob, id, status: "ready", sinceS: secondsOf(row["since"]) }];
};

const readingOf = (rows: Rows, nowMs: number): QueueReading => {
  const of = (name: string): readonly SqliteRow[] => rows[name] ?? [];
  const count = (...statuses: readonly string[]): number =>
    of("counts").reduce(
      (sum, { status, n }) => (statuses.includes(textOf(status) ?? "") ? sum + (numberOf(n) ?? 0) : sum),
      0,
    );
  const running = runningJobs(of("running"), gatewayOf(of("lease")[0]));
  const ready = [...of("due"), ...of("queued")].flatMap(readyJob);
  const sinceS = ready.map((job) => job.sinceS).filter((each) => each !== null);
  return {
    kind: "queue",
    ready: count("queued") + (numberOf(of("due")[0]?.["n"]) ?? 0),
    running: running.length,
    blocked: null,
    done: count("succeeded"),
    failed: count("failed", "timed_out", "lost"),
    slots: null,
    oldestReadyS: sinceS.length === 0 ? null : Math.max(0, Math.floor(nowMs / 1000) - Math.min(...sinceS)),
    movedS: secondsOf(of("moved")[0]?.["at"]),
    jobs: [...running, ...ready],
    jobsLeftOut: 0,
    uncleanStarts: numberOf(of("boots")[0]?.["n"]),
    workers: null,
  };
};

const failedWith = (looked: SqliteLooked, code: string): boolean => looked.kind === "failed" && looked.code === code;

/**
 * Reads OpenClaw's state: `state/openclaw.sqlite`, or a folder that holds it, or the folder above that. No running job has a
 * beat here: a cron job writes nothing until it ends, so that only its gateway's lease tells. Never throws.
 * Source: src/state/openclaw-state-schema.sql of openclaw/openclaw.
 */
export const readOpenclaw = async (
  { file }: { readonly file: string },
  { host }: OpenclawContext,
): Promise<QueueLook> => {
  const nowMs = host.clock.nowMs();
  const lookAt = (path: string): Promise<SqliteLooked> =>
    host.sqlite.look({
      path,
      needed: openclawNeeds,
      optional: openclawTables,
      queries: (columns) => openclawQueries(columns, nowMs),
    });
  let looked = await lookAt(file);
  if (failedWith(looked, "EISDIR")) {
    looked = await lookAt(`${file}/openclaw.sqlite`);
    if (failedWith(looked, "ENOENT")) looked = await lookAt(`${file}/state/openclaw.sqlite`);
  }
  if (looked.kind === "failed") return { kind: "unknown", why: `cannot read the state "${file}": ${looked.why}` };
  return readingOf(looked.rows, nowMs);
};
