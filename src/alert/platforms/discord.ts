import { endpoint } from "../../config/egress.ts";
import { parseJson } from "../../config/json.ts";
import { type Dialect, post } from "./delivery.ts";
import { wordJoiner } from "./inert.ts";
import { numberMember, textMember } from "./json.ts";
import type { Platform } from "./platform.ts";
import { webhookFor } from "./secret.ts";
import { fitRendered, messageText } from "./text.ts";

/** `content` in characters. Source: docs.discord.com/developers/resources/webhook#execute-webhook. */
const maxContent = 2000;
/** SUPPRESS_EMBEDS, bit 2. Source: docs.discord.com/developers/resources/message#message-object-message-flags. */
const suppressEmbeds = 1 << 2;
/** Older and test clients hand out webhooks under these names. */
const origins = [
  "https://discord.com",
  "https://discordapp.com",
  "https://ptb.discord.com",
  "https://canary.discord.com",
];

/** Emphasis, code, spoilers, links, mentions; headings, quotes and lists at the start; `:emoji:`. Source: Discord, "Markdown Text 101". */
const escaped = (line: string): string =>
  line.replace(/[\\*_~`|<>[\]]|^[#-]|:(?=[\w+-]+:)/gu, "\\$&").replace(/@(?=everyone|here)/gu, `@${wordJoiner}`);
/** Nothing inside a code block is markup; only its own end must not stand in it. */
const blocked = (text: string): string => `\`\`\`\n${text.replace(/`(?=`)/gu, `\`${wordJoiner}`)}\n\`\`\``;

const render = (text: string): string => {
  const [first = "", ...rest] = text.split("\n");
  return rest.length === 0 ? escaped(first) : `${escaped(first)}\n${blocked(rest.join("\n"))}`;
};

/** The first line escaped, so that a phone's notification reads well; the rest in a code block. Escapes take room, so the text gives way. */
const contentOf = (text: string): string => fitRendered(text, render, ({ length }) => length <= maxContent);

const advise = (status: number): string => {
  if (status === 401 || status === 403) return "the webhook's token is wrong: copy its URL anew";
  if (status === 404) return "the webhook is gone, or the thread: make a new one and write its URL into the secret";
  return "";
};

/** 204, or 200 with the message when asked to wait. Source: docs.discord.com/developers/topics/rate-limits, resources/webhook. */
const dialect: Dialect = {
  platform: "discord",
  hear: ({ status, body }) => {
    const answer = parseJson(body)?.value;
    const retryAfterS = numberMember(answer, "retry_after");
    const isTaken = status === 204 || body.trim() === "" || (typeof answer === "object" && answer !== null);
    if (status < 300 && isTaken) return { verdict: "taken", words: "" };
    return { verdict: "unreadable", words: textMember(answer, "message") || body, retryAfterS };
  },
  advise,
};

/**
 * A Discord webhook. `wait=true`: without it Discord answers 204 even to a message that it doesn't keep. No mention is
 * allowed, whatever the text says. Source: docs.discord.com/developers/resources/webhook#execute-webhook.
 */
export const discord: Platform<"discord"> = {
  kind: "discord",
  destinations: ({ api }) => [{ ...endpoint(api), methods: ["POST"], for: "chat discord" }],
  send: async (chat, message, context) => {
    const found = webhookFor(chat, origins, context);
    if (found.kind === "refused") return found;
    found.url.searchParams.set("wait", "true");
    if (chat.threadId !== null) found.url.searchParams.set("thread_id", chat.threadId);
    const body = {
      content: contentOf(messageText(message.text)),
      allowed_mentions: { parse: [] },
      flags: suppressEmbeds,
    };
    return post(dialect, { url: found.url.href, body, secrets: found.secrets }, context);
  },
};
