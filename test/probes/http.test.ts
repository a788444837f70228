import { describe, expect, test } from "bun:test";
import { parseCondition } from "../../src/config/conditions.ts";
import type { Condition, HttpCheck } from "../../src/config/config.ts";
import { checkDestinations } from "../../src/config/egress.ts";
import type { HttpAnswer } from "../../src/host/host.ts";
import { look } from "../../src/probes/look.ts";
import type { Reading } from "../../src/probes/probe.ts";
import { configOf, httpCheck, reading } from "../checks.ts";
import { answer } from "../fake-facts.ts";
import { createFakeHost, type FakeHost } from "../fake-host.ts";

const see = async (host: FakeHost, check: HttpCheck): Promise<Reading> => {
  host.http.allow(checkDestinations(configOf([check])));
  const secret = () => ({ kind: "failed", why: 'cannot read "/c/token": no such file or directory' }) as const;
  const seen = await look(host, [check], { secret, memory: () => undefined });
  return seen.get(check.name) ?? reading("unknown", { evidence: "no reading at all" });
};

const hear = async (said: HttpAnswer, expectation: Partial<HttpCheck["expect"]> = {}): Promise<Reading> => {
  const host = createFakeHost();
  host.http.script = () => said;
  return await see(host, httpCheck({ expect: expectation }));
};

const condition = (given: unknown): Condition => {
  const parsed = parseCondition(given);
  if (parsed.kind === "fault") throw new Error(parsed.why);
  return parsed.condition;
};
const at = (pointer: string, wanted: unknown) => ({ json: [{ pointer, condition: condition(wanted) }] });

describe("httpProbe.look() judges the status", () => {
  const two = {
    status: [
      { min: 200, max: 204 },
      { min: 401, max: 401 },
    ],
  };
  const cases = [
    { name: "any 2xx by default", given: answer(204), expect: {}, want: { kind: "ok", evidence: "204 in 5 ms" } },
    { name: "no 5xx", given: answer(503), expect: {}, want: { kind: "bad", evidence: "status 503, want 200 to 299" } },
    { name: "one of a list", given: answer(401), expect: two, want: { kind: "ok" } },
    {
      name: "none of a list",
      given: answer(205),
      expect: two,
      want: { kind: "bad", evidence: "status 205, want 200 to 204 or 401" },
    },
    {
      name: "a redirect as what it is",
      given: answer(302, "", { headers: { location: "http://evil.example/\u001b[2J" } }),
      expect: {},
      want: {
        kind: "bad",
        evidence: 'status 302, a redirect to "http://evil.example/" that is not followed, want 200 to 299',
      },
    },
    {
      name: "a redirect that is expected",
      given: answer(301, "", { headers: { location: "/login" } }),
      expect: { status: [{ min: 301, max: 301 }] },
      want: { kind: "ok" },
    },
  ] as const;
  for (const { name, given, expect: expectation, want } of cases)
    test(`httpProbe.look() takes ${name}`, async () => expect(await hear(given, expectation)).toMatchObject(want));
});

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

describe("httpProbe.look() judges body and time", () => {
  const slow = (elapsedMs: number): HttpAnswer => answer(200, "", { elapsedMs });
  const cases = [
    {
      name: "a body that matches somewhere",
      given: answer(200, "x\nstatus: ok\n"),
      expect: { body: "status: (ok|live)" },
      want: { kind: "ok" },
    },
    {
      name: "a body that doesn't",
      given: answer(200, "status: \u001b[31mdead"),
      expect: { body: "status: (ok|live)" },
      want: { kind: "bad", evidence: 'the body does not match "status: (ok|live)": "status: dead"' },
    },
    {
      name: "less time than wanted",
      given: slow(1999),
      expect: { latency: { op: "<", ms: 2000 } },
      want: { kind: "ok" },
    },
    {
      name: "just the time, not less",
      given: slow(2000),
      expect: { latency: { op: "<", ms: 2000 } },
      want: { kind: "bad", evidence: "answered in 2000 ms, want < 2000 ms" },
    },
    {
      name: "just the time at most",
      given: slow(2000),
      expect: { latency: { op: "<=", ms: 2000 } },
      want: { kind: "ok" },
    },
    {
      name: "more than the time at most",
      given: slow(2001),
      expect: { latency: { op: "<=", ms: 2000 } },
      want: { kind: "bad" },
    },
    {
      name: "the status before the time",
      given: answer(500, "", { elapsedMs: 9000 }),
      expect: { latency: { op: "<", ms: 1 } },
      want: { kind: "bad", evidence: "status 500, want 200 to 299" },
    },
  ] as const;
  for (const { name, given, expect: expectation, want } of cases)
    test(`httpProbe.look() takes ${name}`, async () => expect(await hear(given, expectation)).toMatchObject(want));
});

describe("httpProbe.look() tells failures of the program from our own", () => {
  const cases = [
    { given: "TIMEOUT", want: "bad" },
    { given: "ECONNREFUSED", want: "bad" },
    { given: "ECONNRESET", want: "bad" },
    { given: "MALFORMED", want: "bad" },
    { given: "TLS", want: "bad" },
    { given: "EFBIG", want: "bad" },
    { given: "ENOENT", want: "bad" },
    { given: "EHOSTUNREACH", want: "bad" },
    { given: "REFUSED", want: "unknown" },
    { given: "EINVAL", want: "unknown" },
    { given: "ENOTFOUND", want: "unknown" },
    { given: "EAI_AGAIN", want: "unknown" },
    { given: "EPERM", want: "unknown" },
    { given: "EACCES", want: "unknown" },
    { given: "EMFILE", want: "unknown" },
    { given: "ENFILE", want: "unknown" },
    { given: "ENETUNREACH", want: "unknown" },
    { given: "EADDRNOTAVAIL", want: "unknown" },
  ] as const;
  for (const { given, want } of cases)
    test(`httpProbe.look() reads ${given} as ${want}`, async () => {
      const said = { kind: "failed", code: given, why: "no answer in 5 s", elapsedMs: 5000 } as const;
      expect(await hear(said)).toMatchObject({ kind: want, evidence: "no answer in 5 s" });
    });

  test("httpProbe.look() doesn't know without the credential of a header, asks nothing and names the file only", async () => {
    const host = createFakeHost();
    const headers = { Authorization: { credential: "token", prefix: "Bearer " } };
    expect(await see(host, httpCheck({ http: { headers } }))).toMatchObject({
      kind: "unknown",
      evidence: `cannot fill the header "Authorization": cannot read "/c/token": no such file or directory`,
    });
    expect(host.http.sent).toEqual([]);
  });
});

test("httpProbe.look() sends what the check says and nothing else", async () => {
  const host = createFakeHost();
  const given = {
    method: "HEAD",
    socket: "/run/gateway.sock",
    timeoutMs: 1234,
    headers: { "X-Probe": "dogwatch" },
  } as const;
  await see(host, httpCheck({ http: given }));
  expect(host.http.sent).toEqual([
    { for: "check gateway", url: "http://127.0.0.1:18789/healthz", maxBodyBytes: 1024 * 1024, secrets: [], ...given },
  ]);
});
