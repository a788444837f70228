import { describe, expect, test } from "bun:test";
import { mattermost } from "../../../src/alert/platforms/mattermost.ts";
import type { ChatOf } from "../../../src/alert/platforms/platform.ts";
import { expectGolden, hostileText, leaksOf, message, type Reply, send, serve } from "./bed.ts";
import { outsideCode, strictMattermost } from "./strict.ts";

const path = "/hooks/plantedplantedplantedplant";
const token = "plantedplantedplantedtoken";
const channel = "qmd5oqtwoibz8cuzxzg5ekshgr";
const rootId = "ksmf3rqnxpyk3qmjdmj5sq4bzw";

const webhookAt = (api: string): ChatOf<"mattermost"> => ({
  kind: "mattermost",
  how: "webhook",
  webhook: { credential: "mattermost-webhook" },
  api,
});
const tokenAt = (api: string, root: string | null = null): ChatOf<"mattermost"> => ({
  kind: "mattermost",
  how: "token",
  token: { credential: "mattermost-token" },
  channel,
  rootId: root,
  api,
});

const fault = (status: number, id: string, text: string, headers: Reply["headers"] = {}): Reply => ({
  status,
  headers,
  body: JSON.stringify({ id, message: text, detailed_error: "", request_id: "x", status_code: status }),
});

const ofWebhook: readonly { readonly name: string; readonly given: Reply; readonly want: object }[] = [
  {
    name: "ok",
    given: { status: 200, body: "ok" },
    want: { kind: "delivered", answer: 'mattermost answered 200 "ok"' },
  },
  {
    name: "a webhook that is gone",
    given: fault(400, "web.incoming_webhook.invalid.app_error", "Invalid webhook."),
    want: {
      kind: "refused",
      why: 'mattermost answered 400 "web.incoming_webhook.invalid.app_error: Invalid webhook.": the webhook is gone, or its channel: make a new one',
    },
  },
  {
    name: "a channel that is gone",
    given: fault(404, "web.incoming_webhook.channel.app_error", "Couldn't find the channel."),
    want: { kind: "refused", why: expect.stringContaining("make a new one") },
  },
  {
    name: "webhooks that are switched off",
    given: fault(501, "web.incoming_webhook.disabled.app_error", "Incoming webhooks have been disabled."),
    want: { kind: "refused", why: expect.stringContaining("switched off: System Console, Integrations") },
  },
  { name: "another path", given: { status: 404, body: "404 page not found" }, want: { kind: "refused" } },
  { name: "403", given: fault(403, "web.incoming_webhook.permissions.app_error", "No."), want: { kind: "refused" } },
  {
    name: "too many requests",
    given: { status: 429, headers: { "retry-after": "2" }, body: "limit exceeded" },
    want: { kind: "later", why: 'mattermost answered 429 "limit exceeded"', retryAfterMs: 2000 },
  },
  { name: "500", given: fault(500, "app.post.save.app_error", "Unable to save."), want: { kind: "later" } },
  { name: "a captive portal", given: { status: 200, body: "<html>" }, want: { kind: "later" } },
  { name: "a redirect", given: { status: 301, headers: { location: "/" } }, want: { kind: "refused" } },
];

const ofToken: readonly { readonly name: string; readonly given: Reply; readonly want: object }[] = [
  { name: "201", given: { status: 201, body: `{"id":"${rootId}"}` }, want: { kind: "delivered" } },
  {
    name: "a revoked token",
    given: fault(401, "api.context.session_expired.app_error", "Invalid or expired session, please login again."),
    want: { kind: "refused", why: expect.stringContaining("the token is wrong or revoked") },
  },
  {
    name: "a bot that is not in the channel",
    given: fault(403, "api.context.permissions.app_error", "You do not have the appropriate permissions."),
    want: { kind: "refused", why: expect.stringContaining("add it to the team and to the channel") },
  },
  {
    name: "a channel that it doesn't know",
    given: fault(404, "app.channel.get.existing.app_error", "Unable to find the existing channel."),
    want: { kind: "refused", why: expect.stringContaining('check "channel" and "api"') },
  },
  {
    name: "an archived channel",
    given: fault(400, "api.post.create_post.can_not_post_to_deleted.error", "Can not post to deleted channel."),
    want: { kind: "refused", why: expect.stringContaining("the channel is archived") },
  },
  {
    name: "a thread that is gone",
    given: fault(400, "api.post.create_post.root_id.app_error", "Invalid RootId parameter."),
    want: { kind: "refused", why: expect.stringContaining('check "root_id"') },
  },
  { name: "429", given: { status: 429, headers: { "retry-after": "7" } }, want: { kind: "later", retryAfterMs: 7000 } },
  { name: "502", given: { status: 502, body: "<html>" }, want: { kind: "later" } },
  { name: "no JSON", given: { status: 200, body: "ok" }, want: { kind: "later" } },
];

describe("mattermost send()", () => {
  for (const { name, given, want } of ofWebhook)
    test(`mattermost send() by webhook maps ${name}`, async () => {
      await using server = await serve(() => given);
      expect(await send(webhookAt(server.base), `${server.base}${path}\n`)).toMatchObject(want);
      expect(server.received.map((request) => request.path)).toEqual([path]);
    });
  for (const { name, given, want } of ofToken)
    test(`mattermost send() by token maps ${name}`, async () => {
      await using server = await serve(() => given);
      expect(await send(tokenAt(server.base), `${token}\n`)).toMatchObject(want);
      expect(server.received.map((request) => request.path)).toEqual(["/api/v4/posts"]);
    });

  test("mattermost send() takes the path alone for the webhook, and an api with a path of its own", async () => {
    await using server = await serve(() => ({ status: 200, body: "ok" }));
    expect(await send(webhookAt(server.base), path)).toMatchObject({ kind: "delivered" });
    expect(await send(webhookAt(`${server.base}/chat`), path)).toMatchObject({ kind: "delivered" });
    expect(server.received.map((request) => request.path)).toEqual([path, `/chat${path}`]);
  });

  test("mattermost send() refuses a webhook of another host, and says nothing of it", async () => {
    await using server = await serve(() => ({ status: 200, body: "ok" }));
    const delivery = await send(webhookAt(server.base), "https://evil.example/hooks/planted");
    expect(delivery).toMatchObject({ kind: "refused", why: expect.stringContaining("is not for") });
    expect(JSON.stringify(delivery)).not.toMatch(/evil|planted/u);
    expect(server.received).toHaveLength(0);
  });

  test("mattermost send() asks for nothing but its api", () => {
    expect(mattermost.destinations(webhookAt("https://chat.example.org"))).toEqual([
      { host: "chat.example.org", port: 443, methods: ["POST"], for: "chat mattermost" },
    ]);
  });

  test("mattermost send() puts all text into code, where no Markdown, mention, hashtag, emoji or link is read", async () => {
    const room = strictMattermost({ path, token, channel });
    await using server = await serve(room.reply);
    for (const text of [hostileText, message.text, "`".repeat(3000), "``\n".repeat(900), "@all\n@channel\n@here"]) {
      expect(await send(webhookAt(server.base), path, text)).toMatchObject({ kind: "delivered" });
      expect(await send(tokenAt(server.base, rootId), token, text)).toMatchObject({ kind: "delivered" });
    }
    expect(room.posts).toHaveLength(10);
    for (const post of room.posts) {
      expect(outsideCode(post)).toBe("");
      expect(post).not.toMatch(/@(all|channel|here)|https?:\/\//u);
    }
  });

  test("mattermost send() says what the golden files say", async () => {
    await using server = await serve(() => ({ status: 200, body: "ok" }));
    await send(webhookAt(server.base), path, hostileText);
    expectGolden("mattermost-webhook-hostile.json", server.received[0]);
    await send(tokenAt(server.base, rootId), token);
    expectGolden("mattermost-token.json", server.received[1]);
  });
});

test("mattermost send() never shows webhook or token, however the answer gives it back", async () => {
  expect(await leaksOf(webhookAt, path, [path, "plantedplantedplantedplant"])).toEqual([]);
  expect(await leaksOf(tokenAt, token, [token])).toEqual([]);
});
