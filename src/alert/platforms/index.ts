import { wayName, waysOf } from "../../config/chat-ways.ts";
import type { ChatConfig } from "../../config/config.ts";
import type { Destination } from "../../host/host.ts";
import type { ChatContext, ChatOf, Delivery, Holding, Message, Platform, PlatformContext, Way } from "./platform.ts";
import { sendByFirst } from "./ways.ts";

type Kind = ChatConfig["kind"];

/** The list. Each platform is loaded only when it is the one in the config. */
const platforms: { readonly [K in Kind]: () => Promise<Platform<K>> } = {
  console: async () => (await import("./console.ts")).consolePlatform,
  telegram: async () => (await import("./telegram.ts")).telegram,
  slack: async () => (await import("./slack.ts")).slack,
  discord: async () => (await import("./discord.ts")).discord,
  mattermost: async () => (await import("./mattermost.ts")).mattermost,
  matrix: async () => (await import("./matrix.ts")).matrix,
  ntfy: async () => (await import("./ntfy.ts")).ntfy,
  googlechat: async () => (await import("./googlechat.ts")).googlechat,
  teams: async () => (await import("./teams.ts")).teams,
  alertmanager: async () => (await import("./alertmanager.ts")).alertmanager,
  webhook: async () => (await import("./webhook.ts")).webhook,
  openclaw: async () => (await import("./openclaw.ts")).openclaw,
  hermes: async () => (await import("./hermes.ts")).hermes,
};

/** Loads the platform of this name. Never throws. */
export const platformFor = <K extends Kind>(kind: K): Promise<Platform<K>> => platforms[kind]();

/** The one chat: what the tick and `chat test` use. */
export interface Chat {
  /** The platform in the config first, then the way for when it is down. */
  readonly ways: readonly Way[];
  destinations(): readonly Destination[];
  /** Sends by the first way that takes it. A gateway that didn't is not asked again as long as this chat is open. Never throws. */
  send(message: Message, context: ChatContext): Promise<Delivery>;
  /** Tells a platform that holds state all of it; any other refuses. Never throws. */
  hold(holding: Holding, context: ChatContext): Promise<Delivery>;
}

const openPlatform = async <K extends Kind>(chat: ChatOf<K> & { readonly kind: K }): Promise<Way> => {
  const platform = await platformFor<K>(chat.kind);
  const { hold } = platform;
  return {
    kind: chat.kind,
    destinations: () => platform.destinations(chat),
    send: (message, context) => platform.send(chat, message, context),
    ...(hold === undefined ? {} : { hold: (holding, context) => hold(chat, holding, context) }),
  };
};

const asFor = (context: PlatformContext, purpose: string): PlatformContext => {
  const { http } = context.host;
  const request: typeof http.request = (given) => http.request({ ...given, for: purpose });
  return { ...context, host: { ...context.host, http: { ...http, request } } };
};

/** The same way with its requests marked as `purpose` in the egress list. */
const marked = (way: Way, purpose: string): Way => {
  const { hold } = way;
  return {
    ...way,
    destinations: () => way.destinations().map((place) => ({ ...place, for: purpose })),
    send: (message, context) => way.send(message, asFor(context, purpose)),
    ...(hold === undefined ? {} : { hold: (holding, context) => hold(holding, asFor(context, purpose)) }),
  };
};

const holdNone = async (): Promise<Delivery> => ({ kind: "refused", why: "this chat holds no state" });

/** Loads the one chat of this config. Never throws. */
export const openChat = async (chat: ChatConfig): Promise<Chat> => {
  const ways = await Promise.all(waysOf(chat).map(async (way) => marked(await openPlatform(way), wayName(chat, way))));
  return {
    ways,
    destinations: () => ways.flatMap((way) => way.destinations()),
    send: sendByFirst(ways),
    hold: ways[0]?.hold ?? holdNone,
  };
};
