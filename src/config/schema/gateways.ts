import * as v from "valibot";
import type { BotApi, ChatConfig } from "../config.ts";
import { baseAddress } from "./address.ts";
import { type Block, maybe, need, text, withDefault } from "./blocks.ts";
import { discord } from "./discord.ts";
import { id } from "./platform-parts.ts";
import { secretRef } from "./secrets.ts";
import { exactlyOne, shape } from "./shape.ts";
import { slack } from "./slack.ts";
import { telegram } from "./telegram.ts";

type Of<Kind extends ChatConfig["kind"]> = Extract<ChatConfig, { kind: Kind }>;

const botApis = ["telegram", "slack", "discord"] as const;
const whenDownMap = exactlyOne(
  shape(
    {
      what: "a map with one of telegram, slack and discord",
    },
    {
      telegram: maybe(telegram, "The bot's own token, as in `chat`.", {
        chat_id: "-1001234567890",
        token: { credential: "telegram-token" },
      }),
      slack: maybe(slack, "The bot's own token or webhook, as in `chat`.", {
        webhook: { credential: "slack-webhook" },
      }),
      discord: maybe(discord, "A webhook of the same channel, as in `chat`.", {
        webhook: { credential: "discord-webhook" },
      }),
    },
  ),
  botApis,
  { none: "expected one of telegram, slack and discord, got an empty map", more: "two platforms" },
);

const whenDown: Block<BotApi | null> = v.pipe(
  whenDownMap,
  v.transform((raw) => raw.telegram ?? raw.slack ?? raw.discord ?? null),
);

const whenDownEntry = maybe(
  whenDown,
  "The same bot by its platform's own API, for what the gateway doesn't take: one of telegram, slack and discord, with their keys.",
  { telegram: { chat_id: "-1001234567890", token: { credential: "telegram-token" } } },
);

const url = (standard: string): v.OptionalSchema<Block<string>, NonNullable<unknown>> =>
  withDefault(baseAddress(`"${standard}"`), standard, "Base address of the gateway.");

/** OpenClaw's gateway, by its `message` tool. Source: docs.openclaw.ai/gateway/tools-invoke-http-api. */
export const openclaw: Block<Of<"openclaw">> = v.pipe(
  shape(
    { what: "a map with token, channel and target" },
    {
      token: need(secretRef("openclaw-token"), "The gateway's token or password, which is full access to it.", {
        credential: "openclaw-token",
      }),
      channel: need(
        text('a channel of the gateway, such as "telegram"', /^[a-z][a-z0-9-]{0,63}$/u),
        "The gateway's channel to send by.",
        "telegram",
      ),
      target: need(
        id('a target such as "-1001234567890" or "channel:123"', /^[^\s\p{Cc}]{1,200}$/u),
        "The room to send to, where no agent listens.",
        "-1001234567890",
      ),
      account: maybe(
        text("the name of an account of that channel", /^[^\s\p{Cc}]{1,100}$/u),
        "The account to send from, where the channel has several.",
        "alerts",
      ),
      url: url("http://127.0.0.1:18789"),
      when_down: whenDownEntry,
    },
  ),
  v.transform((raw) => ({
    kind: "openclaw" as const,
    api: raw.url,
    token: raw.token,
    channel: raw.channel,
    target: raw.target,
    account: raw.account ?? null,
    whenDown: raw.when_down ?? null,
  })),
);

/** A `deliver_only` route of Hermes' webhook adapter. Source: hermes-agent.nousresearch.com/docs/user-guide/messaging/webhooks. */
export const hermes: Block<Of<"hermes">> = v.pipe(
  shape(
    { what: "a map with route and secret" },
    {
      route: need(
        text('the name of a route, such as "dogwatch"', /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/u),
        "A webhook route with `deliver_only: true`, to a room where no agent listens.",
        "dogwatch",
      ),
      secret: need(secretRef("hermes-secret"), "The route's secret, which signs each message.", {
        credential: "hermes-secret",
      }),
      url: url("http://127.0.0.1:8644"),
      when_down: whenDownEntry,
    },
  ),
  v.transform((raw) => ({
    kind: "hermes" as const,
    api: raw.url,
    route: raw.route,
    secret: raw.secret,
    whenDown: raw.when_down ?? null,
  })),
);
