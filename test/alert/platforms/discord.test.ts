import { describe, expect, test } from "bun:test";
import { discord } from "../../../src/alert/platforms/discord.ts";
import type { ChatOf } from "../../../src/alert/platforms/platform.ts";
import { echoes, expectGolden, hostileText, type Reply, send, serve } from "./bed.ts";

const path = "/api/webhooks/123456789012345678/planted-webhook_token0123456789";
const hook = `https://discord.com${path}`;
const chatAt = (api: string, threadId: string | null = null): ChatOf<"discord"> => ({
  kind: "discord",
  webhook: { credential: "discord-webhook" },
  threadId,
  api,
});

const cases: readonly { readonly name: string; readonly given: Reply; readonly want: object }[] = [
  { name: "204", given: { status: 204 }, want: { kind: "delivered" } },
  { name: "200 with the message", given: { status: 200, body: '{"id":"1"}' }, want: { kind: "delivered" } },
  {
    name: "a webhook that is gone",
    given: { status: 404, body: '{"message": "Unknown Webhook", "code": 10015}' },
    want: {
      kind: "refused",
      why: expect.stringContaining('discord answered 404 "Unknown Webhook": the webhook is gone'),
    },
  },
  {
    name: "a wrong token",
    given: { status: 401, body: '{"message": "Invalid Webhook Token", "code": 50027}' },
    want: {
      kind: "refused",
      why: `discord answered 401 "Invalid Webhook Token": the webhook's token is wrong: copy its URL anew`,
    },
  },
  {
    name: "a bad request",
    given: { status: 400, body: '{"message": "Cannot send an empty message", "code": 50006}' },
    want: { kind: "refused", why: 'discord answered 400 "Cannot send an empty message"' },
  },
  {
    name: "too many requests",
    given: { status: 429, body: '{"message":"You are being rate limited.","retry_after":0.6423,"global":false}' },
    want: { kind: "later", retryAfterMs: 643 },
  },
  {
    name: "too many requests, told by a header",
    given: { status: 429, headers: { "retry-after": "65.5" }, body: "error code: 1015" },
    want: { kind: "later", why: 'discord answered 429 "error code: 1015"', retryAfterMs: 65_500 },
  },
  { name: "503", given: { status: 503, body: "" }, want: { kind: "later", why: "discord answered 503" } },
  { name: "a captive portal", given: { status: 200, body: "<html>" }, want: { kind: "later" } },
  { name: "a redirect", given: { status: 308, headers: { location: "/" } }, want: { kind: "refused" } },
];

describe("discord send()", () => {
  for (const { name, given, want } of cases) {
    test(`discord send() maps ${name}`, async () => {
      await using server = await serve(() => given);
      expect(await send(chatAt(server.base), `${hook}\n`)).toMatchObject(want);
      expect(server.received.map((request) => request.path)).toEqual([`${path}?wait=true`]);
    });
  }

  test("discord send() takes a webhook of the older name, of a test client, or its path alone", async () => {
    await using server = await serve(() => ({ status: 204 }));
    for (const secret of [
      `https://discordapp.com${path}`,
      `https://ptb.discord.com${path}`,
      path,
      server.base + path,
    ]) {
      expect(await send(chatAt(server.base, "42"), secret)).toMatchObject({ kind: "delivered" });
    }
    expect(server.received.map((request) => request.path)).toEqual(Array(4).fill(`${path}?wait=true&thread_id=42`));
  });

  test("discord send() refuses a webhook of another host, and says nothing of it", async () => {
    await using server = await serve(() => ({ status: 204 }));
    for (const secret of ["https://evil.example/planted", "https://discord.com.evil.example/planted", "ftp:planted"]) {
      const delivery = await send(chatAt(server.base), secret);
      expect(delivery).toMatchObject({ kind: "refused" });
      expect(JSON.stringify(delivery)).not.toMatch(/evil|planted/u);
    }
    expect(server.received).toHaveLength(0);
  });

  test("discord send() asks for nothing but its api base", () => {
    expect(discord.destinations(chatAt("https://discord.com"))).toEqual([
      { host: "discord.com", port: 443, methods: ["POST"], for: "chat discord" },
    ]);
  });

  test("discord send() says what the golden files say", async () => {
    await using server = await serve(() => ({ status: 204 }));
    await send(chatAt(server.base), hook);
    expectGolden("discord.json", server.received[0]);
    await send(chatAt(server.base), hook, hostileText);
    expectGolden("discord-hostile.json", server.received[1]);
  });

  test("discord send() keeps to 2000 characters, though escapes take room", async () => {
    await using server = await serve(() => ({ status: 204 }));
    const texts = [
      "*".repeat(5000),
      `${"_".repeat(2000)}\n${"`".repeat(3000)}\nlog 1:aa`,
      `RED\n${"``\n".repeat(900)}log 1:aa`,
    ];
    for (const text of texts) await send(chatAt(server.base), hook, text);
    for (const { body } of server.received) {
      const { content } = JSON.parse(body);
      expect(content.length).toBeLessThanOrEqual(2000);
      expect(content.length).toBeGreaterThan(600);
    }
  });

  test("discord send() leaves an ordinary first line as it is", async () => {
    await using server = await serve(() => ({ status: 204 }));
    await send(chatAt(server.base), hook, "RED web-1 · gateway: no answer in 5 s (2 ticks, since 02:05 UTC)");
    const { content } = JSON.parse(server.received[0]?.body ?? "");
    expect(content).toBe("RED web-1 · gateway: no answer in 5 s (2 ticks, since 02:05 UTC)");
  });
});

test("discord send() never shows the webhook, however the answer gives it back", async () => {
  for (const reply of [...echoes(hook), ...echoes(path), ...echoes("planted-webhook_token0123456789")]) {
    await using server = await serve(() => reply);
    const delivery = JSON.stringify(await send(chatAt(server.base), hook));
    expect(decodeURIComponent(delivery.replaceAll("\\", ""))).not.toContain("planted");
  }
});
