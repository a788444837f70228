import { describe, expect, test } from "bun:test";
import { slack } from "../../../src/alert/platforms/slack.ts";
import type { ChatConfig } from "../../../src/config/config.ts";
import { echoes, expectGolden, hostileText, type Reply, send, serve } from "./bed.ts";

const path = "/services/T00000000/B00000000/plantedplantedplantedXXX";
const hook = `https://hooks.slack.com${path}`;
const token = "xoxb-1234-planted-token";

type Way = ChatConfig & { readonly kind: "slack" };
const webhookAt = (api: string): Way => ({ kind: "slack", how: "webhook", webhook: { file: "/etc/slack" }, api });
const tokenAt = (api: string, threadTs: string | null = null): Way => ({
  kind: "slack",
  how: "token",
  token: { credential: "slack-token" },
  channel: "C0123456789",
  threadTs,
  api,
});

interface Case {
  readonly name: string;
  readonly given: Reply;
  readonly want: object;
}

const ofWebhook: readonly Case[] = [
  { name: "ok", given: { status: 200, body: "ok" }, want: { kind: "delivered" } },
  {
    name: "a webhook that is gone",
    given: { status: 404, body: "no_service" },
    want: {
      kind: "refused",
      why: 'slack answered 404 "no_service": the webhook is gone or switched off: make a new one',
    },
  },
  {
    name: "an archived channel",
    given: { status: 410, body: "channel_is_archived" },
    want: { kind: "refused", why: expect.stringContaining("the channel is archived") },
  },
  { name: "a bad request", given: { status: 400, body: "invalid_payload" }, want: { kind: "refused" } },
  { name: "403", given: { status: 403, body: "action_prohibited" }, want: { kind: "refused" } },
  {
    name: "too many requests",
    given: { status: 429, headers: { "retry-after": "30" } },
    want: { kind: "later", why: "slack answered 429", retryAfterMs: 30_000 },
  },
  { name: "500", given: { status: 500, body: "rollup_error" }, want: { kind: "later" } },
  {
    name: "503 with a wait",
    given: { status: 503, headers: { "retry-after": "5" } },
    want: { kind: "later", retryAfterMs: 5000 },
  },
  {
    name: "a captive portal",
    given: { status: 200, body: "<html>" },
    want: { kind: "later", why: 'slack answered 200 "<html>", which is not an answer of slack' },
  },
  { name: "a redirect", given: { status: 301, headers: { location: "/" } }, want: { kind: "refused" } },
];

const ofToken: readonly Case[] = [
  { name: "ok", given: { status: 200, body: '{"ok":true,"ts":"1.2"}' }, want: { kind: "delivered" } },
  {
    name: "a wrong token",
    given: { status: 200, body: '{"ok":false,"error":"invalid_auth"}' },
    want: {
      kind: "refused",
      why: 'slack answered 200 "invalid_auth": the token is wrong or revoked: install the app again',
    },
  },
  {
    name: "a channel that it doesn't know",
    given: { status: 200, body: '{"ok":false,"error":"channel_not_found"}' },
    want: { kind: "refused", why: expect.stringContaining('check "channel"') },
  },
  {
    name: "a missing scope",
    given: { status: 200, body: '{"ok":false,"error":"missing_scope","needed":"chat:write"}' },
    want: { kind: "refused", why: expect.stringContaining('"chat:write"') },
  },
  {
    name: "an error nobody has heard of",
    given: { status: 200, body: '{"ok":false,"error":"odd"}' },
    want: { kind: "refused", why: 'slack answered 200 "odd"' },
  },
  {
    name: "ratelimited in a 200",
    given: { status: 200, headers: { "retry-after": "3" }, body: '{"ok":false,"error":"ratelimited"}' },
    want: { kind: "later", retryAfterMs: 3000 },
  },
  {
    name: "too many requests",
    given: { status: 429, headers: { "retry-after": "3" }, body: '{"ok":false,"error":"ratelimited"}' },
    want: { kind: "later", retryAfterMs: 3000 },
  },
  {
    name: "a fault of Slack's own",
    given: { status: 200, body: '{"ok":false,"error":"internal_error"}' },
    want: { kind: "later", why: 'slack answered 200 "internal_error"' },
  },
  { name: "no JSON", given: { status: 200, body: "ok" }, want: { kind: "later" } },
  { name: "502", given: { status: 502, body: "<html>" }, want: { kind: "later" } },
];

describe("slack send()", () => {
  for (const { name, given, want } of ofWebhook) {
    test(`slack send() by webhook maps ${name}`, async () => {
      await using server = await serve(() => given);
      expect(await send(webhookAt(server.base), `${hook}\n`)).toMatchObject(want);
      expect(server.received.map((request) => request.path)).toEqual([path]);
    });
  }
  for (const { name, given, want } of ofToken) {
    test(`slack send() by token maps ${name}`, async () => {
      await using server = await serve(() => given);
      expect(await send(tokenAt(`${server.base}/api/`), `${token}\n`)).toMatchObject(want);
      expect(server.received.map((request) => request.path)).toEqual(["/api/chat.postMessage"]);
    });
  }

  test("slack send() takes the path alone for the webhook", async () => {
    await using server = await serve(() => ({ status: 200, body: "ok" }));
    expect(await send(webhookAt(server.base), path)).toMatchObject({ kind: "delivered" });
    expect(server.received[0]?.path).toBe(path);
  });

  test("slack send() refuses a webhook of another host, and says nothing of it", async () => {
    await using server = await serve(() => ({ status: 200, body: "ok" }));
    const delivery = await send(webhookAt(server.base), "https://evil.example/planted");
    expect(delivery).toMatchObject({ kind: "refused", why: expect.stringContaining("is not for") });
    expect(JSON.stringify(delivery)).not.toMatch(/evil|planted/u);
    expect(server.received).toHaveLength(0);
  });

  test("slack send() refuses a token with a line break in it", async () => {
    await using server = await serve(() => ({ status: 200 }));
    expect(await send(tokenAt(server.base), "xoxb-a\nb")).toMatchObject({
      kind: "refused",
      why: expect.stringContaining('cannot send to slack: the credential "slack-token" holds'),
    });
    expect(server.received).toHaveLength(0);
  });

  test("slack send() asks for nothing but its api base", () => {
    const place = { port: 443, methods: ["POST" as const], for: "chat slack" };
    expect(slack.destinations(webhookAt("https://hooks.slack.com"))).toEqual([{ host: "hooks.slack.com", ...place }]);
    expect(slack.destinations(tokenAt("https://slack.com/api"))).toEqual([{ host: "slack.com", ...place }]);
  });

  test("slack send() says what the golden files say", async () => {
    await using server = await serve(() => ({ status: 200, body: "ok" }));
    await send(webhookAt(server.base), hook, hostileText);
    expectGolden("slack-webhook.json", server.received[0]);
    await send(tokenAt(server.base, "1700000000.000100"), token);
    expectGolden("slack-token.json", server.received[1]);
  });
});

test("slack send() never shows the webhook, however the answer gives it back", async () => {
  for (const reply of [...echoes(hook), ...echoes(path), ...echoes("plantedplantedplantedXXX")]) {
    await using server = await serve(() => reply);
    const delivery = JSON.stringify(await send(webhookAt(server.base), hook));
    expect(decodeURIComponent(delivery.replaceAll("\\", ""))).not.toContain("planted");
  }
});

test("slack send() never shows the token, however the answer gives it back", async () => {
  for (const reply of echoes(token)) {
    await using server = await serve(() => reply);
    const delivery = JSON.stringify(await send(tokenAt(server.base), token));
    expect(decodeURIComponent(delivery.replaceAll("\\", ""))).not.toContain("planted");
  }
});
