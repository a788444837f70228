import type { Destination } from "../host/host.ts";
import { askOf } from "./ask-of.ts";
import { wayName, waysOf } from "./chat-ways.ts";
import type { ChatConfig, Check, Config } from "./config.ts";

/** What a check's requests are marked with, and its entry in the egress list. */
export const destinationName = (check: { readonly name: string }): string => `check ${check.name}`;

/** Host and port of an address; the scheme's port where none is given. Source: RFC 9110, 4.2. */
export const endpoint = (address: string): { readonly host: string; readonly port: number } => {
  const url = new URL(address);
  const port = url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);
  return { host: url.hostname.replace(/^\[|\]$/gu, ""), port };
};

const ofCheck = (check: Check): readonly Destination[] => {
  const purpose = destinationName(check);
  if (check.kind === "tcp") return [{ host: check.tcp.host, port: check.tcp.port, methods: [], for: purpose }];
  const asked = askOf(check);
  if (asked === undefined) return [];
  const { url, socket } = asked.ask;
  return [{ ...endpoint(url), methods: [asked.method], for: purpose, ...(socket === null ? {} : { socket }) }];
};

/** Every place that the checks of this config may contact; nothing else is opened (law 1). Never throws on a loaded config. */
export const checkDestinations = ({ checks }: Pick<Config, "checks">): readonly Destination[] =>
  checks.flatMap(ofCheck);

/** What the dead-man's pings are marked with. */
export const deadmanName = "deadman";

/** Where the dead-man's switch is told that a tick ends; nothing where there is none. Never throws on a loaded config. */
export const deadmanDestinations = ({ deadman }: Pick<Config, "deadman">): readonly Destination[] =>
  deadman === null ? [] : [{ ...endpoint(deadman.api), methods: ["POST"], for: deadmanName }];

const addressOf = (chat: ChatConfig): readonly string[] => {
  if (chat.kind === "console") return [];
  if (chat.kind === "alertmanager") return [chat.api, ...chat.peers];
  return [chat.kind === "webhook" ? chat.url : chat.api];
};

/** The base addresses of the chat and of the way for when it is down, from the config alone; none for one that needs no network. Never throws on a loaded config. */
export const chatAddresses = (chat: ChatConfig): readonly { readonly address: string; readonly for: string }[] =>
  waysOf(chat).flatMap((way) => addressOf(way).map((address) => ({ address, for: wayName(chat, way) })));

/** An address that the units' IP filter has to let through: as it stands in the config, and for whom. */
export interface FilterHost {
  readonly host: string;
  readonly for: readonly string[];
}

/** Whether an address is this host itself (a name in any case, no brackets), which the units allow by `IPAddressAllow=localhost`. Source: systemd.resource-control(5), RFC 6761 6.3. */
export const isLoopback = (host: string): boolean =>
  /^(127(\.\d{1,3}){3}|0\.0\.0\.0|::1?|(.+\.)?localhost\.?)$/iu.test(host);

/** Whether this is an address in digits, not a name. */
export const isLiteral = (host: string): boolean => host.includes(":") || /^\d{1,3}(\.\d{1,3}){3}$/u.test(host);

/**
 * Everything beyond loopback that checks, chat and dead-man's switch of this config speak to over IP, sorted, each once. Ports are left out: the filter
 * knows addresses only. Never throws on a loaded config.
 */
export const filterHosts = (config: Config): readonly FilterHost[] => {
  const places = [
    ...checkDestinations(config).filter(({ socket }) => socket === undefined),
    ...deadmanDestinations(config),
    ...chatAddresses(config.chat).map((way) => ({ ...endpoint(way.address), for: way.for })),
  ];
  const byHost = new Map<string, string[]>();
  for (const { host, for: purpose } of places) {
    const key = host.toLowerCase();
    if (!isLoopback(key)) byHost.set(key, [...(byHost.get(key) ?? []), purpose]);
  }
  return [...byHost].map(([host, purposes]) => ({ host, for: purposes })).sort((a, b) => (a.host < b.host ? -1 : 1));
};
