import { describe, expect, test } from "bun:test";
import type { HttpAnswer } from "../src/host/host.ts";
import { answer } from "./fake-facts.ts";
import { createTickBed, down, paths, type TickBed } from "./tick-bed.ts";

interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
}

const telegram = 'telegram: { chat_id: "42", token: { credential: telegram-token }, api: "http://127.0.0.1:8081" }';
const manager = 'alertmanager: { url: "http://127.0.0.1:9093" }';

const configFor = (chat: string, names: readonly string[]): string => `host: web-1
confirm: 0s
chat: { ${chat} }
checks:
${names.map((name) => `  ${name}: { http: { url: "http://127.0.0.1:8010/" }, red_after: 1 }`).join("\n")}
`;

/** A host whose checks are as `answers` says, and what its chat took: alerts of one request each, or texts. */
interface Held {
  readonly bed: TickBed;
  readonly answers: Map<string, HttpAnswer>;
  readonly posts: (readonly Alert[])[];
  readonly texts: string[];
}

const hostWith = (chat: string, names: readonly string[]): Held => {
  const bed = createTickBed(configFor(chat, names));
  const host: Held = { bed, answers: new Map(), posts: [], texts: [] };
  bed.host.http.script = ({ for: purpose, body = "" }) => {
    if (!purpose.startsWith("chat")) return host.answers.get(purpose.slice("check ".length)) ?? answer(200);
    const said: unknown = JSON.parse(body);
    if (Array.isArray(said)) host.posts.push(said);
    else host.texts.push(JSON.parse(body).text);
    return answer(200, '{"ok":true,"result":{"message_id":1}}');
  };
  return host;
};

const short = (alerts: readonly Alert[] | undefined, nowMs: number): readonly string[] =>
  (alerts ?? []).map(
    ({ labels, endsAt }) =>
      `${labels["alertname"]} ${labels["check"]} ${Date.parse(endsAt) > nowMs ? "fires" : "over"}`,
  );

const shownOf = ({ bed, posts }: Held): readonly string[] => short(posts.at(-1), bed.host.clock.nowMs());

describe("tick() with a chat that holds state", () => {
  test("tick() posts nothing while all is well, and all that stands each tick while something does", async () => {
    const host = hostWith(manager, ["a", "b"]);
    for (let at = 0; at < 5; at += 1) await host.bed.tick();
    expect(host.posts).toEqual([]);
    host.answers.set("a", down);
    await host.bed.tick();
    host.answers.set("b", down);
    await host.bed.tick();
    await host.bed.tick();
    expect(host.posts.map(({ length }) => length)).toEqual([1, 2, 2]);
    const ends = host.posts.map(([first]) => Date.parse(first?.endsAt ?? ""));
    expect(ends.map((ms) => ms - (ends[0] ?? 0))).toEqual([0, 300_000, 600_000]);
    expect(new Set(host.posts.map(([first]) => first?.startsAt)).size).toBe(1);
  });

  test("tick() that comes every half hour keeps what stands for an hour and a half", async () => {
    const host = hostWith(manager, ["a"]);
    host.answers.set("a", down);
    await host.bed.tick();
    host.bed.host.clock.advance(1_500_000);
    await host.bed.tick();
    const endsMs = Date.parse(host.posts.at(-1)?.[0]?.endsAt ?? "");
    expect(endsMs - host.bed.host.clock.nowMs()).toBe(3 * 1_800_000);
  });

  test("tick() shows a check that flaps beside its red, and ends both when it is steady", async () => {
    const host = hostWith(manager, ["a"]);
    await host.bed.tick();
    for (let at = 0; at < 8; at += 1) {
      if (at % 2 === 0) host.answers.set("a", down);
      else host.answers.delete("a");
      await host.bed.tick();
    }
    expect(shownOf(host).toSorted()).toEqual(["DogwatchFlapping a fires", "DogwatchRed a fires"]);
    host.answers.delete("a");
    for (let at = 0; at < 40 && shownOf(host).some((each) => each.endsWith("fires")); at += 1) await host.bed.tick();
    expect(shownOf(host).toSorted()).toEqual(["DogwatchFlapping a over", "DogwatchRed a over"]);
    expect(host.posts.at(-1)?.[0]?.annotations["summary"]).toStartWith("RECOVERED web-1 · a: ");
    for (let at = 0; at < 4; at += 1) await host.bed.tick();
    const { length } = host.posts;
    await host.bed.tick();
    expect(host.posts).toHaveLength(length);
  });

  test("tick() tells what stood under another chat before, in words of now", async () => {
    const host = hostWith(telegram, ["a", "b"]);
    host.answers.set("a", down);
    await host.bed.tick();
    expect(host.texts).toHaveLength(1);
    host.bed.host.files.put(paths.config, configFor(manager, ["a", "b"]));
    expect((await host.bed.tick()).exit).toBe(0);
    expect(shownOf(host)).toEqual(["DogwatchRed a fires"]);
    expect(host.posts[0]?.[0]?.annotations).toMatchObject({
      summary: expect.stringContaining("web-1 · a: "),
      log: expect.stringMatching(/^log \d+:[0-9a-f]{16}$/u),
    });
    host.bed.host.files.put(paths.config, configFor(telegram, ["a", "b"]));
    await host.bed.tick();
    expect(host.bed.host.files.text(`${paths.state}/state.json`)).not.toContain('"held"');
  });

  test("tick() ends what is no longer in the config", async () => {
    const host = hostWith(manager, ["a", "b"]);
    host.answers.set("a", down);
    await host.bed.tick();
    host.bed.host.files.put(paths.config, configFor(manager, ["b"]));
    await host.bed.tick();
    expect(shownOf(host)).toEqual(["DogwatchRed a over"]);
  });
});

describe("tick() after a reboot", () => {
  test("tick() says one thing, and the next tick is as any other", async () => {
    const host = hostWith(telegram, ["a", "b", "c"]);
    host.answers.set("a", down);
    await host.bed.tick();
    host.texts.length = 0;
    host.bed.host.clock.reboot("boot-2");
    host.answers.set("b", down);
    host.answers.set("c", down);
    host.answers.delete("a");
    expect(JSON.parse((await host.bed.tick({ isJson: true })).out)).toMatchObject({
      ...{ outbox: 0, exit: 0 },
      alerts: [{ kind: "red", delivered: true }],
    });
    expect(host.texts).toEqual([
      expect.stringMatching(/^RED web-1 · back since \d\d:\d\d UTC after a reboot: 2 red, 1 recovered: a, b, c\n/u),
    ]);
    host.texts.length = 0;
    host.answers.clear();
    await host.bed.tick();
    expect(host.texts).toHaveLength(2);
  });

  test("tick() with one thing to say says it as ever, and the first tick ever is no reboot", async () => {
    const host = hostWith(telegram, ["a", "b"]);
    host.answers.set("a", down);
    host.answers.set("b", down);
    await host.bed.tick();
    expect(host.texts).toHaveLength(2);
    host.answers.delete("b");
    await host.bed.tick();
    host.texts.length = 0;
    host.bed.host.clock.reboot("boot-2");
    host.answers.delete("a");
    await host.bed.tick();
    expect(host.texts).toEqual([expect.stringMatching(/^RECOVERED web-1 · a: /u)]);
  });
});
