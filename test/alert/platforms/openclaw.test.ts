import { describe, expect, test } from "bun:test";
import { openclaw } from "../../../src/alert/platforms/openclaw.ts";
import type { ChatConfig } from "../../../src/config/config.ts";
import { echoes, expectGolden, hostileText, type Reply, send, serve } from "./bed.ts";

const token = "planted-gateway-token";

const chatAt = (api: string, account: string | null = null): ChatConfig & { readonly kind: "openclaw" } => ({
  kind: "openclaw",
  api,
  token: { credential: "openclaw-token" },
  channel: "telegram",
  target: "-1001234567890",
  account,
  whenDown: null,
});

const ran = (details: object): string =>
  JSON.stringify({ ok: true, result: { content: [{ type: "text", text: JSON.stringify(details) }], details } });
const said = (type: string, message: string): string => JSON.stringify({ ok: false, error: { type, message } });

interface Case {
  readonly name: string;
  readonly given: Reply;
  readonly want: object;
}

const cases: readonly Case[] = [
  {
    name: "a channel's own result",
    given: { status: 200, body: ran({ ok: true, messageId: "7", chatId: "-1001234567890", receipt: {} }) },
    want: { kind: "delivered", answer: "openclaw answered 200" },
  },
  {
    name: "the core's result",
    given: { status: 200, body: ran({ channel: "x", to: "1", via: "direct", result: { deliveryStatus: "sent" } }) },
    want: { kind: "delivered" },
  },
  {
    name: "a result that tells nothing",
    given: { status: 200, body: '{"ok":true,"result":{}}' },
    want: { kind: "delivered" },
  },
  {
    name: "ok: false in a 200",
    given: { status: 200, body: said("tool_error", "no") },
    want: { kind: "refused", why: 'openclaw answered 200 "no"' },
  },
  {
    name: "a message that was kept back",
    given: { status: 200, body: ran({ status: "suppressed", reason: "no_visible_payload" }) },
    want: {
      kind: "refused",
      why: 'openclaw answered 200 "suppressed: no_visible_payload": the gateway keeps it back, by its own rule or a hook\'s',
    },
  },
  {
    name: "a delivery that failed inside",
    given: { status: 200, body: ran({ channel: "x", result: { deliveryStatus: "failed" } }) },
    want: { kind: "later", why: 'openclaw answered 200 "failed"' },
  },
  {
    name: "a delivery that failed in part",
    given: { status: 200, body: ran({ ok: false, deliveryStatus: "partial_failed", error: "chunk 2" }) },
    want: { kind: "later", why: 'openclaw answered 200 "partial_failed: chunk 2"' },
  },
  {
    name: "a delivery that is still queued",
    given: { status: 200, body: ran({ status: "delivery_queued", delivered: false, message: "pending" }) },
    want: { kind: "later", why: 'openclaw answered 200 "delivery_queued: pending"' },
  },
  { name: "ok: false of the tool", given: { status: 200, body: ran({ ok: false }) }, want: { kind: "later" } },
  {
    name: "a word that nobody has heard of",
    given: { status: 200, body: ran({ ok: true, deliveryStatus: "parked" }) },
    want: { kind: "later", why: 'openclaw answered 200 "parked"' },
  },
  { name: "a dry run", given: { status: 200, body: ran({ dryRun: true }) }, want: { kind: "later" } },
  { name: 'ok: "true"', given: { status: 200, body: '{"ok":"true","result":{}}' }, want: { kind: "later" } },
  { name: "ok: 1", given: { status: 200, body: '{"ok":1,"result":{}}' }, want: { kind: "later" } },
  { name: "ok without a result", given: { status: 200, body: '{"ok":true}' }, want: { kind: "later" } },
  { name: "a list", given: { status: 200, body: '[{"ok":true,"result":{}}]' }, want: { kind: "later" } },
  { name: "a late ok: false", given: { status: 200, body: '{"ok":true,"ok":false}' }, want: { kind: "refused" } },
  { name: "an empty 200", given: { status: 200 }, want: { kind: "later" } },
  { name: "204", given: { status: 204 }, want: { kind: "later" } },
  {
    name: "the UI, which answers any path",
    given: { status: 200, headers: { "content-type": "text/html" }, body: "<!doctype html><title>OpenClaw</title>" },
    want: { kind: "later", why: expect.stringMatching(/"<!doctype html>.*, which is not an answer of openclaw$/u) },
  },
  {
    name: "10 MB",
    given: { status: 200, body: `{"ok":true,"result":{"x":"${"x".repeat(10_000_000)}"}}` },
    want: { kind: "later" },
  },
  {
    name: "an unknown target",
    given: { status: 400, body: said("tool_error", "Unknown target") },
    want: { kind: "refused", why: 'openclaw answered 400 "Unknown target": check "channel", "target" and "account"' },
  },
  {
    name: "a wrong token",
    given: { status: 401, body: '{"error":{"message":"Unauthorized","type":"unauthorized"}}' },
    want: {
      kind: "refused",
      why: 'openclaw answered 401 "Unauthorized": the token is not the gateway\'s: write that of gateway.auth into the secret',
    },
  },
  {
    name: "a policy",
    given: { status: 403, body: said("tool_call_blocked", "blocked") },
    want: { kind: "refused", why: expect.stringContaining("the gateway's own policy blocks it") },
  },
  {
    name: "a tool that isn't allowed",
    given: { status: 404, body: said("not_found", "Tool not available: message") },
    want: { kind: "refused", why: expect.stringContaining('the gateway offers no "message" tool') },
  },
  { name: "a GET-only path", given: { status: 405, body: "Method Not Allowed" }, want: { kind: "refused" } },
  { name: "a slow request", given: { status: 408 }, want: { kind: "later" } },
  {
    name: "too many wrong tokens",
    given: { status: 429, headers: { "retry-after": "30" } },
    want: { kind: "later", retryAfterMs: 30_000 },
  },
  {
    name: "a tool that broke",
    given: { status: 500, body: said("tool_error", "tool execution failed") },
    want: { kind: "later", why: 'openclaw answered 500 "tool execution failed"' },
  },
  { name: "a gateway that starts", given: { status: 503, body: "{}" }, want: { kind: "later" } },
  {
    name: "a redirect",
    given: { status: 302, headers: { location: "/hooks/agent" } },
    want: { kind: "refused", why: expect.stringContaining("a redirect that is not followed") },
  },
];

describe("openclaw send()", () => {
  for (const { name, given, want } of cases)
    test(`openclaw send() maps ${name}`, async () => {
      await using server = await serve(() => given);
      expect(await send(chatAt(server.base), token)).toMatchObject(want);
      expect(server.received.map(({ method, path }) => `${method} ${path}`)).toEqual(["POST /tools/invoke"]);
    });

  test("openclaw send() waits for nobody who isn't there", async () => {
    const gone = await serve(() => ({ status: 200 }));
    await gone[Symbol.asyncDispose]();
    expect(await send(chatAt(gone.base), token)).toMatchObject({
      kind: "later",
      why: expect.stringContaining("openclaw: connection refused"),
    });
  });

  test("openclaw send() refuses a token that can't be one", async () => {
    await using server = await serve(() => ({ status: 200 }));
    for (const wrong of ["", "a b", "a\nb"])
      expect(await send(chatAt(server.base), wrong)).toMatchObject({ kind: "refused" });
    expect(server.received).toEqual([]);
  });

  test("openclaw send() asks for nothing but its gateway", () =>
    expect(openclaw.destinations(chatAt("http://127.0.0.1:18789"))).toEqual([
      { host: "127.0.0.1", port: 18_789, methods: ["POST"], for: "chat openclaw" },
    ]));

  test("openclaw send() says what the golden files say", async () => {
    await using server = await serve(() => ({ status: 200, body: ran({ ok: true }) }));
    await send(chatAt(server.base), token);
    expectGolden("openclaw.json", server.received[0]);
    await send(chatAt(server.base, "alerts"), token, hostileText);
    expectGolden("openclaw-hostile.json", server.received[1]);
  });

  test("openclaw send() never shows the token, however the answer gives it back", async () => {
    for (const reply of echoes(token)) {
      await using server = await serve(() => reply);
      const delivery = JSON.stringify(await send(chatAt(server.base), token));
      expect(decodeURIComponent(delivery.replaceAll("\\", ""))).not.toContain("planted");
    }
  });
});
