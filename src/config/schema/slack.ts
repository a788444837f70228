import * as v from "valibot";
import type { ChatConfig } from "../config.ts";
import { type Block, maybe, need, privateText } from "./blocks.ts";
import { api } from "./platform-parts.ts";
import { secretRef } from "./secrets.ts";
import { picked, shape } from "./shape.ts";
import { isWebhook, webhookOrToken } from "./webhook-or-token.ts";

type SlackConfig = Extract<ChatConfig, { kind: "slack" }>;

const slackWords = { what: "a map with webhook, or with token and channel" };

const slackWebhook: Block<SlackConfig> = v.pipe(
  shape(
    {
      ...slackWords,
      elsewhere: { channel: 'a map with "token": a webhook has its own channel', thread_ts: 'a map with "token"' },
    },
    {
      webhook: need(secretRef("slack-webhook"), "The URL of an incoming webhook.", { credential: "slack-webhook" }),
      api: api("https://hooks.slack.com"),
    },
  ),
  v.transform((raw) => ({ kind: "slack" as const, how: "webhook" as const, webhook: raw.webhook, api: raw.api })),
);

const slackToken: Block<SlackConfig> = v.pipe(
  shape(slackWords, {
    token: need(secretRef("slack-token"), "A bot token with the scope chat:write.", { credential: "slack-token" }),
    channel: need(
      privateText('a channel such as "C0123456789" or "#alerts"', /^[#@]?[\w.-]{1,80}$/u),
      "The channel to post to.",
      "C0123456789",
    ),
    thread_ts: maybe(
      privateText('the time stamp of a thread in quotes, such as "1503435956.000247"', /^\d{1,12}\.\d{6}$/u),
      "Post into this thread.",
      "1503435956.000247",
    ),
    api: api("https://slack.com/api"),
  }),
  v.transform((raw) => ({
    kind: "slack" as const,
    how: "token" as const,
    token: raw.token,
    channel: raw.channel,
    threadTs: raw.thread_ts ?? null,
    api: raw.api,
  })),
);

const slackBoth = webhookOrToken("slack", slackWords, ["channel", "thread_ts", "api"]);

/** Slack by an incoming webhook, or by a bot's token and a channel; the key `webhook` or `token` tells which. */
export const slack: Block<SlackConfig> = picked([slackWebhook, slackToken], (input) => {
  if (!isWebhook(input)) return slackToken;
  return "token" in input ? slackBoth : slackWebhook;
});
