import { describe, expect, test } from "bun:test";
import { heard, openWatch, type Pinger, ping, ridOf } from "../../src/alert/deadman.ts";
import type { DeadmanConfig } from "../../src/config/config.ts";
import { deadmanDestinations } from "../../src/config/egress.ts";
import { answer } from "../fake-facts.ts";
import { createFakeHost, type FakeHost } from "../fake-host.ts";

const uuid = "4f6a3a2e-1d0b-4c57-9f7e-1a2b3c4d5e6f";
const rid = "11111111-2222-8333-8444-555555555555";
const plain: DeadmanConfig = { url: `https://hc-ping.com/${uuid}`, api: "https://hc-ping.com", timeoutMs: 5000 };

const pingerOf = (host: FakeHost, more: Partial<Pinger> = {}): Pinger => ({
  host,
  deadman: plain,
  rid,
  secret: () => ({ kind: "failed", why: "no secret here" }),
  ...more,
});

describe("heard()", () => {
  const cases = [
    { name: "200 OK", given: answer(200, "OK"), want: undefined },
    { name: "201 Created", given: answer(201, "Created"), want: undefined },
    { name: "another server's words", given: answer(200, '{"ok":true}'), want: undefined },
    { name: "a check that is gone, said with 200", given: answer(200, "OK (not found)\n"), want: "gone" },
    { name: "too many, said with 200", given: answer(200, "OK (rate limited)"), want: "too many" },
    { name: "too many, spelt otherwise", given: answer(200, "OK (rate-limited)"), want: "too many" },
    { name: "404", given: answer(404, "not found"), want: "404: the check is gone there" },
    { name: "409", given: answer(409, ""), want: "409: several checks have this slug" },
    { name: "429", given: answer(429, ""), want: "429: it counts no more pings" },
    { name: "a redirect", given: answer(302, ""), want: "302, a redirect that is not followed" },
    { name: "500 and whatever it says", given: answer(500, "<script>"), want: "it answered 500" },
    {
      name: "no answer",
      given: { kind: "failed", code: "TIMEOUT", why: "no answer in 4.5 s", elapsedMs: 4500 },
      want: "no answer in 4.5 s",
    },
  ] as const;
  for (const { name, given, want } of cases)
    test(`heard() understands ${name}`, () => {
      const why = heard(given);
      if (want === undefined) expect(why).toBeUndefined();
      else expect(why).toContain(want);
      expect(why ?? "").not.toContain("<script>");
    });
});

describe("ping()", () => {
  const cases = [
    { name: "the whole URL", text: `https://hc-ping.com/${uuid}`, want: `https://hc-ping.com/${uuid}/fail?rid=${rid}` },
    { name: "the UUID alone", text: uuid, want: `https://hc-ping.com/${uuid}/fail?rid=${rid}` },
  ] as const;
  for (const { name, text, want } of cases)
    test(`ping() takes a secret that is ${name}`, async () => {
      const host = createFakeHost();
      const deadman = { ...plain, url: { credential: "deadman-url" } };
      host.http.allow(deadmanDestinations({ deadman }));
      const secret = (): { readonly kind: "secret"; readonly text: string } => ({ kind: "secret", text });
      expect(await ping(pingerOf(host, { deadman, secret }), "/fail", "why", 5000)).toBeUndefined();
      expect(host.http.sent).toMatchObject([{ for: "deadman", method: "POST", url: want, body: "why" }]);
      expect(host.http.sent[0]?.secrets).toContain(text);
    });

  const refused = [
    { name: "another place than api", text: `https://elsewhere.example.org/${uuid}`, want: "only place" },
    { name: "an agent's path", text: "https://hc-ping.com/v1/chat/completions", want: "runs a model" },
    { name: "no address", text: "https://[", want: "not a ping URL" },
  ] as const;
  for (const { name, text, want } of refused)
    test(`ping() sends nothing for a secret that is ${name}`, async () => {
      const host = createFakeHost();
      const deadman = { ...plain, url: { credential: "deadman-url" } };
      host.http.allow(deadmanDestinations({ deadman }));
      const why = await ping(pingerOf(host, { deadman, secret: () => ({ kind: "secret", text }) }), "", "", 5000);
      expect(why).toContain(want);
      expect(why).not.toContain(uuid);
      expect(host.http.sent).toEqual([]);
    });

  test("ping() says why a secret can't be had", async () => {
    const host = createFakeHost();
    expect(await ping(pingerOf(host, { deadman: { ...plain, url: { file: "/x" } } }), "", "", 5000)).toBe(
      "no secret here",
    );
  });
});

describe("openWatch()", () => {
  test("openWatch() tells the start at once and the end after it was answered, both of one run", async () => {
    const host = createFakeHost();
    const started = Promise.withResolvers<void>();
    host.http.script = async ({ url }) => {
      if (url.includes("/start")) await started.promise;
      return answer(200, "OK");
    };
    const watch = openWatch(pingerOf(host), host.clock.monotonicMs);
    host.http.allow([]);
    expect(host.http.sent.map(({ url }) => url)).toEqual([`https://hc-ping.com/${uuid}/start?rid=${rid}`]);
    const ended = watch.end("", "well");
    await Promise.resolve();
    expect(host.http.sent).toHaveLength(1);
    started.resolve();
    expect(await ended).toBeUndefined();
    expect(host.http.sent.map(({ url }) => url)).toEqual([
      `https://hc-ping.com/${uuid}/start?rid=${rid}`,
      `https://hc-ping.com/${uuid}?rid=${rid}`,
    ]);
  });

  test("openWatch() never waits longer than the config says, both pings together", async () => {
    const host = createFakeHost();
    host.http.script = async ({ timeoutMs }) => {
      await host.clock.sleep(timeoutMs);
      return { kind: "failed", code: "TIMEOUT", why: "no answer", elapsedMs: timeoutMs };
    };
    const fromMs = host.clock.monotonicMs();
    expect(await openWatch(pingerOf(host), host.clock.monotonicMs).end("", "")).toBe("no answer");
    expect(host.clock.monotonicMs() - fromMs).toBeLessThanOrEqual(plain.timeoutMs);
    expect(host.http.sent).toHaveLength(2);
  });
});

describe("ridOf()", () => {
  test("ridOf() is a UUID in its canonical form", () => {
    for (const digest of ["0".repeat(64), "f".repeat(64), "0123456789abcdef".repeat(4)])
      expect(ridOf(digest)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/u);
  });
});
