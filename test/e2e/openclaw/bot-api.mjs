// A Telegram Bot API for the gateway, not for dogwatch: node bot-api.mjs PORT MODE SENT
// MODE: a file that says how it answers: ok (also when it is missing), 401 to everything, or 409 to getUpdates alone, as when
// another poller has the token. SENT: the text of each message that it took, as a JSON string a line.
// Source: https://core.telegram.org/bots/api
import { appendFileSync, readFileSync } from "node:fs";
import { createServer } from "node:http";

const [port, modeFile, sentFile] = process.argv.slice(2);

const mode = () => {
  try {
    return readFileSync(modeFile, "utf8").trim();
  } catch {
    return "ok";
  }
};

const failed = (status, description) => [status, { ok: false, error_code: status, description }];
const conflict = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running";
const me = { id: 1234567, is_bot: true, first_name: "e2e", username: "e2e_bot" };

const answer = (method, body) => {
  const now = mode();
  if (now === "401") return failed(401, "Unauthorized");
  if (method === "getUpdates") return now === "409" ? failed(409, conflict) : [200, { ok: true, result: [] }];
  if (method === "getMe") return [200, { ok: true, result: me }];
  if (method !== "sendMessage") return [200, { ok: true, result: true }];
  const { chat_id: id, text } = JSON.parse(body);
  appendFileSync(sentFile, `${JSON.stringify(text)}\n`);
  return [200, { ok: true, result: { message_id: 42, date: 1, chat: { id: Number(id), type: "supergroup" }, text } }];
};

createServer((request, response) => {
  const method = /^\/bot[^/]+\/(\w+)/u.exec(request.url)?.[1] ?? "";
  let body = "";
  request.setEncoding("utf8");
  request.on("data", (part) => {
    body += part;
  });
  const send = () => {
    const [status, said] = answer(method, body);
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(said));
  };
  // A long poll: the real one waits for a message too.
  request.on("end", () => {
    if (method === "getUpdates" && mode() === "ok") setTimeout(send, 1000);
    else send();
  });
}).listen(Number(port), "127.0.0.1");
