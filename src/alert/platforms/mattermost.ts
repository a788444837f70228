import type { ChatConfig } from "../../config/config.ts";
import { endpoint } from "../../config/egress.ts";
import { parseJson } from "../../config/json.ts";
import { type Dialect, post } from "./delivery.ts";
import { inertText } from "./inert.ts";
import { textMember, textMembers } from "./json.ts";
import type { ChatOf, Delivery, Message, Platform, PlatformContext } from "./platform.ts";
import { oneWord, secretFor, webhookFor } from "./secret.ts";

type Way<How extends string> = Extract<ChatConfig, { kind: "mattermost"; how: How }>;

/** Errors come as JSON with a sentence in the server's language and a code. Source: developers.mattermost.com/api-documentation, "Error response". */
const wordsOf = (body: string): string => textMembers(parseJson(body)?.value, "id", "message") || body;

const shared: readonly (readonly [RegExp, string])[] = [
  [/deleted|archived/iu, "the channel is archived: choose another one"],
  [/root_id|rootid/iu, 'the thread is gone: check "root_id"'],
];

const ofWebhook: readonly (readonly [RegExp, string])[] = [
  ...shared,
  [/incoming_webhook\.disabled/u, "incoming webhooks are switched off: System Console, Integrations"],
  [/incoming_webhook\.(invalid|channel|user)/u, "the webhook is gone, or its channel: make a new one"],
];

const said = (list: readonly (readonly [RegExp, string])[], words: string): string =>
  list.find(([error]) => error.test(words))?.[1] ?? "";

/** Answers with the plain word `ok`. Source: developers.mattermost.com/integrate/webhooks/incoming. */
const webhookDialect: Dialect = {
  platform: "mattermost",
  hear: ({ status, body }) =>
    status < 300 && body.trim() === "ok"
      ? { verdict: "taken", words: "ok" }
      : { verdict: "unreadable", words: wordsOf(body) },
  advise: (status, words) =>
    said(ofWebhook, words) || ([401, 403, 404].includes(status) ? "the webhook's URL is wrong: copy it anew" : ""),
};

const adviseToken = (status: number, words: string): string => {
  if (status === 401) return "the token is wrong or revoked: make a new one for the bot";
  if (status === 403) return "the bot may not post there: add it to the team and to the channel";
  return said(shared, words) || (status === 404 ? 'check "channel" and "api"' : "");
};

/** Answers 201 with the post. Source: developers.mattermost.com/api-documentation/#/operations/CreatePost. */
const tokenDialect: Dialect = {
  platform: "mattermost",
  hear: ({ status, body }) =>
    status < 300 && textMember(parseJson(body)?.value, "id") !== ""
      ? { verdict: "taken", words: "" }
      : { verdict: "unreadable", words: wordsOf(body) },
  advise: adviseToken,
};

const sendToWebhook = async (chat: Way<"webhook">, message: Message, context: PlatformContext): Promise<Delivery> => {
  const found = webhookFor(chat, [], context);
  if (found.kind === "refused") return found;
  const body = { text: inertText(message.text) };
  return post(webhookDialect, { url: found.url.href, body, secrets: found.secrets }, context);
};

const sendWithToken = async (chat: Way<"token">, message: Message, context: PlatformContext): Promise<Delivery> => {
  const token = secretFor("mattermost", chat.token, oneWord, context);
  if (token.kind === "refused") return token;
  const thread = chat.rootId === null ? {} : { root_id: chat.rootId };
  const request = {
    url: `${chat.api}/api/v4/posts`,
    headers: { authorization: `Bearer ${token.text}` },
    body: { channel_id: chat.channel, ...thread, message: inertText(message.text) },
    secrets: [token.text],
  };
  return post(tokenDialect, request, context);
};

/**
 * Mattermost, by an incoming webhook or by a bot's token. It reads Markdown in every post and can't be told not to, so the text stands in
 * code, where it looks for no mention, hashtag, emoji or link. Source: docs.mattermost.com/collaborate/format-messages.html;
 * mattermost `server/channels/app/notification.go`, `getExplicitMentions` (words of text are looked at, code isn't).
 */
export const mattermost: Platform<"mattermost"> = {
  kind: "mattermost",
  destinations: ({ api }) => [{ ...endpoint(api), methods: ["POST"], for: "chat mattermost" }],
  send: (chat: ChatOf<"mattermost">, message, context) =>
    chat.how === "webhook" ? sendToWebhook(chat, message, context) : sendWithToken(chat, message, context),
};
