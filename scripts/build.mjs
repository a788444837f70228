// Compiles src/main.ts to one binary, dist/dogwatch (or another place and target: build.mjs OUTFILE [bun-linux-arm64]).
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";

const [outfile = "dist/dogwatch", target] = process.argv.slice(2);
mkdirSync(dirname(outfile), { recursive: true });
// Beside the place that it goes to: the compiler also leaves the source maps, which are in the binary already.
const folder = mkdtempSync(join(dirname(outfile), ".build-"));
const built = join(folder, basename(outfile));
const flags = [
  "--compile",
  // What a run doesn't import isn't loaded.
  "--splitting",
  "--minify",
  "--bytecode",
  "--format=esm",
  "--sourcemap=inline",
  "--no-compile-autoload-dotenv",
  "--no-compile-autoload-bunfig",
  ...(target === undefined ? [] : [`--target=${target}`]),
];
const { status } = spawnSync("node_modules/.bin/bun", ["build", "src/main.ts", ...flags, "--outfile", built], {
  stdio: "inherit",
});
if (status === 0) renameSync(built, outfile);
rmSync(folder, { recursive: true, force: true });
process.exit(status ?? 1);
