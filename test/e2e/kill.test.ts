import { expect, test } from "bun:test";
import { describeOnBed } from "./bed.ts";
import { faultsOf, pointsOf, type Run, startKilling, victims } from "./kill-bed.ts";

/** Of all points every so many-th is taken here; all of them, in about half an hour: bun scripts/kill-sweep.ts */
const every = 23;
/** Fewer kills than this prove nothing: the injection doesn't work, or the victim makes none of the calls. */
const leastKills = 36;

/**
 * Each run is a red tick in which one process gets SIGKILL as it enters a system call, and the ticks after it. strace counts for each thread: "n" is
 * the n-th such call of the first thread that gets there. All of a victim's changes on disk and all its children are its main thread's; requests
 * are one other thread's, and the wake-ups between the two (writes to an eventfd) are the only calls that share a name and may hide each other. A child
 * is traced no further than its execve, so that the victim dies and not its child; what the child would be killed at, the step does to its parent.
 */
describeOnBed("kill", () => {
  test("tick, its helper, or both, killed at their system calls: no heal is repeated, no alert lost, the log verifies, nothing is left behind", async () => {
    await using killing = await startKilling();
    const points = [];
    for (const victim of victims)
      points.push(...pointsOf(victim, await killing.count(victim)).filter((_, at) => at % every === 0));
    const runs = await killing.kill(points);
    const faults = runs.map((run) => ({
      at: `${run.victim} ${run.call} ${run.n} ${run.story}`,
      faults: faultsOf(run),
    }));
    expect(faults.filter((each) => each.faults.length > 0)).toEqual([]);
    expect(runs.filter(({ dead }) => dead).length).toBeGreaterThanOrEqual(leastKills);
    for (const victim of victims)
      expect(runs.filter((run) => run.dead && run.victim === victim).length).toBeGreaterThanOrEqual(4);
  }, 240_000);
});

const line = (event: string, more: object = {}): string =>
  JSON.stringify({ seq: 1, event, incident: "gw-1", key: "gw-1/cure", attempt: 1, ...more });
const dispatched = line("heal.dispatched");
const tick = { status: 0, verdict: "green", heal: "none", why: "", outbox: 0, troubles: [] };
const whole: Run = {
  ...{ victim: "helper", call: "fsync", n: 1, story: "cures", dead: true, verify: 0 },
  ticks: [{ ...tick, status: 74 }, tick, tick],
  ran: [dispatched],
  log: [line("incident.opened"), dispatched, line("heal.indeterminate"), line("incident.resolved")],
  told: ["RED web-1 · gw: down\nIncident gw-1\nlog unreadable", "RECOVERED web-1 · gw: well\nIncident gw-1"],
  strangeHeads: [],
  names: ["heal.json", "state.json"],
  locked: [],
};

const faulty: readonly { readonly name: string; readonly given: Partial<Run>; readonly want: string }[] = [
  { name: "a heal that was repeated", given: { ran: [dispatched, dispatched] }, want: "attempt gw-1/cure 1 ran twice" },
  {
    name: "a step without its intent",
    given: { ran: [line("heal.planned")] },
    want: 'the step ran after "heal.planned"',
  },
  {
    name: "an attempt without its end",
    given: { log: [line("incident.opened"), dispatched, line("incident.resolved")] },
    want: "attempt gw-1/cure 1 has no end",
  },
  {
    name: "a second attempt after one that was cut off",
    given: { log: [...whole.log, line("heal.dispatched", { attempt: 2 }), line("heal.proved", { attempt: 2 })] },
    want: "gw-1/cure 2 follows on no failure",
  },
  { name: "an alert that was lost", given: { told: [] }, want: "incident gw-1 was never told" },
  {
    name: "an end that nobody heard of",
    given: { told: whole.told.slice(0, 1) },
    want: "the last message is: RED web-1",
  },
  { name: "a helper that died with its watcher", given: { victim: "watcher" }, want: "was cut off with the watcher" },
  { name: "a temporary file", given: { names: [".heal.json.7.tmp"] }, want: '".heal.json.7.tmp" is left' },
  { name: "a lock that is held", given: { locked: ["1: POSIX"] }, want: "a lock is held: 1: POSIX" },
  { name: "a log that doesn't verify", given: { verify: 1 }, want: "log verify: 1" },
  {
    name: "a later tick that ends ill",
    given: { ticks: [tick, { ...tick, status: 74 }, tick] },
    want: "tick 1 after it: 74",
  },
];

test("faultsOf() finds nothing in a run that was told, ended and left clean", () => {
  expect(faultsOf(whole)).toEqual([]);
});
for (const { name, given, want } of faulty)
  test(`faultsOf() finds ${name}`, () => {
    expect(faultsOf({ ...whole, ...given }).join("\n")).toContain(want);
  });
