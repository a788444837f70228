import { describe, expect, test } from "bun:test";
import type { HttpCheck } from "../../src/config/config.ts";
import { checkDestinations } from "../../src/config/egress.ts";
import { createHost } from "../../src/host/real-host.ts";
import { look } from "../../src/probes/look.ts";
import type { Reading } from "../../src/probes/probe.ts";
import { type Received, type Reply, serve } from "../alert/platforms/bed.ts";
import { configOf, httpCheck, reading } from "../checks.ts";

const token = "s3cret/Token+with=odd&signs";

/** One look with a secret header at a real server that answers as `reply` says. */
const seeWith = async (
  reply: (request: Received) => Reply,
  given: Partial<HttpCheck["expect"]>,
  text = token,
): Promise<{ readonly seen: Reading; readonly received: readonly Received[] }> => {
  await using server = await serve(reply);
  const headers = { Authorization: { credential: "gateway-token", prefix: "Bearer " } };
  const check = httpCheck({ http: { url: `${server.base}/healthz`, headers }, expect: given });
  const host = createHost({ env: {}, uid: 0, binary: process.execPath, hostname: "web-1" });
  host.http.allow(checkDestinations(configOf([check])));
  const readings = await look(host, [check], { secret: () => ({ kind: "secret", text }), memory: () => undefined });
  const seen = readings.get(check.name) ?? reading("unknown", { evidence: "no reading at all" });
  return { seen, received: server.received };
};

describe("httpProbe.look() with a credential in a header", () => {
  test("httpProbe.look() sends it with its prefix", async () => {
    const { seen, received } = await seeWith(() => ({ status: 200 }), {});
    expect(seen.kind).toBe("ok");
    expect(received.map(({ headers }) => headers.authorization)).toEqual([`Bearer ${token}`]);
  });

  const json = { json: [{ pointer: "/status", condition: { op: "==", value: "live" } }] } as const;
  const cases = [
    { name: "in a JSON value", given: { status: 200, body: JSON.stringify({ status: token }) }, expect: json },
    { name: "in a body that isn't JSON", given: { status: 200, body: `no: ${token}` }, expect: json },
    {
      name: "in a body that doesn't match",
      given: { status: 200, body: `Bearer ${token}` },
      expect: { body: "^live$" },
    },
    {
      name: "in a redirect's address",
      given: { status: 302, headers: { location: `/login?t=${encodeURIComponent(token)}` } },
      expect: {},
    },
  ] as const;
  for (const { name, given, expect: expectation } of cases)
    test(`httpProbe.look() keeps it out of the evidence when the server echoes it ${name}`, async () => {
      const { seen } = await seeWith(() => given, expectation);
      expect(seen.kind).toBe("bad");
      expect(seen.evidence).toContain("[secret]");
      expect(seen.evidence).not.toContain("s3cret");
      expect(seen.evidence).not.toContain(encodeURIComponent(token).slice(0, 8));
    });

  test("httpProbe.look() doesn't show a credential that can't stand in a header", async () => {
    const { seen, received } = await seeWith(() => ({ status: 200 }), {}, "s3cret☃");
    expect(seen.kind).toBe("unknown");
    expect(seen.evidence).not.toContain("s3cret");
    expect(received).toEqual([]);
  });
});
