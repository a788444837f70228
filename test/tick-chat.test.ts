import { describe, expect, test } from "bun:test";
import { chatCommand } from "../src/cli/chat.ts";
import { createHttp } from "../src/host/http.ts";
import { echoes, serve } from "./alert/platforms/bed.ts";
import { answer } from "./fake-facts.ts";
import { configText, createTickBed, down, flags, paths, type TickBed, token } from "./tick-bed.ts";

const first = (text: string | undefined): string => text?.split("\n", 1)[0] ?? "";

/** A host whose gateway just died for good, with a chat that answers like this. */
const sick = (chat: TickBed["chat"]): TickBed => {
  const bed = createTickBed(configText.replace("mode: apply", "mode: observe"));
  bed.chat = chat;
  bed.kill();
  return bed;
};

describe("tick() with a chat that is down", () => {
  test("tick() ends with 75 from the second tick on, and delivers in order once the chat is back", async () => {
    const bed = sick(() => down);
    expect(await bed.tick()).toMatchObject({ exit: 0 });
    for (let at = 0; at < 3; at += 1) expect(await bed.tick()).toMatchObject({ exit: 75 });
    bed.start();
    expect(await bed.tick()).toMatchObject({ exit: 75 });
    bed.chat = createTickBed().chat;
    expect(await bed.tick()).toMatchObject({ exit: 0 });
    expect(bed.received).toHaveLength(1);
    expect(bed.received[0]?.split("\n").slice(0, 3)).toEqual([
      "RECOVERED web-1 · 2 messages held back since 02:10 UTC, while the chat was out of reach",
      "11-23 02:10 RED web-1 · unit: failed (signal, signal 9) (1 tick, since 02:10 UTC) [unit-20261123T021010Z]",
      expect.stringMatching(
        /^11-23 02:\d\d RECOVERED web-1 · unit: well again after \d+ min .* \[unit-20261123T021010Z\]$/u,
      ),
    ]);
    expect(await bed.tick()).toMatchObject({ exit: 0 });
    expect(bed.received).toHaveLength(1);
  });

  test("tick() sends the backlog first and this tick's news after it", async () => {
    const bed = sick(() => down);
    await bed.tick();
    bed.start();
    bed.chat = createTickBed().chat;
    await bed.tick();
    expect(bed.received.map(first)).toEqual([
      "RED web-1 · unit: failed (signal, signal 9) (1 tick, since 02:10 UTC)",
      expect.stringMatching(/^RECOVERED web-1/u),
    ]);
  });

  test("tick() says in what it prints and in --json what waits and why", async () => {
    const bed = sick(() => down);
    await bed.tick();
    expect((await bed.tick()).out).toContain("alert: red not delivered: telegram: connection refused");
    expect(JSON.parse((await bed.tick({ isJson: true })).out)).toMatchObject({
      alerts: [{ kind: "red", delivered: false, why: "telegram: connection refused" }],
      outbox: 1,
      exit: 75,
    });
  });

  test("tick() leaves the reason for the unit that tells of it", async () => {
    const bed = sick(() => down);
    await bed.tick();
    expect(bed.host.files.text(`${paths.state}/illness.json`)).toBeUndefined();
    await bed.tick();
    expect(bed.host.files.text(`${paths.state}/illness.json`)).toContain(
      '"exit":75,"why":"an alert cannot be delivered: telegram: connection refused"',
    );
  });

  test("tick() asks a sick chat once a tick", async () => {
    const bed = sick(() => down);
    for (let at = 0; at < 4; at += 1) await bed.tick();
    expect(bed.host.http.sent.filter((request) => request.for === "chat telegram")).toHaveLength(4);
  });
});

describe("tick() with a chat that refuses or is busy", () => {
  test("tick() ends with 75 at once when the chat will never take it, keeps it, and delivers when it relents", async () => {
    const bed = sick(() => answer(403, '{"ok":false,"description":"Forbidden: bot was blocked by the user"}'));
    const { exit, out } = await bed.tick();
    expect(exit).toBe(75);
    expect(out).toContain('telegram answered 403 "Forbidden: bot was blocked by the user"');
    bed.chat = createTickBed().chat;
    expect(await bed.tick()).toMatchObject({ exit: 0 });
    expect(bed.received.map(first)).toEqual([expect.stringMatching(/^RED web-1/u)]);
  });

  test("tick() waits as long as a busy chat asked, over ticks", async () => {
    const bed = sick(() => answer(429, '{"ok":false,"parameters":{"retry_after":700}}'));
    await bed.tick();
    bed.chat = createTickBed().chat;
    const tried = async (): Promise<number> => {
      await bed.tick();
      return bed.host.http.sent.filter((request) => request.for === "chat telegram").length;
    };
    expect(await tried()).toBe(1);
    expect(await tried()).toBe(1);
    expect(await tried()).toBe(2);
    expect(bed.received).toHaveLength(1);
  });

  test("tick() asks another chat at once, whatever the one before asked for", async () => {
    const bed = sick(() => answer(429, '{"ok":false,"parameters":{"retry_after":86400}}'));
    await bed.tick();
    bed.chat = createTickBed().chat;
    bed.host.files.put(paths.config, `${configText.replace("apply", "observe")}# another chat\n`);
    expect(await bed.tick()).toMatchObject({ exit: 0 });
    expect(bed.received.map(first)).toEqual([expect.stringMatching(/^RED web-1/u)]);
  });

  const chatTest = async (bed: TickBed): Promise<number> =>
    await chatCommand({ host: bed.host, paths, flags, words: ["test"] });

  test("tick() sends again at once after a chat test that was delivered, and not after one that wasn't", async () => {
    const bed = sick(() => answer(429, '{"ok":false,"parameters":{"retry_after":86400}}'));
    await bed.tick();
    expect(await chatTest(bed)).toBe(75);
    bed.chat = createTickBed().chat;
    await bed.tick();
    expect(bed.received).toEqual([]);
    expect(await chatTest(bed)).toBe(0);
    expect(await bed.tick()).toMatchObject({ exit: 0 });
    expect(bed.received.map(first)).toEqual([
      expect.stringMatching(/^TEST web-1/u),
      expect.stringMatching(/^RED web-1/u),
    ]);
  });

  test("tick() waits again when a chat asks for it after a test that was delivered", async () => {
    const busy = answer(429, '{"ok":false,"parameters":{"retry_after":86400}}');
    const bed = sick(() => busy);
    await bed.tick();
    bed.chat = createTickBed().chat;
    await chatTest(bed);
    bed.chat = () => busy;
    await bed.tick();
    bed.chat = createTickBed().chat;
    await bed.tick();
    expect(bed.received.map(first)).toEqual([expect.stringMatching(/^TEST web-1/u)]);
  });

  test("tick() says that it waits because the chat asked to", async () => {
    const bed = sick(() => answer(429, '{"ok":false,"parameters":{"retry_after":700}}'));
    await bed.tick();
    await bed.tick();
    expect(bed.host.files.text(`${paths.state}/illness.json`)).toContain("the chat asked to wait");
  });
});

describe("tick() and the token", () => {
  test("tick() shows the token nowhere, whatever the chat answers", async () => {
    const replies = echoes(token);
    let at = 0;
    await using chat = await serve(() => replies[at % replies.length] ?? { status: 500 });
    for (at = 0; at < replies.length; at += 7) {
      const bed = createTickBed(configText.replace("http://127.0.0.1:8081", chat.base).replace("apply", "observe"));
      const host = { ...bed.host, http: createHttp() };
      bed.kill();
      const told = [
        await bed.tick({ logLevel: "debug" }, host),
        await bed.tick({ isJson: true }, host),
        await bed.tick({ logFormat: "json", logLevel: "debug" }, host),
      ];
      const files = Object.entries(bed.files()).filter(([path]) => !path.startsWith(paths.credentials.path));
      expect(JSON.stringify([told, files])).not.toContain("AAH");
    }
    expect(chat.received.length).toBeGreaterThan(5);
    expect(chat.received[0]?.path).toBe(`/bot${token}/sendMessage`);
  });

  test("tick() tells a missing or readable credential by its path, never by its text", async () => {
    const bed = sick(createTickBed().chat);
    const path = `${paths.credentials.path}/telegram-token`;
    bed.host.files.put(path, token, { mode: 0o644 });
    const open = await bed.tick();
    expect(open).toMatchObject({ exit: 75 });
    expect(open.out).toContain(`"${path}" can be read by others; run: chmod 600 ${path}`);
    bed.host.files.remove(path);
    const { out } = await bed.tick();
    expect(out).toContain(`cannot read "${path}": no such file or directory`);
    expect(`${open.out}${out}`).not.toContain("AAH");
  });
});
