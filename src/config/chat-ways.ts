import type { BotApi, ChatConfig } from "./config.ts";

/** The same bot's own platform, for when the gateway of this chat doesn't take a message; null where there is none. Pure. */
export const whenDownOf = (chat: ChatConfig): BotApi | null =>
  chat.kind === "openclaw" || chat.kind === "hermes" ? chat.whenDown : null;

/** Every way of the one chat, its own first. Pure. */
export const waysOf = (chat: ChatConfig): readonly ChatConfig[] => {
  const other = whenDownOf(chat);
  return other === null ? [chat] : [chat, other];
};

/** What a way's requests are marked with, and its entry in the egress list. Pure. */
export const wayName = (chat: ChatConfig, way: ChatConfig): string =>
  way === chat ? `chat ${chat.kind}` : `chat ${way.kind}, when ${chat.kind} is down`;

/** Whether the chat holds state, what is red now, in place of messages. Pure. */
export const holdsState = ({ kind }: ChatConfig): boolean => kind === "alertmanager";
