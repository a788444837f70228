import { describe, expect, test } from "bun:test";
import { openChat } from "../../../src/alert/platforms/index.ts";
import { matrix } from "../../../src/alert/platforms/matrix.ts";
import type { ChatOf } from "../../../src/alert/platforms/platform.ts";
import { contextWith, expectGolden, hostileText, leaksOf, message, type Reply, send, serve } from "./bed.ts";
import { strictMatrix } from "./strict.ts";

const token = "syt_planted_plantedplanted_0123";
const room = "!OGEhHVWSdvArJzumhm:example.org";
const chatAt = (api: string, threadId: string | null = null): ChatOf<"matrix"> => ({
  kind: "matrix",
  room,
  token: { credential: "matrix-token" },
  threadId,
  api,
});

const fault = (status: number, errcode: string, error: string, more: object = {}): Reply => ({
  status,
  body: JSON.stringify({ errcode, error, ...more }),
});

const cases: readonly { readonly name: string; readonly given: Reply; readonly want: object }[] = [
  {
    name: "an event",
    given: { status: 200, body: '{"event_id":"$1"}' },
    want: { kind: "delivered", answer: "matrix answered 200" },
  },
  {
    name: "a token that is logged out",
    given: fault(401, "M_UNKNOWN_TOKEN", "Invalid access token passed.", { soft_logout: false }),
    want: {
      kind: "refused",
      why: 'matrix answered 401 "M_UNKNOWN_TOKEN: Invalid access token passed.": the token is wrong or logged out: log the user in again and write the new one',
    },
  },
  {
    name: "a user that is not in the room",
    given: fault(403, "M_FORBIDDEN", "User @dog:example.org not in room"),
    want: { kind: "refused", why: expect.stringContaining("invite it, and let it join") },
  },
  {
    name: "a user that is locked",
    given: fault(401, "M_USER_LOCKED", "locked"),
    want: { kind: "refused", why: expect.stringContaining("take another one") },
  },
  {
    name: "a room that it doesn't know",
    given: fault(404, "M_NOT_FOUND", "Unknown room"),
    want: { kind: "refused", why: expect.stringContaining('check "room"') },
  },
  {
    name: "a server that is none",
    given: { status: 404, body: "<html>" },
    want: { kind: "refused", why: expect.stringContaining('"api" is not a homeserver') },
  },
  { name: "a bad event", given: fault(400, "M_BAD_JSON", "bad"), want: { kind: "refused" } },
  {
    name: "too many requests, told in the older way",
    given: fault(429, "M_LIMIT_EXCEEDED", "Too Many Requests", { retry_after_ms: 1500 }),
    want: { kind: "later", why: 'matrix answered 429 "M_LIMIT_EXCEEDED: Too Many Requests"', retryAfterMs: 1500 },
  },
  {
    name: "too many requests, told by a header",
    given: { ...fault(429, "M_LIMIT_EXCEEDED", "Too Many Requests"), headers: { "retry-after": "3" } },
    want: { kind: "later", retryAfterMs: 3000 },
  },
  { name: "502 of a proxy", given: { status: 502, body: "<html>" }, want: { kind: "later" } },
  { name: "a captive portal", given: { status: 200, body: "<html>" }, want: { kind: "later" } },
  { name: "a redirect", given: { status: 308, headers: { location: "/" } }, want: { kind: "refused" } },
];

describe("matrix send()", () => {
  for (const { name, given, want } of cases)
    test(`matrix send() maps ${name}`, async () => {
      await using server = await serve(() => given);
      expect(await send(chatAt(server.base), `${token}\n`)).toMatchObject(want);
      expect(server.received.map(({ method }) => method)).toEqual(["PUT"]);
    });

  test("matrix send() posts a message once, however often it is tried, and another host's, another, or one with more to tell anew", async () => {
    const homeserver = strictMatrix({ room, token });
    await using server = await serve(homeserver.reply);
    const context = contextWith(token);
    const chat = await openChat(chatAt(server.base));
    context.host.http.allow(chat.destinations());
    const told = { ...message, text: `${message.text}\nmore` };
    const later = { ...message, at: "2026-11-23T02:15:10.123Z" };
    for (const each of [message, message, later, { ...message, host: "web-2" }, { ...message, id: "m-2" }, told])
      expect(await chat.send(each, context)).toMatchObject({ kind: "delivered" });
    expect(homeserver.posts).toHaveLength(4);
    expect(new Set(server.received.map(({ path }) => path)).size).toBe(4);
  });

  test("matrix send() posts plain text that rings, without markup, mention or link", async () => {
    const homeserver = strictMatrix({ room, token });
    await using server = await serve(homeserver.reply);
    await send(chatAt(server.base), token, `${hostileText}\n@room @user:example.org #ops:example.org www.evil.example`);
    const body = JSON.parse(server.received[0]?.body ?? "null");
    expect(body).toMatchObject({ msgtype: "m.text", "m.mentions": {} });
    expect(Object.keys(body).sort()).toEqual(["body", "m.mentions", "msgtype"]);
    expect(body.body).not.toMatch(/@(room|user|everyone)|#ops:|:\/\/|www\./u);
    expect(body.body).toContain("RED web-1 · *bold*");
  });

  test("matrix send() keeps a message small, whatever its text", async () => {
    const homeserver = strictMatrix({ room, token });
    await using server = await serve(homeserver.reply);
    expect(await send(chatAt(server.base), token, "語🦴".repeat(100_000))).toMatchObject({ kind: "delivered" });
    expect([...(homeserver.posts[0] ?? "")].length).toBeLessThanOrEqual(1500);
    expect(homeserver.posts[0]?.isWellFormed()).toBe(true);
  });

  test("matrix send() asks for nothing but its homeserver", () => {
    expect(matrix.destinations(chatAt("https://matrix.example.org"))).toEqual([
      { host: "matrix.example.org", port: 443, methods: ["PUT"], for: "chat matrix" },
    ]);
  });

  test("matrix send() says what the golden files say", async () => {
    await using server = await serve(() => ({ status: 200, body: '{"event_id":"$1"}' }));
    await send(chatAt(server.base, "$Woq2vwLy8mNukf7e8oz61GxT5gpMmr_asNOJL6KIqiA"), token);
    expectGolden("matrix-thread.json", server.received[0]);
    await send(chatAt(server.base), token, hostileText);
    expectGolden("matrix-hostile.json", server.received[1]);
  });
});

test("matrix send() never shows the token, however the answer gives it back", async () =>
  expect(await leaksOf(chatAt, token, [token])).toEqual([]));

test("leaksOf() finds what nobody took out", async () =>
  expect((await leaksOf(chatAt, "another-token", ["planted-word"])).length).toBeGreaterThan(5));
