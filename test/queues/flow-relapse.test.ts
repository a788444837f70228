import { describe, expect, test } from "bun:test";
import type { QueueReading } from "../../src/queues/reading.ts";
import { job, judged, judgedInTurn, minute } from "./flow-bed.ts";

type Row = readonly [ready: number, running: number, blocked: number, done: number, failed?: number];

const turn = ([ready, running, blocked, done, failed = 0]: Row): Partial<QueueReading> => ({
  ready,
  running,
  blocked,
  done,
  failed,
  slots: 9,
  movedS: null,
});

interface Case {
  readonly name: string;
  readonly given: readonly Row[];
  readonly isFound: boolean;
}

describe("judgeFlow() tells from counters alone", () => {
  const cases: readonly Case[] = [
    {
      name: "a job that was unblocked, ran and blocked again",
      given: [
        [0, 0, 1, 5],
        [0, 1, 0, 5],
        [0, 0, 1, 5],
      ],
      isFound: true,
    },
    {
      name: "the same by way of ready, with others still blocked",
      given: [
        [0, 0, 3, 5],
        [1, 0, 2, 5],
        [0, 1, 2, 5],
        [0, 0, 3, 5],
      ],
      isFound: true,
    },
    {
      name: "two of two unblocked ones",
      given: [
        [0, 0, 2, 5],
        [1, 1, 0, 5],
        [0, 1, 1, 5],
      ],
      isFound: true,
    },
    {
      name: "not a job that blocks for the first time",
      given: [
        [0, 1, 0, 5],
        [0, 0, 1, 5],
      ],
      isFound: false,
    },
    {
      name: "not a new job that blocks after the unblocked one is done",
      given: [
        [0, 0, 1, 5],
        [0, 1, 0, 5],
        [0, 0, 0, 6],
        [0, 1, 0, 6],
        [0, 0, 1, 6],
      ],
      isFound: false,
    },
    {
      name: "not a new job that blocks while the unblocked one waits",
      given: [
        [0, 0, 1, 5],
        [1, 0, 0, 5],
        [1, 1, 0, 5],
        [1, 0, 1, 5],
      ],
      isFound: false,
    },
    {
      name: "not what another running job may have done",
      given: [
        [0, 1, 1, 5],
        [0, 2, 0, 5],
        [0, 1, 1, 5],
      ],
      isFound: false,
    },
    {
      name: "what one other running job can't have done alone",
      given: [
        [0, 1, 1, 5],
        [0, 2, 0, 5],
        [0, 1, 1, 5],
        [0, 2, 0, 5],
        [0, 1, 1, 5],
      ],
      isFound: true,
    },
    {
      name: "not across a counter that began anew",
      given: [
        [0, 0, 1, 5],
        [0, 1, 0, 0],
        [0, 0, 1, 0],
      ],
      isFound: false,
    },
    {
      name: "not across a job that was removed",
      given: [
        [0, 0, 2, 5],
        [0, 1, 1, 5],
        [0, 0, 1, 5],
        [0, 0, 2, 5],
      ],
      isFound: false,
    },
  ];
  for (const { name, given, isFound } of cases)
    test(`judgeFlow() tells from counters alone ${name}`, () =>
      expect(judgedInTurn(given.map(turn)).findings ?? []).toEqual(isFound ? ["re-blocked"] : []));

  const still = turn([0, 0, 2, 5]);
  const unblocked = turn([0, 1, 1, 5]);
  const again = [still, unblocked, still];

  test("judgeFlow() tells it as a person's, and keeps telling until somebody took it up", () => {
    expect(judgedInTurn(again)).toMatchObject({
      evidence: "re-blocked: 2 blocked, one again after it was unblocked",
      isAlertOnly: true,
    });
    expect(judgedInTurn([...again, still]).findings).toEqual(["re-blocked"]);
    expect(judgedInTurn([...again, unblocked]).kind).toBe("ok");
    expect(judgedInTurn([...again, unblocked, still]).findings).toEqual(["re-blocked"]);
  });

  test("judgeFlow() confirms it by a second look with the same memory", () => {
    const { memory } = judgedInTurn([still, unblocked]);
    for (const seconds of [0, 10])
      expect(judged(still, { afterS: 10 * minute + seconds, memory }).findings).toEqual(["re-blocked"]);
  });

  test("judgeFlow() keeps it over a boot", () => {
    const { memory } = judgedInTurn(again);
    const reborn = { bootId: "boot-2", uptimeS: 30 };
    expect(judged(still, { afterS: 60 * minute, memory, facts: reborn }).findings).toEqual(["re-blocked"]);
  });

  const silent = ["running", "blocked", "done"] as const;
  for (const field of silent)
    test(`judgeFlow() can't tell it where "${field}" isn't told`, () =>
      expect(judgedInTurn(again.map((each) => ({ ...each, [field]: null }))).findings).toBeUndefined());

  test("judgeFlow() believes a list of jobs rather than counters", () =>
    expect(judgedInTurn(again.map((each) => ({ ...each, jobs: [job({ status: "blocked" })] }))).kind).toBe("ok"));
});

describe("judgeFlow() never cries wolf from counters", () => {
  /** A small generator, so that a failure can be repeated. */
  const dice = (seed: number) => {
    let state = seed;
    return (sides: number): number => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor((state / 2_147_483_648) * sides);
    };
  };

  interface One {
    place: "ready" | "running" | "blocked" | "done" | "failed";
    hasBlocked: boolean;
  }

  /** A queue in which no job ever blocks twice. */
  const honest = (seed: number, looks: number): readonly Row[] => {
    const roll = dice(seed);
    const jobs: One[] = [];
    const afterRun = (one: One): One["place"] => {
      if (!one.hasBlocked && roll(2) === 0) return "blocked";
      return (["failed", "ready", "done", "done"] as const)[roll(4)] ?? "done";
    };
    const step = (): void => {
      const one = roll(6) === 0 ? undefined : jobs[roll(jobs.length)];
      if (one === undefined) return void jobs.push({ place: "ready", hasBlocked: false });
      if (one.place === "running") one.place = afterRun(one);
      else if (one.place === "blocked") one.place = "ready";
      else if (one.place === "ready") one.place = "running";
      one.hasBlocked ||= one.place === "blocked";
    };
    const count = (place: One["place"]): number => jobs.filter((each) => each.place === place).length;
    return Array.from({ length: looks }, () => {
      for (let left = roll(4); left > 0; left -= 1) step();
      return [count("ready"), count("running"), count("blocked"), count("done"), count("failed")];
    });
  };

  test("judgeFlow() finds no re-block in 300 queues in which no job blocks twice", () => {
    for (let seed = 1; seed <= 300; seed += 1) {
      const rows = honest(seed, 60);
      for (let upTo = 2; upTo <= rows.length; upTo += 20)
        expect(judgedInTurn(rows.slice(0, upTo).map(turn)).findings ?? []).not.toContain("re-blocked");
    }
  });
});
