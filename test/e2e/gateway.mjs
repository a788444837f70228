// A gateway to be watched: answers /healthz with {"ok":true,"status":"live","uptimeMs":N}, all else with a page.
//   node gateway.mjs PORT|SOCKET [--slow MS] [--exit-after MS] [--die-if FILE] [--on-term STATUS] [--config FILE]
// --slow: opens its port only then. --exit-after: ends by itself with status 0. --die-if: ends at once with status 1
// while FILE exists, like a gateway with a broken config. --on-term: ends with STATUS on SIGTERM (or SIGUSR2), as many programs do with 143.
// --config: reads FILE once, at its start, and ends with status 2 when it is no JSON.
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { parseArgs } from "node:util";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    slow: { type: "string", default: "0" },
    "exit-after": { type: "string" },
    "die-if": { type: "string" },
    "on-term": { type: "string" },
    config: { type: "string" },
  },
});
if (values["die-if"] !== undefined && existsSync(values["die-if"])) {
  console.error(`cannot start: ${values["die-if"]} is in the way`);
  process.exit(1);
}
if (values.config !== undefined)
  try {
    JSON.parse(readFileSync(values.config, "utf8"));
  } catch (error) {
    console.error(`cannot start: ${error.message}`);
    process.exit(2);
  }
if (values["exit-after"] !== undefined) setTimeout(() => process.exit(0), Number(values["exit-after"]));

if (values["on-term"] !== undefined)
  for (const signal of ["SIGTERM", "SIGUSR2"]) process.on(signal, () => process.exit(Number(values["on-term"])));

const startedMs = Date.now();
const server = createServer((request, response) => {
  const isHealth = request.url === "/healthz";
  response.writeHead(200, { "content-type": isHealth ? "application/json" : "text/html" });
  response.end(
    isHealth ? JSON.stringify({ ok: true, status: "live", uptimeMs: Date.now() - startedMs }) : "<h1>gateway</h1>",
  );
});
const [place] = positionals;
const where = place.startsWith("/") ? { path: place } : { port: Number(place), host: "127.0.0.1" };
setTimeout(() => server.listen(where), Number(values.slow));
