/** Looks at a database's table of tasks once, and tells what came of it. argv: FILE. */
import { createClock } from "../../../src/host/clock.ts";
import { createSqlite } from "../../../src/host/sqlite.ts";

const looked = await createSqlite({ clock: createClock() }).look({
  path: process.argv[2] ?? "",
  needed: { tasks: ["id"] },
  optional: [],
  queries: () => ({ tasks: { sql: "SELECT count(*) AS n FROM tasks WHERE in_time()" } }),
});
process.stdout.write(JSON.stringify(looked));
