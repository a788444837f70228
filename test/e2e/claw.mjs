// Looks like OpenClaw's gateway: its title, its health answers, a page for everything else: node claw.mjs PORT
import { createServer } from "node:http";

process.title = "openclaw-gateway";
const answers = {
  "/healthz": { ok: true, status: "live" },
  "/health": { ok: true, status: "live" },
  "/readyz": { ready: true, failing: [], uptimeMs: 60_000, eventLoop: { degraded: true } },
  "/startupz": { ok: true, status: "started", version: "2026.9.6", uptimeMs: 60_000 },
};
createServer((request, response) => {
  const answer = answers[request.url];
  response.writeHead(200, { "content-type": answer === undefined ? "text/html" : "application/json" });
  response.end(answer === undefined ? "<!doctype html><title>OpenClaw Control</title>" : JSON.stringify(answer));
}).listen(Number(process.argv[2]), "127.0.0.1");
