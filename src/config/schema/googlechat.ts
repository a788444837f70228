import * as v from "valibot";
import type { ChatConfig } from "../config.ts";
import { type Block, maybe, need, privateText } from "./blocks.ts";
import { api } from "./platform-parts.ts";
import { secretRef } from "./secrets.ts";
import { shape } from "./shape.ts";

type GoogleChatConfig = Extract<ChatConfig, { kind: "googlechat" }>;

/** A webhook of a Google Chat space, whose URL is the secret. Source: developers.google.com/workspace/chat/quickstart/webhooks. */
export const googlechat: Block<GoogleChatConfig> = v.pipe(
  shape(
    { what: "a map with webhook" },
    {
      webhook: need(secretRef("googlechat-webhook"), "The URL of a space's webhook.", {
        credential: "googlechat-webhook",
      }),
      thread_key: maybe(
        privateText("a name for a thread, of letters, digits, dots, underscores and hyphens", /^[\w.-]{1,100}$/u),
        "Post into the thread of this name, which is made when there is none; a name of your own choice.",
        "dogwatch-web-1",
      ),
      api: api("https://chat.googleapis.com"),
    },
  ),
  v.transform((raw) => ({
    kind: "googlechat" as const,
    webhook: raw.webhook,
    threadKey: raw.thread_key ?? null,
    api: raw.api,
  })),
);
