/** Commits as fast as it can, and never waits for a lock, until stdin ends; then tells how that went. argv: FILE. */
import { DatabaseSync } from "node:sqlite";

const database = new DatabaseSync(process.argv[2] ?? "", { timeout: 0 });
const touch = database.prepare("UPDATE tasks SET created_at = created_at + 1");
let isOver = false;
process.stdin.once("end", () => {
  isOver = true;
});
process.stdin.resume();
const told = { commits: 0, refused: 0 };
while (!isOver) {
  for (let turn = 0; turn < 20; turn += 1) {
    try {
      touch.run();
      told.commits += 1;
    } catch {
      told.refused += 1;
    }
  }
  if (told.commits === 20) process.stdout.write("ready\n");
  await new Promise((resolve) => setImmediate(resolve));
}
process.stdout.write(JSON.stringify(told));
