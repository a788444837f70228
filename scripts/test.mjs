// The whole suite, one gate after the other; with --fast what needs no binary and no systemd. Ends with one line of real counts.
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";

const isFast = process.argv.includes("--fast");
const bun = "node_modules/.bin/bun";

/** A gate counts as one check; a test run as its tests. */
const gates = [
  ["biome", ["node_modules/.bin/biome", "check", "--error-on-warnings", "."]],
  ["types", ["node_modules/.bin/tsc"]],
  ["unused code", ["node_modules/.bin/knip", "--no-progress"]],
  ["docs drift", [bun, "scripts/docs.ts", "--check"]],
  ["shell scripts", ["shellcheck", "install.sh", ".ci/run", "conf/login-notice/motd", "conf/login-notice/profile.sh"]],
  ["unit tests", [bun, "test", "--timeout", "60000", "--path-ignore-patterns", "test/e2e/**", "test"], "tests"],
  ...(isFast
    ? []
    : [
        ["build", ["node", "scripts/build.mjs"]],
        ["e2e tests", [bun, "test", "--timeout", "240000"], "files"],
      ]),
];

/** e2e files that run at a time: each has a systemd or folders of its own, and they mostly wait. */
const atOnce = 3;
const e2e = "test/e2e";

const run = (argv, isQuiet = false) =>
  new Promise((resolve) => {
    const child = spawn(argv[0], argv.slice(1), { stdio: ["ignore", "pipe", "pipe"] });
    let text = "";
    const take = (to) => (chunk) => {
      text += chunk;
      if (!isQuiet) to.write(chunk);
    };
    child.stdout.on("data", take(process.stdout));
    child.stderr.on("data", take(process.stderr));
    child.on("error", (error) => resolve({ status: error.code, text }));
    child.on("close", (status) => resolve({ status, text }));
  });

const count = (text, word) => Number(new RegExp(`^\\s*(\\d+) ${word}$`, "mu").exec(text)?.[1] ?? 0);

/** Those that boot a systemd take longest, and a few that say so themselves; they begin. */
const weight = (file) => {
  const text = readFileSync(file, "utf8");
  return text.length + (/describeOnBed|^\/\/ long$/mu.test(text) ? 1e6 : 0);
};

/** Runs each e2e file in a process of its own, some at a time, and shows what one said when it is done. Gives what all of them said. */
const runFiles = async (argv) => {
  const files = readdirSync(e2e)
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => `${e2e}/${name}`)
    .sort((a, b) => weight(b) - weight(a))
    .values();
  const ran = [];
  const worker = async () => {
    for (const file of files) {
      const startedMs = performance.now();
      const { status, text } = await run([...argv, file], true);
      process.stdout.write(`${text}${file}: ${((performance.now() - startedMs) / 1000).toFixed(1)} s\n`);
      ran.push({ status, text });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return ran;
};

const total = { passed: 0, failed: 0, skipped: 0 };
const notes = [];

/** A run that says nothing of a passed or skipped test has failed. */
const addTests = ({ status, text }) => {
  const failed = count(text, "fail") + count(text, "error") + count(text, "errors");
  total.passed += count(text, "pass");
  total.skipped += count(text, "skip");
  total.failed += status === 0 ? failed : Math.max(1, failed);
  if (status === 0 && count(text, "pass") + count(text, "skip") === 0) total.failed += 1;
};

for (const [name, argv, kind] of gates) {
  process.stdout.write(`\n== ${name}: ${argv.join(" ")}\n`);
  if (kind === "files") {
    const before = total.failed;
    for (const each of await runFiles(argv)) addTests(each);
    if (total.failed > before) notes.push(`failed: ${name}`);
    continue;
  }
  const { status, text } = await run(argv);
  if (status === "ENOENT" && argv[0] === "shellcheck" && !process.env.CI) {
    notes.push("skipped: shell scripts, since shellcheck is not installed");
    total.skipped += 1;
    continue;
  }
  if (kind === "tests") addTests({ status, text });
  else if (status === 0) total.passed += 1;
  else total.failed += 1;
  if (status !== 0) notes.push(`failed: ${name}`);
  if (name === "build" && !existsSync("dist/dogwatch")) break;
}
if (process.env.CI && total.skipped > 0) {
  notes.push(`failed: ${total.skipped} skipped, and in CI nothing may be`);
  total.failed += total.skipped;
}
process.stdout.write(`\n${notes.map((note) => `${note}\n`).join("")}`);
if (total.skipped > 0) process.stdout.write(`${total.skipped} skipped\n`);
process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`);
process.exit(total.failed === 0 ? 0 : 1);
