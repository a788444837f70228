import { afterAll, beforeAll, expect, test } from "bun:test";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { TelegramServer } from "telegram-test-api/lib/telegramServer.js";

const binary = resolve("dist/dogwatch");
const token = "123456:a-token-for-a-server-that-others-wrote";
const folder = mkdtempSync(join(tmpdir(), "dogwatch-telegram-"));

const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  await new Promise<void>((done) => server.close(() => done()));
  return typeof address === "object" && address !== null ? address.port : 0;
};

const server = new TelegramServer({ port: await freePort(), host: "127.0.0.1" });

const dogwatch = async (...words: string[]): Promise<{ readonly status: number; readonly out: string }> => {
  const places = [
    "--config",
    join(folder, "dogwatch.yaml"),
    "--state-dir",
    join(folder, "state"),
    "--logs-dir",
    join(folder, "log"),
  ];
  const child = Bun.spawn([binary, ...words, ...places], { stdout: "pipe", stderr: "pipe" });
  const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  return { status: await child.exited, out: out + err };
};

const texts = (): readonly string[] =>
  server
    .getUpdatesHistory(token)
    .map((update) => ("message" in update && "text" in update.message ? String(update.message.text) : ""));

beforeAll(async () => {
  await server.start();
  mkdirSync(join(folder, "credentials"));
  writeFileSync(join(folder, "credentials/telegram-token"), `${token}\n`);
  chmodSync(join(folder, "credentials/telegram-token"), 0o600);
  writeFileSync(
    join(folder, "dogwatch.yaml"),
    `host: box
confirm: 0s
chat:
  telegram: { chat_id: "-1001", token: { credential: telegram-token }, api: "${server.config.apiURL}" }
checks:
  ghost: { process: { name: no-such-program } }
`,
  );
});

afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

test("dogwatch speaks to a Telegram server that others wrote: chat test, red once, recovered", async () => {
  expect(await dogwatch("chat", "test")).toMatchObject({
    status: 0,
    out: expect.stringContaining("telegram: delivered"),
  });
  const red = await dogwatch("tick");
  expect(red.status).toBe(0);
  expect((await dogwatch("tick")).status).toBe(0);
  writeFileSync(
    join(folder, "dogwatch.yaml"),
    (await Bun.file(join(folder, "dogwatch.yaml")).text()).replace(
      "no-such-program }",
      'no-such-program }, count: ">= 0"',
    ),
  );
  expect((await dogwatch("tick")).status).toBe(0);
  const firstLines = texts().map((text) => text.split("\n")[0]);
  expect(firstLines).toEqual([
    expect.stringMatching(/^TEST box · chat: /),
    expect.stringMatching(/^RED box · ghost: no live process .*\(1 tick, since \d\d:\d\d UTC\)$/),
    expect.stringMatching(/^RECOVERED box · ghost: well again after /),
  ]);
  expect(texts()[1]).toMatch(/\nlog 1:[0-9a-f]{16}$/);
  expect(red.out).not.toContain(token);
});
