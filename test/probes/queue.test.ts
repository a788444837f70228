import { afterAll, describe, expect, test } from "bun:test";
import type { QueueCheck } from "../../src/config/config.ts";
import type { ProcessFacts } from "../../src/host/host.ts";
import { look } from "../../src/probes/look.ts";
import type { Memory, Reading } from "../../src/probes/probe.ts";
import { queueCheck, reading } from "../checks.ts";
import { processFacts } from "../fake-facts.ts";
import { createFakeHost, type FakeHost } from "../fake-host.ts";
import { databaseFolder } from "../host/database-bed.ts";
import { makeBoard, realBoard } from "../queues/board-bed.ts";

const { fresh, away } = databaseFolder();
afterAll(away);

const { nowS } = realBoard;

/** A machine on which these run, at the board's moment, ten hours after its boot. */
const hostWith = (
  processes: readonly Partial<ProcessFacts>[] = [],
  { isComplete = true, hostname = "web-1" } = {},
): FakeHost => {
  const host = createFakeHost({ hostname });
  host.clock.reboot("boot-1");
  host.clock.advance(36_000_000);
  host.clock.setWall(nowS * 1000);
  host.processes.listed = { kind: "listed", processes: processes.map(processFacts), isComplete };
  return host;
};

const see = async (host: FakeHost, given: Partial<QueueCheck>, memory?: Memory): Promise<Reading> => {
  const check = queueCheck(given);
  const seen = await look(host, [check], {
    secret: () => ({ kind: "failed", why: "no secret here" }),
    memory: () => memory,
  });
  return seen.get(check.name) ?? reading("unknown", { evidence: "no reading at all" });
};

const copyOfReal = { kind: "hermes", file: realBoard.file } as const;

/** A board with these jobs. */
const board = (...rows: readonly Readonly<Record<string, string | number>>[]): Partial<QueueCheck> => {
  const file = fresh();
  const insert = (row: Readonly<Record<string, string | number>>): string => {
    const all = { title: "a job", assignee: "worker1", created_at: nowS - 7200, ...row };
    const cells = Object.values(all).map((cell) => (typeof cell === "string" ? `'${cell}'` : `${cell}`));
    return `INSERT INTO tasks (${Object.keys(all).join(", ")}) VALUES (${cells.join(", ")})`;
  };
  makeBoard(file, ...rows.map(insert));
  return { queue: { kind: "hermes", file } };
};

const worker = (pid: number, id: string, more: Partial<ProcessFacts> = {}): Partial<ProcessFacts> => ({
  pid,
  comm: "hermes",
  argv: ["/usr/bin/python3", "-m", "hermes_cli.main", "chat", "-q", `work kanban task ${id}`],
  startedUptimeS: 35_000,
  ...more,
});

const claimed = (id: string, pid: number) => ({
  id,
  status: "running",
  claim_lock: "web-1:1",
  claim_expires: nowS + 900,
  worker_pid: pid,
  last_heartbeat_at: nowS - 30,
});

describe("queueProbe.look() at the real board, at its moment", () => {
  const others =
    're-blocked: t_6a538f9e ("another cause: transient, flaky api; be…", 0 s ago), ' +
    't_e165a3e7 ("same cause: capability, no ssh key", 0 s ago); ' +
    "gave-up: t_60316916";

  test("queueProbe.look() finds on another host what the board's times tell, and nothing on the healthy rows", async () => {
    const seen = await see(hostWith(), { queue: copyOfReal });
    expect(seen.findings).toEqual(["stale-claim", "re-blocked", "gave-up"]);
    expect(seen.evidence.match(/t_[0-9a-f]{8}/gu)?.toSorted()).toEqual(
      ["t_1e2aeb08", "t_60316916", "t_6a538f9e", "t_7a85681a", "t_e165a3e7"].toSorted(),
    );
    expect(seen.isAlertOnly).toBeUndefined();
  });

  test("queueProbe.look() knows the dead worker on the board's own host", async () => {
    const host = hostWith([worker(14_302, "t_ab664095", { startedUptimeS: 35_999 })], { hostname: "vm" });
    const seen = await see(host, { queue: copyOfReal, findings: ["stale-claim"] });
    expect(seen.evidence).toBe("stale-claim: t_7a85681a (worker 4194001 is dead), t_1e2aeb08 (worker 4194000 is dead)");
  });

  test("queueProbe.look() knows its host by the whole name that the kernel has, too", async () => {
    const host = hostWith([worker(14_302, "t_ab664095", { startedUptimeS: 35_999 })], { hostname: "short" });
    host.files.put("/proc/sys/kernel/hostname", "vm\n");
    const seen = await see(host, { queue: copyOfReal, findings: ["stale-claim"] });
    expect(seen.evidence).toContain("worker 4194001 is dead");
  });

  test("queueProbe.look() leaves a person's findings to a person", async () => {
    const seen = await see(hostWith(), { queue: copyOfReal, findings: ["re-blocked", "gave-up"] });
    expect(seen).toMatchObject({ kind: "bad", isAlertOnly: true, findings: ["re-blocked", "gave-up"] });
    expect(seen.evidence).toStartWith(others);
  });
});

describe("queueProbe.look() is green", () => {
  const rows = [
    { name: "on an empty board", given: [], want: "idle" },
    {
      name: "on a board of done and archived jobs",
      given: [
        { id: "t_c1", status: "done" },
        { id: "t_c2", status: "archived" },
      ],
      want: "idle",
    },
    {
      name: "on a full board whose slots all beat",
      given: [claimed("t_a1", 7), claimed("t_a2", 8), { id: "t_a3", status: "ready" }],
      want: "busy: 1 ready, 2 running",
    },
  ];
  for (const { name, given, want } of rows)
    test(`queueProbe.look() is green ${name}`, async () => {
      const host = hostWith([worker(7, "t_a1"), worker(8, "t_a2")]);
      expect(await see(host, board(...given))).toMatchObject({ kind: "ok", evidence: want });
    });
});

describe("queueProbe.look() looks at workers", () => {
  test("queueProbe.look() says of how many jobs it hasn't judged any", async () => {
    const pids = Array.from({ length: 210 }, (_, at) => at + 1000);
    const jobs = pids.map((pid) => claimed(`t_${pid}`, pid));
    const seen = await see(hostWith(pids.map((pid) => worker(pid, `t_${pid}`))), board(...jobs));
    expect(seen).toMatchObject({ kind: "ok" });
    expect(seen.evidence).toContain("; of 210 running jobs 10 may not be judged");
  });

  test("queueProbe.look() finds two on one job, and takes a worker's shell and its children for one", async () => {
    const given = board(claimed("t_a1", 7), claimed("t_a2", 9));
    const kin = [worker(7, "t_a1"), worker(8, "t_a1", { ppid: 7 }), worker(9, "t_a2"), worker(10, "t_a2")];
    const seen = await see(hostWith(kin), given);
    expect(seen).toMatchObject({ evidence: "double-spawn: t_a2 (workers 9 and 10)", isAlertOnly: true });
  });

  test("queueProbe.look() finds a ghost of a job that the board knows, and none of another board's", async () => {
    const given = board({ id: "t_a1", status: "done" });
    const seen = await see(hostWith([worker(7, "t_a1"), worker(8, "t_b1")]), given);
    expect(seen).toMatchObject({ evidence: "ghost: t_a1 (done, yet worker 7 lives)", findings: ["ghost"] });
  });

  test("queueProbe.look() takes zombies for dead, and stopped ones for there", async () => {
    const given = board(claimed("t_a1", 7), claimed("t_a2", 8));
    const seen = await see(hostWith([worker(7, "t_a1", { state: "Z" }), worker(8, "t_a2", { state: "T" })]), given);
    expect(seen.evidence).toBe("stale-claim: t_a1 (worker 7 is dead)");
  });

  test("queueProbe.look() concludes nothing from a pid where the board doesn't say since when the worker has it", async () => {
    const given = board({ ...claimed("t_a1", 7), started_at: nowS - 7200 });
    const seen = await see(hostWith([{ pid: 7, argv: ["sleep"], startedUptimeS: 35_900 }]), given);
    expect(seen.kind).toBe("ok");
  });

  test("queueProbe.look() takes the words of the check for those of the source", async () => {
    const given = { ...board({ id: "t_a1", status: "done" }), workers: "^my-worker (\\S+)" };
    const host = hostWith([{ pid: 7, argv: ["my-worker", "t_a1"] }, worker(8, "t_a1")]);
    expect((await see(host, given)).evidence).toBe("ghost: t_a1 (done, yet worker 7 lives)");
  });

  test("queueProbe.look() concludes nothing from processes where some are hidden, and says so", async () => {
    const given = board(claimed("t_a1", 7), { id: "t_a2", status: "done" });
    const seen = await see(hostWith([worker(8, "t_a2")], { isComplete: false }), given);
    expect(seen).toMatchObject({
      kind: "ok",
      evidence: "flowing: 0 ready, 1 running; not every process can be seen, so whose worker lives is not judged",
    });
  });

  test("queueProbe.look() judges times all the same", async () => {
    const given = board({ ...claimed("t_a1", 7), last_heartbeat_at: nowS - 7200 });
    const host = hostWith();
    host.processes.listed = { kind: "failed", code: "EIO", why: "no /proc" };
    expect((await see(host, given)).evidence).toBe("stale-claim: t_a1 (no beat for 2 h)");
  });
});

describe("queueProbe.look() can't tell", () => {
  test("queueProbe.look() says of a board that can't be read why", async () => {
    const seen = await see(hostWith(), { queue: { kind: "hermes", file: "/nowhere/kanban.db" } });
    expect(seen.kind).toBe("unknown");
    expect(seen.evidence).toStartWith('cannot read the board "/nowhere/kanban.db": ');
  });
});
