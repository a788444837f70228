import * as v from "valibot";
import type { ChatConfig } from "../config.ts";
import { type Block, maybe, need } from "./blocks.ts";
import { api, id } from "./platform-parts.ts";
import { secretRef } from "./secrets.ts";
import { shape } from "./shape.ts";

type DiscordConfig = Extract<ChatConfig, { kind: "discord" }>;

/** A Discord webhook, whose URL is the secret. */
export const discord: Block<DiscordConfig> = v.pipe(
  shape(
    { what: "a map with webhook" },
    {
      webhook: need(secretRef("discord-webhook"), "The URL of a webhook.", { credential: "discord-webhook" }),
      thread_id: maybe(id("the number of a thread", /^\d{1,20}$/u), "Post into this thread.", "1234567890123456789"),
      api: api("https://discord.com"),
    },
  ),
  v.transform((raw) => ({
    kind: "discord" as const,
    webhook: raw.webhook,
    threadId: raw.thread_id ?? null,
    api: raw.api,
  })),
);
