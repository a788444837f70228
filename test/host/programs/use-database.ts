/** Does statements on a database, says so, and keeps it open until stdin ends or it is killed. argv: FILE SQL... */
import { DatabaseSync } from "node:sqlite";

const [path = "", ...statements] = process.argv.slice(2);
const database = new DatabaseSync(path);
for (const sql of statements) database.exec(sql);
process.stdout.write("ready\n");
for await (const _ of process.stdin) {
  // Nothing is sent; the end of stdin is what counts.
}
database.close();
