import type { ChatConfig } from "../../config/config.ts";
import { endpoint } from "../../config/egress.ts";
import { parseJson } from "../../config/json.ts";
import { type Dialect, post } from "./delivery.ts";
import { textMember } from "./json.ts";
import type { ChatOf, Delivery, Message, Platform, PlatformContext } from "./platform.ts";
import { cannotSend, secretFor } from "./secret.ts";
import { messageText } from "./text.ts";
import { webhookUrl } from "./webhook-url.ts";

type Way<How extends string> = Extract<ChatConfig, { kind: "mattermost"; how: How }>;

const isEmptyAnswer = (body: string): boolean => body.trim() === "ok";

const wordsOf = (body: string): string => textMember(parseJson(body)?.value, "message") || body;

const webhookDialect: Dialect = {
  platform: "mattermost",
  hear: ({ status, body }) =>
    status < 300 && isEmptyAnswer(body)
      ? { verdict: "taken", words: "ok" }
      : { verdict: "unreadable", words: wordsOf(body) },
  advise: () => "",
};

const tokenDialect: Dialect = {
  platform: "mattermost",
  hear: ({ status, body }) =>
    status < 300 && textMember(parseJson(body)?.value, "id") !== ""
      ? { verdict: "taken", words: "" }
      : { verdict: "unreadable", words: wordsOf(body) },
  advise: () => "",
};

const block = (text: string): string => `\`\`\`\n${text.replace(/`(?=`)/gu, "`\u2060")}\n\`\`\``;

const sendToWebhook = async (chat: Way<"webhook">, message: Message, context: PlatformContext): Promise<Delivery> => {
  const secret = secretFor("mattermost", chat.webhook, /^[\x21-\x7e]+$/u, context);
  if (secret.kind === "refused") return secret;
  const found = webhookUrl({ secret: secret.text, api: chat.api, origins: [] });
  if (found.kind === "refused") return cannotSend("mattermost", found.why);
  const body = { text: block(messageText(message.text)) };
  return post(webhookDialect, { url: found.url.href, body, secrets: found.secrets }, context);
};

const sendWithToken = async (chat: Way<"token">, message: Message, context: PlatformContext): Promise<Delivery> => {
  const token = secretFor("mattermost", chat.token, /^[\x21-\x7e]+$/u, context);
  if (token.kind === "refused") return token;
  const thread = chat.rootId === null ? {} : { root_id: chat.rootId };
  const request = {
    url: `${chat.api}/api/v4/posts`,
    headers: { authorization: `Bearer ${token.text}` },
    body: { channel_id: chat.channel, ...thread, message: block(messageText(message.text)) },
    secrets: [token.text],
  };
  return post(tokenDialect, request, context);
};

/** Mattermost, by an incoming webhook or by a bot's token. */
export const mattermost: Platform<"mattermost"> = {
  kind: "mattermost",
  destinations: ({ api }) => [{ ...endpoint(api), methods: ["POST"], for: "chat mattermost" }],
  send: (chat: ChatOf<"mattermost">, message, context) =>
    chat.how === "webhook" ? sendToWebhook(chat, message, context) : sendWithToken(chat, message, context),
};
