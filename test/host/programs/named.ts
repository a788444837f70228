/** Gives itself a name in the kernel, says so, and waits to be killed. argv: COMM. */
import { writeFileSync } from "node:fs";

writeFileSync("/proc/self/comm", process.argv[2] ?? "");
process.stdout.write("named\n");
setInterval(() => undefined, 1_000_000);
