import * as v from "valibot";
import type { ChatConfig } from "../config.ts";
import { type Block, maybe, need, privateText } from "./blocks.ts";
import { ownApi } from "./platform-parts.ts";
import { secretRef } from "./secrets.ts";
import { picked, shape } from "./shape.ts";
import { isWebhook, webhookOrToken } from "./webhook-or-token.ts";

type MattermostConfig = Extract<ChatConfig, { kind: "mattermost" }>;

const words = { what: "a map with api, and with webhook, or with token and channel" };
/** Mattermost's own ids. Source: developers.mattermost.com/api-documentation, "26-character". */
const idForm = /^[a-z0-9]{26}$/u;
const api = ownApi("https://chat.example.org");

const byWebhook: Block<MattermostConfig> = v.pipe(
  shape(
    {
      ...words,
      elsewhere: { channel: 'a map with "token": a webhook has its own channel', root_id: 'a map with "token"' },
    },
    {
      webhook: need(secretRef("mattermost-webhook"), "The URL of an incoming webhook.", {
        credential: "mattermost-webhook",
      }),
      api,
    },
  ),
  v.transform((raw) => ({
    kind: "mattermost" as const,
    how: "webhook" as const,
    webhook: raw.webhook,
    api: raw.api,
  })),
);

const byToken: Block<MattermostConfig> = v.pipe(
  shape(words, {
    token: need(secretRef("mattermost-token"), "The access token of a bot that is in the channel.", {
      credential: "mattermost-token",
    }),
    channel: need(
      privateText("the id of a channel, of 26 letters and digits (not its name)", idForm),
      "The id of the channel to post to.",
      "qmd5oqtwoibz8cuzxzg5ekshgr",
    ),
    root_id: maybe(
      privateText("the id of a post, of 26 letters and digits", idForm),
      "Post into the thread that this post begins.",
      "ksmf3rqnxpyk3qmjdmj5sq4bzw",
    ),
    api,
  }),
  v.transform((raw) => ({
    kind: "mattermost" as const,
    how: "token" as const,
    token: raw.token,
    channel: raw.channel,
    rootId: raw.root_id ?? null,
    api: raw.api,
  })),
);

const both = webhookOrToken("mattermost", words, ["channel", "root_id", "api"]);

/** Mattermost by an incoming webhook, or by a bot's token and a channel; the key `webhook` or `token` tells which. */
export const mattermost: Block<MattermostConfig> = picked([byWebhook, byToken], (input) => {
  if (!isWebhook(input)) return byToken;
  return "token" in input ? both : byWebhook;
});
