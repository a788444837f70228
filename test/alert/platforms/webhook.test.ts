import { describe, expect, test } from "bun:test";
import type { ChatOf } from "../../../src/alert/platforms/platform.ts";
import { webhook } from "../../../src/alert/platforms/webhook.ts";
import { echoes, expectGolden, type Reply, send, serve } from "./bed.ts";

const secret = "planted-bearer/token+0123456789==";
const chatAt = (base: string): ChatOf<"webhook"> => ({
  kind: "webhook",
  url: `${base}/alerts?from=dogwatch`,
  headers: { "X-Room": "ops", Authorization: { credential: "webhook-token", prefix: "Bearer " } },
});

const cases: readonly { readonly name: string; readonly given: Reply; readonly want: object }[] = [
  {
    name: "200",
    given: { status: 200, body: "anything" },
    want: { kind: "delivered", answer: "webhook answered 200" },
  },
  { name: "201", given: { status: 201 }, want: { kind: "delivered" } },
  { name: "204", given: { status: 204 }, want: { kind: "delivered" } },
  {
    name: "401",
    given: { status: 401, body: "who are you?\n" },
    want: {
      kind: "refused",
      why: 'webhook answered 401 "who are you?": check "headers" and the secret in them',
    },
  },
  { name: "404", given: { status: 404 }, want: { kind: "refused", why: "webhook answered 404" } },
  { name: "408", given: { status: 408 }, want: { kind: "later" } },
  { name: "422", given: { status: 422, body: "bad shape" }, want: { kind: "refused" } },
  {
    name: "429",
    given: { status: 429, headers: { "retry-after": "12" } },
    want: { kind: "later", retryAfterMs: 12_000 },
  },
  {
    name: "429 with a wait that is none",
    given: { status: 429, headers: { "retry-after": "soon" } },
    want: { kind: "later" },
  },
  {
    name: "a wait in the past",
    given: { status: 503, headers: { "retry-after": "Mon, 23 Nov 2026 02:09:00 GMT" } },
    want: { retryAfterMs: 0 },
  },
  { name: "500", given: { status: 500, body: "oops" }, want: { kind: "later", why: 'webhook answered 500 "oops"' } },
  {
    name: "a redirect",
    given: { status: 307, headers: { location: "http://evil.example" } },
    want: { kind: "refused" },
  },
];

describe("webhook send()", () => {
  for (const { name, given, want } of cases) {
    test(`webhook send() maps ${name}`, async () => {
      await using server = await serve(() => given);
      expect(await send(chatAt(server.base), secret)).toMatchObject(want);
      expect(server.received).toHaveLength(1);
    });
  }

  test("webhook send() says what the golden file says, with plain and secret headers", async () => {
    await using server = await serve(() => ({ status: 204 }));
    await send(chatAt(server.base), `${secret}\n`);
    expectGolden("webhook.json", server.received[0]);
    expect(server.received[0]?.headers).toMatchObject({ "x-room": "ops", authorization: `Bearer ${secret}` });
  });

  test("webhook send() tells a secret that can't be had", async () => {
    await using server = await serve(() => ({ status: 204 }));
    expect(await send(chatAt(server.base), "")).toEqual({
      kind: "refused",
      why: 'cannot send to webhook: the credential "webhook-token" is empty: write the secret into it',
    });
    expect(server.received).toHaveLength(0);
  });

  test("webhook send() asks for nothing but its own address", () => {
    expect(webhook.destinations(chatAt("http://[::1]:8080"))).toEqual([
      { host: "::1", port: 8080, methods: ["POST"], for: "chat webhook" },
    ]);
  });
});

test("webhook send() never shows the secret, however the answer gives it back", async () => {
  for (const reply of echoes(secret)) {
    await using server = await serve(() => reply);
    const delivery = JSON.stringify(await send(chatAt(server.base), secret));
    expect(decodeURIComponent(delivery.replaceAll("\\", ""))).not.toContain("planted");
  }
});

describe("webhook send() to a gateway's hook", () => {
  const awake: readonly { readonly name: string; readonly body: string; readonly isAwake: boolean }[] = [
    { name: "Hermes' accepted", body: '{"status":"accepted","route":"x","delivery_id":"1"}', isAwake: true },
    { name: "OpenClaw's run", body: '{"ok":true,"runId":"7f"}', isAwake: true },
    { name: "OpenClaw's wake", body: '{"ok":true,"mode":"now"}', isAwake: true },
    { name: "a receiver with a mode of its own", body: '{"ok":true,"mode":"live"}', isAwake: false },
    { name: "a receiver that accepts", body: '{"status":"accepted"}', isAwake: false },
    { name: "a receiver that is ok", body: '{"ok":true}', isAwake: false },
    { name: "plain words", body: "accepted", isAwake: false },
  ];
  for (const { name, body, isAwake } of awake)
    test(`webhook send() ${isAwake ? "latches at" : "takes"} ${name}`, async () => {
      await using server = await serve(() => ({ status: 202, body }));
      const sent = await send({ kind: "webhook", url: `${server.base}/x`, headers: {} }, "");
      expect(sent).toMatchObject(
        isAwake
          ? { kind: "refused", isLatching: true, why: expect.stringContaining("use the chat openclaw or hermes") }
          : { kind: "delivered" },
      );
    });
});
