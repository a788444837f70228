/** Commits as fast as it can, and never waits for a lock, until stdin ends; then tells how that went. argv: FILE [reopen: for each commit]. */
import { DatabaseSync } from "node:sqlite";

const [path = "", how = ""] = process.argv.slice(2);
const open = (): DatabaseSync => new DatabaseSync(path, { timeout: 0 });
const kept = how === "reopen" ? undefined : open();
const commit = (): void => {
  const database = kept ?? open();
  try {
    database.exec("UPDATE tasks SET created_at = created_at + 1");
  } finally {
    if (kept === undefined) database.close();
  }
};
let isOver = false;
process.stdin.once("end", () => {
  isOver = true;
});
process.stdin.resume();
const told = { commits: 0, refused: 0 };
while (!isOver) {
  for (let turn = 0; turn < 20; turn += 1) {
    try {
      commit();
      told.commits += 1;
    } catch {
      told.refused += 1;
    }
  }
  if (told.commits === 20) process.stdout.write("ready\n");
  await new Promise((resolve) => setImmediate(resolve));
}
process.stdout.write(JSON.stringify(told));
