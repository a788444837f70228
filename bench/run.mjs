// Hands over to bench.ts: only Bun tells CPU time and children of the programs that it ran, and only Node is there from the start.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const argv = [here("bench.ts"), ...process.argv.slice(2)];
const { status } = spawnSync(here("../node_modules/.bin/bun"), argv, { cwd: here(".."), stdio: "inherit" });
process.exit(status ?? 1);
