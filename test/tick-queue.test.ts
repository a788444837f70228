import { describe, expect, test } from "bun:test";
import { answer } from "./fake-facts.ts";
import { createTickBed, type TickBed } from "./tick-bed.ts";

const config = `host: web-1
confirm: 10s
chat:
  telegram: { chat_id: "42", token: { credential: telegram-token }, api: "http://127.0.0.1:8081" }
checks:
  flow:
    queue: { http: { url: "http://127.0.0.1:8080/stats", ready: /ready, running: /running, blocked: /blocked, done: /done } }
    findings: [stuck, stale-claim]
  jobs:
    queue: { http: { url: "http://127.0.0.1:8080/stats", ready: /ready, running: /running, blocked: /blocked, done: /done } }
    backlog_after: 2
    findings: [re-blocked, backlog]
heal:
  mode: apply
  rules:
    - { on: [flow, jobs], recipe: restart-unit, with: { unit: gateway.service } }
`;

type Stats = Readonly<Record<"ready" | "running" | "blocked" | "done", number>>;

/** A queue in one process, without a wall; `afterRestart`: what it tells once its unit was restarted. */
const queueBed = (begun: Stats, afterRestart?: Stats) => {
  const bed = createTickBed(config);
  const queue = { now: begun };
  const { script } = bed.host.http;
  bed.host.http.script = (request) =>
    request.for.startsWith("chat") ? script(request) : answer(200, JSON.stringify(queue.now));
  const run = bed.host.exec.script;
  bed.host.exec.script = (command) => {
    if (command.argv.includes("restart")) queue.now = afterRestart ?? queue.now;
    return run(command);
  };
  return { bed, queue };
};

const firstLines = (bed: TickBed): readonly string[] => bed.received.map((text) => text.split("\n", 1)[0] ?? "");

const ticks = async (bed: TickBed, count: number): Promise<void> => {
  for (let at = 0; at < count; at += 1) expect(await bed.tick()).toMatchObject({ exit: 0, err: "" });
};

const still: Stats = { ready: 3, running: 0, blocked: 0, done: 7 };

describe("tick() on a queue of counters", () => {
  test("tick() takes no reboot for the end of a queue that stands still, and tells its end once something moves", async () => {
    const { bed, queue } = queueBed(still);
    await ticks(bed, 8);
    bed.host.clock.reboot("boot-2");
    await ticks(bed, 1);
    expect(firstLines(bed).filter((line) => line.startsWith("RECOVERED"))).toEqual([]);
    queue.now = { ...still, ready: 2, running: 1 };
    await ticks(bed, 1);
    expect(firstLines(bed).filter((line) => line.startsWith("RECOVERED"))).toHaveLength(1);
  });

  test("tick() restarts the dispatcher once it stood still for stuck_after, and is proved by a new claim", async () => {
    const { bed } = queueBed(still, { ...still, ready: 2, running: 1 });
    await ticks(bed, 6);
    expect([bed.restarts(), bed.received]).toEqual([0, []]);
    await ticks(bed, 1);
    expect(bed.restarts()).toBe(1);
    expect(firstLines(bed)).toEqual([
      expect.stringMatching(/^HEALED web-1 · flow: .*stuck: 3 ready, 0 running, nothing/u),
    ]);
    expect(bed.received[0]).toContain("flow: flowing: 2 ready, 1 running");
  });

  test("tick() doesn't take a restart for a heal while nothing is claimed", async () => {
    const { bed } = queueBed(still);
    await ticks(bed, 9);
    expect(bed.restarts()).toBeGreaterThan(0);
    expect(firstLines(bed).join("\n")).not.toMatch(/HEALED|RECOVERED/u);
    expect(firstLines(bed)[0]).toMatch(/^RED web-1 · flow: stuck: /u);
  });

  test("tick() tells a job that blocked again, and leaves it to a person", async () => {
    const { bed, queue } = queueBed({ ready: 0, running: 0, blocked: 2, done: 7 });
    await ticks(bed, 1);
    queue.now = { ready: 0, running: 1, blocked: 1, done: 7 };
    await ticks(bed, 1);
    queue.now = { ready: 0, running: 0, blocked: 2, done: 7 };
    await ticks(bed, 3);
    expect(firstLines(bed)).toEqual([
      expect.stringMatching(/^RED web-1 · jobs: re-blocked: 2 blocked, one again after it was unblocked/u),
    ]);
    expect(bed.received[0]).toContain("job-blocked");
    expect(bed.host.exec.ran).toEqual([]);
  });

  test("tick() calls a backlog amber, and tells nobody", async () => {
    const { bed, queue } = queueBed({ ready: 1, running: 1, blocked: 0, done: 0 });
    let out = "";
    for (let ready = 1; ready < 5; ready += 1) {
      queue.now = { ...queue.now, ready };
      ({ out } = await bed.tick());
    }
    expect(out).toMatch(/amber +jobs +\(.+\)\n +backlog: 4 ready, more at each /u);
    expect([bed.received, bed.restarts()]).toEqual([[], 0]);
  });
});
