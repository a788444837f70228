// A stand-in for OpenClaw's gateway as it looks from outside, in the home of its user: node …/openclaw/dist/index.mjs gateway --port PORT
// Answers /healthz and /readyz as the real one, all else with a page, and keeps its lock in ~/.openclaw. Not ready while ~/.openclaw/not-ready is
// there. SIGUSR2: alive and deaf, until it is started anew. Figures: docs/gateways.md.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";

const state = `${process.env.HOME}/.openclaw`;
const locks = `${state}/tmp/openclaw-${process.getuid()}`;
mkdirSync(locks, { recursive: true });
const [, rest] = readFileSync("/proc/self/stat", "utf8").split(") ");
const startTime = Number(rest.split(" ")[19]);
const port = Number(process.argv[process.argv.indexOf("--port") + 1]);
writeFileSync(`${locks}/gateway.${port}.lock`, JSON.stringify({ pid: process.pid, port, startTime }));

let isDeaf = false;
process.on("SIGUSR2", () => {
  isDeaf = true;
});

const answers = {
  "/healthz": () => [200, { ok: true, status: "live" }],
  "/readyz": () =>
    existsSync(`${state}/not-ready`)
      ? [503, { ready: false, failing: ["telegram"], eventLoop: { degraded: false } }]
      : [200, { ready: true, failing: [], eventLoop: { degraded: true } }],
};

createServer((request, response) => {
  if (isDeaf) return;
  const [status, body] = answers[request.url]?.() ?? [200, "<h1>OpenClaw</h1>"];
  response.writeHead(status, { "content-type": typeof body === "string" ? "text/html" : "application/json" });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}).listen(port, "127.0.0.1");
