import { afterAll, describe, expect, test } from "bun:test";
import { execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { createClock } from "../../src/host/clock.ts";
import type { SqliteLooked } from "../../src/host/database.ts";
import { createSqlite } from "../../src/host/sqlite.ts";
import { beside, copyAs, databaseFolder, look, lookFrom, make, other, tasks } from "./database-bed.ts";

const isRoot = process.getuid?.() === 0;
const { fresh, away } = databaseFolder();
afterAll(away);

const seen = (n: number): SqliteLooked => ({ kind: "looked", rows: { tasks: [{ n }] } });
const asNobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] as const;

describe("look() reads and leaves no trace", () => {
  for (const mode of ["wal", "delete", "truncate", "persist"])
    test(`look() reads a database at rest with journal_mode ${mode}, and makes no file`, async () => {
      const path = fresh();
      make(path, ...tasks(3, mode));
      const before = beside(path);
      expect(await look(path)).toEqual(seen(3));
      expect(beside(path)).toEqual(before);
    });

  test("look() sees what is only in the log beside it, and leaves all files as they are", async () => {
    const path = fresh();
    make(path, ...tasks(3));
    const writer = await other("use-database", path, "INSERT INTO tasks VALUES ('t_1', 'ready', 2)");
    const bytes = [path, `${path}-wal`, `${path}-shm`].map((name) => readFileSync(name));
    expect(await look(path)).toEqual(seen(4));
    expect([path, `${path}-wal`, `${path}-shm`].map((name) => readFileSync(name))).toEqual(bytes);
    await writer.end();
  });

  test("look() sees what is only in the log of a writer that was killed, and leaves it there", async () => {
    const path = fresh();
    make(path, ...tasks(3));
    const writer = await other("use-database", path, "INSERT INTO tasks VALUES ('t_1', 'ready', 2)");
    writer.child.kill("SIGKILL");
    await writer.end();
    const before = beside(path);
    expect(before).toHaveLength(3);
    expect(await look(path)).toEqual(seen(4));
    expect(beside(path)).toEqual(before);
  });

  test("look() follows a link to a database, and reads the log beside the real one", async () => {
    const path = fresh();
    make(path, ...tasks(3));
    const writer = await other("use-database", path, "INSERT INTO tasks VALUES ('t_1', 'ready', 2)");
    const link = fresh();
    symlinkSync(path, link);
    expect(await look(link)).toEqual(seen(4));
    expect(beside(link)).toHaveLength(1);
    await writer.end();
  });

  test("look() reads a path that means something in a URI", async () => {
    const path = join(dirname(fresh()), "a?mode=rwc&x#1%41.db");
    make(path, ...tasks(2));
    expect(await look(path)).toEqual(seen(2));
  });

  test("look() gives up a log without its -shm, which it would have to make, unless the log is empty", async () => {
    const path = fresh();
    make(path, ...tasks(3));
    const writer = await other("use-database", path, "INSERT INTO tasks VALUES ('t_1', 'ready', 2)");
    const copy = fresh();
    copyAs(path, copy);
    await writer.end();
    rmSync(`${copy}-shm`);
    expect(await look(copy)).toMatchObject({ kind: "failed", code: "CANTOPEN" });
    truncateSync(`${copy}-wal`);
    expect(await look(copy)).toEqual(seen(3));
    expect(beside(copy)).toHaveLength(2);
  });
});

describe.if(isRoot)("look() as another user or on a read-only mount", () => {
  const readOnly = (path: string) =>
    ["unshare", "--mount", "sh", "-c", 'mount --bind -o ro "$0" "$0" && exec "$@"', dirname(path)] as const;
  const rows = [
    { name: "a folder that it can't write", around: () => asNobody },
    { name: "a read-only mount", around: readOnly },
    { name: "a read-only mount as another user", around: (path: string) => [...readOnly(path), ...asNobody] },
  ];
  for (const { name, around } of rows) {
    test(`look() reads a database without -wal and -shm in ${name}`, () => {
      const path = fresh();
      make(path, ...tasks(3));
      expect(beside(path)).toHaveLength(1);
      expect(lookFrom(path, ...around(path))).toEqual(seen(3));
      expect(beside(path)).toHaveLength(1);
    });

    test(`look() reads a database with a live writer in ${name}`, async () => {
      const path = fresh();
      make(path, ...tasks(3));
      const writer = await other("use-database", path, "INSERT INTO tasks VALUES ('t_1', 'ready', 2)");
      expect(lookFrom(path, ...around(path))).toEqual(seen(4));
      await writer.end();
    });

    test(`look() reads a database whose writer was killed in ${name}`, async () => {
      const path = fresh();
      make(path, ...tasks(3));
      const writer = await other("use-database", path, "INSERT INTO tasks VALUES ('t_1', 'ready', 2)");
      writer.child.kill("SIGKILL");
      await writer.end();
      expect(lookFrom(path, ...around(path))).toEqual(seen(4));
    });
  }

  test("look() says so when it may read the database but not its log", async () => {
    const path = fresh();
    make(path, ...tasks(3));
    const writer = await other("use-database", path, "INSERT INTO tasks VALUES ('t_1', 'ready', 2)");
    chmodSync(`${path}-wal`, 0o600);
    chmodSync(`${path}-shm`, 0o600);
    expect(lookFrom(path, ...asNobody)).toMatchObject({ kind: "failed", code: "CANTOPEN" });
    await writer.end();
  });

  test("look() says so when it may not read the database", () => {
    const path = fresh();
    make(path, ...tasks(3));
    chmodSync(path, 0o600);
    expect(lookFrom(path, ...asNobody)).toEqual({ kind: "failed", code: "EACCES", why: "permission denied" });
  });
});

describe("look() while somebody writes", () => {
  test("look() always finds the moment in a WAL database, and never makes a commit fail, however fast its writer goes", async () => {
    const path = fresh();
    make(path, ...tasks(500));
    const writer = await other("write-database", path);
    for (let turn = 0; turn < 20; turn += 1) expect(await look(path)).toEqual(seen(500));
    const told = JSON.parse(await writer.end());
    expect(told).toMatchObject({ refused: 0 });
    expect(told.commits).toBeGreaterThan(20);
  });

  test("look() is right while the log comes and goes with a writer that opens the database for each commit", async () => {
    const path = fresh();
    make(path, ...tasks(500));
    const writer = await other("write-database", path, "reopen");
    for (let turn = 0; turn < 50; turn += 1) {
      const looked = await look(path, () => ({
        ages: { sql: "SELECT count(DISTINCT created_at) AS n FROM tasks WHERE in_time()" },
      }));
      // Without a log there is no lock, and a busy host may leave no quiet moment.
      if (looked.kind === "looked") expect(looked.rows["ages"]).toEqual([{ n: 1 }]);
      else expect(looked.code).toBe("EBUSY");
    }
    expect(JSON.parse(await writer.end())).toMatchObject({ refused: 0 });
  });

  test("look() never makes a commit with a rollback journal fail, and gives no half of one", async () => {
    const path = fresh();
    make(path, ...tasks(2000, "delete"));
    const writer = await other("write-database", path);
    for (let turn = 0; turn < 3; turn += 1) {
      const looked = await look(path, () => ({
        ages: { sql: "SELECT count(DISTINCT created_at) AS n FROM tasks WHERE in_time()" },
      }));
      // Without a lock it may find no quiet moment, and says so.
      if (looked.kind === "looked") expect(looked.rows["ages"]).toEqual([{ n: 1 }]);
      else expect(looked.code).toBe("EBUSY");
    }
    const told = JSON.parse(await writer.end());
    expect(told).toMatchObject({ refused: 0 });
    expect(told.commits).toBeGreaterThan(20);
  });

  const held = [
    { name: "holds BEGIN EXCLUSIVE", mode: "delete", statements: ["BEGIN EXCLUSIVE"] },
    {
      name: "is in the middle of a transaction",
      mode: "delete",
      statements: ["BEGIN IMMEDIATE", "DELETE FROM tasks"],
    },
    {
      name: "keeps a WAL database to itself",
      mode: "wal",
      statements: ["PRAGMA locking_mode = EXCLUSIVE", "BEGIN EXCLUSIVE", "DELETE FROM tasks"],
    },
  ] as const;
  for (const { name, mode, statements } of held)
    test(`look() fails with its reason while a writer ${name}, and reads once that is over`, async () => {
      const path = fresh();
      make(path, ...tasks(3, mode));
      const writer = await other("use-database", path, ...statements);
      expect(await look(path)).toMatchObject({ kind: "failed", code: "EBUSY" });
      await writer.end();
      expect(await look(path)).toEqual(seen(3));
    });

  test("look() names the writer that holds it", async () => {
    const path = fresh();
    make(path, ...tasks(3, "delete"));
    const writer = await other("use-database", path, "BEGIN EXCLUSIVE");
    expect(await look(path)).toMatchObject({
      why: expect.stringMatching(new RegExp(`^it is locked by process ${writer.child.pid} \\(`, "u")),
    });
    await writer.end();
  });

  test("look() reads beside a writer in the middle of a long transaction in WAL mode", async () => {
    const path = fresh();
    make(path, ...tasks(3));
    const writer = await other("use-database", path, "BEGIN EXCLUSIVE", "DELETE FROM tasks");
    expect(await look(path)).toEqual(seen(3));
    await writer.end();
  });

  test("look() does not believe what a killed writer with a rollback journal left half done", async () => {
    const path = fresh();
    make(path, ...tasks(3, "delete"));
    const writer = await other("use-database", path, "PRAGMA cache_size = 1", "BEGIN", "DELETE FROM tasks");
    writer.child.kill("SIGKILL");
    await writer.end();
    expect(await look(path)).toMatchObject({ kind: "failed", code: "EBUSY" });
    expect(beside(path)).toHaveLength(2);
  });
});

describe("look() at what is no healthy database", () => {
  const pipe = (path: string): void => {
    execFileSync("/usr/bin/mkfifo", [path]);
  };
  const cut = (path: string, at: number): void => {
    make(path, ...tasks(3000));
    truncateSync(path, at);
  };
  const rows = [
    { name: "is not there", given: () => undefined, code: "ENOENT", why: "no such file or directory" },
    {
      name: "is a folder",
      given: (path: string) => mkdirSync(path),
      code: "EISDIR",
      why: "it is a folder, not a file",
    },
    { name: "is a pipe", given: pipe, code: "EINVAL", why: "it is a device, pipe or socket, not a regular file" },
    { name: "is a link to a device", given: (path: string) => symlinkSync("/dev/zero", path), code: "EINVAL" },
    { name: "is empty", given: (path: string) => writeFileSync(path, ""), code: "EMPTY", why: "it is empty" },
    { name: "holds something else", given: (path: string) => writeFileSync(path, "x".repeat(5000)), code: "NOTADB" },
    { name: "is cut in its header", given: (path: string) => cut(path, 60), code: "CORRUPT", why: "it is cut short" },
    { name: "is cut in its first page", given: (path: string) => cut(path, 2000), code: "CORRUPT" },
    { name: "is cut in the middle", given: (path: string) => cut(path, 60_000), code: "CORRUPT" },
    {
      name: "has a pipe for a log",
      given: (path: string) => {
        make(path, ...tasks(3));
        pipe(`${path}-wal`);
      },
      code: "EINVAL",
    },
    {
      name: "has a link for a -shm",
      given: (path: string) => {
        make(path, ...tasks(3));
        writeFileSync(`${path}-wal`, "");
        symlinkSync("/dev/zero", `${path}-shm`);
      },
      code: "EINVAL",
    },
    {
      name: "has another schema",
      given: (path: string) => make(path, "CREATE TABLE jobs (id)"),
      code: "ENOTABLE",
      why: 'it has no table "tasks"',
    },
    {
      name: "has no such column",
      given: (path: string) => make(path, "CREATE TABLE tasks (nr)"),
      code: "ENOCOLUMN",
      why: 'its table "tasks" has no column "id"',
    },
    {
      name: "has a view of that name",
      given: (path: string) => make(path, "CREATE TABLE t (id)", "CREATE VIEW tasks AS SELECT * FROM t"),
      code: "ENOTABLE",
      why: 'its "tasks" is not an ordinary table',
    },
    {
      name: "has a virtual table of that name",
      given: (path: string) => make(path, "CREATE VIRTUAL TABLE tasks USING fts5(id)"),
      code: "ENOTABLE",
      why: 'its "tasks" is not an ordinary table',
    },
    {
      name: "computes the column",
      given: (path: string) =>
        make(path, "CREATE TABLE tasks (n, id TEXT GENERATED ALWAYS AS (hex(zeroblob(400000000))) VIRTUAL)"),
      code: "ENOCOLUMN",
      why: 'its table "tasks" has no column "id"',
    },
  ] as const;
  for (const row of rows)
    test(`look() fails with ${row.code} where the file ${row.name}`, async () => {
      const path = fresh();
      row.given(path);
      const looked = await look(path);
      expect(looked).toMatchObject({ kind: "failed", code: row.code, ...("why" in row ? { why: row.why } : {}) });
      rmSync(path, { force: true, recursive: true });
    });
});

describe("look() at a database of somebody who wants to hold it up", () => {
  for (const beside of ["", "-wal", "-shm"])
    test.skipIf(!existsSync("/usr/bin/perl"))(
      `look() says at once that there is a lease on the file ${beside === "" ? "itself" : beside}, and doesn't wait for its end`,
      async () => {
        const path = fresh();
        make(path, ...tasks(3));
        writeFileSync(`${path}-wal`, "");
        writeFileSync(`${path}-shm`, "");
        const lease = `$SIG{IO} = "IGNORE"; open(my $file, "+<", $ARGV[0]) or die; fcntl($file, 1024, 1) or die; $| = 1; print "leased\n"; sleep 60`;
        const holder = spawn("/usr/bin/perl", ["-e", lease, `${path}${beside}`], {
          stdio: ["ignore", "pipe", "inherit"],
        });
        await new Promise((resolve) => holder.stdout.once("data", resolve));
        const startedMs = performance.now();
        const looked = await look(path);
        const tookMs = performance.now() - startedMs;
        holder.kill("SIGKILL");
        expect(looked).toMatchObject({ kind: "failed", code: beside === "" ? "EAGAIN" : "EBUSY" });
        expect(tookMs).toBeLessThan(10_000);
      },
      60_000,
    );

  test("look() keeps its cache small, whatever size the file asks for", async () => {
    const path = fresh();
    make(path, ...tasks(3), "PRAGMA default_cache_size = 1000000");
    const looked = await look(path, () => ({ cache: { sql: "SELECT cache_size AS size FROM pragma_cache_size" } }));
    expect(looked).toEqual({ kind: "looked", rows: { cache: [{ size: -2000 }] } });
  });
});

describe("look() with rows that nobody expects", () => {
  const rows = [
    { name: "gives an integer beyond 2^53 as a number", cell: "9223372036854775807", is: 2 ** 63 },
    { name: "gives a blob as nothing", cell: "zeroblob(10)", is: null },
    { name: "cuts a long text", cell: "'a' || hex(zeroblob(100000))", is: `a${"0".repeat(999)}` },
    { name: "replaces bytes that are no text", cell: "CAST(x'61ff62' AS TEXT)", is: "a\uFFFDb" },
    { name: "gives a text in an integer column as it is", cell: "'soon'", is: "soon" },
  ] as const;
  for (const { name, cell, is } of rows)
    test(`look() ${name}`, async () => {
      const path = fresh();
      make(path, ...tasks(0), `INSERT INTO tasks VALUES ('t_1', 'ready', ${cell})`);
      const looked = await look(path, () => ({ tasks: { sql: "SELECT created_at AS x FROM tasks WHERE in_time()" } }));
      expect(looked).toEqual({ kind: "looked", rows: { tasks: [{ x: is }] } });
    });

  test("look() gives 1,000 rows at most", async () => {
    const path = fresh();
    make(path, ...tasks(1500));
    const looked = await look(path, () => ({ tasks: { sql: "SELECT id FROM tasks WHERE in_time()" } }));
    expect(looked.kind === "looked" ? looked.rows["tasks"]?.length : looked).toBe(1000);
  });

  test("look() ends a query that runs too long from inside, and says so", async () => {
    const path = fresh();
    make(path, ...tasks(2000));
    // A clock that goes on by a second at each look at it: the query ends after a few rows, not after four million.
    let nowMs = 0;
    const clock = { ...createClock(), monotonicMs: () => (nowMs += 1000) };
    const looked = await createSqlite({ clock }).look({
      path,
      needed: { tasks: ["id"] },
      optional: [],
      queries: () => ({ all: { sql: "SELECT count(*) AS n FROM tasks a, tasks b WHERE in_time()" } }),
    });
    expect(looked).toMatchObject({ kind: "failed", code: "TIMEOUT" });
  });

  test("look() can't be made to write, or to load a program", async () => {
    const path = fresh();
    make(path, ...tasks(1));
    for (const sql of ["DELETE FROM tasks", "CREATE TABLE x (y)", "SELECT load_extension('x')"])
      expect(await look(path, () => ({ bad: { sql } }))).toMatchObject({ kind: "failed" });
    expect(await look(path)).toEqual(seen(1));
  });
});
