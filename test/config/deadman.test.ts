import { describe, expect, test } from "bun:test";
import { dropInText } from "../../src/config/drop-in.ts";
import { deadmanDestinations, filterHosts } from "../../src/config/egress.ts";
import { printFault } from "../../src/config/fault.ts";
import { type Parsed, parseConfig } from "../../src/config/load.ts";
import { configOf } from "../checks.ts";

const uuid = "4f6a3a2e-1d0b-4c57-9f7e-1a2b3c4d5e6f";

const parsed = (deadman: string): Parsed =>
  parseConfig(
    new TextEncoder().encode(`chat: console\nchecks: { a: { tcp: { port: 1 } } }\ndeadman: ${deadman}\n`),
    "f.yaml",
    { hostname: "h" },
  );

describe("deadman in the config", () => {
  const cases = [
    {
      name: "a plain address, which says itself where it leads",
      given: `{ url: "https://hc-ping.com/${uuid}" }`,
      want: { url: `https://hc-ping.com/${uuid}`, api: "https://hc-ping.com", timeoutMs: 5000 },
    },
    {
      name: "an address by reference, of the public service",
      given: "{ url: { credential: deadman-url }, timeout: 10s }",
      want: { url: { credential: "deadman-url" }, api: "https://hc-ping.com", timeoutMs: 10_000 },
    },
    {
      name: "one by reference, of a server of one's own",
      given: '{ url: { file: /etc/x }, api: "http://127.0.0.1:8000/ping/" }',
      want: { url: { file: "/etc/x" }, api: "http://127.0.0.1:8000/ping", timeoutMs: 5000 },
    },
  ] as const;
  for (const { name, given, want } of cases)
    test(`parseConfig() takes ${name}`, () =>
      expect<unknown>(parsed(given)).toMatchObject({ kind: "config", warnings: [], config: { deadman: want } }));

  test("parseConfig() warns of pings in the clear to another host", () => {
    const warned = parsed('{ url: "http://hc.lan:8000/ping/x" }');
    expect(warned.kind === "config" ? warned.warnings.map(printFault) : []).toEqual([
      'f.yaml:3:1: pings and their address go to "hc.lan" in the clear: use https',
    ]);
  });
});

describe("the dead-man's switch in the egress list", () => {
  const deadman = { url: { credential: "x" }, api: "https://hc-ping.com", timeoutMs: 1 };

  test("deadmanDestinations() allows POST to its one place, and nothing where there is none", () => {
    expect(deadmanDestinations({ deadman })).toEqual([
      { host: "hc-ping.com", port: 443, methods: ["POST"], for: "deadman" },
    ]);
    expect(deadmanDestinations({ deadman: null })).toEqual([]);
  });

  test("filterHosts() has it, and a public name opens the filter in plain words, as a chat's does", () => {
    const hosts = filterHosts(configOf([], { deadman }));
    expect(hosts).toEqual([{ host: "hc-ping.com", for: ["deadman"] }]);
    const made = {
      mark: "#",
      hosts,
      resolved: new Map([["hc-ping.com", ["5.161.1.1"]]]),
      nameservers: [],
      folders: [],
    };
    expect(dropInText(made)).toContain("# OPEN: deadman (hc-ping.com): its addresses may move");
  });
});
