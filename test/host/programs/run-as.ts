/** Runs a shell script as a user and passes its output on. argv: USER SCRIPT [TIMEOUT_MS]. */
import { createExec } from "../../../src/host/exec.ts";

const [user = "", script = "", timeoutMs = "20000"] = process.argv.slice(2);
const ran = await createExec({ uid: process.getuid?.() ?? -1 }).run({
  argv: ["/bin/sh", "-c", script],
  timeoutMs: Number(timeoutMs),
  maxOutputBytes: 10_000,
  user,
});
process.stdout.write("stdout" in ran ? ran.stdout : ran.why);
