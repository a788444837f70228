// Does the daemon's memory stay flat? node bench/daemon.mjs [TICKS=1000]: one tick a second against a loopback server, with 5 process checks, 5 HTTP
// checks, a plugin (a child each tick), a red that comes and goes, and a chat that is told. Prints memory, open files and threads on the way.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ticks = Number(process.argv[2] ?? 1000);
const folder = mkdtempSync(join(tmpdir(), "dogwatch-daemon-"));
for (const name of ["state", "log"]) mkdirSync(join(folder, name));

let told = 0;
let tick = 0;
const server = createServer((request, response) => {
  request.resume();
  if (request.method === "POST") told += 1;
  response.statusCode = request.url === "/sometimes" && tick % 50 >= 45 ? 503 : 200;
  response.end('{"ok":true}');
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const base = `http://127.0.0.1:${server.address().port}`;

const checks = [0, 1, 2, 3, 4].flatMap((n) => [
  `  p${n}: { process: { command: "no-such-process-${n}" }, count: ">= 0" }`,
  `  h${n}: { http: { url: "${base}/${n === 0 ? "sometimes" : n}" }, red_after: 1 }`,
]);
const config = join(folder, "dogwatch.yaml");
const text = `host: bench\nconfirm: 0s\nchat: { webhook: { url: "${base}/chat" } }\nchecks:\n${checks.join("\n")}\n  plugin: { plugin: { command: [/bin/true] } }\n`;
writeFileSync(config, text, { mode: 0o600 });
const places = ["--config", config, "--state-dir", join(folder, "state"), "--logs-dir", join(folder, "log")];
const child = spawn("dist/dogwatch", ["daemon", "--cron", "* * * * * *", "--json", ...places], {
  stdio: ["ignore", "pipe", "inherit"],
});

const sample = () => {
  const rollup = readFileSync(`/proc/${child.pid}/smaps_rollup`, "utf8");
  const kib = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "mu").exec(rollup)?.[1] ?? 0);
  const stat = readFileSync(`/proc/${child.pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return {
    tick,
    told,
    rss_mib: (kib("Rss") / 1024).toFixed(1),
    anonymous_mib: (kib("Anonymous") / 1024).toFixed(1),
    open_files: readdirSync(`/proc/${child.pid}/fd`).length,
    threads: readdirSync(`/proc/${child.pid}/task`).length,
    cpu_s: ((Number(stat[11]) + Number(stat[12])) / 100).toFixed(2),
  };
};

const due = [10, 50, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000].filter((at) => at < ticks);
let rest = "";
const samples = [];
child.stdout.on("data", (bytes) => {
  const lines = `${rest}${bytes}`.split("\n");
  rest = lines.pop() ?? "";
  for (const _ of lines) {
    tick += 1;
    if (due.includes(tick) || tick === ticks) {
      samples.push(sample());
      process.stdout.write(`${JSON.stringify(samples.at(-1))}\n`);
    }
    if (tick === ticks) child.kill("SIGTERM");
  }
});
const status = await new Promise((resolve) => child.on("close", resolve));
server.close();
server.closeAllConnections();
rmSync(folder, { recursive: true });
process.stdout.write(`ended with ${status} after ${tick} ticks\n`);
