import { describe, expect, test } from "bun:test";
import { openChat } from "../../../src/alert/platforms/index.ts";
import { ntfy } from "../../../src/alert/platforms/ntfy.ts";
import type { AlertKind, ChatOf } from "../../../src/alert/platforms/platform.ts";
import { contextWith, expectGolden, hostileText, leaksOf, message, type Reply, send, serve } from "./bed.ts";
import { strictNtfy } from "./strict.ts";

const secret = "tk_plantedplanted0123456789";
const chatAt = (api: string, facts: Partial<ChatOf<"ntfy">> = {}): ChatOf<"ntfy"> => ({
  kind: "ntfy",
  topic: "ops-alerts",
  priority: 4,
  token: { credential: "ntfy-token" },
  api,
  ...facts,
});

const fault = (status: number, code: number, error: string): Reply => ({
  status,
  body: JSON.stringify({ code, http: status, error, link: "https://ntfy.sh/docs/publish/" }),
});

const cases: readonly { readonly name: string; readonly given: Reply; readonly want: object }[] = [
  {
    name: "a message",
    given: { status: 200, body: '{"id":"xE73Iyuabi","event":"message"}' },
    want: { kind: "delivered", answer: "ntfy answered 200" },
  },
  {
    name: "a wrong token",
    given: fault(401, 40101, "unauthorized"),
    want: {
      kind: "refused",
      why: 'ntfy answered 401 "unauthorized": the token is wrong or expired: make a new one and write it into the secret',
    },
  },
  {
    name: "a topic that it may not write to",
    given: fault(403, 40301, "forbidden"),
    want: { kind: "refused", why: expect.stringContaining('give the user of "token" write access') },
  },
  {
    name: "no ntfy at all",
    given: { status: 404, body: "<html>" },
    want: { kind: "refused", why: expect.stringContaining('no ntfy server at "api"') },
  },
  { name: "a bad request", given: fault(400, 40009, "invalid request: topic invalid"), want: { kind: "refused" } },
  {
    name: "the day's last message",
    given: fault(429, 42908, "limit reached: too many messages"),
    want: { kind: "later", why: 'ntfy answered 429 "limit reached: too many messages"' },
  },
  { name: "a full server", given: fault(507, 50701, "cannot publish"), want: { kind: "later" } },
  { name: "500", given: fault(500, 50001, "internal server error"), want: { kind: "later" } },
  { name: "a captive portal", given: { status: 200, body: "<html>" }, want: { kind: "later" } },
  { name: "a redirect", given: { status: 302, headers: { location: "/" } }, want: { kind: "refused" } },
];

describe("ntfy send()", () => {
  for (const { name, given, want } of cases)
    test(`ntfy send() maps ${name}`, async () => {
      await using server = await serve(() => given);
      expect(await send(chatAt(server.base), `${secret}\n`)).toMatchObject(want);
      expect(server.received.map(({ path }) => path)).toEqual(["/"]);
    });

  test("ntfy send() puts word, host and check into the title, what and since at the start of the message", async () => {
    await using server = await serve(strictNtfy({ topic: "ops-alerts", token: secret }).reply);
    await send(chatAt(server.base), secret);
    const body = JSON.parse(server.received[0]?.body ?? "null");
    expect(body.title).toBe("RED web-1 · gateway");
    expect(body.message.split("\n")[0]).toBe("no answer in 5 s (2 ticks, since 02:05 UTC)");
  });

  test("ntfy send() keeps a first line of another form whole", async () => {
    await using server = await serve(strictNtfy({ topic: "ops-alerts", token: secret }).reply);
    for (const text of ["no colon here\nlog 1:aa", `${"x".repeat(300)}: y`, ": y"])
      expect(await send(chatAt(server.base), secret, text)).toMatchObject({ kind: "delivered" });
    expect(server.received.map(({ body }) => Object.keys(JSON.parse(body)).includes("title"))).toEqual(
      Array(3).fill(false),
    );
  });

  test("ntfy send() keeps to 4096 bytes, in writing of three bytes a character too", async () => {
    const topic = strictNtfy({ topic: "ops-alerts", token: secret });
    await using server = await serve(topic.reply);
    const texts = ["語".repeat(5000), `RED 語: ${"🦴".repeat(5000)}\nlog 1:aa`, `${"@a ".repeat(3000)}`, hostileText];
    for (const text of texts)
      expect(await send(chatAt(server.base), secret, text)).toMatchObject({ kind: "delivered" });
    for (const text of topic.posts) expect(text.isWellFormed()).toBe(true);
    expect(topic.posts[3]).not.toMatch(/@(everyone|here)|:\/\//u);
  });

  test("ntfy send() takes the priority for what a person must see, and at most the usual one for good news", async () => {
    await using server = await serve(() => ({ status: 200, body: '{"id":"x"}' }));
    const kinds: readonly AlertKind[] = [
      "red",
      "reminder",
      "heal-failed",
      "unknown",
      "flapping",
      "healed",
      "recovered",
      "test",
    ];
    const context = contextWith(secret);
    for (const priority of [5, 2]) {
      const chat = await openChat(chatAt(server.base, { priority }));
      context.host.http.allow(chat.destinations());
      for (const kind of kinds) await chat.send({ ...message, kind }, context);
    }
    const given = server.received.map(({ body }) => JSON.parse(body).priority);
    expect(given).toEqual([5, 5, 5, 5, 5, 3, 3, 3, ...Array(8).fill(2)]);
    expect(server.received.map(({ body }) => JSON.parse(body).tags).slice(0, 6)).toEqual([
      ["rotating_light"],
      ["rotating_light"],
      ["rotating_light"],
      ["grey_question"],
      ["repeat"],
      ["white_check_mark"],
    ]);
  });

  test("ntfy send() gives a repeat the same sequence id, another message another", async () => {
    await using server = await serve(() => ({ status: 200, body: '{"id":"x"}' }));
    const context = contextWith(secret);
    const chat = await openChat(chatAt(server.base));
    context.host.http.allow(chat.destinations());
    for (const each of [message, message, { ...message, id: "m-2" }]) await chat.send(each, context);
    const ids = server.received.map(({ body }) => JSON.parse(body).sequence_id);
    expect(ids[0]).toBe(ids[1]);
    expect(ids[0]).not.toBe(ids[2]);
  });

  test("ntfy send() asks for nothing but its server, and needs no token", async () => {
    expect(ntfy.destinations(chatAt("https://ntfy.sh"))).toEqual([
      { host: "ntfy.sh", port: 443, methods: ["POST"], for: "chat ntfy" },
    ]);
    await using server = await serve(() => ({ status: 200, body: '{"id":"x"}' }));
    await send(chatAt(server.base, { token: null }), "");
    expect(server.received[0]?.headers.authorization).toBeUndefined();
  });

  test("ntfy send() takes the topic from a secret, and refuses one that is none", async () => {
    await using server = await serve(() => ({ status: 200, body: '{"id":"x"}' }));
    const chat = chatAt(server.base, { topic: { credential: "ntfy-topic" }, token: null });
    expect(await send(chat, "planted-topic\n")).toMatchObject({ kind: "delivered" });
    expect(JSON.parse(server.received[0]?.body ?? "null").topic).toBe("planted-topic");
    expect(await send(chat, "planted topic")).toMatchObject({
      kind: "refused",
      why: expect.stringContaining('cannot send to ntfy: the credential "ntfy-topic" holds'),
    });
  });

  test("ntfy send() says what the golden files say", async () => {
    await using server = await serve(() => ({ status: 200, body: '{"id":"x"}' }));
    await send(chatAt(server.base), secret);
    expectGolden("ntfy.json", server.received[0]);
    await send(chatAt(server.base), secret, hostileText);
    expectGolden("ntfy-hostile.json", server.received[1]);
  });
});

test("ntfy send() never shows token or secret topic, however the answer gives it back", async () => {
  expect(await leaksOf(chatAt, secret, [secret])).toEqual([]);
  const closed = (api: string): ChatOf<"ntfy"> => chatAt(api, { topic: { credential: "ntfy-topic" }, token: null });
  expect(await leaksOf(closed, secret, [secret])).toEqual([]);
});
