import { expect } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { join } from "node:path";
import { openChat } from "../../../src/alert/platforms/index.ts";
import type { ChatContext, Delivery, Message } from "../../../src/alert/platforms/platform.ts";
import type { ChatConfig } from "../../../src/config/config.ts";
import { hmacSha256 } from "../../../src/host/digest.ts";
import { createHttp } from "../../../src/host/http.ts";

/** What the chat received. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What the chat answers. */
export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface ChatServer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`. */
  readonly base: string;
  readonly received: readonly Received[];
}

/** A real HTTP server on loopback that answers as a chat platform would. */
export const serve = async (reply: (request: Received) => Reply): Promise<ChatServer> => {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method = "", url: path = "", headers } = request;
      const taken = { method, path, headers, body: Buffer.concat(chunks).toString() };
      received.push(taken);
      const { status, headers: answered = {}, body } = reply(taken);
      response.writeHead(status, answered).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    base: `http://127.0.0.1:${port}`,
    received,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
};

/** 2026-11-23 02:10 UTC. */
export const nowMs: number = Date.parse("2026-11-23T02:10:00Z");

export const message: Message = {
  id: "m-1",
  kind: "red",
  text: [
    "RED web-1 · gateway: no answer in 5 s (2 ticks, since 02:05 UTC)",
    "not healed: the unit was stopped on purpose",
    "next: dogwatch card gateway-down",
    "incident 7f3a",
    "log 41:9f3ac2d1c07be55a",
  ].join("\n"),
  host: "web-1",
  incident: "7f3a",
  check: "gateway",
  at: "2026-11-23T02:05:10.123Z",
};

/** Evidence that tries to be markup, a mention, a command or a link on every platform. */
export const hostileText: string = [
  "RED web-1 · *bold* _under_ `code` <!channel> <@U1> @everyone @here /start #tag :skull: [x](http://evil.example) ||x||",
  "```",
  "escaped the block @everyone **bold** ```js <!here> & <b>",
  "# heading \u001b[31mred\u001b[0m \u202ereversed",
  "log 41:9f3ac2d1c07be55a",
].join("\n");

const clock: ChatContext["host"]["clock"] = {
  nowMs: () => nowMs,
  uptimeS: () => 0,
  bootId: () => "",
  monotonicMs: () => performance.now(),
  zone: () => "UTC",
  sleep: async () => undefined,
};

/** A context with the real HTTP door; every secret is `secret`, and what goes to stderr is kept, as is what closed the latch. */
export const contextWith = (secret: string, written: string[] = [], closed: string[] = []): ChatContext => ({
  latch: { reason: () => closed[0], close: (why) => void closed.push(why) },
  host: {
    http: createHttp(),
    clock,
    hmacSha256,
    terminal: {
      out: () => undefined,
      err: (text) => written.push(text) > 0,
      isOutTerminal: false,
      isErrTerminal: false,
      isErrJournal: false,
      columns: 80,
      rows: 24,
      hasColour: false,
      canRedraw: false,
      isUtf8: true,
    },
  },
  timeoutMs: 2000,
  secret: () => ({ kind: "secret", text: secret }),
});

/** Sends through the list of platforms, with the egress list that the platform itself asks for. */
export const send = async (
  chat: ChatConfig,
  secret: string,
  text: string = message.text,
  context: ChatContext = contextWith(secret),
): Promise<Delivery> => {
  const opened = await openChat(chat);
  context.host.http.allow(opened.destinations());
  return opened.send({ ...message, text }, context);
};

/** The request as a golden file shows it: what the platform is told, without ports and lengths. */
export const expectGolden = (name: string, request: Received | undefined): void => {
  const { authorization, "content-type": contentType, "user-agent": userAgent } = request?.headers ?? {};
  const own = { "x-request-id": request?.headers["x-request-id"], signature: request?.headers["x-hub-signature-256"] };
  const headers = { "content-type": contentType, "user-agent": userAgent, authorization, ...own };
  const shown = { method: request?.method, path: request?.path, headers, body: JSON.parse(request?.body ?? "null") };
  const file = join(import.meta.dir, "../../golden/platforms", name);
  expect(`${JSON.stringify(shown, null, 2)}\n`).toBe(existsSync(file) ? readFileSync(file, "utf8") : "");
};

/** Ways in which servers give back what they were sent. */
export const echoes = (secret: string): readonly Reply[] => {
  const json = JSON.stringify({ ok: false, error: secret, description: secret, message: secret });
  const texts = [secret, encodeURIComponent(secret), json, json.replaceAll("/", "\\/"), "x".repeat(190) + secret];
  const statuses = [200, 302, 400, 401, 403, 404, 429, 500];
  const headers = { location: `/${encodeURIComponent(secret)}`, "x-echo": encodeURIComponent(secret) };
  return statuses.flatMap((status) => texts.map((body) => ({ status, headers, body })));
};

/** What was told of each echo of `secrets` that still holds the planted word; `held` is what the secret file holds. */
export const leaksOf = async (
  chat: (api: string) => ChatConfig,
  held: string,
  secrets: readonly string[],
): Promise<readonly string[]> => {
  let reply: Reply = { status: 200 };
  await using server = await serve(() => reply);
  const told: string[] = [];
  for (reply of secrets.flatMap(echoes)) {
    const delivery = JSON.stringify(await send(chat(server.base), held));
    told.push(decodeURIComponent(delivery.replaceAll("\\", "")));
  }
  return told.filter((each) => /planted/iu.test(each));
};
