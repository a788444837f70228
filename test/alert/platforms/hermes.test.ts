import { describe, expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import { hermes } from "../../../src/alert/platforms/hermes.ts";
import type { ChatConfig } from "../../../src/config/config.ts";
import { contextWith, echoes, expectGolden, hostileText, message, type Reply, send, serve } from "./bed.ts";

const secret = "planted-route-secret";

const chatAt = (api: string): ChatConfig & { readonly kind: "hermes" } => ({
  kind: "hermes",
  api,
  route: "dogwatch",
  secret: { credential: "hermes-secret" },
  whenDown: null,
});

const json = (status: number, body: object): Reply => ({ status, body: JSON.stringify(body) });
const delivered = json(200, { status: "delivered", route: "dogwatch", target: "telegram", delivery_id: "m-1" });

interface Case {
  readonly name: string;
  readonly given: Reply;
  readonly want: object;
  readonly isLatched?: true;
}

const latching = { kind: "refused", isLatching: true };

const cases: readonly Case[] = [
  { name: "delivered", given: delivered, want: { kind: "delivered", answer: 'hermes answered 200 "delivered"' } },
  {
    name: "accepted, for which an agent runs",
    given: json(202, { status: "accepted", route: "dogwatch", event: "dogwatch", delivery_id: "m-1" }),
    want: {
      ...latching,
      why: 'hermes answered 202 "accepted": the route may run an agent: set "deliver_only: true" on it, then test the chat',
    },
    isLatched: true,
  },
  { name: "coalesced", given: json(202, { status: "coalesced" }), want: latching, isLatched: true },
  { name: "accepted in a 200", given: json(200, { status: "accepted" }), want: latching, isLatched: true },
  { name: "delivered in a 202", given: json(202, { status: "delivered" }), want: latching, isLatched: true },
  {
    name: "a route that filters it out",
    given: json(200, { status: "ignored", event: "dogwatch" }),
    want: { ...latching, why: expect.stringContaining('let it take the event "dogwatch"') },
    isLatched: true,
  },
  { name: "HTML in a 200", given: { status: 200, body: "<html>" }, want: latching, isLatched: true },
  { name: "an empty 200", given: { status: 200 }, want: latching, isLatched: true },
  { name: "204", given: { status: 204 }, want: latching, isLatched: true },
  { name: "a list", given: { status: 200, body: '["delivered"]' }, want: latching, isLatched: true },
  { name: "a status in a list", given: json(200, { status: ["delivered"] }), want: latching, isLatched: true },
  {
    name: "10 MB",
    given: { status: 200, body: `{"status":"delivered","x":"${"x".repeat(10_000_000)}"}` },
    want: latching,
    isLatched: true,
  },
  {
    name: "a late accepted",
    given: { status: 200, body: '{"status":"delivered","status":"accepted"}' },
    want: latching,
    isLatched: true,
  },
  { name: "a bad request", given: json(400, { error: "Cannot parse body" }), want: { kind: "refused" } },
  {
    name: "a wrong secret",
    given: json(401, { error: "Invalid signature" }),
    want: {
      kind: "refused",
      why: 'hermes answered 401 "Invalid signature": the secret is not the route\'s: write the same into both',
    },
  },
  {
    name: "a disabled route",
    given: json(403, { error: "Route disabled: dogwatch" }),
    want: { kind: "refused", why: expect.stringContaining("the route is disabled") },
  },
  {
    name: "an unknown route",
    given: json(404, { error: "Unknown route: dogwatch" }),
    want: { kind: "refused", why: expect.stringContaining('check "route"') },
  },
  { name: "413", given: json(413, { error: "Payload too large" }), want: { kind: "refused" } },
  { name: "too many", given: json(429, { error: "Rate limit exceeded" }), want: { kind: "later" } },
  { name: "500", given: { status: 500, body: "Internal Server Error" }, want: { kind: "later" } },
  {
    name: "a platform that failed",
    given: json(502, { status: "error", error: "Delivery failed" }),
    want: { kind: "later", why: 'hermes answered 502 "error: Delivery failed"' },
  },
  { name: "a redirect", given: { status: 307, headers: { location: "/webhooks/agent" } }, want: { kind: "refused" } },
];

describe("hermes send()", () => {
  for (const { name, given, want, isLatched } of cases)
    test(`hermes send() maps ${name}`, async () => {
      await using server = await serve(() => given);
      const closed: string[] = [];
      const sent = await send(chatAt(server.base), secret, message.text, contextWith(secret, [], closed));
      expect(sent).toMatchObject(want);
      expect("isLatching" in sent).toBe(isLatched === true);
      expect(closed).toHaveLength(isLatched === true ? 1 : 0);
      expect(server.received.map(({ method, path }) => `${method} ${path}`)).toEqual(["POST /webhooks/dogwatch"]);
    });

  test("hermes send() signs the very bytes that it sends", async () => {
    await using server = await serve(() => delivered);
    await send(chatAt(server.base), secret, "größer 日本 👍🏽 {text} {__raw__}");
    const [request] = server.received;
    const wanted = createHmac("sha256", secret)
      .update(request?.body ?? "")
      .digest("hex");
    expect(request?.headers["x-hub-signature-256"]).toBe(`sha256=${wanted}`);
    expect(JSON.parse(request?.body ?? "")).toMatchObject({ text: "`größer 日本 👍🏽 {text} {__raw__}`" });
  });

  test("hermes send() takes no duplicate for a delivery: the id was noted before a delivery that may have failed", async () => {
    const answers = [json(502, { status: "error", error: "Delivery failed" }), delivered];
    const seen = new Set<unknown>();
    await using server = await serve(({ headers }) => {
      const id = headers["x-request-id"];
      if (seen.has(id)) return json(200, { status: "duplicate", delivery_id: id });
      seen.add(id);
      return answers[seen.size - 1] ?? delivered;
    });
    expect(await send(chatAt(server.base), secret)).toMatchObject({ kind: "later" });
    expect(await send(chatAt(server.base), secret)).toMatchObject({ kind: "delivered" });
    expect(server.received.map(({ headers }) => headers["x-request-id"])).toEqual(["m-1", "m-1", "m-1/1795399800000"]);
  });

  test("hermes send() gives up on a route that calls everything a duplicate", async () => {
    await using server = await serve(() => json(200, { status: "duplicate" }));
    expect(await send(chatAt(server.base), secret)).toMatchObject({
      kind: "later",
      why: 'hermes answered 200 "duplicate"',
    });
    expect(server.received).toHaveLength(2);
  });

  test("hermes send() goes to a profile's routes below its base", async () => {
    await using server = await serve(() => delivered);
    await send(chatAt(`${server.base}/p/coder`), secret);
    expect(server.received[0]?.path).toBe("/p/coder/webhooks/dogwatch");
  });

  test("hermes send() asks for nothing but its gateway", () =>
    expect(hermes.destinations(chatAt("http://127.0.0.1:8644"))).toEqual([
      { host: "127.0.0.1", port: 8644, methods: ["POST"], for: "chat hermes" },
    ]));

  test("hermes send() says what the golden files say", async () => {
    await using server = await serve(() => delivered);
    await send(chatAt(server.base), secret);
    expectGolden("hermes.json", server.received[0]);
    await send(chatAt(server.base), secret, hostileText);
    expectGolden("hermes-hostile.json", server.received[1]);
  });

  test("hermes send() never shows the secret, however the answer gives it back", async () => {
    for (const reply of echoes(secret)) {
      await using server = await serve(() => reply);
      const delivery = JSON.stringify(await send(chatAt(server.base), secret));
      expect(decodeURIComponent(delivery.replaceAll("\\", ""))).not.toContain("planted");
    }
  });
});
