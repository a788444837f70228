import type { SqliteLooked, SqliteRow } from "../host/database.ts";
import type { Host } from "../host/host.ts";
import { numberOf, textOf } from "./cell.ts";
import { type HermesAsk, hermesNeeds, hermesQueries, hermesTables } from "./hermes-sql.ts";
import { type Claim, type Job, type JobStatus, plainJob, type QueueLook, type QueueReading } from "./reading.ts";

/** What a board's look needs of the machine. */
interface HermesContext {
  readonly host: Pick<Host, "sqlite" | "clock" | "files">;
}

const statuses: Readonly<Record<string, JobStatus>> = {
  ready: "ready",
  running: "running",
  blocked: "blocked",
  done: "done",
  archived: "done",
};

const jobOf = (row: SqliteRow, more: Partial<Job> = {}): readonly Job[] => {
  const id = textOf(row["id"]);
  if (id === null) return [];
  return [{ ...plainJob, id, status: statuses[textOf(row["status"]) ?? ""] ?? "waiting", ...more }];
};

/**
 * `host:pid`, or in newer ones `host:pid:anything`, of the gateway that claimed it; the worker's pid stands elsewhere, and tells nothing
 * where the host isn't known.
 */
const claimOf = (row: SqliteRow): Claim | null => {
  const lock = textOf(row["lock"]);
  const [, host = lock] = /^(.*?):\d+(?::|$)/su.exec(lock ?? "") ?? [];
  const [pid, expiresS] = [numberOf(row["pid"]), numberOf(row["expires"])];
  if (host === null && expiresS === null) return null;
  return { host, pid: host === null ? null : pid, atS: numberOf(row["spawned"]), expiresS };
};

const runningJob = (row: SqliteRow): readonly Job[] =>
  jobOf(row, {
    status: "running",
    key: textOf(row["key"]),
    sinceS: numberOf(row["since"]),
    claim: claimOf(row),
    beatS: numberOf(row["beat"]),
  });

/** Why it stands blocked again, in the board's words: the cause, what the worker said, and the cause before. */
const reblockedOf = (row: SqliteRow): string | null => {
  const isAgain = row["is_again"] === 1;
  const isLoop = row["is_loop"] === 1;
  if (!isAgain && !isLoop) return Number(row["often"]) >= 3 ? `${row["often"]} times in 24h` : null;
  const [cause, reason] = [textOf(row["cause"]), textOf(row["reason"])];
  const [causeBefore, reasonBefore] = [textOf(row["cause_before"]), textOf(row["reason_before"])];
  const isSame = isLoop || (cause === causeBefore && (cause !== null || reason === reasonBefore));
  const said = [cause, reason].filter((each) => each !== null).join(", ") || "no cause given";
  return isSame
    ? `same cause: ${said}`
    : `another cause: ${said}; before: ${causeBefore ?? reasonBefore ?? "none given"}`;
};

const blockedJob = (row: SqliteRow): readonly Job[] => {
  const gaveUp = row["is_gave_up"] === 1 ? (textOf(row["error"]) ?? "no error told") : null;
  return jobOf(row, { sinceS: numberOf(row["since"]), reblocked: reblockedOf(row), gaveUp });
};

/** One job for each id: the first tells where it stands, the others add what they know. */
const merge = (jobs: readonly Job[]): readonly Job[] => {
  const byId = new Map<string, Job>();
  for (const job of jobs) {
    const { sinceS, reblocked, gaveUp } = byId.get(job.id) ?? job;
    byId.set(job.id, {
      ...(byId.get(job.id) ?? job),
      sinceS: sinceS ?? job.sinceS,
      reblocked: reblocked ?? job.reblocked,
      gaveUp: gaveUp ?? job.gaveUp,
    });
  }
  return [...byId.values()];
};

type Rows = Extract<SqliteLooked, { readonly kind: "looked" }>["rows"];

const readingOf = (rows: Rows, { nowS }: HermesAsk): QueueReading => {
  const of = (name: string): readonly SqliteRow[] => rows[name] ?? [];
  const count = (status: string): number => numberOf(of("counts").find((row) => row["status"] === status)?.["n"]) ?? 0;
  const running = of("running").flatMap(runningJob);
  const ready = of("ready").flatMap((row) => jobOf(row, { status: "ready", sinceS: numberOf(row["since"]) }));
  const oldestS = ready.map(({ sinceS }) => sinceS).filter((sinceS) => sinceS !== null);
  return {
    kind: "queue",
    ready: numberOf(of("ready")[0]?.["n"]) ?? 0,
    running: count("running"),
    blocked: count("blocked"),
    done: count("done"),
    failed: null,
    slots: null,
    oldestReadyS: oldestS.length === 0 ? null : Math.max(0, nowS - Math.min(...oldestS)),
    movedS: numberOf(of("moved")[0]?.["at"]),
    jobs: merge([
      ...running,
      ...of("blocked").flatMap(blockedJob),
      ...ready,
      ...of("thrashed").flatMap((row) =>
        jobOf(row, { sinceS: numberOf(row["since"]), reblocked: `${row["n"]} runs in 1h` }),
      ),
      ...of("asked").flatMap((row) => jobOf(row, { sinceS: numberOf(row["since"]) })),
    ]),
    jobsLeftOut: Math.max(0, count("running") - running.length),
    uncleanStarts: null,
    lacks: of("lacks").flatMap((row) => textOf(row["name"]) ?? []),
    workers: "work kanban task (t_[0-9a-f]+)",
  };
};

/** The names of the profiles that a job can be assigned to; null where they can't be told. Source: hermes_cli/profiles.py */
const profilesOf = (host: HermesContext["host"], file: string): HermesAsk["profiles"] => {
  const root = file.replace(/\/[^/]*$/u, "").replace(/\/kanban\/boards\/[^/]+$/u, "");
  const names = host.files.list(`${root}/profiles`);
  return "kind" in names ? null : ["default", ...names.map((name) => name.toLowerCase())];
};

/**
 * Reads a board of Hermes Agent: `kanban.db`, or a folder that holds one. `workers`: ids of jobs that somebody works on, so
 * that their rows are among the jobs whatever their status; one that isn't there is not of this board. Never throws.
 * Source: hermes_cli/kanban_db.py of NousResearch/hermes-agent.
 */
export const readHermes = async (
  { file }: { readonly file: string },
  { host }: HermesContext,
  workers: readonly string[] = [],
): Promise<QueueLook> => {
  const nowS = Math.floor(host.clock.nowMs() / 1000);
  const lookAt = async (path: string): Promise<SqliteLooked> => {
    const ask = { nowS, profiles: profilesOf(host, path), ids: workers };
    return await host.sqlite.look({
      path,
      needed: hermesNeeds,
      optional: hermesTables,
      queries: (columns) => hermesQueries(columns, ask),
    });
  };
  const first = await lookAt(file);
  const isFolder = first.kind === "failed" && first.code === "EISDIR";
  const looked = isFolder ? await lookAt(`${file}/kanban.db`) : first;
  if (looked.kind === "failed") return { kind: "unknown", why: `cannot read the board "${file}": ${looked.why}` };
  return readingOf(looked.rows, { nowS, profiles: null, ids: workers });
};
