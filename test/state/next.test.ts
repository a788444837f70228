import { describe, expect, test } from "bun:test";
import { afterProof, nextChecks } from "../../src/state/next.ts";
import { type Judged, judge } from "../../src/verdict/judge.ts";
import { httpCheck, reading } from "../checks.ts";

const at = "2026-11-23T02:05:00.000Z";
const later = "2026-11-23T02:06:00.000Z";
const checks = [
  httpCheck({ name: "gateway", card: "gateway-down" }),
  httpCheck({ name: "child", needs: ["gateway"] }),
  httpCheck({ name: "blind", needs: ["gateway"] }),
  httpCheck({ name: "other" }),
];
const judged: readonly Judged[] = judge(
  checks,
  new Map([
    ["gateway", reading("bad", { memory: { restarts: 1 } })],
    ["child", reading("bad")],
    ["blind", reading("unknown")],
    ["other", reading("bad")],
  ]),
  {},
  { at, uptimeS: 86_400, bootId: "boot-1" },
);

const nothing = { checks: {}, moment: { bootId: "", uptimeS: 0 } };

describe("nextChecks()", () => {
  test("nextChecks() keeps what the next tick goes on from, and no more", () => {
    const next = nextChecks(judged, new Set(["blind"]), nothing);
    const base = { evidence: "it reads bad", since: at, ticks: 1, badTicks: 1, isUnknownTold: false };
    expect(next).toEqual({
      gateway: { ...base, verdict: "red", reading: "bad", memory: { restarts: 1 } },
      child: { ...base, verdict: "red", reading: "bad", because: "gateway" },
      blind: {
        ...base,
        verdict: "unknown",
        reading: "unknown",
        evidence: "it reads unknown",
        badTicks: 0,
        because: "gateway",
        isUnknownTold: true,
      },
      other: { ...base, verdict: "red", reading: "bad" },
    });
  });

  test("nextChecks() forgets checks that are no longer in the config", () => {
    expect(Object.keys(nextChecks(judged.slice(0, 1), new Set(["other"]), nothing))).toEqual(["gateway"]);
  });
});

describe("afterProof()", () => {
  const proved = new Map([
    ["gateway", reading("ok", { evidence: "200 in 5 ms", memory: { restarts: 2 } })],
    ["child", reading("ok")],
  ]);
  const [gateway, child, blind, other] = afterProof(judged, proved, later);

  test("afterProof() makes what was proved green from then on", () => {
    expect(gateway).toMatchObject({
      verdict: "green",
      reading: "ok",
      evidence: "200 in 5 ms",
      since: later,
      ticks: 1,
      badTicks: 0,
      memory: { restarts: 2 },
      card: "gateway-down",
    });
  });

  test("afterProof() folds nothing under what is green now", () => {
    expect(child).not.toHaveProperty("because");
    expect(blind).not.toHaveProperty("because");
    expect(blind).toMatchObject({ verdict: "unknown", since: at });
  });

  test("afterProof() leaves the rest as it was", () => {
    expect(other).toBe(judged[3]);
    expect(afterProof(judged, new Map(), later)).toEqual([...judged]);
  });
});
