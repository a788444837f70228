import { describe, expect, test } from "bun:test";
import { openChat } from "../../../src/alert/platforms/index.ts";
import type { Delivery } from "../../../src/alert/platforms/platform.ts";
import type { ChatConfig } from "../../../src/config/config.ts";
import { type ChatServer, contextWith, message, type Reply, serve } from "./bed.ts";

const token = "123456:planted-token";
const taken: Reply = { status: 200, body: '{"ok":true,"result":{}}' };
const hermesTaken: Reply = { status: 200, body: '{"status":"delivered"}' };

const telegramAt = (api: string) =>
  ({ kind: "telegram", chatId: "42", threadId: null, token: { credential: "telegram-token" }, api }) as const;
const openclawAt = (api: string, other: string): ChatConfig => ({
  ...{ kind: "openclaw", api, token: { credential: "t" }, channel: "telegram", target: "42", account: null },
  whenDown: telegramAt(other),
});
const hermesAt = (api: string, other: string): ChatConfig => ({
  ...{ kind: "hermes", api, route: "dogwatch", secret: { credential: "s" } },
  whenDown: telegramAt(other),
});

const sendTo = async (chat: ChatConfig, times = 1, closed: string[] = []): Promise<readonly Delivery[]> => {
  const opened = await openChat(chat);
  const context = contextWith(token, [], closed);
  context.host.http.allow(opened.destinations());
  const sent: Delivery[] = [];
  for (let at = 0; at < times; at += 1) sent.push(await opened.send({ ...message, id: `m-${at}` }, context));
  return sent;
};

const idle = async (): Promise<string> => {
  const server = await serve(() => taken);
  await server[Symbol.asyncDispose]();
  return server.base;
};

interface Case {
  readonly name: string;
  readonly own: Reply | "gone";
  readonly other: Reply | "gone";
  readonly want: object;
  readonly asked: readonly [number, number];
}

const no = (status: number): Reply => ({ status, body: '{"ok":false,"error":{"message":"no"}}' });

const cases: readonly Case[] = [
  { name: "the gateway alone while it takes it", own: taken, other: taken, want: { kind: "delivered" }, asked: [1, 0] },
  {
    name: "the platform when nobody answers",
    own: "gone",
    other: taken,
    want: {
      kind: "delivered",
      via: "telegram",
      answer: expect.stringMatching(/^telegram answered 200, in place of: openclaw: connection refused by 127/u),
    },
    asked: [0, 1],
  },
  {
    name: "the platform at a 500",
    own: no(500),
    other: taken,
    want: { kind: "delivered", via: "telegram" },
    asked: [1, 1],
  },
  {
    name: "the platform at the UI's page",
    own: { status: 200, body: "<html>" },
    other: taken,
    want: { kind: "delivered", via: "telegram" },
    asked: [1, 1],
  },
  {
    name: "the platform at a refusal, which is told too",
    own: no(401),
    other: taken,
    want: { kind: "delivered", via: "telegram", refusal: expect.stringMatching(/^openclaw answered 401 "no"/u) },
    asked: [1, 1],
  },
  {
    name: "nobody when both are down",
    own: "gone",
    other: "gone",
    want: {
      kind: "later",
      why: expect.stringMatching(/^openclaw: connection refused.*; when_down: telegram: connection/u),
    },
    asked: [0, 0],
  },
  {
    name: "a platform that asks to wait",
    own: no(401),
    other: { status: 429, body: '{"ok":false,"parameters":{"retry_after":7}}' },
    want: { kind: "later", retryAfterMs: 7000 },
    asked: [1, 1],
  },
  {
    name: "a gateway that is down beside a platform that refuses",
    own: no(500),
    other: { status: 403, body: '{"ok":false}' },
    want: { kind: "later" },
    asked: [1, 1],
  },
  {
    name: "both refusing",
    own: no(404),
    other: { status: 403, body: '{"ok":false}' },
    want: { kind: "refused" },
    asked: [1, 1],
  },
];

const server = async (reply: Reply | "gone"): Promise<ChatServer> => {
  if (reply !== "gone") return await serve(() => reply);
  const base = await idle();
  return { base, received: [], [Symbol.asyncDispose]: async () => undefined };
};

describe("sendByFirst()", () => {
  for (const { name, own, other, want, asked } of cases)
    test(`sendByFirst() by ${name}`, async () => {
      await using gateway = await server(own);
      await using platform = await server(other);
      const [sent] = await sendTo(openclawAt(gateway.base, platform.base));
      expect(sent).toMatchObject(want);
      expect([gateway.received.length, platform.received.length]).toEqual([...asked]);
      if (sent?.kind === "delivered" && !("refusal" in want)) expect(sent.refusal).toBeUndefined();
    });

  test("sendByFirst() asks a gateway that didn't take one once, and not again for the rest", async () => {
    await using gateway = await serve(() => no(500));
    await using platform = await serve(() => taken);
    const sent = await sendTo(openclawAt(gateway.base, platform.base), 3);
    expect(sent.map(({ kind }) => kind)).toEqual(["delivered", "delivered", "delivered"]);
    expect([gateway.received.length, platform.received.length]).toEqual([1, 3]);
  });

  test("sendByFirst() gives a hung gateway five seconds at most, then the platform has its own time", async () => {
    await using gateway = await serve(() => taken);
    await using platform = await serve(() => taken);
    const opened = await openChat(openclawAt(gateway.base, platform.base));
    const context = contextWith(token);
    const asked: number[] = [];
    const http: typeof context.host.http = {
      ...context.host.http,
      request: async (request) => {
        asked.push(request.timeoutMs);
        if (request.for === "chat openclaw")
          return { kind: "failed", code: "TIMEOUT", why: "no answer in 5 s", elapsedMs: 1 };
        return { kind: "answer", status: 200, headers: {}, body: taken.body ?? "", isBodyCut: false, elapsedMs: 1 };
      },
    };
    const sent = await opened.send(message, { ...context, timeoutMs: 10_000, host: { ...context.host, http } });
    expect(sent).toMatchObject({ kind: "delivered", via: "telegram" });
    expect(asked).toEqual([5000, 10_000]);
  });

  test("sendByFirst() never posts again where an agent answered, and tells by the platform", async () => {
    await using gateway = await serve(() => ({ status: 202, body: '{"status":"accepted"}' }));
    await using platform = await serve(() => taken);
    const closed: string[] = [];
    for (let at = 0; at < 3; at += 1)
      expect(await sendTo(hermesAt(gateway.base, platform.base), 2, closed)).toMatchObject([
        { kind: "delivered", via: "telegram" },
        { kind: "delivered", via: "telegram" },
      ]);
    expect(closed).toHaveLength(1);
    expect([gateway.received.length, platform.received.length]).toEqual([1, 6]);
  });

  test("sendByFirst() sends the same text and asks for both places in the egress list", async () => {
    await using gateway = await serve(() => hermesTaken);
    await using platform = await serve(() => taken);
    const opened = await openChat(hermesAt(gateway.base, platform.base));
    expect(opened.destinations().map(({ for: purpose }) => purpose)).toEqual([
      "chat hermes",
      "chat telegram, when hermes is down",
    ]);
    expect(opened.ways.map(({ kind }) => kind)).toEqual(["hermes", "telegram"]);
  });

  test("sendByFirst() shows no secret of either way", async () => {
    await using gateway = await serve(({ headers }) => ({ status: 500, body: String(headers.authorization) }));
    await using platform = await serve(({ path }) => ({ status: 404, body: path }));
    expect(JSON.stringify(await sendTo(openclawAt(gateway.base, platform.base)))).not.toContain("planted");
  });
});
