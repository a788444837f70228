// The real OpenClaw gateway under dogwatch: npm run test:openclaw. With --figures: what docs/gateways.md says of it, measured here and now.
import { printFigures } from "./openclaw/figures.ts";
import { install } from "./openclaw/install.ts";

const installed = await install();
if (typeof installed === "string") {
  console.error(`cannot test the real OpenClaw gateway: ${installed}`);
  process.exit(1);
}
const [option, ...more] = process.argv.slice(2);
if (option === "--figures") {
  await printFigures(installed, Number(more[0] ?? 5));
  process.exit(0);
}
const filter = option === undefined ? [] : ["--test-name-pattern", option];
const argv = [process.execPath, "test", "--timeout", "600000", ...filter, "./test/e2e/openclaw/"];
process.exit(await Bun.spawn(argv, { stdio: ["ignore", "inherit", "inherit"] }).exited);
