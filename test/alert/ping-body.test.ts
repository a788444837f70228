import { describe, expect, test } from "bun:test";
import { type Ending, pingBody } from "../../src/alert/ping-body.ts";

const head = { seq: 41, sha256: "9f3ac2d1c07be55a".repeat(4) };
type Found = NonNullable<Ending["found"]>;
const found = (names: readonly string[], more: Partial<Found> = {}): Found => ({
  verdict: "red",
  checks: names.map((name) => ({ name, verdict: "red" })),
  outbox: 0,
  ...more,
});

describe("pingBody()", () => {
  test("pingBody() tells a run that reached its end, the worst first, with the whole head", () =>
    expect(
      pingBody({
        ...{ host: "web-1", exit: 0, head },
        found: found([], {
          checks: [
            { name: "disk", verdict: "amber" },
            { name: "web", verdict: "green" },
            { name: "gateway", verdict: "red" },
            { name: "board", verdict: "unknown" },
          ],
          outbox: 2,
          seal: 12,
        }),
      }),
    ).toBe(
      `web-1: RED, exit status 0\n4 checks: 1 red, 1 unknown, 1 amber, 1 green\nred: gateway\nunknown: board\namber: disk\nalerts waiting: 2\nlog 41:${head.sha256}\nseal 12\n`,
    ));

  test("pingBody() tells a run that failed, why, and the one next command", () =>
    expect(
      pingBody({ host: "web-1", exit: 78, why: "f.yaml:2:1: unknown key", next: "dogwatch validate", head: null }),
    ).toBe("web-1: dogwatch itself is ill, exit status 78\nf.yaml:2:1: unknown key\nrun: dogwatch validate\n"));

  test("pingBody() names no line of a log that is empty or out of step", () => {
    for (const seq of [0, -1])
      expect(pingBody({ host: "web-1", exit: 0, head: { seq, sha256: "" } })).not.toContain("log ");
  });

  test("pingBody() stays below what a server keeps, however many checks are red", () => {
    const names = Array.from({ length: 2000 }, (_, at) => `${at}-${"x".repeat(58)}`);
    const body = pingBody({ host: "h".repeat(64), exit: 75, why: "y".repeat(500), head, found: found(names) });
    expect(body.length).toBeLessThan(10_000);
    expect(body).toContain("and 1980 more");
  });
});
