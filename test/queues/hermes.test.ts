import { afterAll, describe, expect, test } from "bun:test";
import { copyFileSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createClock } from "../../src/host/clock.ts";
import { createFiles } from "../../src/host/files.ts";
import { createSqlite } from "../../src/host/sqlite.ts";
import { readHermes } from "../../src/queues/hermes.ts";
import { hermesNeeds, hermesQueries } from "../../src/queues/hermes-sql.ts";
import type { Job, QueueReading } from "../../src/queues/reading.ts";
import { beside, databaseFolder, other } from "../host/database-bed.ts";
import { makeBoard, manyJobs, realBoard } from "./board-bed.ts";

const { fresh, away } = databaseFolder();
afterAll(away);

const { nowS } = realBoard;
const clock = { ...createClock(), nowMs: () => nowS * 1000 };
const host = { clock, files: createFiles(), sqlite: createSqlite({ clock }) };

const read = async (file: string, workers: readonly string[] = []): Promise<QueueReading> => {
  const looked = await readHermes({ file }, { host }, workers);
  if (looked.kind === "unknown") throw new Error(looked.why);
  return looked;
};

const board = (...statements: readonly string[]): string => {
  const path = fresh();
  makeBoard(path, ...statements);
  return path;
};

const insert = (table: string, row: Readonly<Record<string, string | number | null>>): string => {
  const cells = Object.values(row).map((cell) =>
    typeof cell === "string" ? `'${cell.replaceAll("'", "''")}'` : `${cell}`,
  );
  return `INSERT INTO ${table} (${Object.keys(row).join(", ")}) VALUES (${cells.join(", ")})`;
};

/** One job, `t_1` unless told otherwise. */
const job = (row: Readonly<Record<string, string | number | null>> = {}): string =>
  insert("tasks", { id: "t_1", title: "a job", assignee: "worker1", status: "ready", created_at: nowS - 7200, ...row });

/** What happened to it, an event a minute, the last one a minute ago: a kind, or a kind with its payload. */
const events = (list: readonly (string | readonly [kind: string, payload: object])[], minutes = 1): readonly string[] =>
  list.map((each, at) => {
    const [kind, payload] = typeof each === "string" ? [each, null] : each;
    return insert("task_events", {
      task_id: "t_1",
      kind,
      payload: payload === null ? null : JSON.stringify(payload),
      created_at: nowS - 60 * minutes * (list.length - at),
    });
  });

const runs = (count: number, secondsAgo: number): readonly string[] =>
  Array.from({ length: count }, () =>
    insert("task_runs", { task_id: "t_1", status: "crashed", started_at: nowS - secondsAgo }),
  );

describe("readHermes() on the real board", () => {
  const wrong = (jobs: readonly Job[] | null) =>
    (jobs ?? []).filter(({ reblocked, gaveUp }) => reblocked !== null || gaveUp !== null);

  test("readHermes() counts what stands where", async () => {
    expect(await read(realBoard.file)).toMatchObject({
      ready: 5,
      running: 3,
      blocked: 3,
      done: 1,
      failed: null,
      slots: null,
      oldestReadyS: 7201,
      movedS: nowS,
      jobsLeftOut: 0,
      uncleanStarts: null,
    });
  });

  test("readHermes() tells re-blocked for the same cause, for another cause, and given up, and nothing of the others", async () => {
    const { jobs } = await read(realBoard.file);
    expect(wrong(jobs).map(({ id, status, reblocked, gaveUp }) => ({ id, status, reblocked, gaveUp }))).toEqual([
      { id: "t_60316916", status: "blocked", reblocked: null, gaveUp: "profile 'ghost' not found" },
      {
        id: "t_6a538f9e",
        status: "blocked",
        reblocked: "another cause: transient, flaky api; before: needs_input",
        gaveUp: null,
      },
      { id: "t_e165a3e7", status: "waiting", reblocked: "same cause: capability, no ssh key", gaveUp: null },
    ]);
  });

  test("readHermes() tells who holds the running jobs, and since when they have not beaten", async () => {
    const { jobs } = await read(realBoard.file);
    const held = { host: "vm", atS: nowS };
    expect((jobs ?? []).filter(({ status }) => status === "running")).toMatchObject([
      { id: "t_ab664095", claim: { ...held, pid: 14_302, expiresS: nowS + 899 }, beatS: nowS },
      { id: "t_7a85681a", claim: { ...held, pid: 4_194_001, expiresS: nowS - 6001 }, beatS: nowS - 7201 },
      { id: "t_1e2aeb08", claim: { ...held, pid: 4_194_000, expiresS: nowS - 2101 }, beatS: null },
    ]);
  });

  test("readHermes() names the job that is ready for longest first", async () => {
    const { jobs } = await read(realBoard.file);
    const ready = (jobs ?? []).filter(({ status }) => status === "ready");
    expect(ready[0]).toMatchObject({ id: "t_71d6e214", sinceS: nowS - 7201 });
    expect(ready.map(({ id }) => id)).not.toContain("t_1343570a");
  });

  test("readHermes() leaves its folder as it is", async () => {
    const before = beside(realBoard.file);
    await read(realBoard.file);
    expect(beside(realBoard.file)).toEqual(before);
  });

  test("readHermes() finds the board in a folder", async () => {
    expect((await read(dirname(realBoard.file))).ready).toBe(5);
  });

  test("readHermes() tells the same beside a gateway that has the board open", async () => {
    const path = fresh();
    copyFileSync(realBoard.file, path);
    const gateway = await other("use-database", path, "SELECT 1 FROM tasks");
    expect(await read(path)).toEqual(await read(realBoard.file));
    await gateway.end();
  });
});

describe("readHermes() on boards where all is well", () => {
  const quiet = { ready: 0, running: 0, blocked: 0, done: 0, oldestReadyS: null, jobs: [], jobsLeftOut: 0 };

  test("readHermes() reads an empty board as nothing at all", async () => {
    expect(await read(board())).toMatchObject({ ...quiet, movedS: 0, lacks: [] });
  });

  test("readHermes() reads a board of done and archived jobs as nothing to do", async () => {
    const path = board(...manyJobs(40, ["done", "archived"], nowS));
    expect(await read(path)).toMatchObject({ ...quiet, done: 20 });
  });

  test("readHermes() reads a board of jobs that are not to be claimed as nothing to do", async () => {
    expect(await read(board(...manyJobs(40, ["triage", "todo", "scheduled", "review"], nowS)))).toMatchObject({
      ...quiet,
      jobs: [],
    });
  });

  test("readHermes() reads a full board whose workers all beat as jobs that all beat", async () => {
    const path = board(...manyJobs(20, ["running", "ready"], nowS));
    const { ready, running, jobs } = await read(path);
    expect({ ready, running }).toEqual({ ready: 10, running: 10 });
    for (const each of (jobs ?? []).filter(({ status }) => status === "running"))
      expect(nowS - (each.beatS ?? 0)).toBeLessThan(60);
  });
});

describe("readHermes() and blocks", () => {
  const needs = (kind: string | null, reason: string) => ["blocked", { kind, reason, recurrences: 1 }] as const;
  const key = needs("capability", "no key");
  const which = needs("needs_input", "which one?");
  const crash = ["gave_up", { failures: 2, error: "exit 1" }] as const;
  const rows = [
    { name: "blocked once", status: "blocked", events: ["created", key], tells: null },
    { name: "blocked and unblocked", status: "ready", events: [key, "unblocked"], tells: null },
    {
      name: "blocked again for the same cause",
      status: "blocked",
      events: [key, "unblocked", "claimed", key],
      tells: "same cause: capability, no key",
    },
    {
      name: "blocked again for another cause",
      status: "blocked",
      events: [key, "unblocked", "claimed", which],
      tells: "another cause: needs_input, which one?; before: capability",
    },
    {
      name: "blocked again without a kind, for the same reason",
      status: "blocked",
      events: [needs(null, "no disk"), "unblocked", needs(null, "no disk")],
      tells: "same cause: no disk",
    },
    {
      name: "blocked again without a kind, for another reason",
      status: "blocked",
      events: [needs(null, "no disk"), "unblocked", needs(null, "no net")],
      tells: "another cause: no net; before: no disk",
    },
    {
      name: "blocked again without a word",
      status: "blocked",
      events: ["blocked", "unblocked", "blocked"],
      tells: "same cause: no cause given",
    },
    {
      name: "blocked again and unblocked again",
      status: "ready",
      events: [key, "unblocked", key, "unblocked"],
      tells: null,
    },
    {
      name: "blocked again and running again",
      status: "running",
      events: [key, "unblocked", key, "unblocked"],
      tells: null,
    },
    { name: "blocked again and archived since", status: "archived", events: [key, "unblocked", key], tells: null },
    { name: "blocked again and done since", status: "done", events: [key, "unblocked", key, "completed"], tells: null },
    {
      name: "done since it was unblocked, then opened and blocked anew",
      status: "blocked",
      events: [key, "unblocked", "completed", "reopened", key],
      tells: null,
    },
    {
      name: "sent to triage by the board, which saw a loop",
      status: "triage",
      events: [key, "unblocked", ["block_loop_detected", { kind: "capability", reason: "no key" }]],
      tells: "same cause: capability, no key",
    },
    {
      name: "counted by the board as blocked twice for one cause, its events gone",
      status: "blocked",
      more: { block_recurrences: 2, block_kind: "transient" },
      events: [],
      tells: "same cause: transient",
    },
    {
      name: "counted by the board, and unblocked since",
      status: "ready",
      more: { block_recurrences: 2, block_kind: "transient" },
      events: ["unblocked"],
      tells: null,
    },
    { name: "an idea in triage", status: "triage", events: ["created"], tells: null },
    { name: "waits for a job before it", status: "todo", events: ["claimed", "dependency_wait"], tells: null },
    {
      name: "waits for a job before it, again and again",
      status: "todo",
      events: ["dependency_wait", "promoted", "dependency_wait", "promoted", "dependency_wait"],
      tells: "3 times in 24h",
    },
    {
      name: "waited often, and is ready now",
      status: "ready",
      events: ["dependency_wait", "promoted", "dependency_wait", "promoted", "dependency_wait", "promoted"],
      tells: null,
    },
    {
      name: "blocked three times, but over days",
      status: "todo",
      minutes: 1000,
      events: ["dependency_wait", "promoted", "dependency_wait", "promoted", "dependency_wait"],
      tells: null,
    },
    { name: "given up", status: "blocked", events: ["claimed", crash], tells: null, gaveUp: "exit 1" },
    {
      name: "given up without a word",
      status: "blocked",
      events: ["gave_up"],
      tells: null,
      gaveUp: "no error told",
    },
    {
      name: "given up, its error on the job only",
      status: "blocked",
      more: { last_failure_error: "killed" },
      events: ["gave_up"],
      tells: null,
      gaveUp: "killed",
    },
    { name: "given up and unblocked since", status: "ready", events: [crash, "unblocked"], tells: null },
    {
      name: "given up, unblocked, and blocked by its worker",
      status: "blocked",
      events: [crash, "unblocked", key],
      tells: "another cause: capability, no key; before: none given",
    },
    {
      name: "given up after it was unblocked",
      status: "blocked",
      events: [key, "unblocked", crash],
      tells: null,
      gaveUp: "exit 1",
    },
  ] as const;
  for (const row of rows)
    test(`readHermes() tells ${row.tells ?? ("gaveUp" in row ? `"${row.gaveUp}"` : "nothing")} of a job that is ${row.name}`, async () => {
      const more = "more" in row ? row.more : {};
      const path = board(
        job({ status: row.status, ...more }),
        ...events(row.events, "minutes" in row ? row.minutes : 1),
      );
      const found = (await read(path)).jobs?.find(({ id }) => id === "t_1");
      expect({ reblocked: found?.reblocked ?? null, gaveUp: found?.gaveUp ?? null }).toEqual({
        reblocked: row.tells,
        gaveUp: "gaveUp" in row ? row.gaveUp : null,
      });
    });

  const begun = [
    { name: "six times within the hour", count: 6, ago: 3000, status: "running", tells: "6 runs in 1h" },
    { name: "six times within the hour, and is ready", count: 6, ago: 3000, status: "ready", tells: "6 runs in 1h" },
    { name: "five times within the hour", count: 5, ago: 3000, status: "running", tells: null },
    { name: "six times before that", count: 6, ago: 4000, status: "running", tells: null },
    { name: "six times, and is done", count: 6, ago: 3000, status: "done", tells: null },
  ] as const;
  for (const { name, count, ago, status, tells } of begun)
    test(`readHermes() tells ${tells ?? "nothing"} of a job that was begun ${name}`, async () => {
      const { jobs } = await read(board(job({ status }), ...runs(count, ago)));
      expect(jobs?.find(({ id }) => id === "t_1")?.reblocked ?? null).toBe(tells);
    });
});

describe("readHermes() and ready jobs", () => {
  const since = [
    { name: "it was made", events: ["created"], ago: 7200 },
    { name: "it was promoted", events: ["created", "promoted"], ago: 60 },
    { name: "it was reclaimed", events: ["claimed", "reclaimed", "heartbeat"], ago: 120 },
    { name: "it was unblocked", events: ["blocked", "unblocked"], ago: 60 },
    { name: "its worker crashed", events: ["claimed", "crashed"], ago: 60 },
    { name: "it was made, whatever people wrote on it", events: ["created", "commented", "edited"], ago: 7200 },
  ] as const;
  for (const { name, events: list, ago } of since)
    test(`readHermes() counts a ready job's age from when ${name}`, async () => {
      expect((await read(board(job(), ...events(list)))).oldestReadyS).toBe(ago);
    });

  const passedOver = [
    { name: "that nobody is to do", row: { assignee: null } },
    { name: "whose assignee is empty", row: { assignee: "" } },
    { name: "that somebody holds", row: { claim_lock: "vm:1" } },
  ];
  for (const { name, row } of passedOver)
    test(`readHermes() does not count a ready job ${name}: the dispatcher passes over it`, async () => {
      const path = board(job(), job({ id: "t_2", ...row }));
      expect(await read(path)).toMatchObject({ ready: 1, jobs: [{ id: "t_1" }] });
    });

  test("readHermes() does not count ready jobs of a name that is no profile, where the profiles can be seen", async () => {
    const path = board(job(), job({ id: "t_2", assignee: "terminal" }), job({ id: "t_3", assignee: "default" }));
    expect((await read(path)).ready).toBe(3);
    mkdirSync(join(dirname(path), "profiles", "worker1"), { recursive: true });
    const { ready, jobs } = await read(path);
    expect({ ready, ids: jobs?.map(({ id }) => id) }).toEqual({ ready: 2, ids: ["t_1", "t_3"] });
  });

  test("readHermes() finds the profiles of a board that is not the first one", async () => {
    const root = dirname(fresh());
    mkdirSync(join(root, "kanban/boards/other"), { recursive: true });
    mkdirSync(join(root, "profiles/worker1"), { recursive: true });
    const path = join(root, "kanban/boards/other/kanban.db");
    makeBoard(path, job(), job({ id: "t_2", assignee: "terminal" }));
    expect((await read(path)).ready).toBe(1);
  });
});

describe("readHermes() and progress", () => {
  const rows = [
    { name: "a claim", statements: [job(), ...events(["claimed", "heartbeat"])], at: nowS - 120 },
    { name: "a finish", statements: [job({ status: "done" }), ...events(["claimed", "completed"])], at: nowS - 60 },
    { name: "a run, its events gone", statements: [job(), ...runs(1, 300)], at: nowS - 300 },
    { name: "no sign of life alone", statements: [job(), ...events(["heartbeat", "commented"])], at: 0 },
    {
      name: "no time that is still to come",
      statements: [job(), ...events(["claimed", "claimed"], -100)],
      at: null,
    },
  ] as const;
  for (const { name, statements, at } of rows)
    test(`readHermes() takes ${name} for progress`, async () => {
      expect((await read(board(...statements))).movedS).toBe(at);
    });
});

describe("readHermes() and running jobs", () => {
  const running = { status: "running", worker_pid: 4711, claim_expires: nowS + 900 };
  const locks = [
    { name: "host:pid", lock: "web-1:12", host: "web-1" },
    { name: "host:pid:more, as newer ones write", lock: "web-1:12:0f3c", host: "web-1" },
    { name: "a host alone", lock: "web-1", host: "web-1" },
  ] as const;
  for (const { name, lock, host: is } of locks)
    test(`readHermes() reads the host out of a lock of ${name}`, async () => {
      const { jobs } = await read(board(job({ ...running, claim_lock: lock })));
      expect(jobs?.[0]?.claim).toEqual({ host: is, pid: 4711, atS: null, expiresS: nowS + 900 });
    });

  test("readHermes() tells no pid where it doesn't know the host", async () => {
    const { jobs } = await read(board(job(running)));
    expect(jobs?.[0]?.claim).toEqual({ host: null, pid: null, atS: null, expiresS: nowS + 900 });
  });

  test("readHermes() tells no claim of a running job that nobody holds", async () => {
    expect((await read(board(job({ status: "running" })))).jobs?.[0]?.claim).toBeNull();
  });

  test("readHermes() gives running jobs their keys", async () => {
    const path = board(job({ ...running, idempotency_key: "k" }), job({ ...running, id: "t_2", idempotency_key: "k" }));
    expect((await read(path)).jobs?.map(({ key }) => key)).toEqual(["k", "k"]);
  });

  test("readHermes() tells where jobs stand that somebody works on, and nothing of ids that are not on the board", async () => {
    const path = board(
      job({ status: "archived" }),
      job({ id: "t_2", status: "todo" }),
      ...events(["claimed", "completed", "commented", "heartbeat"]),
    );
    const { jobs } = await read(path, ["t_1", "t_2", "t_3", "'); DROP TABLE tasks; --"]);
    expect(jobs).toMatchObject([
      { id: "t_1", status: "done", sinceS: nowS - 180 },
      { id: "t_2", status: "waiting", sinceS: null },
    ]);
  });
});

describe("readHermes() on boards of other versions", () => {
  const columnsOf = (table: string): readonly string[] => {
    const database = new DatabaseSync(`file:${realBoard.file}?immutable=1`, { readOnly: true });
    const rows = database.prepare("SELECT name FROM pragma_table_info(?)").all(table);
    database.close();
    return rows.map(({ name }) => String(name));
  };
  /** A table without a column, or with another in its place: indexes and all. */
  const without = (table: string, column: string): readonly string[] => [
    `CREATE TABLE other AS SELECT ${columnsOf(table)
      .filter((name) => name !== column)
      .join(", ")} FROM ${table}`,
    `DROP TABLE ${table}`,
    `ALTER TABLE other RENAME TO ${table}`,
  ];
  const copyWith = (...statements: readonly string[]): string => {
    const path = fresh();
    copyFileSync(realBoard.file, path);
    execOn(path, statements);
    return path;
  };
  const execOn = (path: string, statements: readonly string[]): void => {
    const database = new DatabaseSync(path);
    for (const sql of statements) database.exec(sql);
    database.close();
  };

  const needed: readonly string[] = hermesNeeds.tasks;
  for (const column of needed)
    test(`readHermes() names the missing column "${column}"`, async () => {
      const path = copyWith(...without("tasks", column));
      expect(await readHermes({ file: path }, { host })).toEqual({
        kind: "unknown",
        why: `cannot read the board "${path}": its table "tasks" has no column "${column}"`,
      });
    });

  for (const table of ["tasks", "task_events", "task_runs"])
    for (const column of columnsOf(table).filter((name) => table !== "tasks" || !needed.includes(name)))
      test(`readHermes() reads a board whose ${table} have no ${column}`, async () => {
        const { running, blocked, done, jobs } = await read(copyWith(...without(table, column)));
        expect({ running, blocked, done }).toEqual({ running: 3, blocked: 3, done: 1 });
        expect(jobs?.map(({ id }) => id)).toContain("t_7a85681a");
      });

  test("readHermes() names the columns for want of which it tells less", async () => {
    const { lacks } = await read(copyWith(...without("tasks", "claim_expires"), ...without("task_runs", "started_at")));
    expect(lacks).toEqual(["tasks.claim_expires", "task_runs.started_at"]);
  });

  test("readHermes() counts on a board without events and runs, and knows of no progress", async () => {
    const { ready, movedS, lacks, jobs } = await read(copyWith("DROP TABLE task_events", "DROP TABLE task_runs"));
    expect({ ready, movedS, lacks }).toEqual({ ready: 5, movedS: null, lacks: ["task_events", "task_runs"] });
    expect(jobs?.filter(({ reblocked }) => reblocked !== null)).toEqual([]);
  });

  test("readHermes() reads a board with columns and statuses that it does not know", async () => {
    const path = copyWith(
      "ALTER TABLE tasks ADD COLUMN blocked INTEGER DEFAULT 7",
      "UPDATE tasks SET status = 'dreaming' WHERE status = 'todo'",
    );
    expect(await read(path)).toEqual(await read(realBoard.file));
  });

  test("readHermes() says so when there is no board", async () => {
    const path = fresh();
    expect(await readHermes({ file: path }, { host })).toEqual({
      kind: "unknown",
      why: `cannot read the board "${path}": no such file or directory`,
    });
  });
});

describe("readHermes() on a board whose owner means harm", () => {
  const text = "x".repeat(9000);
  const rows = [
    { name: "a text where a time should be", statements: [job({ created_at: "soon" })] },
    {
      name: "texts for all of a claim",
      statements: [job({ status: "running", claim_expires: "x", worker_pid: "y", last_heartbeat_at: "z" })],
    },
    { name: "an id of many pages", statements: [job({ id: text }), job({ status: "running", id: `${text}2` })] },
    {
      name: "an error of many pages",
      statements: [job({ status: "blocked", last_failure_error: text }), ...events(["gave_up"])],
    },
    {
      name: "a payload that is no JSON",
      statements: [
        job({ status: "blocked" }),
        insert("task_events", { task_id: "t_1", kind: "gave_up", payload: "{", created_at: 1 }),
      ],
    },
    {
      name: "a payload of another shape",
      statements: [job({ status: "blocked" }), ...events([["gave_up", [{ error: {} }]], "blocked"])],
    },
  ] as const;
  for (const { name, statements } of rows)
    test(`readHermes() reads past ${name}`, async () => {
      const { jobs, oldestReadyS } = await read(board(...statements));
      for (const each of jobs ?? []) expect(JSON.stringify(each).length).toBeLessThan(1000);
      expect(Number.isNaN(oldestReadyS ?? 0)).toBe(false);
    });

  test("readHermes() ends in time on a board without indexes that has too much on it", async () => {
    const path = board(
      ...["idx_tasks_status", "idx_tasks_assignee_status", "idx_events_task", "idx_events_run"].map(
        (name) => `DROP INDEX ${name}`,
      ),
      ...manyJobs(20_000, ["blocked"], nowS),
    );
    // A clock that runs a thousand times too fast.
    const fast = { ...clock, monotonicMs: () => clock.monotonicMs() * 1000 };
    const looked = await readHermes({ file: path }, { host: { ...host, sqlite: createSqlite({ clock: fast }) } });
    expect(looked).toEqual({
      kind: "unknown",
      why: `cannot read the board "${path}": reading it took longer than 1.2 s`,
    });
  });
});

describe("readHermes() on a large board", () => {
  const all = ["triage", "todo", "scheduled", "ready", "running", "blocked", "review", "done", "archived"];

  test("readHermes() lists a bounded number of jobs, and counts the running ones that it leaves out", async () => {
    const { running, jobs, jobsLeftOut } = await read(board(...manyJobs(5400, all, nowS)));
    expect({ running, jobsLeftOut }).toEqual({ running: 600, jobsLeftOut: 400 });
    expect(jobs?.length).toBeLessThan(500);
  });

  test("hermesQueries() go over jobs by an index, over events and runs by a job or at the end only", () => {
    const database = new DatabaseSync(`file:${realBoard.file}?immutable=1`, { readOnly: true });
    database.function("in_time", () => 1);
    const tables = ["tasks", "task_events", "task_runs"].map((table): [string, ReadonlySet<string>] => [
      table,
      new Set(
        database
          .prepare("SELECT name FROM pragma_table_info(?)")
          .all(table)
          .map(({ name }) => String(name)),
      ),
    ]);
    for (const profiles of [null, ["worker1"]]) {
      const queries = hermesQueries(new Map(tables), { nowS, profiles, ids: ["t_1"] });
      for (const { sql, params = {} } of Object.values(queries)) {
        const plan = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(params);
        expect(plan.filter(({ detail }) => /^SCAN (tasks|t|e|p)\b/u.test(String(detail)))).toEqual([]);
        const ends = sql.match(/FROM task_(events|runs) ORDER BY rowid DESC LIMIT/gu) ?? [];
        expect(plan.filter(({ detail }) => /^SCAN task_/u.test(String(detail)))).toHaveLength(ends.length);
      }
    }
    database.close();
  });
});
