import { describe, expect, test } from "bun:test";
import { openChat } from "../../src/alert/platforms/index.ts";
import type { Config } from "../../src/config/config.ts";
import { chatAddresses, checkDestinations, endpoint, filterHosts } from "../../src/config/egress.ts";
import { configOf, httpCheck, processCheck, tcpCheck, unitCheck } from "../checks.ts";

describe("endpoint()", () => {
  const cases = [
    {
      name: "the port that stands there",
      given: "http://127.0.0.1:18789/healthz",
      want: { host: "127.0.0.1", port: 18_789 },
    },
    { name: "http's own port", given: "http://web-1/x", want: { host: "web-1", port: 80 } },
    { name: "https's own port", given: "https://example.org", want: { host: "example.org", port: 443 } },
    {
      name: "a port that is written though it is the scheme's own",
      given: "https://example.org:443/",
      want: { host: "example.org", port: 443 },
    },
    { name: "an IPv6 address without its brackets", given: "http://[::1]:8080/", want: { host: "::1", port: 8080 } },
    { name: "a name in lower case", given: "http://WEB-1:1/", want: { host: "web-1", port: 1 } },
  ] as const;
  for (const { name, given, want } of cases)
    test(`endpoint() finds ${name}`, () => expect(endpoint(given)).toEqual(want));
});

describe("checkDestinations()", () => {
  const http = { host: "127.0.0.1", port: 18_789, for: "check gateway" };
  const cases = [
    { name: "an http check's address and only its method", given: httpCheck(), want: [{ ...http, methods: ["GET"] }] },
    { name: "HEAD for HEAD", given: httpCheck({ http: { method: "HEAD" } }), want: [{ ...http, methods: ["HEAD"] }] },
    {
      name: "a socket",
      given: httpCheck({ http: { socket: "/run/gateway.sock" } }),
      want: [{ ...http, methods: ["GET"], socket: "/run/gateway.sock" }],
    },
    {
      name: "a tcp check's address, without any method",
      given: tcpCheck(),
      want: [{ host: "127.0.0.1", port: 5432, methods: [], for: "check gateway" }],
    },
    { name: "nothing for a process check", given: processCheck(), want: [] },
    { name: "nothing for a unit check", given: unitCheck(), want: [] },
  ];
  for (const { name, given, want } of cases)
    test(`checkDestinations() lists ${name}`, () =>
      expect<unknown>(checkDestinations(configOf([given]))).toEqual(want));

  test("checkDestinations() allows no check to change anything (law 1)", () => {
    const all = [httpCheck({ name: "a" }), httpCheck({ name: "b", http: { method: "HEAD" } }), tcpCheck({ name: "c" })];
    const methods = new Set(checkDestinations(configOf(all)).flatMap((each) => each.methods));
    expect(methods.has("POST") || methods.has("PUT")).toBe(false);
  });
});

const secret = { credential: "x" };
/** One of each platform; `satisfies` fails when one is missing. */
const chats = {
  console: { kind: "console" },
  telegram: { kind: "telegram", chatId: "1", threadId: null, token: secret, api: "https://api.telegram.org" },
  slack: { kind: "slack", how: "webhook", webhook: secret, api: "https://hooks.slack.com" },
  discord: { kind: "discord", webhook: secret, threadId: null, api: "https://discord.com" },
  webhook: { kind: "webhook", url: "http://chat.lan:8080/hook", headers: {} },
  mattermost: { kind: "mattermost", how: "webhook", webhook: secret, api: "https://chat.example.org" },
  matrix: { kind: "matrix", room: "!a:example.org", token: secret, threadId: null, api: "https://matrix.example.org" },
  ntfy: { kind: "ntfy", topic: secret, priority: 4, token: null, api: "https://ntfy.sh" },
  googlechat: { kind: "googlechat", webhook: secret, threadKey: null, api: "https://chat.googleapis.com" },
  teams: { kind: "teams", webhook: secret, api: "https://default0.1.environment.api.powerplatform.com" },
  alertmanager: { kind: "alertmanager", api: "http://10.0.0.9:9093/am", peers: [], headers: {}, labels: {} },
  openclaw: {
    kind: "openclaw",
    api: "http://127.0.0.1:18789",
    token: secret,
    channel: "telegram",
    target: "-1001",
    account: null,
    whenDown: { kind: "telegram", chatId: "1", threadId: null, token: secret, api: "https://api.telegram.org" },
  },
  hermes: { kind: "hermes", api: "http://10.0.0.7:8644", route: "dogwatch", secret, whenDown: null },
} as const satisfies { readonly [K in Config["chat"]["kind"]]: Extract<Config["chat"], { kind: K }> };

describe("chatAddresses()", () => {
  for (const chat of Object.values<Config["chat"]>(chats))
    test(`chatAddresses() of ${chat.kind} is where the platform itself says that it goes, and what for`, async () => {
      const places = (await openChat(chat)).destinations().map(({ host, port, for: purpose }) => [host, port, purpose]);
      const found = chatAddresses(chat).map(({ address, for: purpose }) => {
        const { host, port } = endpoint(address);
        return [host, port, purpose];
      });
      expect(found).toEqual(places);
    });

  test("chatAddresses() names the way for when a gateway is down apart", () =>
    expect(chatAddresses(chats.openclaw)).toEqual([
      { address: "http://127.0.0.1:18789", for: "chat openclaw" },
      { address: "https://api.telegram.org", for: "chat telegram, when openclaw is down" },
    ]));
});

describe("filterHosts()", () => {
  const tcp = (name: string, host: string) => tcpCheck({ name, tcp: { host, port: 1, timeoutMs: 1 } });

  test("filterHosts() lists each address once, sorted, with all that it is for, the chat's too", () => {
    const config = configOf([tcp("b", "10.0.0.2"), tcp("a", "10.0.0.1"), tcp("c", "10.0.0.2"), tcp("d", "CHAT.lan")], {
      chat: chats.webhook,
    });
    expect(filterHosts(config)).toEqual([
      { host: "10.0.0.1", for: ["check a"] },
      { host: "10.0.0.2", for: ["check b", "check c"] },
      { host: "chat.lan", for: ["check d", "chat webhook"] },
    ]);
  });

  test("filterHosts() lists the way for when a gateway is down", () => {
    const hosts = (chat: Config["chat"]) => filterHosts(configOf([], { chat }));
    expect(hosts(chats.openclaw)).toEqual([
      { host: "api.telegram.org", for: ["chat telegram, when openclaw is down"] },
    ]);
    expect(hosts(chats.hermes)).toEqual([{ host: "10.0.0.7", for: ["chat hermes"] }]);
  });

  test("filterHosts() leaves out loopback in every spelling, Unix sockets and what only looks", () => {
    const loopback = ["127.0.0.1", "127.9.9.9", "::1", "localhost", "LOCALHOST", "web.localhost", "0.0.0.0", "::"];
    const config = configOf([
      ...loopback.map((host, at) => tcp(`c${at}`, host)),
      httpCheck({ name: "s", http: { url: "http://gateway.example/x", socket: "/run/g.sock" } }),
      processCheck({ name: "p" }),
      unitCheck({ name: "u" }),
    ]);
    expect(filterHosts(config)).toEqual([]);
    for (const host of ["localhost.example.org", "128.0.0.1", "notlocalhost", "::2"])
      expect(filterHosts(configOf([tcp("a", host)]))).toHaveLength(1);
  });
});
