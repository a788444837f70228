import { describe, expect, test } from "bun:test";
import { bootS, hour, job, judged, live, minute, startS } from "./flow-bed.ts";

const beating = (beatS: number) => ({
  running: 1,
  jobs: [job({ beatS, claim: { host: "web-1", pid: 700, atS: beatS - minute, expiresS: beatS + 900 } })],
});

/** A look at the first moment, with nothing wrong. */
const before = judged(beating(startS - 30), { facts: { live: live({ 700: startS - 90 }) } });

/** A look so many seconds of uptime later, while the wall clock moved by `jumpS` more. */
const later = (afterS: number, jumpS: number, given = beating(startS - 30), memory = before.memory) =>
  judged(given, {
    afterS,
    memory,
    facts: { nowS: startS + afterS + jumpS, live: live({ 700: startS - 90 + jumpS }) },
  });

describe("judgeFlow() and a clock that jumps", () => {
  test("judgeFlow() calls a beat old only where the uptime agrees", () => {
    expect(later(2 * hour, 0)).toMatchObject({ kind: "bad", findings: ["stale-claim"] });
    const jumped = later(5 * minute, 3 * hour);
    expect(jumped.kind).toBe("unknown");
    expect(jumped.evidence).toStartWith(
      "the clock jumped forward by 3 h, so ages tell nothing yet: stale-claim: t_1 (",
    );
  });

  test("judgeFlow() stays unknown at the next look, is well after a new beat, and bad where none comes", () => {
    const jumped = later(5 * minute, 3 * hour);
    const again = (afterS: number, beatS: number) => later(afterS, 3 * hour, beating(beatS), jumped.memory);
    expect(again(10 * minute, startS - 30).kind).toBe("unknown");
    expect(again(10 * minute, startS + 3 * hour + 9 * minute).kind).toBe("ok");
    expect(again(70 * minute, startS - 30)).toMatchObject({ kind: "bad", findings: ["stale-claim"] });
  });

  test("judgeFlow() takes what lies in the future for now, after a jump back or on another host", () => {
    expect(later(5 * minute, -3 * hour).kind).toBe("ok");
    expect(judged({ ready: 1, running: 0, oldestReadyS: 0, movedS: startS + hour }).kind).toBe("ok");
  });

  test("judgeFlow() takes no worker for another process because of the jump", () =>
    expect(later(5 * minute, 3 * hour, beating(startS + 3 * hour)).kind).toBe("ok"));

  test("judgeFlow() finds a dead worker all the same", () =>
    expect(
      judged(beating(startS - 30), {
        afterS: 5 * minute,
        memory: before.memory,
        facts: { nowS: startS + 3 * hour, live: live() },
      }).evidence,
    ).toBe("stale-claim: t_1 (worker 700 is dead)"));

  test("judgeFlow() doesn't call a queue stuck by a jump", () => {
    const queue = (afterS: number) => ({
      ready: 1,
      running: 0,
      oldestReadyS: 3 * hour,
      movedS: startS - minute + afterS,
    });
    const { memory } = judged({ ready: 1, running: 0, oldestReadyS: 60, movedS: startS - minute });
    expect(judged(queue(0), { memory, afterS: minute, facts: { nowS: startS + 3 * hour } }).kind).toBe("unknown");
  });

  test("judgeFlow() forgets the jump with the boot", () => {
    const jumped = later(5 * minute, 3 * hour);
    const reborn = judged(beating(startS - 30), {
      memory: jumped.memory,
      facts: { nowS: startS + 4 * hour, bootId: "boot-2", uptimeS: bootS },
    });
    expect(reborn.findings).toEqual(["stale-claim"]);
  });

  test("judgeFlow() keeps its memory flat and small", () => {
    const pairs = Object.entries(later(5 * minute, 3 * hour).memory);
    expect(pairs.length).toBeLessThanOrEqual(20);
    for (const [, value] of pairs) expect(["string", "number", "object"]).toContain(typeof value);
  });

  const broken = [{}, { boot: 7 }, { boot: "boot-1", uptime: "x", now: 1, ready: 1 }, { activeBoot: "boot-1" }];
  for (const memory of broken)
    test(`judgeFlow() looks as for the first time after a memory of ${JSON.stringify(memory)}`, () =>
      expect(judged({ ready: 1, running: 0 }, { memory }).evidence).toBe("watched from now on: 1 ready, 0 running"));
});
