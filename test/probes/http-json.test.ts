import { describe, expect, test } from "bun:test";
import { parseCondition } from "../../src/config/conditions.ts";
import type { Condition } from "../../src/config/config.ts";
import { answer } from "../fake-facts.ts";
import { hear } from "./http-bed.ts";

const condition = (given: unknown): Condition => {
  const parsed = parseCondition(given);
  if (parsed.kind === "fault") throw new Error(parsed.why);
  return parsed.condition;
};
const at = (pointer: string, wanted: unknown) => ({ json: [{ pointer, condition: condition(wanted) }] });

describe("httpProbe.look() judges JSON", () => {
  const body = JSON.stringify({
    status: "live",
    lag: 7,
    ok: true,
    none: null,
    list: ["a"],
    "a/b": { "~": 1 },
    deep: { x: {} },
  });
  const cases = [
    { name: "equal text", given: at("/status", "live"), want: { kind: "ok" } },
    {
      name: "other text",
      given: at("/status", "ready"),
      want: { kind: "bad", evidence: '/status is "live", want "ready"' },
    },
    { name: "an equal number", given: at("/lag", 7), want: { kind: "ok" } },
    { name: "a number that is text", given: at("/lag", "7"), want: { kind: "bad", evidence: '/lag is 7, want "7"' } },
    { name: "a number above", given: at("/lag", "> 6"), want: { kind: "ok" } },
    { name: "a number not above", given: at("/lag", "> 7"), want: { kind: "bad", evidence: "/lag is 7, want > 7" } },
    { name: "a number at least", given: at("/lag", ">= 7"), want: { kind: "ok" } },
    { name: "a number below", given: at("/lag", "< 8"), want: { kind: "ok" } },
    { name: "a number at most", given: at("/lag", "<= 6"), want: { kind: "bad" } },
    { name: "a comparison with text", given: at("/status", "> 1"), want: { kind: "bad" } },
    { name: "another than the one named", given: at("/status", "!= dead"), want: { kind: "ok" } },
    {
      name: "the one named",
      given: at("/status", "!= live"),
      want: { kind: "bad", evidence: '/status is "live", want != "live"' },
    },
    { name: "a regular expression", given: at("/status", "~ ^li"), want: { kind: "ok" } },
    {
      name: "a regular expression that doesn't match",
      given: at("/status", "~ ^x"),
      want: { kind: "bad", evidence: '/status is "live", want ~ "^x"' },
    },
    { name: "true", given: at("/ok", true), want: { kind: "ok" } },
    { name: "null", given: at("/none", null), want: { kind: "ok" } },
    { name: "a list's first", given: at("/list/0", "a"), want: { kind: "ok" } },
    {
      name: "beyond a list",
      given: at("/list/1", "a"),
      want: { kind: "bad", evidence: 'the answer has no /list/1, want "a"' },
    },
    { name: "an escaped pointer", given: at("/a~1b/~0", 1), want: { kind: "ok" } },
    {
      name: "a missing key",
      given: at("/nope", "!= x"),
      want: { kind: "bad", evidence: 'the answer has no /nope, want != "x"' },
    },
    { name: "nothing that JSON doesn't say itself", given: at("/constructor/name", "Object"), want: { kind: "bad" } },
    {
      name: "a map where text is wanted",
      given: at("/deep", "x"),
      want: { kind: "bad", evidence: `/deep is "{'x':{}}", want "x"` },
    },
  ] as const;
  for (const { name, given, want } of cases)
    test(`httpProbe.look() takes ${name}: ${want.kind}`, async () =>
      expect(await hear(answer(200, body), given)).toMatchObject(want));

  test("httpProbe.look() wants all conditions met, and names the first that isn't", async () => {
    const both = { json: [...at("/status", "live").json, ...at("/lag", "< 5").json] };
    expect(await hear(answer(200, body), both)).toMatchObject({ kind: "bad", evidence: "/lag is 7, want < 5" });
  });

  const wanted = at("/status", "live");
  const deep = `{"status":${"[".repeat(200_000)}${"]".repeat(200_000)}}`;
  const bad = [
    {
      name: "HTML",
      given: answer(200, "<html>\n<b>up</b>"),
      want: 'status 200, but the body is not JSON: "<html> <b>up</b>"',
    },
    { name: "nothing", given: answer(200, ""), want: 'status 200, but the body is not JSON: ""' },
    {
      name: "half of it",
      given: answer(200, '{"status":"li'),
      want: `status 200, but the body is not JSON: "{'status':'li"`,
    },
    {
      name: "more than 1 MiB",
      given: answer(200, "{", { isBodyCut: true }),
      want: "status 200, and a body of more than 1 MiB where JSON was expected",
    },
    { name: "another kind of value", given: answer(200, "null"), want: 'the answer has no /status, want "live"' },
    {
      name: "what is nested too deeply",
      given: answer(200, deep),
      want: '/status is nested too deeply to be shown, want "live"',
    },
  ] as const;
  for (const { name, given, want } of bad)
    test(`httpProbe.look() finds JSON missing in ${name}`, async () =>
      expect(await hear(given, wanted)).toMatchObject({ kind: "bad", evidence: want }));
});
