import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { array, boolean, looseObject, parse, string } from "valibot";
import { Den, type How, run } from "./hostile-bed.ts";
import { freePorts } from "./programs-bed.ts";

/** What the chat takes, one text a request. */
interface Chat extends Disposable {
  readonly texts: readonly string[];
  answer: (text: string) => Response;
}

const well = (): Response => Response.json({ ok: true, result: { message_id: 1 } });

const openChat = (port: number): Chat => {
  const texts: string[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port,
    fetch: async (request) => {
      const { text } = parse(looseObject({ text: string() }), await request.json());
      texts.push(text);
      return chat.answer(text);
    },
  });
  const chat: Chat = { texts, answer: well, [Symbol.dispose]: () => void server.stop(true) };
  return chat;
};

const Waiting = looseObject({ outbox: array(looseObject({ id: string() })), stale: boolean() });

/** A host whose chat is at `port`; check `n` is red while nothing listens on the n-th port after it. */
const hostAt = (port: number, checks: readonly number[]): Den => {
  const den = new Den();
  den.write("chat-token", "4711:AAHplanted-token-0123456789\n");
  den.write(
    "dogwatch.yaml",
    `host: web-1
confirm: 0s
chat: { telegram: { chat_id: "1", token: { file: "${den.at("chat-token")}" }, api: "http://127.0.0.1:${port}" } }
checks:
${checks.map((each, at) => `  c${at}: { tcp: { host: 127.0.0.1, port: ${each} }, red_after: 1 }`).join("\n")}
`,
  );
  return den;
};

/** `dogwatch failed`, as its unit runs it after a tick with this status. */
const failed = async (den: Den, exit: number): Promise<string> =>
  (await run(den.argv(["failed"]), { ...den.env, MONITOR_EXIT_STATUS: String(exit), RUNTIME_DIRECTORY: den.path })).err;

const listen = (port: number): Disposable => {
  const server = Bun.serve({ hostname: "127.0.0.1", port, fetch: () => new Response("") });
  return { [Symbol.dispose]: () => void server.stop(true) };
};

const status = async (den: Den): Promise<number> =>
  parse(Waiting, JSON.parse((await den.dogwatch(["status", "--json"])).out)).outbox.length;

const exitsOf = async (den: Den, ticks: number, how?: How): Promise<readonly number[]> => {
  const exits: number[] = [];
  for (let tick = 0; tick < ticks; tick += 1) exits.push((await den.tick(how)).json.exit);
  return exits;
};

describe("a chat that is down", () => {
  test("ticks keep what they have to tell, end with 75 from the second on, and send one message afterwards", async () => {
    const [port = 0, ...checks] = await freePorts(5);
    using den = hostAt(port, checks);
    expect(await exitsOf(den, 1)).toEqual([0]);
    const told: string[] = [];
    for (const check of checks) {
      using _ = listen(check);
      expect(await exitsOf(den, 1)).toEqual([75]);
      told.push(await failed(den, 75));
    }
    expect(await exitsOf(den, 2)).toEqual([75, 75]);
    expect(told.map((line) => line.slice(0, 3))).toEqual(["<0>", "<3>", "<3>", "<3>"]);
    expect(told.every((line) => line.includes(`connection refused by 127.0.0.1:${port}`))).toBeTrue();
    const waiting = await status(den);
    expect(waiting).toBeGreaterThan(6);

    using chat = openChat(port);
    expect(await exitsOf(den, 2)).toEqual([0, 0]);
    expect(chat.texts).toEqual([
      expect.stringMatching(new RegExp(`^RED web-1 · ${waiting} messages held back since `, "u")),
    ]);
    expect(await status(den)).toBe(0);
  }, 60_000);

  test("a chat that asks to wait is left alone over ticks, and one that refuses is asked once a tick, at 75 from the first", async () => {
    const [port = 0, ...checks] = await freePorts(2);
    using den = hostAt(port, checks);
    using chat = openChat(port);
    chat.answer = () => Response.json({ ok: false, parameters: { retry_after: 2 } }, { status: 429 });
    expect(await exitsOf(den, 3)).toEqual([0, 75, 75]);
    expect(chat.texts).toHaveLength(1);
    chat.answer = () => Response.json({ ok: false, description: "Forbidden" }, { status: 403 });
    await Bun.sleep(2100);
    expect(await exitsOf(den, 2)).toEqual([75, 75]);
    expect(chat.texts).toHaveLength(3);
    chat.answer = well;
    expect(await exitsOf(den, 1)).toEqual([0]);

    const [other = 0, ...sick] = await freePorts(2);
    using fresh = hostAt(other, sick);
    using refusing = openChat(other);
    refusing.answer = () => Response.json({ ok: false, description: "Unauthorized" }, { status: 401 });
    expect(await exitsOf(fresh, 2)).toEqual([75, 75]);
    expect(refusing.texts).toHaveLength(2);
    expect(existsSync(fresh.log)).toBeTrue();
  }, 60_000);

  test("a message that the chat refuses for what is in it is told in plain words, and holds up no others", async () => {
    const [port = 0, ...checks] = await freePorts(3);
    using den = hostAt(port, checks);
    using _ = listen(checks[1] ?? 0);
    using chat = openChat(port);
    chat.answer = (text) =>
      text.includes("· c0: ") && !text.includes("as written")
        ? Response.json({ ok: false, description: "bad text" }, { status: 400 })
        : well();
    expect(await exitsOf(den, 3)).toEqual([75, 75, 0]);
    expect(chat.texts.at(-1)).toMatch(
      /^RED web-1 · c0: the chat refused this message as written; read on the host\nNext: dogwatch status\nIncident c0-\d{8}T/u,
    );
  }, 60_000);

  test("eleven checks that turn red at once are one message", async () => {
    const [port = 0, ...checks] = await freePorts(12);
    using den = hostAt(port, checks);
    using chat = openChat(port);
    expect((await den.tick()).json).toMatchObject({ exit: 0, outbox: 0, alerts: [{ kind: "red", delivered: true }] });
    expect(chat.texts).toEqual([expect.stringMatching(/^RED web-1 · 11 alerts at once: 11 red: c0, c1, /u)]);
    for (const [at] of checks.entries()) expect(chat.texts[0]).toContain(`[c${at}-`);
  }, 60_000);
});
