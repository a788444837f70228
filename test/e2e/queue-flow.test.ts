import { beforeAll, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { makeBoard } from "../queues/board-bed.ts";
import { describeOnBed, until } from "./bed.ts";
import { portOpen } from "./receiver.ts";
import { type Tick, useWatched, type Watched } from "./watched.ts";

const home = "/home/agents";
const board = `${home}/.hermes/kanban.db`;
const jobs = "/srv/jobs";

const onBoard = `checks:
  flow:
    queue: { hermes: ${board} }
    as: agents
    stuck_after: 30s
    findings: [stuck, stale-claim]
  jobs:
    queue: { hermes: ${board} }
    as: agents
    findings: [re-blocked, gave-up, double-spawn, ghost]
heal:
  mode: apply
  rules:
    - { on: [flow, jobs], recipe: restart-unit, with: { unit: gw-board.service } }
`;

const onCounters = `checks:
  flow:
    queue: { http: { url: "http://127.0.0.1:18081/", ready: /jobs/ready, running: /jobs/running, done: /jobs/done } }
    stuck_after: 15s
    findings: [stuck]
heal:
  mode: apply
  rules:
    - { on: [flow], recipe: restart-unit, with: { unit: gw-jobs.service } }
`;

const unit = (user: string, words: string): string => `[Service]
User=${user}
ExecStart=/opt/bun /opt/dispatcher.mjs ${words}
[Install]
WantedBy=multi-user.target
`;

const start = async ({ bed }: Watched, name: string, user: string, words: string): Promise<void> => {
  await bed.write(`/etc/systemd/system/${name}.service`, unit(user, words));
  await bed.sh(`systemctl daemon-reload; systemctl --quiet enable --now ${name}.service`);
};

const sql = async ({ bed }: Watched, text: string): Promise<void> =>
  void (await bed.run([
    "/usr/sbin/runuser",
    "-u",
    "agents",
    "--",
    "/opt/bun",
    "/opt/dispatcher.mjs",
    "sql",
    board,
    text,
  ]));

const agoS = (seconds: number): number => Math.floor(Date.now() / 1000) - seconds;

const uptimeS = async ({ bed }: Watched): Promise<number> => Number.parseFloat(await bed.read("/proc/uptime"));

const proofs = ({ bed }: Watched): Promise<string> => bed.sh("grep heal.proved /var/log/dogwatch/heal.jsonl");

/** A job that has stood so for two hours. */
const job = (id: string, status: string): string =>
  `INSERT INTO tasks (id, title, assignee, status, created_at) VALUES ('${id}', 'a job', 'worker1', '${status}', ${agoS(7200)});`;

const event = (id: string, kind: string): string =>
  `INSERT INTO task_events (task_id, kind, created_at) VALUES ('${id}', '${kind}', ${agoS(7200)});`;

const seen = (tick: Tick, name: string): string =>
  tick.checks.flatMap((each) => (each.name === name ? [`${each.verdict}: ${each.evidence}`] : []))[0] ?? "nothing";

const sentHeads = async ({ chat }: Watched): Promise<readonly string[]> => (await chat.taken()).map(({ head }) => head);

describeOnBed("a queue", () => {
  const get = useWatched("queue-flow");

  beforeAll(async () => {
    const { bed } = get();
    await bed.cp(realpathSync(process.execPath), "/opt/bun");
    await bed.cp(`${import.meta.dir}/dispatcher.mjs`, "/opt/dispatcher.mjs");
    await bed.sh(`useradd --create-home agents; chmod 0700 ${home}`);
  }, 60_000);

  beforeEach(async () => {
    const folder = mkdtempSync("/var/tmp/dogwatch-board-");
    makeBoard(join(folder, "kanban.db"), job("t_0", "done"), event("t_0", "claimed"), event("t_0", "completed"));
    await get().bed.sh(`rm -rf ${home}/.hermes; install -d -o agents -m 0700 ${home}/.hermes`);
    await get().bed.cp(join(folder, "kanban.db"), board);
    await get().bed.sh(`chown agents ${board}`);
    rmSync(folder, { recursive: true });
  });

  test("that is stuck is healed by its dispatcher's restart, proved by a new claim, and told once", async () => {
    const host = get();
    await start(host, "gw-board", "agents", `board ${board}`);
    await host.configure(onBoard);
    const idle = await host.tickJson();
    expect([seen(idle, "flow"), seen(idle, "jobs")]).toEqual(["green: idle", "green: idle"]);

    await host.bed.sh("systemctl kill -s STOP gw-board.service");
    await sql(host, job("t_1", "ready") + event("t_1", "created"));
    const tick = await host.tickJson();
    expect(tick).toMatchObject({ verdict: "green", heal: { outcome: "healed" }, alerts: [{ kind: "healed" }] });
    expect(await sentHeads(host)).toEqual([
      expect.stringMatching(
        /^HEALED web-1 · flow: .*stuck: 1 ready, 0 running, nothing claimed or finished for .*: t_1 \(2 h\)$/u,
      ),
    ]);
    expect(await proofs(host)).toMatch(/"proof":"ok 2 times in a row: flow: flowing: 0 ready, 1 running"/u);
    expect(seen(await host.tickJson(), "flow")).toBe("green: flowing: 0 ready, 1 running");
  }, 120_000);

  test("whose worker is dead is healed at once", async () => {
    const host = get();
    await start(host, "gw-board", "agents", `board ${board}`);
    await host.configure(onBoard);
    await sql(host, job("t_1", "ready"));
    await until(
      "a worker",
      async () => (await host.bed.exec(["/usr/bin/pgrep", "-f", "task t_1"])).out.trim() || undefined,
    );
    expect(seen(await host.tickJson(), "flow")).toBe("green: flowing: 0 ready, 1 running");

    await host.bed.sh("pkill -KILL -f 'kanban task t_1'");
    expect(await host.tickJson()).toMatchObject({ verdict: "green", heal: { outcome: "healed" } });
    expect(await sentHeads(host)).toEqual([
      expect.stringMatching(/^HEALED web-1 · flow: .*stale-claim: t_1 \(worker \d+ is dead\)$/u),
    ]);
  }, 120_000);

  test("with a job that blocked again is told, and never healed", async () => {
    const host = get();
    await start(host, "gw-board", "agents", `board ${board}`);
    await host.configure(onBoard);
    await sql(
      host,
      job("t_2", "blocked") +
        ["created", "claimed", "blocked", "unblocked", "claimed", "blocked"].map((kind) => event("t_2", kind)).join(""),
    );
    const tick = await host.tickJson();
    expect(tick).toMatchObject({ verdict: "red", heal: { outcome: "refused" }, alerts: [{ kind: "red" }] });
    expect(tick.heal.why).toContain('"jobs" is for a person to decide: re-blocked');
    const [told] = await host.chat.taken();
    expect(told?.head).toMatch(/^RED web-1 · jobs: re-blocked: t_2 /u);
    expect(told?.text).toContain("job-blocked");
    expect(await host.count("heal.dispatched")).toBe(0);
    await host.tickJson();
    expect(await host.count("heal.dispatched")).toBe(0);
    expect((await host.chat.taken()).length).toBe(1);
  }, 60_000);

  test("of counters alone is watched on both sides of the wall, and heals when it stands still too long", async () => {
    const host = get();
    const { bed } = host;
    const add = (names: string): Promise<string> => bed.sh(`touch ${jobs}/ready/{${names}}`);
    await bed.sh(`rm -rf ${jobs}; mkdir -p ${jobs}/{ready,done}; chown -R agents ${jobs}`);
    await start(host, "gw-jobs", "agents", `stats 18081 ${jobs}`);
    await portOpen(bed, 18_081);
    await host.configure(onCounters);
    expect(seen(await host.tickJson(), "flow")).toBe("green: idle");

    await bed.sh("systemctl kill -s USR1 gw-jobs.service");
    await add("a,b,c");
    expect(seen(await host.tickJson(), "flow")).toBe("green: watched from now on: 3 ready, 0 running");
    // Both sides watch by now, and neither knows of a claim that it hasn't seen.
    const begunS = await uptimeS(host);
    await until("a standstill", async () =>
      /^green: standing still for .*: 3 ready, 0 running$/u.test(seen(await host.tickJson(), "flow"))
        ? true
        : undefined,
    );
    expect(await host.count("heal.dispatched")).toBe(0);
    await until("stuck_after", async () => ((await uptimeS(host)) - begunS > 15 ? true : undefined), 60_000);
    expect(await host.tickJson()).toMatchObject({ verdict: "green", heal: { outcome: "healed" } });
    expect(await sentHeads(host)).toEqual([
      expect.stringMatching(/^HEALED web-1 · flow: .*stuck: 3 ready, 0 running, nothing claimed or finished for/u),
    ]);
    expect(await host.count("heal.proved")).toBe(1);
    await until("the jobs' end", async () =>
      seen(await host.tickJson(), "flow") === "green: idle" ? true : undefined,
    );
  }, 150_000);
});
