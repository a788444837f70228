// Installs the pinned packages when they are not there or not those of the lock file. Node only: nothing is installed yet.
import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";

const modified = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

if (modified("node_modules/.package-lock.json") < modified("package-lock.json")) {
  const { status } = spawnSync("npm", ["ci", "--no-audit", "--no-fund"], { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}
