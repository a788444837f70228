import { describe, expect, test } from "bun:test";
import type { HttpAnswer } from "../../src/host/host.ts";
import { httpCheck } from "../checks.ts";
import { answer } from "../fake-facts.ts";
import { createFakeHost } from "../fake-host.ts";
import { hear, see } from "./http-bed.ts";

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
    {
      name: "a 409 as a conflict, which no restart cures",
      given: answer(409),
      expect: {},
      want: { kind: "bad", evidence: "status 409 Conflict, want 200 to 299" },
    },
    {
      name: "a 401 as unauthorized, with the begin of what it says",
      given: answer(401, '{"error":"bad token"}\n'),
      expect: {},
      want: { kind: "bad", evidence: "status 401 Unauthorized, want 200 to 299: \"{'error':'bad token'}\"" },
    },
    {
      name: "a 503 whose body tells why",
      given: answer(
        503,
        '{"ready":false,"failing":["telegram"],"error":"409: Conflict: terminated by other getUpdates"}',
      ),
      expect: {},
      want: {
        kind: "bad",
        evidence:
          "status 503, want 200 to 299: \"{'ready':false,'failing':['telegram'],'error':'409: Conflict: terminated by other getUpdates'}\"",
      },
    },
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
