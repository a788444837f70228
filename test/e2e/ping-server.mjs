// A server of the healthchecks.io protocol with one check: what a dead-man's switch pings. Source: healthchecks.io/docs/http_api.
//   node ping-server.mjs PORT LOG MODE
// LOG: one JSON line a ping that counted. MODE: a file that says how to answer from now on: ok (also when it is missing), gone, rate,
// 500, hang, drip (a byte now and then), flood (10 GB) or an address to redirect to.
// GET /status answers {"status": "new" | "up" | "down"} as the check's badge would: down after a failure, or when no success came for GRACE_MS.
import { appendFileSync, readFileSync } from "node:fs";
import { createServer } from "node:http";

const [port, log, modeFile] = process.argv.slice(2);
const graceMs = Number(process.env.GRACE_MS ?? 900_000);
const uuid = "4f6a3a2e-1d0b-4c57-9f7e-1a2b3c4d5e6f";
const canonical = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/u;
const signals = new Map([
  ["", "success"],
  ["/start", "start"],
  ["/fail", "fail"],
  ["/log", "log"],
]);

let last = { signal: "new", atMs: 0 };

const mode = () => {
  try {
    return readFileSync(modeFile, "utf8").trim();
  } catch {
    return "ok";
  }
};

const status = () => {
  if (last.signal === "new") return "new";
  return last.signal === "fail" || Date.now() - last.atMs > graceMs ? "down" : "up";
};

/** The true service's answer, and the signal where it counts. */
const judge = (url) => {
  const rest = url.pathname.startsWith(`/ping/${uuid}`) ? url.pathname.slice(`/ping/${uuid}`.length) : undefined;
  const signal = rest === undefined ? undefined : signals.get(rest);
  if (signal === undefined) return [404, "not found"];
  const rid = url.searchParams.get("rid");
  if (rid !== null && !canonical.test(rid)) return [400, "invalid uuid format"];
  return [200, "OK", signal, rid];
};

const odd = {
  gone: (_, response) => response.writeHead(404).end("not found"),
  rate: (_, response) => response.end("OK (rate limited)"),
  500: (_, response) => response.writeHead(500).end("cannot serve it"),
  hang: () => undefined,
  drip: (_, response) => {
    response.writeHead(200, { "content-type": "text/plain" });
    const timer = setInterval(() => response.write("."), 50);
    response.on("close", () => clearInterval(timer));
  },
  flood: (_, response) => {
    response.writeHead(200, { "content-length": String(10 * 1024 ** 3) });
    const part = Buffer.alloc(64 * 1024, "x");
    const pour = () => {
      while (!response.destroyed && response.write(part));
      if (!response.destroyed) response.once("drain", pour);
    };
    pour();
  },
};

createServer((request, response) => {
  let body = "";
  request.setEncoding("utf8");
  request.on("data", (part) => {
    body += part;
  });
  request.on("end", () => {
    const url = new URL(request.url, "http://here");
    if (url.pathname === "/status") {
      response.writeHead(200, { "content-type": "application/json" });
      return response.end(JSON.stringify({ status: status() }));
    }
    const now = mode();
    if (now.startsWith("http")) return response.writeHead(307, { location: now }).end();
    if (now !== "ok") return odd[now](request, response);
    const [code, answer, signal, rid] = judge(url);
    if (signal !== undefined)
      appendFileSync(log, `${JSON.stringify({ atMs: Date.now(), method: request.method, signal, rid, body })}\n`);
    if (signal === "success" || signal === "fail") last = { signal, atMs: Date.now() };
    response.writeHead(code, { "content-type": "text/plain", "ping-body-limit": "100000" });
    response.end(answer);
  });
}).listen(Number(port), "0.0.0.0");
