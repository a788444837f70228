import { describe, expect, test } from "bun:test";
import type { ChatOf } from "../../../src/alert/platforms/platform.ts";
import { teams } from "../../../src/alert/platforms/teams.ts";
import { expectGolden, hostileText, leaksOf, type Reply, send, serve } from "./bed.ts";
import { strictTeams } from "./strict.ts";

const flow =
  "/powerautomate/automations/direct/workflows/0123456789abcdef0123456789abcdef/triggers/manual/paths/invoke";
const sig = "plantedPlanted-signature_0123456789";
const path = `${flow}?api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=${sig}`;

const chatAt = (api: string): ChatOf<"teams"> => ({ kind: "teams", webhook: { credential: "teams-webhook" }, api });

const fault = (status: number, code: string, text: string): Reply => ({
  status,
  body: JSON.stringify({ error: { code, message: text } }),
});

const cases: readonly { readonly name: string; readonly given: Reply; readonly want: object }[] = [
  {
    name: "202",
    given: { status: 202 },
    want: {
      kind: "delivered",
      answer: "teams answered 202: the workflow took it; whether it was posted stands in its run history",
    },
  },
  { name: "200", given: { status: 200, body: "1" }, want: { kind: "delivered" } },
  {
    name: "a URL whose signature is wrong",
    given: fault(401, "DirectApiInvalidAuthorizationScheme", "The request signature is not valid."),
    want: { kind: "refused", why: expect.stringContaining("not whole, or out of date: copy it anew") },
  },
  {
    name: "a workflow that asks who calls",
    given: fault(401, "DirectApiAuthorizationRequired", "The request must be authenticated only by OAuth scheme."),
    want: { kind: "refused", why: expect.stringContaining('set "Who can trigger the flow" to "Anyone"') },
  },
  {
    name: "a workflow that is switched off",
    given: fault(
      400,
      "WorkflowTriggerIsNotEnabled",
      "Could not execute workflow trigger 'manual' with state 'Disabled'.",
    ),
    want: { kind: "refused", why: expect.stringContaining("switched off: turn it on again") },
  },
  {
    name: "a workflow that wants something else",
    given: fault(400, "TriggerInputSchemaMismatch", "The input body for trigger 'manual' did not match its schema."),
    want: { kind: "refused", why: expect.stringContaining('"When a Teams webhook request is received"') },
  },
  {
    name: "a workflow that is gone",
    given: fault(404, "WorkflowNotFound", "The workflow could not be found."),
    want: {
      kind: "refused",
      why: 'teams answered 404 "WorkflowNotFound: The workflow could not be found.": the workflow is gone: make a new one and write its URL into the secret',
    },
  },
  { name: "a bad request", given: fault(400, "BadRequest", "no"), want: { kind: "refused" } },
  {
    name: "too many requests",
    given: { ...fault(429, "WorkflowRunActionRateLimit", "slow"), headers: { "retry-after": "20" } },
    want: { kind: "later", retryAfterMs: 20_000 },
  },
  { name: "502", given: fault(502, "NoResponse", "no"), want: { kind: "later" } },
  { name: "an answer that is none", given: { status: 204 }, want: { kind: "later" } },
  { name: "a redirect", given: { status: 307, headers: { location: "/" } }, want: { kind: "refused" } },
];

describe("teams send()", () => {
  for (const { name, given, want } of cases)
    test(`teams send() maps ${name}`, async () => {
      await using server = await serve(() => given);
      expect(await send(chatAt(server.base), `${server.base}${path}\n`)).toMatchObject(want);
      expect(server.received.map((request) => request.path)).toEqual([path]);
    });

  test("teams send() takes the path alone for the webhook", async () => {
    await using server = await serve(() => ({ status: 202 }));
    expect(await send(chatAt(server.base), path)).toMatchObject({ kind: "delivered" });
    expect(server.received[0]?.path).toBe(path);
  });

  test("teams send() refuses a webhook of another host, and says nothing of it", async () => {
    await using server = await serve(() => ({ status: 202 }));
    const delivery = await send(chatAt(server.base), `https://evil.example${path}`);
    expect(delivery).toMatchObject({ kind: "refused", why: expect.stringContaining("is not for") });
    expect(JSON.stringify(delivery)).not.toMatch(/evil|planted/iu);
    expect(server.received).toHaveLength(0);
  });

  test("teams send() posts text runs only, which know no Markdown, and breaks functions, mentions and links in them", async () => {
    const channel = strictTeams(path);
    await using server = await serve(channel.reply);
    const text = `${hostileText}\n{{DATE(2017-02-14T06:00:00Z)}} \${title} <at>all</at> {{{x}}}`;
    expect(await send(chatAt(server.base), path, text)).toMatchObject({ kind: "delivered" });
    expect(channel.posts[0]).not.toMatch(/\{\{|\$\{|@everyone|:\/\//u);
    expect(server.received[0]?.body).not.toMatch(/"TextBlock"|"entities"|"fallbackText"/u);
  });

  test("teams send() keeps far below 28 KB, whatever the text", async () => {
    const channel = strictTeams(path);
    await using server = await serve(channel.reply);
    for (const text of ["語🦴".repeat(50_000), "a\n".repeat(5000), '"\\'.repeat(5000)])
      expect(await send(chatAt(server.base), path, text)).toMatchObject({ kind: "delivered" });
  });

  test("teams send() leaves no line without text, which a card refuses", async () => {
    const channel = strictTeams(path);
    await using server = await serve(channel.reply);
    expect(await send(chatAt(server.base), path, "RED a\n\n   \nlog 1:aa")).toMatchObject({ kind: "delivered" });
    expect(channel.posts[0]).toBe("RED a\nlog 1:aa");
  });

  test("teams send() asks for nothing but its api", () => {
    expect(teams.destinations(chatAt("https://default0.1.environment.api.powerplatform.com"))).toEqual([
      { host: "default0.1.environment.api.powerplatform.com", port: 443, methods: ["POST"], for: "chat teams" },
    ]);
  });

  test("teams send() says what the golden files say", async () => {
    await using server = await serve(() => ({ status: 202 }));
    await send(chatAt(server.base), path);
    expectGolden("teams.json", server.received[0]);
    await send(chatAt(server.base), path, hostileText);
    expectGolden("teams-hostile.json", server.received[1]);
  });
});

test("teams send() never shows the webhook, however the answer gives it back", async () =>
  expect(await leaksOf(chatAt, path, [path, sig])).toEqual([]));
