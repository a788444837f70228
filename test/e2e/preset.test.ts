import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { agentsHome, asAgents, bringAgents, openclawCommand, pidOf, putBoard } from "./agents-bed.ts";
import { Bed, describeOnBed, until } from "./bed.ts";
import { portOpen, type Receiver, startReceiver } from "./receiver.ts";
import { configText, type Tick, unpack, unpacked, useWatched, type Watched } from "./watched.ts";

const presets = (settings: string, more = ""): string => `
checks:
  openclaw: { preset: openclaw, ${settings} }
  hermes: { preset: hermes, ${settings} }
${more}heal: { mode: apply }
`;

const made = [
  ...["unit", "process", "healthz", "readyz", "boots"].map((part) => `openclaw-${part}`),
  ...["unit", "process", "heartbeat", "board", "jobs", "workers"].map((part) => `hermes-${part}`),
];

/** Checks that aren't green, with what they say. */
const sick = ({ checks }: Tick): readonly string[] =>
  checks.flatMap(({ name, verdict, evidence }) => (verdict === "green" ? [] : [`${name} ${verdict}: ${evidence}`]));

describeOnBed("presets, for gateways under another user's manager", () => {
  const get = useWatched("preset");
  const evidence = async (name: string): Promise<string> => {
    const { checks } = await get().tickJson();
    return checks.find((each) => each.name === name)?.evidence ?? "";
  };
  const heads = async (): Promise<readonly string[]> => (await get().chat.taken()).map(({ head }) => head);
  const fresh = async ({ bed }: Watched): Promise<void> => {
    await asAgents(
      bed,
      `rm -f .openclaw/not-ready; systemctl --user stop worker.service 2>/dev/null || true
       systemctl --user reset-failed; systemctl --user restart openclaw-gateway hermes-gateway`,
    );
    await portOpen(bed, 18789);
  };

  beforeAll(() => bringAgents(get().bed), 60_000);
  beforeEach(() => fresh(get()), 30_000);

  test("are green as they stand, seen as that user, and say what they look at", async () => {
    const host = get();
    await host.configure(presets("as: agents"));
    const tick = await host.tickJson();
    expect(sick(tick)).toEqual([]);
    expect(tick.checks.map(({ name }) => name)).toEqual(made);
    expect(await host.tick()).toBe(0);
    expect(await heads()).toEqual([]);
    const expanded = await host.bed.run(["/usr/local/bin/dogwatch", "validate", "--expand"]);
    await host.bed.write("/etc/dogwatch/expanded.yaml", expanded);
    const again = await host.bed.exec(["/usr/local/bin/dogwatch", "validate", "/etc/dogwatch/expanded.yaml"]);
    expect([again.status, again.out]).toEqual([0, expect.stringContaining("valid; 11 checks, 2 rules (apply)")]);
    await host.bed.sh("rm /etc/dogwatch/expanded.yaml");
  }, 60_000);

  test("leave a gateway alone in its start grace, and restart it after", async () => {
    const host = get();
    const before = await pidOf(host.bed, "openclaw-gateway");
    await host.configure(presets("as: agents"));
    await asAgents(host.bed, "systemctl --user kill -s STOP openclaw-gateway");
    expect(await host.tick()).toBe(0);
    expect(await evidence("openclaw-process")).toContain("(in its start grace)");
    expect(await pidOf(host.bed, "openclaw-gateway")).toBe(before);
    expect(await heads()).toEqual([]);

    await host.configure(presets("as: agents, grace: 0s"));
    const hermes = await pidOf(host.bed, "hermes-gateway");
    expect(await host.tick()).toBe(0);
    expect(await heads()).toEqual([
      expect.stringMatching(/^HEALED web-1 · openclaw-process: well again by restart-unit; /u),
    ]);
    expect(await pidOf(host.bed, "openclaw-gateway")).not.toBe(before);
    expect(await pidOf(host.bed, "hermes-gateway")).toBe(hermes);
    expect(await host.count("heal.proved")).toBe(1);
    expect(sick(await host.tickJson())).toEqual([]);
  }, 120_000);

  test("restart a gateway that is alive and deaf, at its second bad tick", async () => {
    const host = get();
    await host.configure(presets("as: agents, grace: 0s"));
    await asAgents(host.bed, "systemctl --user kill -s USR2 openclaw-gateway");
    expect(await host.tick()).toBe(0);
    expect(await heads()).toEqual([]);
    expect(await host.tick()).toBe(0);
    expect(await heads()).toEqual([expect.stringMatching(/^HEALED web-1 · openclaw-healthz: /u)]);
  }, 120_000);

  test("only tell of a gateway that isn't ready", async () => {
    const host = get();
    await host.configure(presets("as: agents, grace: 0s"));
    await asAgents(host.bed, "touch .openclaw/not-ready");
    const before = await pidOf(host.bed, "openclaw-gateway");
    for (let ticks = 0; ticks < 3; ticks++) expect(await host.tick()).toBe(0);
    expect(await heads()).toEqual([expect.stringMatching(/^RED web-1 · openclaw-readyz: status 503, /u)]);
    expect(await pidOf(host.bed, "openclaw-gateway")).toBe(before);
    expect(await host.count("heal.planned")).toBe(0);
  }, 120_000);

  test("only tell of a second gateway", async () => {
    const host = get();
    const { bed } = host;
    await host.configure(presets("as: agents, grace: 0s"));
    await asAgents(bed, `systemd-run --user --quiet --unit=worker ${openclawCommand(18790)}`);
    await portOpen(bed, 18790);
    const before = await pidOf(bed, "openclaw-gateway");
    expect(await host.tick()).toBe(0);
    expect(await heads()).toEqual([expect.stringMatching(/^RED web-1 · openclaw-process: 2 processes \(/u)]);
    expect((await host.chat.taken())[0]?.text).toContain("is for a person to decide");
    expect(await pidOf(bed, "openclaw-gateway")).toBe(before);
  }, 60_000);

  test("restart a gateway of Hermes that was killed", async () => {
    const host = get();
    await host.configure(presets("as: agents"));
    expect(await host.tick()).toBe(0);
    await asAgents(host.bed, "systemctl --user kill -s KILL hermes-gateway");
    expect(await host.tick()).toBe(0);
    expect(await heads()).toEqual([expect.stringMatching(/^HEALED web-1 · hermes-unit: /u)]);
    expect(sick(await host.tickJson())).toEqual([]);
  }, 120_000);

  test("only tell of a job that blocks again and of a worker with a token", async () => {
    const host = get();
    const { bed } = host;
    await host.configure(presets("as: agents"));
    await putBoard(bed, "DELETE FROM tasks WHERE status <> 'blocked'");
    await asAgents(
      bed,
      `systemd-run --user --quiet --unit=worker --setenv=TELEGRAM_BOT_TOKEN=not-a-real-one \\
         /bin/bash -c 'exec -a "python -m hermes_cli.main chat -q work kanban task t_570c8901" sleep infinity'`,
    );
    await until("the worker", async () => {
      const { status } = await bed.exec(["/usr/bin/pgrep", "-f", "^python.*kanban task t_570c8901"]);
      return status === 0 ? true : undefined;
    });
    const before = await pidOf(bed, "hermes-gateway");
    expect(await host.tick()).toBe(0);
    expect((await heads()).toSorted()).toEqual([
      expect.stringMatching(/^RED web-1 · hermes-jobs: re-blocked: .*t_6a538f9e/u),
      expect.stringMatching(/^RED web-1 · hermes-workers: pid \d+ carries the variable "TELEGRAM_BOT_TOKEN"/u),
    ]);
    expect(await pidOf(bed, "hermes-gateway")).toBe(before);
    expect(await host.count("heal.planned")).toBe(0);
    expect((await host.chat.taken()).map(({ text }) => text).join()).not.toContain("not-a-real-one");
    await putBoard(bed, "DELETE FROM tasks; DELETE FROM task_events; DELETE FROM task_runs");
  }, 60_000);
});

describeOnBed("presets, in a user's own install", () => {
  let bed: Bed;
  let chat: Receiver;
  const tick = (): Promise<string> =>
    asAgents(
      bed,
      "systemctl --user start dogwatch.service || true; systemctl --user show -P ExecMainStatus dogwatch.service",
    );
  const configure = async (checks: string): Promise<void> => {
    await bed.write(`${agentsHome}/.config/dogwatch/dogwatch.yaml`, configText(chat.api, checks));
    await bed.sh(`chown -R agents: ${agentsHome}/.config`);
    await asAgents(bed, "dogwatch validate");
  };

  beforeAll(async () => {
    bed = await Bed.up("preset-user");
    await unpack(bed);
    chat = await startReceiver(bed, 18999);
    await bringAgents(bed);
    await asAgents(bed, `${unpacked}/install.sh --user; systemctl --user stop dogwatch.timer`);
    await bed.write(`${agentsHome}/.config/dogwatch/credentials/telegram-token`, `${chat.token}\n`, "0600");
  }, 120_000);
  afterAll(() => bed?.down(), 30_000);

  for (const [how, checks] of [
    ["with as", presets("as: agents, grace: 0s")],
    ["in short form", `${presets("").replace(/checks:[\s\S]*?heal:/u, "heal:")}preset: [openclaw, hermes]\n`],
  ] as const)
    test(`are green, and heal that user's gateways: ${how}`, async () => {
      await configure(checks);
      await chat.clear();
      await asAgents(bed, "rm -rf .local/state/dogwatch/*");
      const found = await asAgents(bed, "dogwatch tick --json");
      expect(JSON.parse(found)).toMatchObject({ verdict: "green" });
      expect(JSON.parse(found).checks.map(({ name }: { readonly name: string }) => name)).toEqual(made);
      await asAgents(bed, "systemctl --user kill -s KILL openclaw-gateway");
      expect(await tick()).toBe("0\n");
      expect((await chat.taken()).map(({ head }) => head)).toEqual([
        expect.stringMatching(/^HEALED web-1 · openclaw-unit: /u),
      ]);
      expect(await asAgents(bed, "dogwatch log verify; systemctl --user is-active openclaw-gateway")).toContain(
        "active\n",
      );
    }, 120_000);
});
