import { describe, expect, test } from "bun:test";
import { chatCommand } from "../src/cli/chat.ts";
import { statusCommand } from "../src/cli/status.ts";
import type { HttpAnswer } from "../src/host/host.ts";
import { answer } from "./fake-facts.ts";
import { configText, createTickBed, down, flags, paths, type TickBed } from "./tick-bed.ts";

const telegram = '{ telegram: { chat_id: "42", token: { credential: telegram-token }, api: "http://127.0.0.1:8081" } }';
const hermesChat = "{ hermes: { route: dogwatch, secret: { credential: hermes-secret } } }";
const hermesBoth = hermesChat.replace(" } } }", ` }, when_down: ${telegram} } }`);
const openclawBoth = `{ openclaw: { token: { credential: hermes-secret }, channel: telegram, target: 42, when_down: ${telegram} } }`;

const accepted = answer(202, '{"status":"accepted","delivery_id":"1"}');
const delivered = answer(200, '{"status":"delivered"}');
const latchFile = `${paths.state}/chat-latch.json`;

interface GatewayBed {
  readonly bed: TickBed;
  /** What the gateway answers. */
  gateway: () => HttpAnswer;
  /** Requests to the gateway. */
  posts(): number;
  configure(chat: string): void;
}

const withChat = (chat: string): string =>
  configText.replace("mode: apply", "mode: observe").replace(/chat:\n.*\n/u, `chat: ${chat}\n`);

/** A host whose only gateway is dead, told of by a gateway's chat. */
const sick = (chat: string, gateway: () => HttpAnswer): GatewayBed => {
  const bed = createTickBed(withChat(chat));
  bed.host.files.put(`${paths.credentials.path}/hermes-secret`, "planted-route-secret\n", { mode: 0o600 });
  const { script } = bed.host.http;
  const isGateway = (purpose: string): boolean => purpose === "chat hermes" || purpose === "chat openclaw";
  const made: GatewayBed = {
    bed,
    gateway,
    posts: () => bed.host.http.sent.filter((request) => isGateway(request.for)).length,
    configure: (other) => bed.host.files.put(paths.config, withChat(other)),
  };
  bed.host.http.script = (request) => (isGateway(request.for) ? made.gateway() : script(request));
  bed.kill();
  return made;
};

const cliOf = (bed: TickBed, isJson = false, mine = paths) => ({
  host: bed.host,
  paths: mine,
  words: ["test"],
  flags: { ...flags, isJson },
});

const chatTest = async (bed: TickBed, isJson = false) => {
  Object.assign(bed.host.terminal, { stdout: "", stderr: "" });
  const exit = await chatCommand(cliOf(bed, isJson));
  return { exit, out: bed.host.terminal.stdout, err: bed.host.terminal.stderr };
};

const status = async (bed: TickBed, isJson = false): Promise<string> => {
  Object.assign(bed.host.terminal, { stdout: "", stderr: "" });
  await statusCommand(cliOf(bed, isJson));
  return bed.host.terminal.stdout;
};

describe("tick() with a gateway that runs an agent at our message", () => {
  test("tick() posts once, never again, and ends with 75 at every tick, news or not", async () => {
    const { bed, posts } = sick(hermesChat, () => accepted);
    const first = await bed.tick();
    expect(first.exit).toBe(75);
    expect(first.out).toContain('trouble: nothing more is posted to the chat: hermes answered 202 "accepted"');
    bed.start();
    for (let at = 0; at < 3; at += 1) expect(await bed.tick()).toMatchObject({ exit: 75 });
    expect(posts()).toBe(1);
  });

  test("tick() tells why in --json, in the illness and in status", async () => {
    const { bed } = sick(hermesChat, () => accepted);
    await bed.tick();
    const why = 'hermes answered 202 "accepted": the route may run an agent: set "deliver_only: true" on it';
    const told = JSON.parse((await bed.tick({ isJson: true })).out);
    expect(told).toMatchObject({
      alerts: [{ kind: "red", delivered: false, why: expect.stringContaining(`latched: ${why}`) }],
      outbox: 1,
      exit: 75,
    });
    const illness = JSON.parse(bed.host.files.text(`${paths.state}/illness.json`) ?? "{}");
    expect(illness).toMatchObject({
      exit: 75,
      why: expect.stringContaining(`nothing more is posted to the chat: ${why}`),
    });
    expect(await status(bed)).toContain("chat latched: hermes answered 202");
    expect(JSON.parse(await status(bed, true))).toMatchObject({ chat_latched: expect.stringContaining(why) });
  });

  test("tick() opens the latch when the chat's config is another, and delivers what waited", async () => {
    const hermes = sick(hermesChat, () => accepted);
    await hermes.bed.tick();
    hermes.configure(hermesChat.replace("route: dogwatch", "route: alerts"));
    hermes.gateway = () => delivered;
    expect(await hermes.bed.tick()).toMatchObject({ exit: 0 });
    expect(hermes.posts()).toBe(2);
    expect(hermes.bed.host.files.text(latchFile)).toBeUndefined();
    expect(await status(hermes.bed)).not.toContain("latched");
  });

  test("tick() keeps the latch over a change elsewhere in the config", async () => {
    const { bed, posts } = sick(hermesChat, () => accepted);
    await bed.tick();
    bed.host.files.put(paths.config, withChat(hermesChat).replace("remind_every: 4h", "remind_every: 5h"));
    expect(await bed.tick()).toMatchObject({ exit: 75 });
    expect(posts()).toBe(1);
  });

  test("tick() tells by when_down all the same, and still ends with 75", async () => {
    const { bed, posts } = sick(hermesBoth, () => accepted);
    for (let at = 0; at < 2; at += 1) expect(await bed.tick()).toMatchObject({ exit: 75 });
    bed.start();
    expect(await bed.tick()).toMatchObject({ exit: 75 });
    expect(bed.received.map((text) => text.split(" ", 1)[0])).toEqual(["RED", "RECOVERED"]);
    expect(posts()).toBe(1);
  });

  test("tick() ends with an I/O status when the latch can't be written", async () => {
    const { bed } = sick(hermesChat, () => accepted);
    const { replace } = bed.host.files;
    bed.host.files.replace = (path, text, mode) =>
      path === latchFile ? { kind: "failed", code: "ENOSPC", why: "no space left" } : replace(path, text, mode);
    expect(await bed.tick()).toMatchObject({ exit: 74 });
  });

  test("tick --dry-run says that the chat is latched and leaves it so", async () => {
    const { bed, posts } = sick(hermesChat, () => accepted);
    await bed.tick();
    expect((await bed.tick({ isDryRun: true })).out).toContain("nothing more is posted to the chat");
    expect([posts(), bed.host.files.text(latchFile) === undefined]).toEqual([1, false]);
  });

  test("chat test opens the latch by a delivery alone", async () => {
    const hermes = sick(hermesChat, () => accepted);
    await hermes.bed.tick();
    expect(await chatTest(hermes.bed)).toMatchObject({ exit: 75, err: expect.stringContaining("hermes answered 202") });
    expect(await hermes.bed.tick()).toMatchObject({ exit: 75 });
    expect(hermes.posts()).toBe(2);
    hermes.gateway = () => delivered;
    expect(await chatTest(hermes.bed)).toMatchObject({
      exit: 0,
      out: 'hermes: delivered (hermes answered 200 "delivered")\n',
    });
    expect(await hermes.bed.tick()).toMatchObject({ exit: 0 });
  });

  test("chat test closes the latch, so that no tick posts what would wake an agent", async () => {
    const { bed, posts } = sick(hermesChat, () => accepted);
    expect(await chatTest(bed)).toMatchObject({ exit: 75 });
    expect(await bed.tick()).toMatchObject({ exit: 75 });
    expect(posts()).toBe(1);
  });
});

describe("tick() with a gateway that is down", () => {
  test("tick() tells by when_down in the same tick, and ends with 0", async () => {
    const { bed, posts } = sick(openclawBoth, () => down);
    const told = await bed.tick({ isJson: true });
    expect(JSON.parse(told.out)).toMatchObject({
      alerts: [
        {
          kind: "red",
          delivered: true,
          via: "telegram",
          why: expect.stringContaining("in place of: openclaw: connection refused"),
        },
      ],
      outbox: 0,
      exit: 0,
    });
    expect(bed.received).toHaveLength(1);
    expect(posts()).toBe(1);
    expect(await bed.tick()).toMatchObject({ exit: 0 });
  });

  test("tick() says in the table that it went by when_down", async () => {
    const { bed } = sick(openclawBoth, () => down);
    expect((await bed.tick()).out).toContain(
      "alert: red delivered by when_down: telegram answered 200, in place of: openclaw",
    );
  });

  test("tick() ends with 75 when the gateway refuses for good, though when_down delivered", async () => {
    const { bed } = sick(openclawBoth, () => answer(401, "{}"));
    const told = await bed.tick();
    expect(told).toMatchObject({
      exit: 75,
      out: expect.stringContaining("trouble: the chat was told by when_down alone: openclaw answered 401"),
    });
    expect(bed.received).toHaveLength(1);
    expect(await bed.tick()).toMatchObject({ exit: 0 });
  });

  test("tick() keeps what neither way takes, and delivers it by the gateway once that is back", async () => {
    const openclaw = sick(openclawBoth, () => down);
    openclaw.bed.chat = () => down;
    expect(await openclaw.bed.tick()).toMatchObject({ exit: 0 });
    expect(await openclaw.bed.tick()).toMatchObject({ exit: 75 });
    openclaw.gateway = () => answer(200, '{"ok":true,"result":{}}');
    expect(await openclaw.bed.tick()).toMatchObject({ exit: 0 });
    expect(openclaw.bed.received).toEqual([]);
  });
});

describe("chat test with two ways", () => {
  test("chat test tries both and says what each answered", async () => {
    const { bed } = sick(openclawBoth, () => answer(200, '{"ok":true,"result":{}}'));
    expect(await chatTest(bed)).toEqual({
      exit: 0,
      out: "openclaw: delivered (openclaw answered 200)\ntelegram (when_down): delivered (telegram answered 200)\n",
      err: "",
    });
    expect(bed.received).toEqual([
      "TEST web-1 · chat: dogwatch can reach this chat while openclaw is down; nothing is wrong\nlog 0:0000000000000000",
    ]);
  });

  test("chat test ends with 75 when one of them fails, and names it", async () => {
    const { bed } = sick(openclawBoth, () => down);
    expect(await chatTest(bed)).toMatchObject({
      exit: 75,
      out: "telegram (when_down): delivered (telegram answered 200)\n",
      err: expect.stringContaining("dogwatch: cannot deliver to openclaw: openclaw: connection refused"),
    });
    const other = sick(openclawBoth, () => answer(200, '{"ok":true,"result":{}}'));
    other.bed.chat = () => answer(401, '{"ok":false,"description":"Unauthorized"}');
    expect(await chatTest(other.bed)).toMatchObject({
      exit: 75,
      out: "openclaw: delivered (openclaw answered 200)\n",
      err: expect.stringContaining(
        'dogwatch: cannot deliver to telegram (when_down): telegram answered 401 "Unauthorized"',
      ),
    });
  });

  test("chat test --json is one object with both", async () => {
    const { bed } = sick(openclawBoth, () => down);
    expect(JSON.parse((await chatTest(bed, true)).out)).toEqual({
      chat: "openclaw",
      kind: "later",
      why: expect.stringContaining("connection refused"),
      when_down: { chat: "telegram", kind: "delivered", answer: "telegram answered 200" },
    });
  });

  test("chat test as root outside of the sandbox leaves the watcher's latch to the watcher", async () => {
    const { bed } = sick(hermesChat, () => accepted);
    const walled = { ...paths, helper: "/var/lib/dogwatch-heal" };
    await chatCommand({ ...cliOf(bed, false, walled), host: Object.assign(bed.host, { uid: 0 }) });
    expect(bed.host.files.text(latchFile)).toBeUndefined();
  });
});
