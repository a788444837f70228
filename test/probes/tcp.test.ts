import { describe, expect, test } from "bun:test";
import { createServer } from "node:net";
import { checkDestinations } from "../../src/config/egress.ts";
import type { Host } from "../../src/host/host.ts";
import { createHost } from "../../src/host/real-host.ts";
import { look } from "../../src/probes/look.ts";
import type { Reading } from "../../src/probes/probe.ts";
import { configOf, reading, tcpCheck } from "../checks.ts";
import { createFakeHost } from "../fake-host.ts";

const see = async (host: Host, check = tcpCheck()): Promise<Reading> => {
  const secret = () => ({ kind: "failed", why: "no secret here" }) as const;
  const seen = await look(host, [check], { secret, memory: () => undefined });
  return seen.get(check.name) ?? reading("unknown", { evidence: "no reading at all" });
};

describe("tcpProbe.look()", () => {
  const cases = [
    { name: "is bad when nobody listens", given: "ECONNREFUSED", want: "bad" },
    { name: "is bad when nobody answers", given: "TIMEOUT", want: "bad" },
    { name: "is bad when the host is down", given: "EHOSTUNREACH", want: "bad" },
    { name: "is bad when the other side hangs up", given: "ECONNRESET", want: "bad" },
    { name: "doesn't know when it isn't in the egress list", given: "REFUSED", want: "unknown" },
    { name: "doesn't know when the name isn't found", given: "ENOTFOUND", want: "unknown" },
    { name: "doesn't know when the name server is silent", given: "EAI_AGAIN", want: "unknown" },
    { name: "doesn't know when a filter is in the way", given: "EPERM", want: "unknown" },
    { name: "doesn't know when a right is missing", given: "EACCES", want: "unknown" },
    { name: "doesn't know without a network of our own", given: "ENETUNREACH", want: "unknown" },
    { name: "doesn't know when we have too many files open", given: "EMFILE", want: "unknown" },
  ] as const;
  for (const { name, given, want } of cases)
    test(`tcpProbe.look() ${name}`, async () => {
      const host = createFakeHost();
      host.tcp.script = () => ({ kind: "failed", code: given, why: "it failed", elapsedMs: 3 });
      expect(await see(host)).toMatchObject({ kind: want, evidence: "it failed (127.0.0.1 port 5432)" });
      expect(host.tcp.sent).toEqual([{ for: "check gateway", host: "127.0.0.1", port: 5432, timeoutMs: 5000 }]);
    });

  test("tcpProbe.look() connects to a real listener, and finds it gone", async () => {
    const server = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const check = tcpCheck({ tcp: { host: "127.0.0.1", port, timeoutMs: 5000 } });
    const host = createHost({ env: {}, uid: 0, binary: process.execPath, hostname: "web-1" });
    host.tcp.allow(checkDestinations(configOf([check])));
    expect(await see(host, check)).toMatchObject({
      kind: "ok",
      evidence: expect.stringMatching(/^connected in \d+ ms$/u),
    });
    await new Promise<void>((resolve) => server.close(() => resolve()));
    expect(await see(host, check)).toMatchObject({
      kind: "bad",
      evidence: `connection refused (127.0.0.1 port ${port})`,
    });
    host.tcp.allow([]);
    expect(await see(host, check)).toMatchObject({ kind: "unknown" });
  });
});
