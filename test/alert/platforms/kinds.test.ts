import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { bundle } from "../../../src/alert/bundle.ts";
import { compose } from "../../../src/alert/compose.ts";
import { add, fold } from "../../../src/alert/outbox.ts";
import { openChat } from "../../../src/alert/platforms/index.ts";
import type { AlertKind, Message } from "../../../src/alert/platforms/platform.ts";
import type { ChatConfig } from "../../../src/config/config.ts";
import { parseJson } from "../../../src/config/json.ts";
import { stories, story } from "../stories.ts";
import { contextWith, nowMs, type Reply, serve } from "./bed.ts";

/** What each platform posts for every kind of message, one file a platform. `GOLDEN=write` writes them anew. */
const folder = join(import.meta.dirname, "../../golden/platforms/kinds");
const isWriting = process.env["GOLDEN"] === "write";

const composed = (name: string): Message => compose(stories[name] ?? story({ evidence: `no story ${name}` }));

/** The compiler asks for a line here where a kind is new. */
const kinds: Readonly<Record<AlertKind, Message>> = {
  red: composed("red-refused"),
  healed: composed("healed"),
  "heal-failed": composed("heal-failed"),
  reminder: composed("reminder"),
  recovered: composed("recovered"),
  flapping: composed("flapping"),
  unknown: composed("unknown"),
  test: composed("test"),
};

/** Several messages as one; an Alertmanager is never sent one of these. */
const together: Readonly<Record<string, Message | undefined>> = {
  bundle: bundle(add([], [kinds.red, composed("red-folded"), kinds.recovered], 7), null),
  reboot: bundle(add([], [kinds.red, kinds.recovered], 7), "2026-11-23T01:58:00.000Z"),
  backlog: fold(add(add([], [kinds.red], 6), [kinds.reminder, kinds.recovered], 7)),
};
const both: Readonly<Record<string, Message | undefined>> = { ...kinds, ...together };

const ref = { credential: "secret" };
type Table = { readonly [Kind in ChatConfig["kind"]]: (api: string) => Extract<ChatConfig, { kind: Kind }> };

/** One of each platform; the compiler asks for a line here where one is new. */
const chats: Table = {
  console: () => ({ kind: "console" }),
  telegram: (api) => ({ kind: "telegram", chatId: "-1001", threadId: null, token: ref, api }),
  slack: (api) => ({ kind: "slack", how: "token", token: ref, channel: "C01", threadTs: null, api }),
  discord: (api) => ({ kind: "discord", webhook: ref, threadId: null, api }),
  mattermost: (api) => ({ kind: "mattermost", how: "webhook", webhook: ref, api }),
  matrix: (api) => ({ kind: "matrix", room: "!room:example.org", token: ref, threadId: null, api }),
  ntfy: (api) => ({ kind: "ntfy", topic: "ops", priority: 5, token: null, api }),
  googlechat: (api) => ({ kind: "googlechat", webhook: ref, threadKey: null, api }),
  teams: (api) => ({ kind: "teams", webhook: ref, api }),
  webhook: (api) => ({ kind: "webhook", url: `${api}/alerts`, headers: {} }),
  alertmanager: (api) => ({ kind: "alertmanager", api, headers: {}, peers: [], labels: { team: "agents" } }),
  openclaw: (api) => ({
    kind: "openclaw",
    api,
    token: ref,
    channel: "telegram",
    target: "-1001",
    account: null,
    whenDown: null,
  }),
  hermes: (api) => ({ kind: "hermes", api, route: "dogwatch", secret: ref, whenDown: null }),
};

/** An answer that any platform takes for its own, by the clock of the context: an Alertmanager of another clock is told twice. */
const welcome = (path: string): Reply => {
  const headers = { date: new Date(nowMs).toUTCString() };
  if (path.endsWith("/secret") && !path.includes("bot")) return { status: 200, headers, body: "ok" };
  const known = { ok: true, id: "1", name: "x", event_id: "$1", status: "delivered", result: { ok: true } };
  return { status: 200, headers, body: JSON.stringify(known) };
};

const bodies = async (chat: (api: string) => ChatConfig): Promise<Readonly<Record<string, unknown>>> => {
  await using server = await serve(({ path }) => welcome(path));
  const written: string[] = [];
  const context = contextWith("secret", written);
  const opened = await openChat(chat(server.base));
  context.host.http.allow(opened.destinations());
  const told = opened.ways[0]?.kind === "alertmanager" ? kinds : both;
  for (const message of Object.values(told)) if (message !== undefined) await opened.send(message, context);
  const posted = server.received.map(({ body }) => parseJson(body)?.value);
  expect([0, Object.keys(told).length]).toContain(posted.length);
  const all = posted.length > 0 ? posted : written.map((line) => ({ line }));
  return Object.fromEntries(Object.keys(told).map((kind, at) => [kind, all[at]]));
};

describe("every kind of message on every platform", () => {
  for (const [name, chat] of Object.entries<(api: string) => ChatConfig>(chats))
    test(`send() to ${name} posts what test/golden/platforms/kinds/${name}.yaml says`, async () => {
      const file = join(folder, `${name}.yaml`);
      const given = stringify(await bodies(chat), { lineWidth: 0 });
      if (isWriting) writeFileSync(file, given);
      expect(given).toBe(existsSync(file) ? readFileSync(file, "utf8") : "");
    });

  test("every platform has its golden file, and no other has", () => {
    expect(readdirSync(folder).sort()).toEqual(
      Object.keys(chats)
        .map((name) => `${name}.yaml`)
        .sort(),
    );
  });

  test("docs/alerts.md names every kind to whoever reads the webhook", () => {
    const [row = ""] = /^\| `kind` \|.*$/mu.exec(readFileSync("docs/alerts.md", "utf8")) ?? [];
    expect(Object.keys(kinds).filter((kind) => !row.includes(`\`${kind}\``))).toEqual([]);
  });
});
