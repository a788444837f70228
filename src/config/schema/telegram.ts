import * as v from "valibot";
import type { ChatConfig } from "../config.ts";
import { type Block, maybe, need } from "./blocks.ts";
import { api, id } from "./platform-parts.ts";
import { secretRef } from "./secrets.ts";
import { shape } from "./shape.ts";

type TelegramConfig = Extract<ChatConfig, { kind: "telegram" }>;

/** A Telegram bot: its token, and the chat to send to. */
export const telegram: Block<TelegramConfig> = v.pipe(
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
