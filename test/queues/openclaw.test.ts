import { afterAll, describe, expect, test } from "bun:test";
import { copyFileSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createClock } from "../../src/host/clock.ts";
import { createSqlite } from "../../src/host/sqlite.ts";
import { readOpenclaw } from "../../src/queues/openclaw.ts";
import { openclawNeeds, openclawQueries } from "../../src/queues/openclaw-sql.ts";
import type { QueueReading } from "../../src/queues/reading.ts";
import { beside, databaseFolder, other } from "../host/database-bed.ts";

const { fresh, away } = databaseFolder();
afterAll(away);

const real = join(import.meta.dir, "../fixtures/openclaw/openclaw.sqlite");
const nowS = 1_795_698_000;
const nowMs = nowS * 1000;
const clock = { ...createClock(), nowMs: () => nowMs };
const host = { clock, sqlite: createSqlite({ clock }) };
/** When the gateway of the fixture took its lease, and until when it holds. */
const lease = { beganMs: 1_795_697_958_651, atS: 1_795_697_958, expiresS: 1_795_698_289 };
const gateway = { host: "web-1", pid: 4283, atS: lease.atS, expiresS: lease.expiresS };

const read = async (file: string): Promise<QueueReading> => {
  const looked = await readOpenclaw({ file }, { host });
  if (looked.kind === "unknown") throw new Error(looked.why);
  return looked;
};

/** The real state after these statements. */
const state = (...statements: readonly string[]): string => {
  const path = fresh();
  copyFileSync(real, path);
  const database = new DatabaseSync(path);
  for (const sql of statements) database.exec(sql);
  database.close();
  return path;
};

const noJobs = "DELETE FROM task_runs";

const task = (row: Readonly<Record<string, string | number | null>>): string => {
  const all = {
    task_id: "t1",
    runtime: "subagent",
    owner_key: "agent:main:main",
    scope_kind: "session",
    task: "a job",
    status: "queued",
    delivery_status: "pending",
    notify_policy: "silent",
    created_at: nowMs - 3_600_000,
    ...row,
  };
  const cells = Object.values(all).map((cell) => (typeof cell === "string" ? `'${cell}'` : `${cell}`));
  return `INSERT INTO task_runs (${Object.keys(all).join(", ")}) VALUES (${cells.join(", ")})`;
};

/** A cron job's next time, so many seconds ago. */
const due = (name: string, secondsAgo: number): string =>
  `UPDATE cron_jobs SET state_json = json_set(state_json, '$.nextRunAtMs', ${nowMs - secondsAgo * 1000}) WHERE name = '${name}'`;

const boot = (id: string, secondsAgo: number, outcome: string | null): string =>
  `INSERT INTO gateway_boot_lifecycle (boot_id, pid, started_at_ms, outcome) VALUES ('${id}', 1, ${nowMs - secondsAgo * 1000}, ${outcome === null ? "NULL" : `'${outcome}'`})`;

describe("readOpenclaw() on the state of a real gateway", () => {
  test("readOpenclaw() counts, and tells which job the gateway has", async () => {
    expect(await read(real)).toEqual({
      kind: "queue",
      ready: 0,
      running: 1,
      blocked: null,
      done: 1,
      failed: 2,
      slots: null,
      oldestReadyS: null,
      movedS: 1_795_697_997,
      jobs: [
        {
          id: "a9b81fd5-ca2c-44c5-906d-78c77e677770",
          status: "running",
          key: "e72b0255-612b-4efd-af38-d6d06008d88f",
          sinceS: 1_795_697_996,
          claim: gateway,
          beatS: null,
          reblocked: null,
          gaveUp: null,
        },
      ],
      jobsLeftOut: 0,
      uncleanStarts: 1,
      workers: null,
    });
  });

  test("readOpenclaw() leaves its folder as it is", async () => {
    const before = beside(real);
    await read(real);
    expect(beside(real)).toEqual(before);
  });

  test("readOpenclaw() tells the same beside a gateway that has the state open", async () => {
    const path = state();
    const open = await other("use-database", path, "SELECT 1 FROM task_runs");
    expect(await read(path)).toEqual(await read(real));
    await open.end();
  });

  for (const below of ["", "state"])
    test(`readOpenclaw() finds the state in a folder${below === "" ? "" : ` below, "${below}"`}`, async () => {
      const folder = dirname(fresh());
      mkdirSync(join(folder, below), { recursive: true });
      copyFileSync(real, join(folder, below, "openclaw.sqlite"));
      expect(await read(folder)).toEqual(await read(real));
    });

  test("readOpenclaw() says so when there is no state", async () => {
    const path = fresh();
    const why = `cannot read the state "${path}": no such file or directory`;
    expect(await readOpenclaw({ file: path }, { host })).toEqual({ kind: "unknown", why });
  });
});

describe("readOpenclaw() and ready jobs", () => {
  test("readOpenclaw() reads a state without jobs as nothing to do", async () => {
    expect(await read(state(noJobs))).toMatchObject({
      ready: 0,
      running: 0,
      done: 0,
      failed: 0,
      movedS: 0,
      jobs: [],
    });
  });

  test("readOpenclaw() takes queued jobs for ready, the oldest first", async () => {
    const path = state(noJobs, task({}), task({ task_id: "t2", created_at: nowMs - 7_200_000 }));
    expect(await read(path)).toMatchObject({ ready: 2, oldestReadyS: 7200, jobs: [{ id: "t2" }, { id: "t1" }] });
  });

  test("readOpenclaw() takes a cron job whose time has passed, and that nothing runs, for ready", async () => {
    const path = state(noJobs, due("Disk check", 3600));
    expect(await read(path)).toMatchObject({ ready: 1, oldestReadyS: 3600, jobs: [{ id: "Disk check" }] });
  });

  const notDue = [
    { name: "whose time has just come", statements: [noJobs, due("Disk check", 30)] },
    { name: "that is switched off", statements: [noJobs, due("Disk check", 3600), "UPDATE cron_jobs SET enabled = 0"] },
    { name: "that is running", statements: [due("Nightly report", 3600)] },
    { name: "that is the gateway's own heartbeat", statements: [noJobs, due("heartbeat-main", 3600)] },
    { name: "without a next time", statements: [noJobs, "UPDATE cron_jobs SET state_json = '{}'"] },
    { name: "whose state is no JSON", statements: [noJobs, "UPDATE cron_jobs SET state_json = '{'"] },
    { name: "whose time is a text", statements: [noJobs, `UPDATE cron_jobs SET state_json = '{"nextRunAtMs":"1"}'`] },
  ] as const;
  for (const { name, statements } of notDue)
    test(`readOpenclaw() does not count a cron job ${name}`, async () => {
      expect((await read(state(...statements))).ready).toBe(0);
    });

  test("readOpenclaw() takes a cron job that says that it runs, while nothing does, for ready once its time has passed", async () => {
    expect((await read(state(noJobs, due("Nightly report", 3600)))).ready).toBe(1);
  });
});

describe("readOpenclaw() and running jobs", () => {
  const started = { status: "running", started_at: lease.beganMs + 5000 };
  const rows = [
    { name: "a job in the gateway is held by its lease", row: started, claim: gateway },
    {
      name: "a job of a command line is held by nobody that we know",
      row: { ...started, runtime: "cli" },
      claim: null,
    },
    {
      name: "a job with an owner is held by that one",
      row: { ...started, runtime: "cli", execution_owner_host: "web-2", execution_owner_pid: 77 },
      claim: { host: "web-2", pid: 77, atS: Math.floor((lease.beganMs + 5000) / 1000), expiresS: null },
    },
  ] as const;
  for (const { name, row, claim } of rows)
    test(`readOpenclaw(): ${name}`, async () => {
      expect((await read(state(noJobs, task(row)))).jobs?.[0]).toMatchObject({ claim, beatS: null });
    });

  test("readOpenclaw() passes over what a gateway that is gone left running: no restart cures it", async () => {
    const path = state(noJobs, task({ status: "running", started_at: lease.beganMs - 1 }));
    expect(await read(path)).toMatchObject({ running: 0, jobs: [] });
  });

  test("readOpenclaw() counts it where it can't tell which gateway is at work", async () => {
    const orphan = task({ status: "running", started_at: lease.beganMs - 1 });
    for (const gone of ["DELETE FROM state_leases", "DROP TABLE state_leases"])
      expect(await read(state(noJobs, orphan, gone))).toMatchObject({ running: 1, jobs: [{ claim: null }] });
  });
});

describe("readOpenclaw() and progress", () => {
  const ago = nowMs - 600_000;
  const rows = [
    { name: "the start of a job", row: { status: "running", started_at: ago }, at: nowS - 600 },
    { name: "the end of a job", row: { status: "succeeded", ended_at: ago }, at: nowS - 600 },
    { name: "the failure of a job", row: { status: "failed", ended_at: ago }, at: nowS - 600 },
    { name: "no cancelled job", row: { status: "cancelled", ended_at: ago }, at: 0 },
    { name: "no lost job", row: { status: "lost", ended_at: ago }, at: 0 },
    { name: "no new job", row: { last_event_at: ago }, at: 0 },
    { name: "no time that is still to come", row: { status: "running", started_at: nowMs + 600_000 }, at: null },
  ] as const;
  for (const { name, row, at } of rows)
    test(`readOpenclaw() takes ${name} for progress`, async () => {
      expect((await read(state(noJobs, task(row)))).movedS).toBe(at);
    });
});

describe("readOpenclaw() and starts of the gateway", () => {
  const none = "DELETE FROM gateway_boot_lifecycle";
  const rows = [
    { name: "none", starts: [], is: 0 },
    { name: "the running one alone", starts: [boot("a", 60, null)], is: 0 },
    {
      name: "three killed before it",
      starts: [boot("a", 300, null), boot("b", 200, null), boot("c", 100, null), boot("d", 9, null)],
      is: 3,
    },
    {
      name: "clean stops",
      starts: [boot("a", 300, "clean_stop"), boot("b", 200, "clean_stop"), boot("c", 9, null)],
      is: 0,
    },
    { name: "some killed long ago", starts: [boot("a", 900, null), boot("b", 800, null), boot("c", 9, null)], is: 0 },
  ] as const;
  for (const { name, starts, is } of rows)
    test(`readOpenclaw() counts ${is} unclean starts of ${name}`, async () => {
      expect((await read(state(none, ...starts))).uncleanStarts).toBe(is);
    });

  test("readOpenclaw() does not know where there is no record of them", async () => {
    expect((await read(state("DROP TABLE gateway_boot_lifecycle"))).uncleanStarts).toBeNull();
  });
});

describe("readOpenclaw() on other versions", () => {
  const columnsOf = (table: string): readonly string[] => {
    const database = new DatabaseSync(`file:${real}?immutable=1`, { readOnly: true });
    const rows = database.prepare("SELECT name FROM pragma_table_info(?)").all(table);
    database.close();
    return rows.map(({ name }) => String(name));
  };
  const without = (table: string, column: string): readonly string[] => [
    `CREATE TABLE other AS SELECT ${columnsOf(table)
      .filter((name) => name !== column)
      .join(", ")} FROM ${table}`,
    `DROP TABLE ${table}`,
    `ALTER TABLE other RENAME TO ${table}`,
  ];
  const needed: readonly string[] = openclawNeeds.task_runs;

  for (const column of needed)
    test(`readOpenclaw() names the missing column "${column}"`, async () => {
      const path = state(...without("task_runs", column));
      const why = `cannot read the state "${path}": its table "task_runs" has no column "${column}"`;
      expect(await readOpenclaw({ file: path }, { host })).toEqual({ kind: "unknown", why });
    });

  for (const table of ["task_runs", "state_leases", "gateway_boot_lifecycle", "cron_jobs"])
    for (const column of columnsOf(table).filter((name) => table !== "task_runs" || !needed.includes(name)))
      test(`readOpenclaw() reads a state whose ${table} has no ${column}`, async () => {
        expect(await read(state(...without(table, column)))).toMatchObject({
          ready: 0,
          running: 1,
          done: 1,
          failed: 2,
        });
      });

  test("openclawQueries() go over jobs by an index, or at the end only", () => {
    const database = new DatabaseSync(`file:${real}?immutable=1`, { readOnly: true });
    database.function("in_time", () => 1);
    const tables = ["task_runs", "state_leases", "gateway_boot_lifecycle", "cron_jobs"].map(
      (table): [string, ReadonlySet<string>] => [table, new Set(columnsOf(table))],
    );
    for (const [name, { sql, params = {} }] of Object.entries(openclawQueries(new Map(tables), nowMs))) {
      const plan = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(params);
      const scans = plan.filter(({ detail }) => /^SCAN task_runs/u.test(String(detail)));
      expect(scans.length).toBeLessThanOrEqual(name === "moved" ? 2 : 0);
    }
    database.close();
  });
});
