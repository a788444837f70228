import { describe, expect, test } from "bun:test";
import type { Live } from "../../src/queues/flow-look.ts";
import type { Claim, Job } from "../../src/queues/reading.ts";
import { hour, job, judged, live, minute, startS } from "./flow-bed.ts";

const ago = (seconds: number): number => startS - seconds;
const claim = (given: Partial<Claim> = {}): Claim => ({
  host: "web-1",
  pid: 700,
  atS: ago(50 * minute),
  expiresS: startS + 900,
  ...given,
});

interface Row {
  readonly name: string;
  readonly given: Partial<Job>;
  readonly live?: Live | null;
  readonly want: string;
}

const fresh = { beatS: ago(30), claim: claim() };
const workerLives = live({ 700: ago(49 * minute) });

describe("judgeFlow() judges a claim", () => {
  const rows: readonly Row[] = [
    { name: "of a worker that lives and beats", given: fresh, want: "flowing: 0 ready, 1 running" },
    {
      name: "of a dead worker",
      given: fresh,
      live: live(),
      want: "stale-claim: t_1 (worker 700 is dead)",
    },
    {
      name: "of a dead worker, where the source tells no host",
      given: { ...fresh, claim: claim({ host: null }) },
      live: live(),
      want: "stale-claim: t_1 (worker 700 is dead)",
    },
    {
      name: "of a dead worker of this host, in other letters",
      given: { ...fresh, claim: claim({ host: "WEB-1" }) },
      live: live(),
      want: "stale-claim: t_1 (worker 700 is dead)",
    },
    {
      name: "of another host, whose processes nobody sees here",
      given: { ...fresh, claim: claim({ host: "web-2" }) },
      live: live(),
      want: "flowing: 0 ready, 1 running",
    },
    {
      name: "whose pid belongs to another process since",
      given: fresh,
      live: live({ 700: ago(10 * minute) }),
      want: "stale-claim: t_1 (worker 700 is dead, another process has its pid)",
    },
    {
      name: "whose worker took its time to start",
      given: fresh,
      live: live({ 700: ago(46 * minute) }),
      want: "flowing: 0 ready, 1 running",
    },
    {
      name: "whose worker runs under another pid",
      given: fresh,
      live: live({ 701: ago(10 * minute) }, { t_1: [701] }),
      want: "flowing: 0 ready, 1 running",
    },
    { name: "where the processes can't be seen", given: fresh, live: null, want: "flowing: 0 ready, 1 running" },
    {
      name: "without a pid",
      given: { ...fresh, claim: claim({ pid: null }) },
      live: live(),
      want: "flowing: 0 ready, 1 running",
    },
    {
      name: "that ran out a moment ago",
      given: { ...fresh, claim: claim({ expiresS: ago(119) }) },
      want: "flowing: 0 ready, 1 running",
    },
    {
      name: "that ran out",
      given: { ...fresh, claim: claim({ expiresS: ago(180) }) },
      want: "stale-claim: t_1 (claim ran out 3 min ago)",
    },
    {
      name: "that ran out on another host",
      given: { ...fresh, claim: claim({ host: "web-2", expiresS: ago(180) }) },
      want: "stale-claim: t_1 (claim ran out 3 min ago)",
    },
    {
      name: "that a dead dispatcher doesn't take back",
      given: { ...fresh, claim: claim({ expiresS: ago(hour) }) },
      want: "stale-claim: t_1 (claim ran out 1 h ago and was not taken back)",
    },
    {
      name: "whose worker has no beat, though it lives",
      given: { beatS: ago(2 * hour), claim: claim() },
      want: "stale-claim: t_1 (no beat for 2 h)",
    },
    { name: "whose worker never beat", given: { claim: claim() }, want: "flowing: 0 ready, 1 running" },
    {
      name: "from the future",
      given: { beatS: startS + hour, claim: claim({ atS: startS + hour, expiresS: startS + 2 * hour }) },
      want: "flowing: 0 ready, 1 running",
    },
    { name: "that nobody holds", given: { beatS: ago(30) }, want: "flowing: 0 ready, 1 running" },
    {
      name: "of a job that doesn't run any more",
      given: { ...fresh, status: "done", claim: claim({ expiresS: ago(hour) }) },
      live: live(),
      want: "flowing: 0 ready, 1 running",
    },
  ];
  for (const { name, given, live: seen = workerLives, want } of rows)
    test(`judgeFlow() judges a claim ${name}`, () =>
      expect(judged({ running: 1, jobs: [job(given)] }, { facts: { live: seen } }).evidence).toBe(want));

  test("judgeFlow() takes a time that no process tells for nothing", () =>
    expect(judged({ running: 1, jobs: [job(fresh)] }, { facts: { live: live({ 700: Number.NaN }) } }).kind).toBe("ok"));

  test("judgeFlow() lets it be healed", () =>
    expect(judged({ running: 1, jobs: [job(fresh)] }, { facts: { live: live() } }).isAlertOnly).toBeUndefined());
});

describe("judgeFlow() leaves to a person", () => {
  const rows: readonly (Omit<Row, "given"> & { readonly jobs: readonly Job[]; readonly word: string })[] = [
    {
      name: "a job that blocked again",
      jobs: [job({ status: "blocked", reblocked: "flaky api", sinceS: ago(3 * hour) })],
      word: "re-blocked",
      want: 're-blocked: t_1 ("flaky api", 3 h ago)',
    },
    {
      name: "a job that was given up",
      jobs: [job({ status: "blocked", gaveUp: 'no agent "ghost"\nanywhere' })],
      word: "gave-up",
      want: "gave-up: t_1 (\"no agent 'ghost' anywhere\")",
    },
    {
      name: "two workers on one job",
      jobs: [job({})],
      live: live({ 700: 0, 701: 0 }, { t_1: [700, 701] }),
      word: "double-spawn",
      want: "double-spawn: t_1 (workers 700 and 701)",
    },
    {
      name: "two running jobs with one key",
      jobs: [job({ key: "k" }), job({ id: "t_2", key: "k" }), job({ id: "t_3", key: "l" }), job({ id: "t_4" })],
      word: "double-spawn",
      want: 'double-spawn: t_1 (runs with t_2 for one key "k")',
    },
    {
      name: "a worker whose job is done",
      jobs: [job({ status: "done", sinceS: ago(hour) })],
      live: live({ 700: 0 }, { t_1: [700] }),
      word: "ghost",
      want: "ghost: t_1 (done, yet worker 700 lives)",
    },
  ];
  for (const { name, jobs, live: seen = live(), word, want } of rows)
    test(`judgeFlow() leaves to a person ${name}`, () =>
      expect(judged({ running: 0, jobs }, { facts: { live: seen } })).toMatchObject({
        kind: "bad",
        evidence: want,
        findings: [word],
        isAlertOnly: true,
      }));
});

describe("judgeFlow() finds no ghost", () => {
  const worker = live({ 700: 0 }, { t_1: [700] });
  const rows: readonly Row[] = [
    { name: "in a worker whose job runs", given: {}, want: "" },
    { name: "in a worker that says goodbye", given: { status: "done", sinceS: ago(60) }, want: "" },
    { name: "in a worker of a job that this queue doesn't know", given: { id: "t_2" }, want: "" },
    { name: "where the processes can't be seen", given: { status: "done" }, live: null, want: "" },
  ];
  for (const { name, given, live: seen = worker } of rows)
    test(`judgeFlow() finds no ghost ${name}`, () =>
      expect(judged({ running: 1, jobs: [job(given)] }, { facts: { live: seen } }).kind).toBe("ok"));
});

describe("judgeFlow() writes names", () => {
  test("judgeFlow() keeps a forged id from looking like a finding", () =>
    expect(
      judged({ running: 1, jobs: [job({ id: "x); stuck: y", ...fresh })] }, { facts: { live: live() } }).evidence,
    ).toBe('stale-claim: "x); stuck: y" (worker 700 is dead)'));

  test("judgeFlow() names five, then counts", () => {
    const jobs = Array.from({ length: 7 }, (_, at) => job({ id: `t_${at}`, ...fresh }));
    expect(judged({ running: 7, jobs }, { facts: { live: live() } }).evidence).toBe(
      "stale-claim: t_0 (worker 700 is dead), t_1 (worker 700 is dead), t_2 (worker 700 is dead), t_3 (worker 700 is dead), t_4 (worker 700 is dead) and 2 more",
    );
  });
});

describe("judgeFlow() after a boot", () => {
  const old = job({
    claim: claim({ atS: ago(10 * hour), expiresS: ago(9 * hour) }),
    sinceS: ago(10 * hour),
    beatS: ago(10 * hour),
  });
  const look = (uptimeS: number) => judged({ running: 1, jobs: [old] }, { facts: { uptimeS, live: live() } });

  test("judgeFlow() gives the dispatcher time to take back what ran when the host went down", () =>
    expect(look(4 * minute).kind).toBe("ok"));

  test("judgeFlow() judges what was claimed since the boot at once", () => {
    const fresh = job({ claim: claim({ atS: ago(2 * minute), pid: 4711 }), sinceS: ago(2 * minute) });
    const seen = judged({ running: 1, jobs: [fresh] }, { facts: { uptimeS: 4 * minute, live: live() } });
    expect(seen).toMatchObject({ kind: "bad", findings: ["stale-claim"] });
  });

  test("judgeFlow() calls a claim stale that it hasn't taken back by then", () =>
    expect(look(6 * minute)).toMatchObject({ kind: "bad", findings: ["stale-claim"] }));
});
