// Compiles src/main.ts to one binary, dist/dogwatch (or another place and target: build.mjs OUTFILE [bun-linux-arm64]).
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";

const [outfile = "dist/dogwatch", target] = process.argv.slice(2);
mkdirSync(dirname(outfile), { recursive: true });
const flags = [
  "--compile",
  "--minify",
  "--bytecode",
  "--format=esm",
  "--sourcemap=inline",
  "--no-compile-autoload-dotenv",
  "--no-compile-autoload-bunfig",
  ...(target === undefined ? [] : [`--target=${target}`]),
];
const { status } = spawnSync("node_modules/.bin/bun", ["build", "src/main.ts", ...flags, "--outfile", outfile], {
  stdio: "inherit",
});
process.exit(status ?? 1);
