import type * as v from "valibot";
import type { BotApi } from "../config.ts";
import { type Block, maybe } from "./blocks.ts";
import { discord } from "./discord.ts";
import { matrix } from "./matrix.ts";
import { mattermost } from "./mattermost.ts";
import { slack } from "./slack.ts";
import { telegram } from "./telegram.ts";

type Entry<Kind extends BotApi["kind"]> = v.OptionalSchema<Block<Extract<BotApi, { kind: Kind }>>, undefined>;

/** Platforms that a bot of a gateway may be reached by directly, by their key: in `chat`, and in a gateway's `when_down`. */
export const botApis: { readonly [Kind in BotApi["kind"]]: Entry<Kind> } = {
  telegram: maybe(telegram, "A bot's message to a chat.", {
    chat_id: "-1001234567890",
    token: { credential: "telegram-token" },
  }),
  slack: maybe(slack, "An incoming webhook, or a bot's message to a channel.", {
    webhook: { credential: "slack-webhook" },
  }),
  discord: maybe(discord, "A webhook's message to a channel.", { webhook: { credential: "discord-webhook" } }),
  mattermost: maybe(mattermost, "An incoming webhook, or a bot's message to a channel.", {
    webhook: { credential: "mattermost-webhook" },
    api: "https://chat.example.org",
  }),
  matrix: maybe(matrix, "A user's message to a room.", {
    room: "!OGEhHVWSdvArJzumhm:matrix.org",
    token: { credential: "matrix-token" },
    api: "https://matrix.example.org",
  }),
};
