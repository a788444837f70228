// The loopback peer of the benchmark, in a process of its own: answers health checks, counts those of Monit, takes messages, and
// plays a service that is broken until it is mended. Prints its port, and ends with its parent.
import { createServer } from "node:http";

const live = '{"ok":true,"status":"live"}';
let asked = 0;
let isBroken = false;

const answer = ({ method, url = "" }) => {
  if (url.startsWith("/monit/")) asked += 1;
  if (url === "/count") return [200, String(asked)];
  if (url === "/break" || url === "/mend") isBroken = url === "/break";
  if (url === "/service" && isBroken) return [503, '{"ok":false,"status":"broken"}'];
  return method === "POST" ? [204, ""] : [200, live];
};

const server = createServer((request, response) => {
  const [status, body] = answer(request);
  request.resume();
  response.writeHead(status, { "content-type": "application/json" });
  response.end(body);
});
server.listen(0, "127.0.0.1", 4096, () => process.stdout.write(`${server.address().port}\n`));
process.stdin.on("end", () => process.exit(0)).resume();
