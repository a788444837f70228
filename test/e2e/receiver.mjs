// A chat that dogwatch posts to: Telegram's sendMessage, Hermes' webhook routes, and for every other path a plain webhook.
//   node receiver.mjs PORT INBOX MODE TOKENFILE
// INBOX: one JSON line a request. MODE: a file that says how to answer from now on: ok (also when it is missing),
// 500, 400, 429 (retry after 1 s), hang, or agent: a Hermes route says that an agent runs. Failures name the request's path, token and all, as careless servers do.
import { appendFileSync, readFileSync } from "node:fs";
import { createServer } from "node:http";

const [port, inbox, modeFile, tokenFile] = process.argv.slice(2);
const token = readFileSync(tokenFile, "utf8").trim();

const mode = () => {
  try {
    return readFileSync(modeFile, "utf8").trim();
  } catch {
    return "ok";
  }
};

const parse = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

// What Telegram itself would say about this request. Source: https://core.telegram.org/bots/api#making-requests
const telegram = (method, path, body) => {
  const [, given, call] = /^\/bot([^/]+)\/(\w+)$/u.exec(path) ?? [];
  if (given !== token) return [401, { ok: false, error_code: 401, description: "Unauthorized" }];
  if (method !== "POST" || call !== "sendMessage")
    return [404, { ok: false, error_code: 404, description: "Not Found" }];
  if (typeof body?.text !== "string" || body.text === "" || body.chat_id === undefined)
    return [400, { ok: false, error_code: 400, description: "Bad Request: message text is empty" }];
  const date = Math.floor(Date.now() / 1000);
  return [200, { ok: true, result: { message_id: date, date, chat: { id: body.chat_id }, text: body.text } }];
};

const broken = (status, path) => {
  const said = { ok: false, error_code: status, description: `cannot serve ${path}` };
  return [status, status === 429 ? { ...said, parameters: { retry_after: 1 } } : said];
};

const answer = (request, body) => {
  const now = mode();
  const isHermes = request.url.startsWith("/webhooks/");
  if (isHermes && now === "agent") return [202, { status: "accepted", delivery_id: body?.id }];
  if (isHermes && now === "ok") return [200, { status: "delivered", delivery_id: body?.id }];
  if (now === "hang") return undefined;
  if (now !== "ok") return broken(Number(now), request.url);
  return request.url.startsWith("/bot")
    ? telegram(request.method, request.url, body)
    : [request.method === "POST" ? 200 : 405, { ok: true }];
};

createServer((request, response) => {
  let text = "";
  request.setEncoding("utf8");
  request.on("data", (part) => {
    text += part;
  });
  request.on("end", () => {
    const body = parse(text);
    const answered = answer(request, body);
    const line = { atMs: Date.now(), method: request.method, path: request.url.replace(token, "TOKEN"), body };
    appendFileSync(inbox, `${JSON.stringify({ ...line, status: answered?.[0] ?? 0 })}\n`);
    if (answered === undefined) return;
    response.writeHead(answered[0], { "content-type": "application/json" });
    response.end(JSON.stringify(answered[1]));
  });
}).listen(Number(port), "0.0.0.0");
