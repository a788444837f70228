import { describe, expect, test } from "bun:test";
import { createServer } from "node:net";
import { TelegramServer } from "telegram-test-api/lib/telegramServer.js";
import type { ChatOf } from "../../../src/alert/platforms/platform.ts";
import { telegram } from "../../../src/alert/platforms/telegram.ts";
import { echoes, expectGolden, hostileText, message, type Reply, send, serve } from "./bed.ts";

const token = "8127364550:AAH-planted_token0123456789abcdefgh";
const chatAt = (api: string): ChatOf<"telegram"> => ({
  kind: "telegram",
  chatId: "-1001234567890",
  threadId: null,
  token: { credential: "telegram-token" },
  api,
});

const error = (code: number, description: string, parameters?: object): string =>
  JSON.stringify({ ok: false, error_code: code, description, parameters });

const cases: readonly { readonly name: string; readonly given: Reply; readonly want: object }[] = [
  { name: "ok", given: { status: 200, body: '{"ok":true,"result":{"message_id":1}}' }, want: { kind: "delivered" } },
  {
    name: "a wrong token",
    given: { status: 401, body: error(401, "Unauthorized") },
    want: {
      kind: "refused",
      why: 'telegram answered 401 "Unauthorized": the token is wrong or revoked: ask BotFather for it and write it anew',
    },
  },
  {
    name: "a bot that was thrown out",
    given: { status: 403, body: error(403, "Forbidden: bot was kicked from the group chat") },
    want: {
      kind: "refused",
      why: 'telegram answered 403 "Forbidden: bot was kicked from the group chat": the bot is blocked or not in the chat: add it again',
    },
  },
  {
    name: "a chat that it doesn't know",
    given: { status: 400, body: error(400, "Bad Request: chat not found") },
    want: {
      kind: "refused",
      why: 'telegram answered 400 "Bad Request: chat not found": check "chat_id", and that the bot is in the chat',
    },
  },
  {
    name: "a group that became a supergroup",
    given: {
      status: 400,
      body: error(400, "Bad Request: group chat was upgraded to a supergroup chat", { migrate_to_chat_id: -100 }),
    },
    want: { kind: "refused", why: expect.stringContaining('the group has a new id: set "chat_id" to it') },
  },
  { name: "a token of no bot", given: { status: 404, body: error(404, "Not Found") }, want: { kind: "refused" } },
  {
    name: "too many requests",
    given: { status: 429, body: error(429, "Too Many Requests: retry after 31", { retry_after: 31 }) },
    want: {
      kind: "later",
      why: 'telegram answered 429 "Too Many Requests: retry after 31"',
      retryAfterMs: 31_000,
    },
  },
  { name: "429 without a word", given: { status: 429 }, want: { kind: "later", why: "telegram answered 429" } },
  {
    name: "429 of a proxy",
    given: { status: 429, headers: { "retry-after": "7" }, body: "<html>" },
    want: { kind: "later", retryAfterMs: 7000 },
  },
  {
    name: "429 with a date",
    given: { status: 429, headers: { "retry-after": "Mon, 23 Nov 2026 02:11:00 GMT" } },
    want: { kind: "later", retryAfterMs: 60_000 },
  },
  {
    name: "429 that would mute us for a year",
    given: { status: 429, body: error(429, "x", { retry_after: 31_536_000 }) },
    want: { kind: "later", retryAfterMs: 86_400_000 },
  },
  { name: "500", given: { status: 500, body: error(500, "Internal Server Error") }, want: { kind: "later" } },
  { name: "502 of a proxy", given: { status: 502, body: "<h1>Bad Gateway</h1>" }, want: { kind: "later" } },
  { name: "a captive portal", given: { status: 200, body: "<html>log in</html>" }, want: { kind: "later" } },
  { name: "an empty 200", given: { status: 200, body: "" }, want: { kind: "later" } },
  { name: "200 with ok: false", given: { status: 200, body: error(400, "no") }, want: { kind: "refused" } },
  {
    name: "200 with ok: false and a wait",
    given: { status: 200, body: error(429, "slow", { retry_after: 2 }) },
    want: { kind: "later", retryAfterMs: 2000 },
  },
  {
    name: "a redirect",
    given: { status: 302, headers: { location: "https://evil.example/" } },
    want: { kind: "refused", why: "telegram answered 302, a redirect that is not followed: set the final address" },
  },
  {
    name: "many words and escapes",
    given: { status: 400, body: error(400, `\u001b[2J${"w".repeat(500)}`) },
    want: { kind: "refused", why: `telegram answered 400 "${"w".repeat(199)}…"` },
  },
];

describe("telegram send()", () => {
  for (const { name, given, want } of cases) {
    test(`telegram send() maps ${name}`, async () => {
      await using server = await serve(() => given);
      expect(await send(chatAt(server.base), `${token}\n`)).toMatchObject(want);
      expect(server.received).toHaveLength(1);
    });
  }

  test("telegram send() tells a chat that is down, hangs or hangs up as later", async () => {
    const server = await serve(() => ({ status: 200 }));
    await server[Symbol.asyncDispose]();
    const delivery = await send(chatAt(server.base), token);
    expect(delivery).toMatchObject({ kind: "later", why: expect.stringContaining("telegram: connection refused by") });
  });

  test("telegram send() refuses a token that can't be one, without a try and without showing it", async () => {
    await using server = await serve(() => ({ status: 200 }));
    for (const bad of ["", "\n", "planted token", "planted/../token", "planted\ntoken", "planted?x"]) {
      const delivery = await send(chatAt(server.base), bad);
      expect(delivery).toMatchObject({ kind: "refused", why: expect.stringContaining('credential "telegram-token"') });
      expect(JSON.stringify(delivery)).not.toContain("planted");
    }
    expect(server.received).toHaveLength(0);
  });

  test("telegram send() asks for nothing but its api base", () => {
    const destinations = telegram.destinations(chatAt("https://api.telegram.org"));
    expect(destinations).toEqual([{ host: "api.telegram.org", port: 443, methods: ["POST"], for: "chat telegram" }]);
  });

  test("telegram send() says what the golden file says", async () => {
    await using server = await serve(() => ({ status: 200, body: '{"ok":true}' }));
    await send(chatAt(server.base), token);
    expectGolden("telegram.json", server.received[0]);
    await send({ ...chatAt(`${server.base}/`), threadId: 7 }, token, hostileText);
    expectGolden("telegram-hostile.json", server.received[1]);
  });

  test("telegram send() puts the whole text into one entity, in UTF-16 units, and keeps to the limit", async () => {
    await using server = await serve(() => ({ status: 200, body: '{"ok":true}' }));
    await send(chatAt(server.base), token, `RED 👍\n${"👍👍\n".repeat(3000)}log 41:9f3ac2d1c07be55a`);
    const { text, entities } = JSON.parse(server.received[0]?.body ?? "");
    expect(entities).toEqual([{ type: "pre", offset: 0, length: text.length }]);
    expect(text.length).toBeLessThanOrEqual(1500);
    expect(text).toEndWith("\nlog 41:9f3ac2d1c07be55a");
  });
});

const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return typeof address === "object" && address !== null ? address.port : 0;
};

test("telegram send() is understood by a Telegram server that others wrote", async () => {
  const server = new TelegramServer({ port: await freePort(), host: "127.0.0.1" });
  await server.start();
  try {
    const delivery = await send(chatAt(server.config.apiURL), token);
    expect(delivery).toMatchObject({ kind: "delivered" });
    const sent = server.getUpdatesHistory(token);
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({ message: { chat_id: "-1001234567890", text: message.text } });
  } finally {
    await server.stop();
  }
});

test("telegram send() never shows the token, however the answer gives it back", async () => {
  for (const reply of echoes(token).concat(echoes(`/bot${token}/sendMessage`))) {
    await using server = await serve(() => reply);
    const delivery = JSON.stringify(await send(chatAt(server.base), token));
    expect(decodeURIComponent(delivery.replaceAll("\\", ""))).not.toContain("planted");
  }
});
