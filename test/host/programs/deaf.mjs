// Starts a program behind a socket pair that blocks, as systemd's are, never reads what it says, and passes its first word on stderr on. Node: its
// socket pairs block, Bun's don't. argv: PROGRAM ARGUMENT...
import { spawn } from "node:child_process";

const [program, ...args] = process.argv.slice(2);
const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
child.stderr.once("data", (text) => {
  process.stdout.write(text);
  child.kill("SIGKILL");
  process.exitCode = 0;
  child.stdout.destroy();
});
setTimeout(() => child.kill("SIGKILL"), 3000).unref();
