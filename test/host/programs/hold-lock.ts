/** Takes a lock, says how that went, and holds it until stdin ends or it is killed. argv: FILE. */
import { createFiles } from "../../../src/host/files.ts";

const lock = createFiles().lock(process.argv[2] ?? "");
process.stdout.write(`${lock.kind}\n`);
for await (const _ of process.stdin) {
  // Nothing is sent; the end of stdin is what counts.
}
if (lock.kind === "held") {
  lock.release();
}
