import type { ChatConfig } from "../../config/config.ts";
import type { Destination } from "../../host/host.ts";
import type { ChatOf, Delivery, Message, Platform, PlatformContext } from "./platform.ts";

type Kind = ChatConfig["kind"];

/** The list. Each platform is loaded only when it is the one in the config. */
const platforms: { readonly [K in Kind]: () => Promise<Platform<K>> } = {
  console: async () => (await import("./console.ts")).consolePlatform,
  telegram: async () => (await import("./telegram.ts")).telegram,
  slack: async () => (await import("./slack.ts")).slack,
  discord: async () => (await import("./discord.ts")).discord,
  webhook: async () => (await import("./webhook.ts")).webhook,
};

/** Loads the platform of this name. Never throws. */
export const platformFor = <K extends Kind>(kind: K): Promise<Platform<K>> => platforms[kind]();

/** A platform together with its config: what the tick and `chat test` use. */
export interface Chat {
  destinations(): readonly Destination[];
  send(message: Message, context: PlatformContext): Promise<Delivery>;
}

/** Loads the one chat of this config. Never throws. */
export const openChat = async <K extends Kind>(chat: ChatOf<K> & { readonly kind: K }): Promise<Chat> => {
  const platform = await platformFor<K>(chat.kind);
  return {
    destinations: () => platform.destinations(chat),
    send: (message, context) => platform.send(chat, message, context),
  };
};
