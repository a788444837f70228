import type { ChatConfig } from "../../src/config/config.ts";

/** What stands in every secret of these chats: no part of it may ever be seen. No two of its slices are the same. */
export const planted = "PLANTED_s3cr3t-tok3n_0123456789";

/** A chat as a config names it, against a server of ours at `api`; every secret is the credential "chat". */
export interface HostileChat {
  readonly name: string;
  /** What stands under `chat:`. */
  readonly yaml: (api: string) => string;
  readonly secret: string;
  /** What the platform says when it has taken a message. */
  readonly ok: { readonly status: number; readonly body?: string };
  /** How often a text stands in one body, in part or whole; default 2. */
  readonly copies?: number;
  /** What the platform would act on in this request's body: a mention, markup, a link of the host's; empty where nothing is. */
  readonly acts: (body: unknown) => readonly string[];
}

/** Every text in a JSON value, with the path to it. */
export const textsIn = (value: unknown, path = ""): readonly (readonly [string, string])[] => {
  if (typeof value === "string") return [[path, value]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => textsIn(each, `${path}/${key}`));
};

const at = (body: unknown, path: string): string => textsIn(body).find(([each]) => each === path)?.[1] ?? "";
const finds = (text: string, ...patterns: readonly RegExp[]): readonly string[] =>
  patterns.filter((pattern) => pattern.test(text)).map((pattern) => `${pattern} in ${text.slice(0, 300)}`);
/** The rest, once the code blocks and the code in lines are taken out, that nothing in them can end. */
const outsideCode = (text: string): string => text.replace(/```\n[\s\S]*?\n```/gu, "").replace(/`[^`\n]*`/gu, "");
const needs = (isSo: boolean, what: string): readonly string[] => (isSo ? [] : [`${what} is missing`]);
const lacks = (body: unknown, ...keys: readonly string[]): readonly string[] =>
  keys.filter((key) => JSON.stringify(body).includes(`"${key}":`)).map((key) => `"${key}" is there`);

const loud = /@(?:everyone|here|all|channel|room)\b/u;
const markup = [/\*\*/u, /\]\(http/u, /<[!@#]/u, loud, /```/u] as const;
const ok = { status: 200, body: JSON.stringify({ ok: true }) };
const none = (): readonly string[] => [];

/** Each platform of the config: one that is added to it has no types here until it has its row. */
export const hostileChats: { readonly [Kind in Exclude<ChatConfig["kind"], "console">]: readonly HostileChat[] } = {
  telegram: [
    {
      name: "telegram",
      yaml: (api) => `telegram: { chat_id: "1", token: { credential: chat }, api: "${api}" }`,
      secret: `4711:${planted}`,
      ok,
      acts: (body) => [
        ...lacks(body, "parse_mode"),
        ...needs(
          JSON.stringify(body).includes(`"entities":[{"type":"pre","offset":0,"length":${at(body, "/text").length}}]`),
          "one entity over the whole text",
        ),
      ],
    },
  ],
  slack: [
    {
      name: "slack by a token",
      yaml: (api) => `slack: { token: { credential: chat }, channel: "#ops", api: "${api}" }`,
      secret: `xoxb-${planted}`,
      ok,
      acts: (body) => [...finds(at(body, "/text"), /[<>]/u), ...lacks(body, "blocks", "attachments")],
    },
    {
      name: "slack by a webhook",
      yaml: (api) => `slack: { webhook: { credential: chat }, api: "${api}" }`,
      secret: `/services/T0/B0/${planted}`,
      ok: { status: 200, body: "ok" },
      acts: (body) => [...finds(at(body, "/text"), /[<>]/u), ...lacks(body, "blocks", "attachments")],
    },
  ],
  discord: [
    {
      name: "discord",
      yaml: (api) => `discord: { webhook: { credential: chat }, api: "${api}" }`,
      secret: `/api/webhooks/1/${planted}`,
      ok: { status: 204 },
      acts: (body) => [
        ...needs(JSON.stringify(body).includes('"allowed_mentions":{"parse":[]}'), "allowed_mentions"),
        ...finds(outsideCode(at(body, "/content")).replace(/\\./gu, ""), /\*\*|\]\(http|<[!@#]|```/u),
        ...finds(at(body, "/content").split("\n", 1)[0] ?? "", /@(?:everyone|here)\b/u),
      ],
    },
  ],
  mattermost: [
    {
      name: "mattermost by a token",
      yaml: (api) => `mattermost: { token: { credential: chat }, channel: qmd5oqtwoibz8cuzxzg5ekshgr, api: "${api}" }`,
      secret: planted,
      ok: { status: 201, body: JSON.stringify({ id: "ksmf3rqnxpyk3qmjdmj5sq4bzw" }) },
      acts: (body) => finds(outsideCode(at(body, "/message")), ...markup),
    },
    {
      name: "mattermost by a webhook",
      yaml: (api) => `mattermost: { webhook: { credential: chat }, api: "${api}" }`,
      secret: `/hooks/${planted}`,
      ok: { status: 200, body: "ok" },
      acts: (body) => finds(outsideCode(at(body, "/text")), ...markup),
    },
  ],
  matrix: [
    {
      name: "matrix",
      yaml: (api) => `matrix: { room: "!room:example.org", token: { credential: chat }, api: "${api}" }`,
      secret: planted,
      ok: { status: 200, body: JSON.stringify({ event_id: "$1" }) },
      acts: (body) => [
        ...needs(JSON.stringify(body).includes('"m.mentions":{}'), "m.mentions"),
        ...lacks(body, "format", "formatted_body"),
      ],
    },
  ],
  ntfy: [
    {
      name: "ntfy",
      yaml: (api) => `ntfy: { topic: { credential: chat }, token: { credential: chat }, api: "${api}" }`,
      secret: planted,
      ok: { status: 200, body: JSON.stringify({ id: "hwQ2YpKdmg" }) },
      acts: (body) => lacks(body, "markdown", "actions", "click", "attach", "icon", "email", "call"),
    },
  ],
  googlechat: [
    {
      name: "googlechat",
      yaml: (api) => `googlechat: { webhook: { credential: chat }, api: "${api}" }`,
      secret: `/v1/spaces/AAA/messages?key=${planted}&token=${planted}`,
      ok: { status: 200, body: JSON.stringify({ name: "spaces/AAA/messages/1" }) },
      acts: (body) => [
        ...finds(outsideCode(at(body, "/text")), ...markup),
        ...finds(at(body, "/text"), /<users\//u, /<http/u),
        ...lacks(body, "cardsV2", "formattedText"),
      ],
    },
  ],
  teams: [
    {
      name: "teams",
      yaml: (api) => `teams: { webhook: { credential: chat }, api: "${api}" }`,
      secret: `/workflows/a/triggers/manual/paths/invoke?sig=${planted}`,
      ok: { status: 202 },
      acts: (body) => [
        ...lacks(body, "entities", "actions", "selectAction"),
        ...needs(
          !JSON.stringify(body).includes('"TextBlock"'),
          "a TextRun in place of a TextBlock, which knows Markdown",
        ),
      ],
    },
  ],
  webhook: [
    {
      name: "webhook",
      yaml: (api) =>
        `webhook: { url: "${api}/x", headers: { Authorization: { credential: chat, prefix: "Bearer " } } }`,
      secret: planted,
      ok: { status: 200 },
      acts: none,
    },
  ],
  alertmanager: [
    {
      name: "alertmanager",
      yaml: (api) =>
        `alertmanager: { url: "${api}", headers: { Authorization: { credential: chat, prefix: "Bearer " } } }`,
      secret: planted,
      ok: { status: 200 },
      // A summary and a description for people, and labels for routes.
      copies: 4,
      acts: none,
    },
  ],
  openclaw: [
    {
      name: "openclaw",
      yaml: (api) => `openclaw: { token: { credential: chat }, channel: telegram, target: "1", url: "${api}" }`,
      secret: planted,
      ok: { status: 200, body: JSON.stringify({ ok: true, result: { details: { ok: true } } }) },
      acts: (body) => [
        ...finds(outsideCode(at(body, "/args/message")), ...markup),
        ...finds(at(body, "/args/message"), /\[\[/u, /MEDIA:/u, /<think/u, loud),
      ],
    },
  ],
  hermes: [
    {
      name: "hermes",
      yaml: (api) => `hermes: { route: dogwatch, secret: { credential: chat }, url: "${api}" }`,
      secret: planted,
      ok: { status: 200, body: JSON.stringify({ status: "delivered", delivery_id: "1" }) },
      acts: (body) => [
        ...finds(outsideCode(at(body, "/text")), ...markup),
        ...finds(at(body, "/text"), /\[\[/u, /MEDIA:/u, /<think/u, loud),
      ],
    },
  ],
};

/** All of them in one list. */
export const everyChat: readonly HostileChat[] = Object.values(hostileChats).flat();
