import { describe, expect, test } from "bun:test";
import type { QueueReading } from "../../src/queues/reading.ts";
import { hour, job, judged, judgedInTurn, minute, startS, times } from "./flow-bed.ts";

const ago = (seconds: number): number => startS - seconds;

describe("judgeFlow() calls well", () => {
  const cases = [
    { name: "an empty queue", given: { running: 0 }, want: "idle" },
    { name: "an empty queue that tells nothing else", given: {}, want: "idle" },
    {
      name: "a queue whose first job is young",
      given: { ready: 3, running: 0, oldestReadyS: 29 * minute, movedS: 0 },
      want: "standing still for 29 min: 3 ready, 0 running",
    },
    { name: "an idle queue whatever its ages", given: { running: 0, movedS: ago(90 * 24 * hour) }, want: "idle" },
    { name: "an idle queue with blocked jobs", given: { running: 0, blocked: 3 }, want: "idle: 3 blocked" },
    { name: "a queue with nothing but work", given: { running: 2 }, want: "flowing: 0 ready, 2 running" },
    {
      name: "a full one, however old the head of its backlog",
      given: { ready: 9, running: 4, slots: 4, oldestReadyS: 20 * hour, movedS: ago(3 * hour) },
      want: "full: 9 ready, 4 of 4 running",
    },
    {
      name: "one whose slots nobody tells, while somebody works",
      given: { ready: 3, running: 1, oldestReadyS: 20 * hour, movedS: ago(3 * hour) },
      want: "busy: 3 ready, 1 running",
    },
    {
      name: "one that claimed a moment ago",
      given: { ready: 3, running: 0, oldestReadyS: 20 * hour, movedS: ago(60) },
      want: "flowing: 3 ready, 0 running, last claimed or finished 1 min ago",
    },
    {
      name: "one that was idle for hours until a job came a minute ago",
      given: { ready: 1, running: 0, oldestReadyS: 60, movedS: ago(9 * hour) },
      want: "flowing: 1 ready, 0 running, last claimed or finished 9 h ago",
    },
    {
      name: "one of which nobody knows how many run",
      given: { ready: 3, oldestReadyS: 20 * hour, movedS: ago(9 * hour) },
      want: "3 ready; how many run isn't told, so stuck can't be",
    },
  ] as const;
  for (const { name, given, want } of cases)
    test(`judgeFlow() calls well ${name}`, () => {
      const flow = judged(given);
      expect(flow).toMatchObject({ kind: "ok", evidence: want });
      expect(flow.findings).toBeUndefined();
      expect(flow.isStanding).toBeUndefined();
    });
});

const waiting = (count: number) =>
  Array.from({ length: count }, (_, at) =>
    job({ id: `t_${at}`, status: "ready", sinceS: ago(2 * hour - at * minute) }),
  );

describe("judgeFlow() finds stuck by the source's times", () => {
  const stuck = { ready: 3, running: 0, oldestReadyS: 2 * hour, movedS: ago(42 * minute) };
  const cases = [
    {
      name: "nothing claimed for long",
      given: stuck,
      want: "stuck: 3 ready, 0 running, nothing claimed or finished for 42 min",
    },
    {
      name: "nothing claimed ever",
      given: { ...stuck, movedS: 0, oldestReadyS: 31 * minute },
      want: "stuck: 3 ready, 0 running, nothing claimed or finished for 31 min",
    },
    {
      name: "a free slot",
      given: { ...stuck, running: 1, slots: 4 },
      want: "stuck: 3 ready, 1 of 4 running, nothing claimed or finished for 42 min",
    },
    {
      name: "no slot at all",
      given: { ...stuck, slots: 0 },
      want: "stuck: 3 ready, 0 of 0 running, nothing claimed or finished for 42 min",
    },
    {
      name: "a head that waited less than the last claim is ago",
      given: { ...stuck, oldestReadyS: 31 * minute },
      want: "stuck: 3 ready, 0 running, nothing claimed or finished for 31 min",
    },
    {
      name: "the waiting jobs, the oldest first, five at most",
      given: { ...stuck, ready: 9, jobs: waiting(7) },
      want: "stuck: 9 ready, 0 running, nothing claimed or finished for 42 min: t_0 (2 h), t_1 (119 min), t_2 (118 min), t_3 (117 min), t_4 (116 min) and 4 more",
    },
  ];
  for (const { name, given, want } of cases)
    test(`judgeFlow() tells ${name}`, () => {
      const flow = judged(given);
      expect(flow).toMatchObject({ kind: "bad", evidence: want, findings: ["stuck"] });
      expect([flow.isAlertOnly, flow.isAdvisory]).toEqual([undefined, undefined]);
    });

  test("judgeFlow() needs no memory for it, and no second tick", () =>
    expect(judged(stuck, { facts: { uptimeS: 31 * minute } }).kind).toBe("bad"));

  test("judgeFlow() doesn't count the time that the host was off", () =>
    expect(judged(stuck, { facts: { uptimeS: 29 * minute } }).kind).toBe("ok"));

  test("judgeFlow() leaves to another check what this one doesn't judge", () =>
    expect(judged(stuck, { options: { findings: ["gave-up"] } })).toMatchObject({ kind: "ok" }));
});

describe("judgeFlow() finds stuck by watching", () => {
  const still = { ready: 3, running: 0, done: 7 };

  test("judgeFlow() begins to watch at its first look, and says that it stands", () =>
    expect(judged(still)).toMatchObject({
      kind: "ok",
      evidence: "watched from now on: 3 ready, 0 running",
      isStanding: true,
    }));

  test("judgeFlow() tells for how long it stands still until it is stuck", () => {
    expect(judgedInTurn(times(3, still))).toMatchObject({
      kind: "ok",
      evidence: "standing still for 10 min: 3 ready, 0 running",
      isStanding: true,
    });
    expect(judgedInTurn(times(6, still)).kind).toBe("ok");
    expect(judgedInTurn(times(7, still))).toMatchObject({
      kind: "bad",
      evidence: "stuck: 3 ready, 0 running, nothing claimed or finished for 30 min",
      findings: ["stuck"],
    });
  });

  test("judgeFlow() confirms it by a second look with the same memory, and by a third", () => {
    const { memory } = judgedInTurn(times(7, still));
    for (const seconds of [0, 10, 20])
      expect(judged(still, { afterS: 30 * minute + seconds, memory }).findings).toEqual(["stuck"]);
  });

  const proofs = [
    { name: "nothing", given: still, want: "bad" },
    { name: "a job that runs", given: { ready: 2, running: 1, done: 7 }, want: "ok" },
    { name: "a job that ended", given: { ready: 2, running: 0, done: 8 }, want: "ok" },
    { name: "a job that failed", given: { ready: 3, running: 0, done: 7, failed: 1 }, want: "ok" },
    { name: "a new job", given: { ready: 4, running: 0, done: 7 }, want: "bad" },
    { name: "counters that began anew, at nothing", given: { ready: 3, running: 0, done: 0 }, want: "bad" },
    { name: "counters that began anew and moved", given: { ready: 2, running: 0, done: 1 }, want: "ok" },
    { name: "a queue that is empty", given: { ready: 0, running: 0, done: 7 }, want: "ok" },
  ] as const;
  for (const { name, given, want } of proofs)
    test(`judgeFlow() reads ${want} after ${name}, with the memory from before the heal`, () => {
      const { memory } = judgedInTurn(times(7, { failed: 0, ...still }));
      expect(judged({ failed: 0, ...given }, { afterS: 31 * minute, memory }).kind).toBe(want);
    });

  test("judgeFlow() takes fewer ready jobs for claims where as many more are blocked", () => {
    const counted = { ...still, failed: 0, blocked: 1 };
    const taken = { ...counted, ready: 2, blocked: 2 };
    expect(judgedInTurn([...times(6, counted), taken, ...times(5, taken)]).kind).toBe("ok");
    const removed = { ...counted, ready: 2 };
    expect(judgedInTurn([...times(6, counted), removed, ...times(5, removed)]).kind).toBe("bad");
  });

  const moves = [
    { name: "a claim", given: { ...still, running: 1 }, after: still },
    { name: "an end", given: { ...still, done: 8 }, after: { ...still, done: 8 } },
    { name: "an empty queue", given: { ...still, ready: 0 }, after: still },
    { name: "a full one", given: { ...still, slots: 2, running: 2 }, after: still },
    {
      name: "a smaller backlog, where failures aren't counted",
      given: { ...still, ready: 2 },
      after: { ...still, ready: 2 },
    },
  ];
  for (const { name, given, after } of moves)
    test(`judgeFlow() begins anew at ${name}`, () =>
      expect(judgedInTurn([...times(6, still), given, ...times(5, after)]).kind).toBe("ok"));

  test("judgeFlow() takes fewer ready jobs for no claim where every end is counted", () => {
    const all = { ...still, failed: 0, blocked: 0 };
    expect(judgedInTurn([...times(4, all), ...times(4, { ...all, ready: 2 })]).findings).toEqual(["stuck"]);
  });

  const boot2 = (uptimeS: number) => ({ bootId: "boot-2", uptimeS });

  test("judgeFlow() starts its watch anew after a boot", () => {
    const { memory } = judgedInTurn(times(6, still));
    const after = judged(still, { afterS: 8 * hour, memory, facts: boot2(60) });
    expect(after).toMatchObject({ kind: "ok", evidence: "watched from now on: 3 ready, 0 running" });
  });

  test("judgeFlow() doesn't take a boot for the end of what was stuck, until something moves or it is stuck again", () => {
    const { kind, memory } = judgedInTurn(times(7, still));
    expect(kind).toBe("bad");
    const first = judged(still, { afterS: 8 * hour, memory, facts: boot2(60) });
    expect(first).toMatchObject({
      kind: "unknown",
      evidence: "booted 1 min ago, stuck before: 3 ready, 0 running, nothing claimed or finished yet",
      isStanding: true,
    });
    const second = judged(still, { afterS: 8 * hour + 300, memory: first.memory, facts: boot2(360) });
    expect(second.kind).toBe("unknown");
    const next = (given: Partial<QueueReading>, uptimeS: number) =>
      judged(given, { afterS: 8 * hour + uptimeS, memory: second.memory, facts: boot2(uptimeS) }).kind;
    expect(next({ ...still, running: 1 }, 660)).toBe("ok");
    expect(next({ ...still, ready: 0 }, 660)).toBe("ok");
    expect(next({ ...still, done: 1 }, 660)).toBe("ok");
    expect(next(still, 660)).toBe("unknown");
    expect(next(still, 60 + 30 * minute)).toBe("bad");
  });

  test("judgeFlow() holds a board that was stuck before a boot the same way", () => {
    const board = { ready: 3, running: 0, movedS: startS - 5 * hour, oldestReadyS: 4 * hour };
    const { kind, memory } = judged(board);
    expect(kind).toBe("bad");
    const after = { ...board, oldestReadyS: 12 * hour };
    const look = (given: Partial<QueueReading>) => judged(given, { afterS: 8 * hour, memory, facts: boot2(60) }).kind;
    expect(look(after)).toBe("unknown");
    expect(look({ ...after, movedS: startS + 8 * hour - 10 })).toBe("ok");
  });

  test("judgeFlow() concludes nothing from a look of long ago", () => {
    const { memory } = judged(still);
    expect(judged(still, { afterS: 4 * hour, memory }).kind).toBe("ok");
    expect(judged(still, { afterS: hour, memory }).kind).toBe("bad");
  });

  test("judgeFlow() wants the oldest job to have waited as long itself, where that is told", () => {
    const young = { ...still, oldestReadyS: 20 * minute };
    expect(judgedInTurn(times(9, young)).kind).toBe("ok");
  });

  test("judgeFlow() watches where the source has no last claim yet", () =>
    expect(judged({ ready: 1, running: 0, oldestReadyS: 5 * hour })).toMatchObject({ kind: "ok", isStanding: true }));
});

describe("judgeFlow() weighs findings", () => {
  const grew = (count: number) =>
    Array.from({ length: count }, (_, at) => ({ ready: 10 + at, running: 4, slots: 4, done: at }));

  test("judgeFlow() calls a backlog that grows advisory", () => {
    expect(judgedInTurn(grew(3)).kind).toBe("ok");
    expect(judgedInTurn(grew(4))).toMatchObject({
      kind: "bad",
      evidence: "backlog: 13 ready, more at each of the last 3 looks",
      findings: ["backlog"],
      isAdvisory: true,
    });
    expect(judgedInTurn([...grew(4), { ready: 13, running: 4, slots: 4, done: 9 }]).kind).toBe("ok");
  });

  test("judgeFlow() leaves what only a person can decide to a person", () =>
    expect(judged({ uncleanStarts: 3 })).toMatchObject({
      kind: "bad",
      evidence: "crash-loop: 3 unclean starts in 10 min",
      isAlertOnly: true,
    }));

  test("judgeFlow() says the healable first, and lets it be healed", () => {
    const flow = judged({
      ready: 1,
      running: 0,
      oldestReadyS: hour,
      movedS: ago(hour),
      jobs: [job({ id: "t_9", status: "blocked", gaveUp: "no such agent", sinceS: ago(hour) })],
    });
    expect(flow).toMatchObject({
      findings: ["stuck", "gave-up"],
      evidence:
        'stuck: 1 ready, 0 running, nothing claimed or finished for 1 h; gave-up: t_9 ("no such agent", 1 h ago)',
    });
    expect(flow.isAlertOnly).toBeUndefined();
  });

  test("judgeFlow() says less of each job before it names fewer", () => {
    const jobs = Array.from({ length: 8 }, (_, at) =>
      job({
        id: `t_1234567${at}`,
        status: "blocked",
        gaveUp: "the same long story about a spawn that failed",
        sinceS: ago(hour),
      }),
    );
    expect(judged({ running: 0, jobs }).evidence).toBe(
      "gave-up: t_12345670 (1 h), t_12345671 (1 h), t_12345672 (1 h), t_12345673 (1 h), t_12345674 (1 h) and 3 more",
    );
  });
});
