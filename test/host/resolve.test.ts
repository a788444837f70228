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

  test("http.request() and tcp.touch() tell a name that isn't found from a host that is silent", async () => {
    const why = 'the name "no-such-host.invalid" was not turned into an address in time';
    const answer = await ask("http://no-such-host.invalid/", { timeoutMs: 1 });
    expect(["EAI_AGAIN", "ENOTFOUND"]).toContain(answer.kind === "failed" ? answer.code : "an answer");
    const tcp = createTcp();
    tcp.allow([{ ...destination, methods: [] }]);
    expect(await tcp.touch({ ...destination, timeoutMs: 1 })).toMatchObject({ code: "EAI_AGAIN", why });
  });

  test("http.request() still calls a silent host silent where its name is known", async () => {
    await using deaf = await listen(() => undefined);
    expect(await ask(`http://localhost:${deaf.port}/`, { timeoutMs: 50 })).toMatchObject({ code: "TIMEOUT" });
  });
});
