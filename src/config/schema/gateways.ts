import * as v from "valibot";
import type { BotApi, ChatConfig } from "../config.ts";
import { baseAddress } from "./address.ts";
import { type Block, maybe, need, text, withDefault } from "./blocks.ts";
import { botApis } from "./bot-apis.ts";
import { id } from "./platform-parts.ts";
import { secretRef } from "./secrets.ts";
import { exactlyOne, shape } from "./shape.ts";

type Of<Kind extends ChatConfig["kind"]> = Extract<ChatConfig, { kind: Kind }>;

const kinds = Object.keys(botApis);
const listed = `one of ${kinds.slice(0, -1).join(", ")} and ${kinds.at(-1)}`;

const whenDown: Block<BotApi | null> = v.pipe(
  exactlyOne(shape({ what: `a map with ${listed}` }, botApis), kinds, {
    none: `expected ${listed}, got an empty map`,
    more: "two platforms",
  }),
  v.transform((raw) => Object.values(raw).find((way) => way !== undefined) ?? null),
);

const whenDownEntry = maybe(
  whenDown,
  `The same bot by its platform's own API, for what the gateway doesn't take: ${listed}, with their keys.`,
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
