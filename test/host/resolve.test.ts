import { describe, expect, test } from "bun:test";
import { isNameLost } from "../../src/host/resolve.ts";
import { createTcp } from "../../src/host/tcp.ts";
import { ask, listen } from "./http-bed.ts";

describe("isNameLost()", () => {
  for (const given of ["127.0.0.1", "[::1]", "::1", "localhost"])
    test(`isNameLost() finds ${given}`, async () => expect(await isNameLost(given)).toBeFalse());

  test("isNameLost() doesn't wait for a name that nobody knows", async () => {
    expect(await isNameLost("no-such-host.invalid")).toBeTrue();
  });
});

describe("a timeout", () => {
  const destination = { for: "check gateway", host: "no-such-host.invalid", port: 80 };

  const codeOf = (outcome: { readonly kind: string; readonly code?: string }): string => outcome.code ?? outcome.kind;

  test("http.request() and tcp.touch() tell a name that isn't found, soon or in time, from a host that is silent", async () => {
    const lost = ["EAI_AGAIN", "ENOTFOUND"];
    expect(lost).toContain(codeOf(await ask("http://no-such-host.invalid/", { timeoutMs: 1 })));
    const tcp = createTcp();
    tcp.allow([{ ...destination, methods: [] }]);
    expect(lost).toContain(codeOf(await tcp.touch({ ...destination, timeoutMs: 1 })));
  });

  test("http.request() still calls a silent host silent where its name is known", async () => {
    await using deaf = await listen(() => undefined);
    expect(await ask(`http://localhost:${deaf.port}/`, { timeoutMs: 50 })).toMatchObject({ code: "TIMEOUT" });
  });
});
