import * as v from "valibot";
import type { ChatConfig } from "../config.ts";
import { hookFault } from "../model-apis.ts";
import { didYouMean } from "../near.ts";
import { address } from "./address.ts";
import { alertmanager } from "./alertmanager.ts";
import { type Block, maybe, need, withDefault } from "./blocks.ts";
import { botApis } from "./bot-apis.ts";
import { hermes, openclaw } from "./gateways.ts";
import { googlechat } from "./googlechat.ts";
import { ntfy } from "./ntfy.ts";
import { headers } from "./secrets.ts";
import { exactlyOne, picked, shape } from "./shape.ts";
import { teams } from "./teams.ts";

type Of<Kind extends ChatConfig["kind"]> = Extract<ChatConfig, { kind: Kind }>;

const noSettings = shape({ what: 'nothing: "console" has no settings' }, {});
const empty = v.null();

const consoleChat: Block<Of<"console">> = v.pipe(
  picked<unknown>([empty, noSettings], (input) => (input === null ? empty : noSettings)),
  v.transform(() => ({ kind: "console" as const })),
);

const receiver = v.pipe(
  address('"https://alerts.example.org/dogwatch"'),
  v.rawCheck(({ dataset, addIssue }) => {
    const isWell = dataset.typed && dataset.issues === undefined;
    const why = isWell ? hookFault(new URL(dataset.value)) : undefined;
    if (why !== undefined) addIssue({ message: why });
  }),
);

const webhook: Block<Of<"webhook">> = v.pipe(
  shape(
    { what: "a map with url" },
    {
      url: need(receiver, "Where each message is POSTed as one JSON object.", "https://alerts.example.org/dogwatch"),
      headers: withDefault(headers, {}, "Headers to send; a secret one by reference.", {
        Authorization: { credential: "alert-token", prefix: "Bearer " },
      }),
    },
  ),
  v.transform((raw) => ({ kind: "webhook" as const, url: raw.url, headers: raw.headers })),
);

/** The platforms: a new one is a line here. */
const platforms: { readonly [Kind in ChatConfig["kind"]]: v.OptionalSchema<Block<Of<Kind>>, undefined> } = {
  console: maybe(consoleChat, "One line to all terminals by way of the journal; needs no bot.", {}),
  ...botApis,
  ntfy: maybe(ntfy, "A message to a topic of an ntfy server.", { topic: { credential: "ntfy-topic" } }),
  googlechat: maybe(googlechat, "A webhook's message to a space of Google Chat.", {
    webhook: { credential: "googlechat-webhook" },
  }),
  teams: maybe(teams, "A card by a workflow of Microsoft Teams.", {
    webhook: { credential: "teams-webhook" },
    api: "https://default0123.45.environment.api.powerplatform.com",
  }),
  webhook: maybe(webhook, "Any receiver of JSON over HTTP.", { url: "https://alerts.example.org/dogwatch" }),
  alertmanager: maybe(alertmanager, "An Alertmanager, which groups, silences and passes on for a whole fleet.", {
    url: "https://alertmanager.example.org",
  }),
  openclaw: maybe(openclaw, "By the OpenClaw gateway to one of its channels, without a model.", {
    token: { credential: "openclaw-token" },
    channel: "telegram",
    target: "-1001234567890",
  }),
  hermes: maybe(hermes, "By a route of the Hermes gateway that only delivers, without a model.", {
    route: "dogwatch",
    secret: { credential: "hermes-secret" },
  }),
};

const kinds = Object.keys(platforms);
const [, ...others] = kinds;
const noChat = `no chat: add "chat: console", or one of ${others.slice(0, -1).join(", ")} and ${others.at(-1)}`;

const maps = v.pipe(
  exactlyOne(shape({ what: 'a chat such as "console" or { telegram: … }' }, platforms), kinds, {
    none: noChat,
    more: "two chats",
  }),
  v.transform(
    (raw): ChatConfig =>
      Object.values<ChatConfig | undefined>(raw).find((way) => way !== undefined) ?? { kind: "console" },
  ),
);

const wordFault = (input: unknown): string => {
  const given = String(input);
  if (kinds.includes(given)) return `"${given}" needs its settings: write chat: { ${given}: { … } }`;
  return `expected "console" or a map with one of ${others.join(", ")}${didYouMean(given, kinds)}`;
};

const word: Block<ChatConfig> = v.pipe(
  v.literal("console", ({ input }) => wordFault(input)),
  v.transform(() => ({ kind: "console" as const })),
);

const nothing: Block<never> = v.never(noChat);

/** The one chat: a word or a map with one key. */
export const chat: Block<ChatConfig> = picked<ChatConfig>([word, maps], (input) => {
  if (input === null || input === undefined) return nothing;
  return typeof input === "string" ? word : maps;
});

/** What is said where there is no chat at all. */
export const chatMissing: string = noChat;
