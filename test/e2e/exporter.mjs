// Serves Prometheus metrics of a small queue on /metrics, 404 elsewhere: node exporter.mjs PORT
import { createServer } from "node:http";

const text = `# HELP shop_jobs_waiting Jobs that wait.
# TYPE shop_jobs_waiting gauge
shop_jobs_waiting{queue="mail"} 0
shop_jobs_waiting{queue="pdf"} 2
# HELP shop_jobs_active Jobs under way.
# TYPE shop_jobs_active gauge
shop_jobs_active 1
# HELP shop_jobs_completed_total Jobs done.
# TYPE shop_jobs_completed_total counter
shop_jobs_completed_total 1234
`;
createServer((request, response) => {
  const isMetrics = request.url === "/metrics";
  response.writeHead(isMetrics ? 200 : 404, { "content-type": "text/plain; version=0.0.4" });
  response.end(isMetrics ? text : "not found\n");
}).listen(Number(process.argv[2]), "127.0.0.1");
