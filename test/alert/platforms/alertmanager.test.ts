import { describe, expect, test } from "bun:test";
import { alertmanager } from "../../../src/alert/platforms/alertmanager.ts";
import { openChat } from "../../../src/alert/platforms/index.ts";
import type { AlertKind, ChatOf, Holding, Message, Standing } from "../../../src/alert/platforms/platform.ts";
import type { ChatServer, Reply } from "./bed.ts";
import { contextWith, echoes, hostileText, message, nowMs, serve } from "./bed.ts";

const secret = "planted-bearer/token+0123456789==";
const chatAt = (base: string): ChatOf<"alertmanager"> => ({
  kind: "alertmanager",
  api: base,
  peers: [],
  headers: { Authorization: { credential: "alertmanager-token", prefix: "Bearer " } },
  labels: { site: "fra1" },
});

/** The test's clock is not the server's: unless it says otherwise, the answer tells the test's time. */
const answering = (reply: Reply): Promise<ChatServer> =>
  serve(() => ({ ...reply, headers: { date: new Date(nowMs).toUTCString(), ...reply.headers } }));

const standing = (facts: Partial<Standing> = {}): Standing => ({
  ...{ name: "red", check: "gateway", incident: "7f3a", since: "2026-11-23T02:05:00.000Z", endsAt: null, again: 0 },
  text: message.text,
  card: "gateway-down",
  ...facts,
});

const until = "2026-11-23T02:25:00.000Z";

const hold = async (base: string, standings: readonly Standing[], key = secret) => {
  const chat = await openChat(chatAt(base));
  const context = contextWith(key);
  context.host.http.allow(chat.destinations());
  const holding: Holding = { host: "web-1", standings, until };
  return await chat.hold(holding, context);
};

const bodyOf = ({ received }: ChatServer, at = 0): unknown => JSON.parse(received[at]?.body ?? "null");

describe("alertmanager hold()", () => {
  test("hold() posts all that stands at once, with its labels, annotations, start and an end ahead", async () => {
    await using server = await answering({ status: 200 });
    const ended = standing({ check: "board", endsAt: "2026-11-23T02:10:00.000Z", again: 3 });
    expect(await hold(server.base, [standing(), ended])).toEqual({
      kind: "delivered",
      answer: "alertmanager answered 200",
    });
    expect(server.received).toMatchObject([
      { method: "POST", path: "/api/v2/alerts", headers: { authorization: `Bearer ${secret}` } },
    ]);
    const [summary = "", ...rest] = message.text.split("\n");
    const annotations = {
      ...{ summary, description: rest.slice(0, -1).join("\n"), card: "gateway-down", incident: "7f3a" },
      log: "log 41:9f3ac2d1c07be55a",
    };
    const labels = { alertname: "DogwatchRed", severity: "critical", host: "web-1", site: "fra1" };
    expect(bodyOf(server)).toEqual([
      { labels: { ...labels, check: "gateway" }, annotations, startsAt: standing().since, endsAt: until },
      { labels: { ...labels, check: "board" }, annotations, startsAt: standing().since, endsAt: ended.endsAt },
    ]);
  });

  const names = [
    { name: "red", want: { alertname: "DogwatchRed", severity: "critical" } },
    { name: "unknown", want: { alertname: "DogwatchUnknown", severity: "warning" } },
    { name: "flapping", want: { alertname: "DogwatchFlapping", severity: "warning" } },
    { name: "ended", want: { alertname: "DogwatchEnded", severity: "info" } },
  ] as const;
  test.each(names)("hold() gives $name a name and a severity of its own", async ({ name, want }) => {
    await using server = await answering({ status: 200 });
    await hold(server.base, [standing({ name })]);
    expect(bodyOf(server)).toMatchObject([{ labels: want }]);
  });

  test("hold() makes inert what a receiver might render", async () => {
    await using server = await answering({ status: 200 });
    await hold(server.base, [standing({ text: hostileText })]);
    const text = JSON.stringify(bodyOf(server));
    expect(text).toContain("RED web-1");
    for (const live of ["<!channel>", "<@U1>", "@everyone", "http://evil", "\\u001b", "\u202e"])
      expect(text).not.toContain(live);
  });

  test("hold() posts a second time on the other clock where it is another", async () => {
    await using server = await answering({
      status: 200,
      headers: { date: new Date(nowMs + 3_600_000).toUTCString() },
    });
    expect(await hold(server.base, [standing()])).toMatchObject({ kind: "delivered" });
    expect(server.received).toHaveLength(2);
    expect(bodyOf(server, 1)).toMatchObject([
      { startsAt: "2026-11-23T03:05:00.000Z", endsAt: "2026-11-23T03:25:00.000Z" },
    ]);
  });

  const noTimes = ["Sat, 13 Sep 275760 00:00:00 GMT", "Sat, 13 Sep 20000 00:00:00 GMT", "-271821-04-20T00:00:00Z"];
  test.each(noTimes)("hold() takes %p for no clock", async (date) => {
    await using server = await answering({ status: 200, headers: { date } });
    expect(await hold(server.base, [standing()])).toMatchObject({ kind: "delivered" });
    expect(server.received).toHaveLength(1);
  });

  test("hold() never says a start after its end, and survives a time that is none", async () => {
    await using server = await answering({ status: 200 });
    const endsAt = "2026-11-23T02:00:00.000Z";
    await hold(server.base, [standing({ endsAt }), standing({ since: "" })]);
    expect(bodyOf(server)).toMatchObject([
      { startsAt: endsAt, endsAt },
      { startsAt: until, endsAt: until },
    ]);
  });

  const answers: readonly { readonly name: string; readonly given: Reply; readonly want: object }[] = [
    {
      name: "400",
      given: { status: 400, body: '"start time must be before end time"' },
      want: { kind: "refused", why: expect.stringContaining("start time must be before end time") },
    },
    { name: "401", given: { status: 401 }, want: { kind: "refused", why: expect.stringContaining('check "headers"') } },
    { name: "404", given: { status: 404 }, want: { kind: "refused", why: expect.stringContaining('check "url"') } },
    { name: "302", given: { status: 302 }, want: { kind: "refused" } },
    { name: "500", given: { status: 500 }, want: { kind: "later" } },
    { name: "202", given: { status: 202 }, want: { kind: "later" } },
    {
      name: "429",
      given: { status: 429, headers: { "retry-after": "9" } },
      want: { kind: "later", retryAfterMs: 9000 },
    },
  ];
  test.each(answers)("hold() understands $name", async ({ given, want }) => {
    await using server = await answering(given);
    expect(await hold(server.base, [standing()])).toMatchObject(want);
    expect(server.received).toHaveLength(1);
  });

  test("hold() tells a secret that can't be had, and posts nothing", async () => {
    await using server = await answering({ status: 200 });
    expect(await hold(server.base, [standing()], "")).toMatchObject({ kind: "refused" });
    expect(server.received).toEqual([]);
  });

  test("hold() never shows the secret, however the answer gives it back", async () => {
    for (const reply of echoes(secret)) {
      await using server = await answering(reply);
      const delivery = JSON.stringify(await hold(server.base, [standing()]));
      expect(decodeURIComponent(delivery.replaceAll("\\", ""))).not.toContain("planted");
    }
  });
});

describe("alertmanager hold() with a cluster", () => {
  const holdAll = async (bases: readonly string[]) => {
    const [api = "", ...peers] = bases;
    const chat = { ...chatAt(api), peers };
    const context = contextWith(secret);
    context.host.http.allow(alertmanager.destinations(chat));
    return await alertmanager.hold?.(chat, { host: "web-1", standings: [standing()], until }, context);
  };
  const cases: readonly { readonly name: string; readonly given: readonly Reply[]; readonly want: object }[] = [
    {
      name: "all take it",
      given: [{ status: 200 }, { status: 200 }],
      want: { kind: "delivered", answer: "alertmanager answered 200" },
    },
    {
      name: "one takes it",
      given: [{ status: 503 }, { status: 200 }, { status: 401 }],
      want: { kind: "delivered", missing: expect.stringMatching(/^2 of 3 members: .*503.*401/u) },
    },
    { name: "none does, one may", given: [{ status: 401 }, { status: 503 }], want: { kind: "later" } },
    { name: "none ever will", given: [{ status: 401 }, { status: 403 }], want: { kind: "refused" } },
    {
      name: "all ask to wait",
      given: [
        { status: 429, headers: { "retry-after": "9" } },
        { status: 429, headers: { "retry-after": "4" } },
      ],
      want: { kind: "later", retryAfterMs: 4000 },
    },
    {
      name: "one asks to wait",
      given: [{ status: 429, headers: { "retry-after": "9" } }, { status: 500 }],
      want: { kind: "later" },
    },
  ];
  test.each(cases)("hold() tells every member; $name", async ({ given, want }) => {
    await using stack = new AsyncDisposableStack();
    const servers: ChatServer[] = [];
    for (const reply of given) servers.push(stack.use(await answering(reply)));
    expect(await holdAll(servers.map(({ base }) => base))).toMatchObject(want);
    expect(servers.map(({ received }) => received.length)).toEqual(servers.map(() => 1));
  });
});

describe("alertmanager send()", () => {
  const kinds: readonly { readonly kind: AlertKind; readonly want: string; readonly minutes: number }[] = [
    { kind: "red", want: "DogwatchRed", minutes: 15 },
    { kind: "reminder", want: "DogwatchRed", minutes: 15 },
    { kind: "heal-failed", want: "DogwatchRed", minutes: 15 },
    { kind: "healed", want: "DogwatchRed", minutes: 0 },
    { kind: "recovered", want: "DogwatchRed", minutes: 0 },
    { kind: "flapping", want: "DogwatchFlapping", minutes: 15 },
    { kind: "unknown", want: "DogwatchUnknown", minutes: 15 },
    { kind: "test", want: "DogwatchTest", minutes: 1 },
  ];
  test.each(kinds)("send() of one message says $kind", async ({ kind, want, minutes }) => {
    await using server = await answering({ status: 200 });
    const context = contextWith(secret);
    const chat = chatAt(server.base);
    context.host.http.allow(alertmanager.destinations(chat));
    const one: Message = { ...message, kind, at: new Date(nowMs).toISOString() };
    expect(await alertmanager.send(chat, one, context)).toMatchObject({ kind: "delivered" });
    const endsAt = new Date(nowMs + minutes * 60_000).toISOString();
    expect(bodyOf(server)).toMatchObject([{ labels: { alertname: want, check: "gateway" }, endsAt }]);
  });
});
