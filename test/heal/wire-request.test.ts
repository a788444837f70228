import { describe, expect, test } from "bun:test";
import { maxItems, type Request } from "../../src/heal/wire.ts";
import { parseRequest } from "../../src/heal/wire-request.ts";

const opened = { event: "incident.opened", incident: "gateway-20261123T020500Z", check: "gateway", evidence: "dead" };
const heal = { do: "heal", red: ["gateway"], incidents: [{ check: "gateway", incident: "i" }], dryRun: false } as const;

const requests: readonly Request[] = [
  { do: "hello", version: 1, config: "ab" },
  { do: "incidents" },
  { do: "look", checks: ["gateway"] },
  { do: "suspect", checks: [] },
  { do: "enter", events: [] },
  heal,
  { do: "tidy", notGreen: ["gateway"] },
];

const refused: readonly { readonly name: string; readonly text: string }[] = [
  { name: "nothing", text: "" },
  { name: "no JSON", text: "GET / HTTP/1.0" },
  { name: "half of one", text: '{"do":"look"' },
  { name: "two of them", text: '{"do":"incidents"}{"do":"incidents"}' },
  { name: "zeros", text: "\0".repeat(100) },
  { name: "nested deeper than any stack", text: `${"[".repeat(200_000)}${"]".repeat(200_000)}` },
  ...["null", "1", '"look"', "[]", "{}", '[{"do":"incidents"}]'].map((text) => ({ name: text, text })),
  ...[
    { do: "run" },
    { do: ["heal"] },
    { do: "__proto__" },
    { do: "hello", version: "1", config: "ab" },
    { do: "hello", version: 1 },
    { do: "incidents", path: "/etc" },
    { do: "look", checks: "gateway" },
    { do: "look", checks: [1] },
    { do: "look", checks: [""] },
    { do: "look", checks: ["x".repeat(129)] },
    { do: "look", checks: Array(maxItems + 1).fill("gateway") },
    { do: "look", checks: ["gateway"], as: "root" },
    { do: "look", checks: ["gateway"], file: "/etc/shadow" },
    { do: "look", checks: [{ name: "gateway", kind: "bad" }] },
    { ...heal, argv: ["/bin/sh"] },
    { ...heal, recipe: "evil" },
    { ...heal, with: { unit: "sshd.service" } },
    { ...heal, readings: { gateway: { kind: "bad" } } },
    { ...heal, dryRun: "no" },
    { ...heal, red: undefined },
    { ...heal, incidents: { gateway: "i" } },
    { ...heal, incidents: [{ check: "gateway", incident: "i", recipe: "evil" }] },
    { ...heal, incidents: [{ check: "gateway" }] },
    { do: "enter", events: [{ ...opened, by: "helper" }] },
    { do: "enter", events: [{ ...opened, event: "heal.proved" }] },
    { do: "enter", events: [{ ...opened, evidence: "x".repeat(4001) }] },
    { do: "enter", events: [{ event: "config.changed", config_sha256: "ab" }] },
    { do: "enter", events: Array(maxItems + 1).fill(opened) },
    { do: "tidy" },
    { do: "tidy", notGreen: null },
  ].map((value) => ({ name: JSON.stringify(value).slice(0, 90), text: JSON.stringify(value) })),
];

describe("parseRequest()", () => {
  for (const request of requests)
    test(`parseRequest() takes "${request.do}" as it stands`, () =>
      expect(parseRequest(JSON.stringify(request))).toEqual(request));

  test("parseRequest() takes events", () => {
    const request = { do: "enter", events: [opened, { event: "config.changed" }] };
    expect(parseRequest(JSON.stringify(request))).toMatchObject(request);
  });

  for (const { name, text } of refused)
    test(`parseRequest() refuses ${name}`, () => expect(parseRequest(text)).toBeUndefined());

  for (const key of ["toString", "constructor", "__proto__"])
    test(`parseRequest() lets no key called "${key}" through`, () => {
      const request = parseRequest(`{"do":"incidents","${key}":{"argv":["/bin/sh"]}}`);
      expect(request === undefined || !Object.hasOwn(request, key)).toBe(true);
      expect(JSON.stringify(request ?? {})).not.toContain("argv");
    });
});
