import { afterAll, expect, test } from "bun:test";
import { execFileSync } from "node:child_process";
import { execPath, resourceUsage } from "node:process";
import { createClock } from "../../src/host/clock.ts";
import { createSqlite } from "../../src/host/sqlite.ts";
import { readHermes } from "../../src/queues/hermes.ts";
import { createFakeHost } from "../fake-host.ts";
import { databaseFolder } from "../host/database-bed.ts";

const { fresh, away } = databaseFolder();
afterAll(away);

const columns = ["claim_expires", "worker_pid", "last_heartbeat_at", "started_at", "block_recurrences"];
const mebibytes = 48;

const makeElsewhere = (path: string, ...statements: readonly string[]): void => {
  const program = `const { DatabaseSync } = require("node:sqlite");
    const database = new DatabaseSync(${JSON.stringify(path)});
    for (const sql of ${JSON.stringify(statements)}) database.exec(sql);`;
  execFileSync(execPath, ["-e", program]);
};

test("readHermes() loads no text of megabytes that stands where a number should", async () => {
  const path = fresh();
  // By another process: what the making takes isn't counted here.
  makeElsewhere(
    path,
    `CREATE TABLE tasks (id TEXT, status TEXT, created_at INTEGER, claim_lock TEXT, ${columns.join(", ")})`,
    `INSERT INTO tasks SELECT 't_1', 'running', 1, 'h:1', ${columns.map(() => `hex(zeroblob(${mebibytes / 2} << 20))`).join(", ")}`,
  );
  const clock = createClock();
  const host = { ...createFakeHost(), clock, sqlite: createSqlite({ clock }) };
  const beforeKiB = resourceUsage().maxRSS;
  const look = await readHermes({ file: path }, { host });
  expect(look).toMatchObject({ running: 1, jobs: [{ id: "t_1", claim: { pid: null, expiresS: null }, beatS: null }] });
  expect(resourceUsage().maxRSS - beforeKiB).toBeLessThan(mebibytes * 1024);
});
