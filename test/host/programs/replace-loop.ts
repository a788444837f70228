/** Replaces a file again and again, by turns with `a`s and `b`s, until it is killed. argv: FILE BYTES. */
import { createFiles } from "../../../src/host/files.ts";

const [path = "", bytes = "1"] = process.argv.slice(2);
const files = createFiles();
for (let turn = 0; ; turn += 1) {
  const done = files.replace(path, (turn % 2 === 0 ? "a" : "b").repeat(Number(bytes)), 0o600);
  if (done.kind === "failed") {
    throw new Error(done.why);
  }
  if (turn === 1) {
    process.stdout.write("going\n");
  }
}
