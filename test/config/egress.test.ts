import { describe, expect, test } from "bun:test";
import { checkDestinations, endpoint } from "../../src/config/egress.ts";
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
