import type { ChatConfig } from "../../config/config.ts";
import { endpoint } from "../../config/egress.ts";
import { parseJson } from "../../config/json.ts";
import { type Dialect, type Post, post } from "./delivery.ts";
import { member, textMember } from "./json.ts";
import type { ChatOf, Delivery, Message, Platform, PlatformContext } from "./platform.ts";
import { oneWord, secretFor, webhookFor } from "./secret.ts";
import { messageText } from "./text.ts";

type Way<How extends string> = Extract<ChatConfig, { kind: "slack"; how: How }>;

const advice: readonly (readonly [RegExp, string])[] = [
  [
    /invalid_auth|not_authed|token_|account_inactive|invalid_token/u,
    "the token is wrong or revoked: install the app again",
  ],
  [/missing_scope/u, 'the token needs the scope "chat:write"'],
  [/not_in_channel/u, "invite the bot to the channel"],
  [/channel_not_found/u, 'check "channel", and that the bot is in it'],
  [/is_archived/u, "the channel is archived: choose another one"],
  [/no_service|no_team|action_prohibited/u, "the webhook is gone or switched off: make a new one"],
];

const advise = (_status: number, words: string): string => advice.find(([error]) => error.test(words))?.[1] ?? "";

/** Answers with the plain word `ok`, errors with a plain word and 4xx. Source: docs.slack.dev, "Sending messages using incoming webhooks". */
const webhookDialect: Dialect = {
  platform: "slack",
  hear: ({ body }) =>
    body.trim() === "ok" ? { verdict: "taken", words: "ok" } : { verdict: "unreadable", words: body },
  advise,
};

/** Errors of Slack's own, which pass. Source: docs.slack.dev/reference/methods/chat.postMessage, "Errors". */
const isPassing = (error: string): boolean =>
  /^(rate_?limited|internal_error|fatal_error|service_unavailable|request_timeout|team_added_to_org)$/u.test(error);

/** Answers 200 with `ok: false` on errors. Source: docs.slack.dev/apis/web-api, "Evaluating responses". */
const tokenDialect: Dialect = {
  platform: "slack",
  hear: ({ body }) => {
    const answer = parseJson(body)?.value;
    const isOk = member(answer, "ok");
    if (isOk === true) return { verdict: "taken", words: "" };
    const error = textMember(answer, "error");
    if (isOk !== false) return { verdict: "unreadable", words: body };
    return { verdict: isPassing(error) ? "later" : "refused", words: error };
  },
  advise,
};

/** Slack reads `<!channel>`, `<@U1>` and `<url|text>` as commands until these three are escaped. Source: docs.slack.dev, "Formatting message text". */
const escaped = (text: string): string => text.replace(/&/gu, "&amp;").replace(/</gu, "&lt;").replace(/>/gu, "&gt;");

const bodyOf = (message: Message): Post["body"] => ({
  text: escaped(messageText(message.text)),
  mrkdwn: false,
  parse: "none",
  link_names: false,
  unfurl_links: false,
  unfurl_media: false,
});

const sendToWebhook = async (chat: Way<"webhook">, message: Message, context: PlatformContext): Promise<Delivery> => {
  const found = webhookFor(chat, ["https://hooks.slack.com"], context);
  if (found.kind === "refused") return found;
  return post(webhookDialect, { url: found.url.href, body: bodyOf(message), secrets: found.secrets }, context);
};

const sendWithToken = async (chat: Way<"token">, message: Message, context: PlatformContext): Promise<Delivery> => {
  const token = secretFor("slack", chat.token, oneWord, context);
  if (token.kind === "refused") return token;
  const thread = chat.threadTs === null ? {} : { thread_ts: chat.threadTs };
  return post(
    tokenDialect,
    {
      url: `${chat.api.replace(/\/+$/u, "")}/chat.postMessage`,
      headers: { authorization: `Bearer ${token.text}` },
      body: { channel: chat.channel, ...thread, ...bodyOf(message) },
      secrets: [token.text],
    },
    context,
  );
};

/** Slack, by an incoming webhook or by a bot token and `chat.postMessage`. Source: docs.slack.dev/reference/methods/chat.postMessage. */
export const slack: Platform<"slack"> = {
  kind: "slack",
  destinations: ({ api }) => [{ ...endpoint(api), methods: ["POST"], for: "chat slack" }],
  send: (chat: ChatOf<"slack">, message, context) =>
    chat.how === "webhook" ? sendToWebhook(chat, message, context) : sendWithToken(chat, message, context),
};
