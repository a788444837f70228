import * as v from "valibot";
import type { ChatConfig } from "../config.ts";
import { didYouMean } from "../near.ts";
import { address } from "./address.ts";
import { type Block, maybe, need, withDefault } from "./blocks.ts";
import { api, id } from "./platform-parts.ts";
import { headers, secretRef } from "./secrets.ts";
import { exactlyOne, picked, shape } from "./shape.ts";
import { slack } from "./slack.ts";

type Of<Kind extends ChatConfig["kind"]> = Extract<ChatConfig, { kind: Kind }>;

const noChat = 'no chat: add "chat: console", or one of telegram, slack, discord and webhook';

/** Platforms of this version, by their key. */
const platforms = ["console", "telegram", "slack", "discord", "webhook"] as const;
const laterPlatforms = ["mattermost", "matrix", "ntfy", "googlechat", "teams", "alertmanager", "openclaw", "hermes"];

const noSettings = shape({ what: 'nothing: "console" has no settings' }, {});
const empty = v.null();

const consoleChat: Block<Of<"console">> = v.pipe(
  picked<unknown>([empty, noSettings], (input) => (input === null ? empty : noSettings)),
  v.transform(() => ({ kind: "console" as const })),
);

const telegram: Block<Of<"telegram">> = v.pipe(
  shape(
    { what: "a map with chat_id and token" },
    {
      chat_id: need(
        id('a chat id such as "-1001234567890" or "@channel"', /^(-?\d{1,20}|@\w{3,64})$/u),
        "The chat to send to.",
        "-1001234567890",
      ),
      token: need(secretRef("telegram-token"), "The bot's token.", { credential: "telegram-token" }),
      thread_id: maybe(
        v.pipe(id("the number of a topic", /^[1-9]\d{0,15}$/u), v.transform(Number)),
        "The topic inside the chat.",
        42,
      ),
      api: api("https://api.telegram.org"),
    },
  ),
  v.transform((raw) => ({
    kind: "telegram" as const,
    chatId: raw.chat_id,
    threadId: raw.thread_id ?? null,
    token: raw.token,
    api: raw.api,
  })),
);

const discord: Block<Of<"discord">> = v.pipe(
  shape(
    { what: "a map with webhook" },
    {
      webhook: need(secretRef("discord-webhook"), "The URL of a webhook.", { credential: "discord-webhook" }),
      thread_id: maybe(id("the number of a thread", /^\d{1,20}$/u), "Post into this thread.", "1234567890123456789"),
      api: api("https://discord.com"),
    },
  ),
  v.transform((raw) => ({ kind: "discord" as const, url: raw.webhook, threadId: raw.thread_id ?? null, api: raw.api })),
);

const webhook: Block<Of<"webhook">> = v.pipe(
  shape(
    { what: "a map with url" },
    {
      url: need(
        address('"https://alerts.example.org/dogwatch"'),
        "Where each message is POSTed as one JSON object.",
        "https://alerts.example.org/dogwatch",
      ),
      headers: withDefault(headers, {}, "Headers to send; a secret one by reference.", {
        Authorization: { credential: "alert-token", prefix: "Bearer " },
      }),
    },
  ),
  v.transform((raw) => ({ kind: "webhook" as const, url: raw.url, headers: raw.headers })),
);

const maps = v.pipe(
  exactlyOne(
    shape(
      { what: 'a chat such as "console" or { telegram: … }', later: laterPlatforms },
      {
        console: maybe(consoleChat, "One line to all terminals by way of the journal; needs no bot.", {}),
        telegram: maybe(telegram, "A bot's message to a chat.", {
          chat_id: "-1001234567890",
          token: { credential: "telegram-token" },
        }),
        slack: maybe(slack, "An incoming webhook, or a bot's message to a channel.", {
          webhook: { credential: "slack-webhook" },
        }),
        discord: maybe(discord, "A webhook's message to a channel.", { webhook: { credential: "discord-webhook" } }),
        webhook: maybe(webhook, "Any receiver of JSON over HTTP.", { url: "https://alerts.example.org/dogwatch" }),
      },
    ),
    platforms,
    { none: noChat, more: "two chats" },
  ),
  v.transform(
    (raw): ChatConfig => raw.console ?? raw.telegram ?? raw.slack ?? raw.discord ?? raw.webhook ?? { kind: "console" },
  ),
);

const wordFault = (input: unknown): string => {
  const given = String(input);
  if (platforms.some((each) => each === given)) return `"${given}" needs its settings: write chat: { ${given}: { … } }`;
  if (laterPlatforms.includes(given)) return `the chat "${given}" is not in this version`;
  return `expected "console" or a map with one of ${platforms.slice(1).join(", ")}${didYouMean(given, platforms)}`;
};

const word: Block<ChatConfig> = v.pipe(
  v.literal("console", ({ input }) => wordFault(input)),
  v.transform(() => ({ kind: "console" as const })),
);

const nothing: Block<never> = v.never(noChat);

/** The one chat: a word or a map with one key. */
export const chat: Block<ChatConfig> = picked<ChatConfig>([word, maps], (input) => {
  if (input === null || input === undefined) return nothing;
  return typeof input === "string" ? word : maps;
});

/** What is said where there is no chat at all. */
export const chatMissing: string = noChat;
