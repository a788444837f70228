import { describe, expect, test } from "bun:test";
import { googlechat } from "../../../src/alert/platforms/googlechat.ts";
import type { ChatOf } from "../../../src/alert/platforms/platform.ts";
import { expectGolden, hostileText, leaksOf, message, type Reply, send, serve } from "./bed.ts";
import { outsideCode, strictGoogleChat } from "./strict.ts";

const space = "AAAAbcdEFGH";
const key = "AIzaPlantedPlantedKey0123456789";
const token = "plantedPlanted_token-0123456789%3D";
const path = `/v1/spaces/${space}/messages?key=${key}&token=${token}`;
const hook = `https://chat.googleapis.com${path}`;

const chatAt = (api: string, threadKey: string | null = null): ChatOf<"googlechat"> => ({
  kind: "googlechat",
  webhook: { credential: "googlechat-webhook" },
  threadKey,
  api,
});

const fault = (code: number, status: string, text: string): Reply => ({
  status: code,
  body: JSON.stringify({ error: { code, message: text, status } }),
});

const cases: readonly { readonly name: string; readonly given: Reply; readonly want: object }[] = [
  {
    name: "a message",
    given: { status: 200, body: '{"name":"spaces/A/messages/1"}' },
    want: { kind: "delivered", answer: "googlechat answered 200" },
  },
  {
    name: "a URL that was not copied whole",
    given: fault(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key."),
    want: { kind: "refused", why: expect.stringContaining("the URL in the secret is not whole: copy it anew") },
  },
  { name: "a bad request", given: fault(400, "INVALID_ARGUMENT", "Message is bad."), want: { kind: "refused" } },
  {
    name: "a webhook that is gone",
    given: fault(401, "UNAUTHENTICATED", "Request had invalid authentication credentials."),
    want: { kind: "refused", why: expect.stringContaining("the webhook is gone, or the administrator forbids it") },
  },
  {
    name: "what the administrator forbids",
    given: fault(403, "PERMISSION_DENIED", "The caller does not have permission"),
    want: { kind: "refused", why: expect.stringContaining("ask for apps to be allowed") },
  },
  {
    name: "a space that is gone",
    given: fault(404, "NOT_FOUND", "Requested entity was not found."),
    want: {
      kind: "refused",
      why: 'googlechat answered 404 "NOT_FOUND: Requested entity was not found.": the space is gone, or the webhook: make a new one',
    },
  },
  {
    name: "too many requests",
    given: fault(429, "RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota)."),
    want: { kind: "later", why: expect.stringContaining("RESOURCE_EXHAUSTED") },
  },
  {
    name: "too many requests with a wait",
    given: { status: 429, headers: { "retry-after": "9" } },
    want: { kind: "later", retryAfterMs: 9000 },
  },
  { name: "503", given: fault(503, "UNAVAILABLE", "The service is currently unavailable."), want: { kind: "later" } },
  { name: "a captive portal", given: { status: 200, body: "<html>" }, want: { kind: "later" } },
  { name: "a redirect", given: { status: 302, headers: { location: "/" } }, want: { kind: "refused" } },
];

describe("googlechat send()", () => {
  for (const { name, given, want } of cases)
    test(`googlechat send() maps ${name}`, async () => {
      await using server = await serve(() => given);
      expect(await send(chatAt(server.base), `${hook}\n`)).toMatchObject(want);
      expect(server.received.map((request) => request.path.startsWith(path.slice(0, -3)))).toEqual([true]);
    });

  test("googlechat send() takes the path alone, and posts a message once, however often it is tried", async () => {
    const room = strictGoogleChat({ space, key, token: decodeURIComponent(token) });
    await using server = await serve(room.reply);
    for (const secret of [path, hook, server.base + path])
      expect(await send(chatAt(server.base), secret)).toMatchObject({ kind: "delivered" });
    expect(room.posts).toHaveLength(1);
  });

  test("googlechat send() refuses a webhook of another host, and says nothing of it", async () => {
    await using server = await serve(() => ({ status: 200 }));
    const delivery = await send(chatAt(server.base), `https://evil.example${path}`);
    expect(delivery).toMatchObject({ kind: "refused", why: expect.stringContaining("is not for") });
    expect(JSON.stringify(delivery)).not.toMatch(/evil|planted/iu);
    expect(server.received).toHaveLength(0);
  });

  test("googlechat send() puts all text into code, with no mention, link or markup that could be read", async () => {
    for (const text of [
      hostileText,
      message.text,
      "`".repeat(3000),
      "<users/all> *bold* <https://evil.example|well>",
    ]) {
      const room = strictGoogleChat({ space, key, token: decodeURIComponent(token) });
      await using server = await serve(room.reply);
      expect(await send(chatAt(server.base, "dogwatch"), hook, text)).toMatchObject({ kind: "delivered" });
      expect(outsideCode(room.posts[0] ?? "?")).toBe("");
      expect(room.posts[0]).not.toMatch(/<users|<https|:\/\//u);
    }
  });

  test("googlechat send() asks for nothing but its api", () => {
    expect(googlechat.destinations(chatAt("https://chat.googleapis.com"))).toEqual([
      { host: "chat.googleapis.com", port: 443, methods: ["POST"], for: "chat googlechat" },
    ]);
  });

  test("googlechat send() says what the golden files say", async () => {
    await using server = await serve(() => ({ status: 200, body: '{"name":"x"}' }));
    await send(chatAt(server.base, "dogwatch-web-1"), hook);
    expectGolden("googlechat-thread.json", server.received[0]);
    await send(chatAt(server.base), hook, hostileText);
    expectGolden("googlechat-hostile.json", server.received[1]);
  });
});

test("googlechat send() never shows key or token, however the answer gives it back", async () =>
  expect(await leaksOf(chatAt, hook, [hook, path, key, token, decodeURIComponent(token)])).toEqual([]));
