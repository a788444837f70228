import * as v from "valibot";
import type { ChatConfig } from "../config.ts";
import { hookFault } from "../model-apis.ts";
import { didYouMean } from "../near.ts";
import { address } from "./address.ts";
import { type Block, maybe, need, withDefault } from "./blocks.ts";
import { discord } from "./discord.ts";
import { hermes, openclaw } from "./gateways.ts";
import { headers } from "./secrets.ts";
import { exactlyOne, picked, shape } from "./shape.ts";
import { slack } from "./slack.ts";
import { telegram } from "./telegram.ts";

type Of<Kind extends ChatConfig["kind"]> = Extract<ChatConfig, { kind: Kind }>;

const noChat = 'no chat: add "chat: console", or one of telegram, slack, discord, webhook, openclaw and hermes';

/** Platforms of this version, by their key. */
const platforms = ["console", "telegram", "slack", "discord", "webhook", "openclaw", "hermes"] as const;
const laterPlatforms = ["mattermost", "matrix", "ntfy", "googlechat", "teams", "alertmanager"];

const noSettings = shape({ what: 'nothing: "console" has no settings' }, {});
const empty = v.null();

const consoleChat: Block<Of<"console">> = v.pipe(
  picked<unknown>([empty, noSettings], (input) => (input === null ? empty : noSettings)),
  v.transform(() => ({ kind: "console" as const })),
);

const receiver = v.pipe(
  address('"https://alerts.example.org/dogwatch"'),
  v.rawCheck(({ dataset, addIssue }) => {
    const isWell = dataset.typed && dataset.issues === undefined;
    const why = isWell ? hookFault(new URL(dataset.value)) : undefined;
    if (why !== undefined) addIssue({ message: why });
  }),
);

const webhook: Block<Of<"webhook">> = v.pipe(
  shape(
    { what: "a map with url" },
    {
      url: need(receiver, "Where each message is POSTed as one JSON object.", "https://alerts.example.org/dogwatch"),
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
        openclaw: maybe(openclaw, "By the OpenClaw gateway to one of its channels, without a model.", {
          token: { credential: "openclaw-token" },
          channel: "telegram",
          target: "-1001234567890",
        }),
        hermes: maybe(hermes, "By a route of the Hermes gateway that only delivers, without a model.", {
          route: "dogwatch",
          secret: { credential: "hermes-secret" },
        }),
      },
    ),
    platforms,
    { none: noChat, more: "two chats" },
  ),
  v.transform(
    ({ console, telegram, slack, discord, webhook, openclaw, hermes }): ChatConfig =>
      console ?? telegram ?? slack ?? discord ?? webhook ?? openclaw ?? hermes ?? { kind: "console" },
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
