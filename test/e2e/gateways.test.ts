import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type ChatServer, type Received, type Reply, serve } from "../alert/platforms/bed.ts";

const binary = resolve("dist/dogwatch");
const secret = "a-secret-of-a-gateway-0123456789";
const root = mkdtempSync(join(tmpdir(), "dogwatch-gateways-"));
let folder = root;

beforeEach(() => {
  folder = mkdtempSync(join(root, "host-"));
  mkdirSync(join(folder, "credentials"));
  for (const name of ["gateway", "telegram"])
    writeFileSync(join(folder, "credentials", name), name === "gateway" ? `${secret}\n` : "1:abcdefgh\n", {
      mode: 0o600,
    });
});
afterAll(() => rmSync(root, { recursive: true }));

/** OpenClaw's gateway: the tool, and on every other path its pages. Source: docs.openclaw.ai/gateway/tools-invoke-http-api. */
const openclaw = (answer: (body: unknown) => Reply): Promise<ChatServer> =>
  serve(({ path, headers, body }) => {
    if (path !== "/tools/invoke") return { status: 200, body: "<!doctype html><title>OpenClaw</title>" };
    if (headers.authorization !== `Bearer ${secret}`)
      return { status: 401, body: '{"error":{"message":"Unauthorized","type":"unauthorized"}}' };
    return answer(JSON.parse(body));
  });

/** Hermes' webhook adapter with one route, which checks the signature as the real one does. */
const hermes = (answer: () => Reply): Promise<ChatServer> =>
  serve(({ path, headers, body }) => {
    if (path !== "/webhooks/dogwatch") return { status: 404, body: '{"error":"Unknown route"}' };
    const wanted = `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
    if (headers["x-hub-signature-256"] !== wanted) return { status: 401, body: '{"error":"Invalid signature"}' };
    return answer();
  });

const telegram = (): Promise<ChatServer> =>
  serve(() => ({ status: 200, body: '{"ok":true,"result":{"message_id":1}}' }));

const whenDown = (api: string): string =>
  `when_down: { telegram: { chat_id: 42, token: { credential: telegram }, api: "${api}" } }`;
const configure = (chat: string): void =>
  writeFileSync(
    join(folder, "dogwatch.yaml"),
    `host: box\nconfirm: 0s\nchat:\n  ${chat}\nchecks:\n  ghost: { process: { name: no-such-program } }\n`,
    { mode: 0o600 },
  );
const toOpenclaw = (url: string, rest = ""): void =>
  configure(`openclaw: { url: "${url}", token: { credential: gateway }, channel: telegram, target: -1001${rest} }`);
const toHermes = (url: string, rest = ""): void =>
  configure(`hermes: { url: "${url}", route: dogwatch, secret: { credential: gateway }${rest} }`);

const dogwatch = async (...words: string[]): Promise<{ readonly status: number; readonly out: string }> => {
  const flags = ["--config", "dogwatch.yaml", "--state-dir", "state", "--logs-dir", "log"];
  const child = Bun.spawn([binary, ...words, ...flags], { cwd: folder, stdout: "pipe", stderr: "pipe" });
  const [out, err] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  expect(out + err).not.toContain(secret);
  return { status: await child.exited, out: out + err };
};

const firstLine = ({ body }: Received): string => {
  const [, text = ""] = /"(?:message|text)":"`?((?:[A-Z ]+) box · \w+)/u.exec(body) ?? [];
  return text;
};

const ran: Reply = {
  status: 200,
  body: '{"ok":true,"result":{"details":{"ok":true,"messageId":"1","chatId":"-1001"}}}',
};

describe("chat.openclaw in the compiled binary", () => {
  test("chat test, a red and its end go by the gateway's message tool alone", async () => {
    await using gateway = await openclaw(() => ran);
    await using bot = await telegram();
    toOpenclaw(gateway.base, `, ${whenDown(bot.base)}`);
    const tested = await dogwatch("chat", "test");
    expect(tested).toEqual({
      status: 0,
      out: "openclaw: delivered (openclaw answered 200)\ntelegram (when_down): delivered (telegram answered 200)\n",
    });
    expect((await dogwatch("tick")).status).toBe(0);
    expect(gateway.received.map(firstLine)).toEqual(["TEST box · chat", "RED box · ghost"]);
    expect(bot.received.map(firstLine)).toEqual(["TEST box · chat"]);
    expect(new Set(gateway.received.map(({ method, path }) => `${method} ${path}`))).toEqual(
      new Set(["POST /tools/invoke"]),
    );
  });

  const undelivered = [
    { name: "ok: false in a 200", given: { status: 200, body: '{"ok":false,"error":{"message":"no"}}' }, exit: 75 },
    {
      name: "a message that was kept back",
      given: { status: 200, body: '{"ok":true,"result":{"details":{"status":"suppressed"}}}' },
      exit: 75,
    },
    { name: "a tool that broke", given: { status: 500, body: '{"ok":false,"error":{"message":"failed"}}' }, exit: 0 },
    { name: "10 MB of anything", given: { status: 200, body: "x".repeat(10_000_000) }, exit: 0 },
  ] as const;
  for (const { name, given, exit } of undelivered)
    test(`tick keeps the alert at ${name}, and ends with 75 from the next tick on at the latest`, async () => {
      await using gateway = await openclaw(() => given);
      toOpenclaw(gateway.base);
      expect((await dogwatch("tick")).status).toBe(exit);
      expect((await dogwatch("tick")).status).toBe(75);
      expect((await dogwatch("status")).out).toContain("alerts waiting: 1");
    });

  test("tick tells by when_down at a wrong token, and says so with 75", async () => {
    await using gateway = await openclaw(() => ran);
    await using bot = await telegram();
    writeFileSync(join(folder, "credentials/gateway"), "another-token\n", { mode: 0o600 });
    toOpenclaw(gateway.base, `, ${whenDown(bot.base)}`);
    const told = await dogwatch("tick");
    expect(told.status).toBe(75);
    expect(told.out).toContain('by when_down alone: openclaw answered 401 "Unauthorized"');
    expect(bot.received.map(firstLine)).toEqual(["RED box · ghost"]);
  });

  test("tick tells by when_down in the same tick when the gateway is dead", async () => {
    const gone = await openclaw(() => ran);
    await gone[Symbol.asyncDispose]();
    await using bot = await telegram();
    toOpenclaw(gone.base, `, ${whenDown(bot.base)}`);
    const told = await dogwatch("tick", "--json");
    expect(JSON.parse(told.out)).toMatchObject({
      alerts: [{ kind: "red", delivered: true, via: "telegram" }],
      outbox: 0,
      exit: 0,
    });
    expect(bot.received.map(firstLine)).toEqual(["RED box · ghost"]);
  });

  test("egress and validate name both ways", async () => {
    toOpenclaw("http://127.0.0.1:18789", `, ${whenDown("https://api.telegram.org")}`);
    const { out } = await dogwatch("egress");
    expect(out).toMatch(/POST +127\.0\.0\.1:18789 +chat openclaw\n/u);
    expect(out).toMatch(/POST +api\.telegram\.org:443 +chat telegram, when openclaw is down\n/u);
    rmSync(join(folder, "credentials/telegram"));
    const checked = await dogwatch("validate");
    expect(checked.status).toBe(78);
    expect(checked.out).toMatch(/credentials\/telegram": .*put the secret there/u);
  });
});

describe("chat.hermes in the compiled binary", () => {
  test("a red goes by the signed route", async () => {
    await using gateway = await hermes(() => ({ status: 200, body: '{"status":"delivered"}' }));
    toHermes(gateway.base);
    expect((await dogwatch("tick")).status).toBe(0);
    expect(gateway.received.map(firstLine)).toEqual(["RED box · ghost"]);
  });

  test("a route that runs an agent is posted to once, with when_down or without", async () => {
    await using gateway = await hermes(() => ({ status: 202, body: '{"status":"accepted","delivery_id":"1"}' }));
    await using bot = await telegram();
    toHermes(gateway.base);
    for (let at = 0; at < 3; at += 1) expect((await dogwatch("tick")).status).toBe(75);
    expect(gateway.received).toHaveLength(1);
    toHermes(gateway.base, `, ${whenDown(bot.base)}`);
    for (let at = 0; at < 2; at += 1) expect((await dogwatch("tick")).status).toBe(75);
    expect(gateway.received).toHaveLength(2);
    expect(bot.received).toHaveLength(1);
    expect((await dogwatch("status")).out).toContain('chat latched: hermes answered 202 "accepted"');
  });

  test("a webhook chat that meets an agent is latched too", async () => {
    await using gateway = await serve(() => ({ status: 202, body: '{"status":"accepted","delivery_id":"1"}' }));
    configure(`webhook: { url: "${gateway.base}/webhooks/agent" }`);
    for (let at = 0; at < 3; at += 1) expect((await dogwatch("tick")).status).toBe(75);
    expect(gateway.received).toHaveLength(1);
  });
});
