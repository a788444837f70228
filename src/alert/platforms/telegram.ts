import { endpoint } from "../../config/egress.ts";
import { parseJson } from "../../config/json.ts";
import { type Dialect, post } from "./delivery.ts";
import { member, numberMember, textMember } from "./json.ts";
import type { Platform } from "./platform.ts";
import { secretFor } from "./secret.ts";
import { messageText } from "./text.ts";

const advise = (status: number, words: string): string => {
  if (/chat not found/iu.test(words)) return 'check "chat_id", and that the bot is in the chat';
  if (/upgraded to a supergroup/iu.test(words)) return 'the group has a new id: set "chat_id" to it';
  if (/thread not found|TOPIC_/iu.test(words)) return 'the topic is gone: check "thread_id"';
  if (status === 401 || status === 404) return "the token is wrong or revoked: ask BotFather for it and write it anew";
  if (status === 403) return "the bot is blocked or not in the chat: add it again";
  return "";
};

/** Source: core.telegram.org/bots/api, "Making requests" and ResponseParameters. */
const dialect: Dialect = {
  platform: "telegram",
  hear: ({ body }) => {
    const answer = parseJson(body)?.value;
    const isOk = member(answer, "ok");
    const words = isOk === true ? "" : textMember(answer, "description") || body;
    const retryAfterS = numberMember(member(answer, "parameters"), "retry_after");
    if (isOk === true) return { verdict: "taken", words };
    if (isOk !== false) return { verdict: "unreadable", words };
    return { verdict: retryAfterS === undefined ? "refused" : "later", words, retryAfterS };
  },
  advise,
};

/**
 * Telegram's sendMessage, and nothing else of its API: a bot that only sends never disturbs who reads for the same token. No
 * parse mode, and one `pre` entity over the whole text: inside it Telegram makes no mention, command or link of anything.
 * Offsets are UTF-16 units, as in JavaScript. Source: core.telegram.org/bots/api#sendmessage, #messageentity.
 */
export const telegram: Platform<"telegram"> = {
  kind: "telegram",
  destinations: ({ api }) => [{ ...endpoint(api), methods: ["POST"], for: "chat telegram" }],
  send: async (chat, message, context) => {
    const token = secretFor("telegram", chat.token, /^[\w:-]+$/u, context);
    if (token.kind === "refused") return token;
    const text = messageText(message.text);
    const body = {
      chat_id: chat.chatId,
      ...(chat.threadId === null ? {} : { message_thread_id: chat.threadId }),
      text,
      entities: [{ type: "pre", offset: 0, length: text.length }],
      link_preview_options: { is_disabled: true },
    };
    const url = `${chat.api.replace(/\/+$/u, "")}/bot${token.text}/sendMessage`;
    const key = token.text.split(":").at(-1) ?? "";
    return post(dialect, { url, body, secrets: [token.text, ...(key.length >= 8 ? [key] : [])] }, context);
  },
};
