import { describe, expect, test } from "bun:test";
import type { Flags } from "../../src/cli/cli.ts";
import { initCommand } from "../../src/cli/init.ts";
import type { Command, Ran } from "../../src/host/host.ts";
import { answer, processFacts, unitFacts } from "../fake-facts.ts";
import { createFakeHost, type FakeHost } from "../fake-host.ts";
import { cliOf } from "./cli-bed.ts";

const config = "/etc/dogwatch/dogwatch.yaml";
const users = { root: 0, shop: 999, agents: 1001, dogwatch: 998 };

/** Readings of a child that looks as somebody: all ok but those named. */
const lookings =
  (bad: Readonly<Record<string, string>> = {}) =>
  ({ argv, stdin = "" }: Command): Ran => {
    const names = argv[1] === "look" ? [...stdin.matchAll(/"name":"([\w.-]+)"/gu)].map(([, name = ""]) => name) : [];
    const reading = (name: string) =>
      bad[name] === undefined
        ? { kind: "ok", evidence: "fine", durationMs: 1 }
        : { kind: "bad", evidence: bad[name], durationMs: 1 };
    const all = Object.fromEntries(names.map((name) => [name, reading(name)]));
    return { kind: "exited", status: 0, stdout: JSON.stringify(all), stderr: "" };
  };

/** A host with a gateway on port 8080, as a system unit of user shop. */
const gatewayHost = (settings: Parameters<typeof createFakeHost>[0] = {}): FakeHost => {
  const host = createFakeHost({ users, ...settings });
  const facts = processFacts({ pid: 812, comm: "node", argv: ["/usr/bin/node", "gw.mjs"], uid: settings.uid ?? 999 });
  host.processes.listed = { kind: "listed", processes: [facts], isComplete: true };
  host.processes.environ.set(812, { kind: "keys", keys: ["PATH"] });
  host.survey.places.set(812, { unit: "my-gateway.service", ...(settings.uid ? { managerUid: settings.uid } : {}) });
  host.survey.listening = {
    kind: "seen",
    listeners: [{ host: "127.0.0.1", port: 8080, uid: 999, pids: [812] }],
  };
  host.http.script = ({ url }) =>
    url.endsWith("/healthz") ? answer(200, '{"status":"live"}') : answer(404, "not found");
  host.systemd.units.set("my-gateway.service", unitFacts({ unit: "my-gateway.service" }));
  host.systemd.units.set("systemd-journald.service", unitFacts({ unit: "systemd-journald.service" }));
  host.exec.script = lookings();
  return host;
};

const run = async (host: FakeHost, flags: Partial<Flags> = {}) => {
  const exit = await initCommand(cliOf(host, flags));
  return { exit, out: host.terminal.stdout, err: host.terminal.stderr };
};

describe("init", () => {
  test("init writes the config that others may read, and says what it recognised and what comes next", async () => {
    const host = gatewayHost();
    const { exit, out, err } = await run(host);
    expect([exit, err]).toEqual([0, ""]);
    expect(out).toStartWith(
      `Wrote ${config}: 3 checks and 1 rule (observe).\nRecognised:\n  unit my-gateway.service\nNext:\n`,
    );
    for (const line of out.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    expect(host.files.text(config)).toContain("# unit my-gateway.service: pid 812 (node) as shop");
    expect(host.files.stat(config)).toMatchObject({ mode: 0o644 });
  });

  test("init --config FILE says what to run with that file", async () => {
    const host = gatewayHost();
    const cli = cliOf(host);
    await initCommand({ ...cli, paths: { ...cli.paths, config: "/root/draft.yaml" } });
    for (const words of ["validate", "tick --dry-run", "init --diff"])
      expect(host.terminal.stdout).toContain(`dogwatch ${words} --config /root/draft.yaml\n`);
  });

  for (const [name, put] of [
    ["a config", (host: FakeHost) => host.files.put(config, "mine")],
    ["a FIFO", (host: FakeHost) => host.files.putPipe(config)],
  ] as const)
    test(`init refuses to touch ${name} that is there, before it asks anything`, async () => {
      const host = gatewayHost();
      put(host);
      const { exit, out, err } = await run(host);
      expect([exit, out]).toEqual([73, ""]);
      expect(err).toBe(
        `dogwatch: cannot write "${config}": it exists, and init never overwrites\n  To compare: dogwatch init --diff. To begin anew: mv ${config} ${config}.before\n`,
      );
      expect([host.http.sent, host.exec.ran]).toEqual([[], []]);
    });

  test("init says why a config can't be written", async () => {
    const host = gatewayHost();
    host.files.fail("create", /dogwatch\.yaml/u, "EROFS");
    expect(await run(host)).toMatchObject({
      exit: 73,
      err: `dogwatch: cannot write "${config}": read-only file system\n  Run: ls -ld /etc/dogwatch\n`,
    });
  });

  test("init --stdout prints the config alone on stdout and writes nothing", async () => {
    const host = gatewayHost();
    host.files.put(config, "mine");
    const { exit, out, err } = await run(host, { isPrinted: true });
    expect(exit).toBe(0);
    expect(out).toStartWith("# yaml-language-server");
    expect(err).toContain("The config on stdout has 3 checks");
    expect(host.files.text(config)).toBe("mine");
  });

  test("init sends GETs to this host's loopback alone, and nothing after the first silence", async () => {
    const host = gatewayHost();
    await run(host);
    const asked = host.http.sent.filter((each) => each.for === "init");
    expect(asked.length).toBeGreaterThan(3);
    expect(asked.every(({ method, url }) => method === "GET" && url.startsWith("http://127.0.0.1:8080/"))).toBe(true);
    const deaf = gatewayHost();
    deaf.http.script = () => ({ kind: "failed", code: "TIMEOUT", why: "no answer in 1.5 s", elapsedMs: 1500 });
    await run(deaf);
    expect(deaf.http.sent).toHaveLength(1);
  });

  test("init looks as the watcher and leaves as a comment what isn't green twice", async () => {
    const host = gatewayHost();
    host.exec.script = lookings({ "my-gateway": "no answer in 5 s" });
    const { out } = await run(host);
    expect(host.exec.ran.map(({ user }) => user)).toEqual(["dogwatch", "dogwatch"]);
    expect(out).toContain(
      "Left out as comments, so not watched:\n  my-gateway: not green when init looked: no answer in 5 s\n",
    );
    expect(host.files.text(config)).toContain(
      "  # Left out: not green when init looked: no answer in 5 s\n  # my-gateway:\n",
    );
    expect(host.files.text(config)).toContain("- on: [my-gateway-unit]");
  });

  test("init keeps a check that nobody could look at yet, and says so", async () => {
    const host = gatewayHost({ users: { shop: 999 } });
    const { exit } = await run(host);
    expect(exit).toBe(0);
    expect(host.files.text(config)).toContain('  # Not looked at yet: cannot look as "nobody"');
    expect(host.files.text(config)).toContain("\n  my-gateway:\n");
  });

  test("init of a user reads that user's services alone, and writes for his eyes", async () => {
    const host = gatewayHost({ uid: 1001, env: { HOME: "/home/agents" } });
    host.files.makeFolder("/home/agents/.config", 0o700);
    const others = processFacts({ pid: 5, comm: "other", uid: 0 });
    if (host.processes.listed.kind === "listed")
      host.processes.listed = { ...host.processes.listed, processes: [...host.processes.listed.processes, others] };
    host.survey.places.set(5, { unit: "other-worker.service" });
    const { exit } = await run(host);
    expect(exit).toBe(0);
    const own = "/home/agents/.config/dogwatch/dogwatch.yaml";
    expect(host.files.text(own)).toContain("unit: { name: my-gateway.service, scope: user }");
    expect(host.files.text(own)).not.toContain("other-worker");
    expect(host.files.stat(own)).toMatchObject({ mode: 0o600 });
  });

  test("init without root leaves the host's own config to root, and two wishes at once to nobody", async () => {
    const host = gatewayHost({ uid: 1001, env: { HOME: "/home/agents" } });
    host.files.put(config, "x");
    expect(await run(host)).toMatchObject({ exit: 64, err: expect.stringContaining("sudo dogwatch init") });
    expect(await run(gatewayHost(), { isPrinted: true, isDiff: true })).toMatchObject({ exit: 64 });
  });

  test("init --json tells what was recognised, written and left out", async () => {
    const host = gatewayHost();
    host.exec.script = lookings({ "my-gateway": "503" });
    const { out } = await run(host, { isJson: true });
    expect(JSON.parse(out)).toEqual({
      file: config,
      checks: [
        { name: "journal", kind: "unit" },
        { name: "my-gateway-unit", kind: "unit" },
      ],
      recognised: [{ unit: "my-gateway.service", scope: "system", user: "shop", role: "other" }],
      left_out: [{ check: "my-gateway", why: "not green when init looked: 503" }],
    });
  });
});

describe("init --diff", () => {
  const initialised = async (): Promise<FakeHost> => {
    const host = gatewayHost();
    await run(host);
    host.terminal.stdout = "";
    return host;
  };

  test("init --diff says that nothing changed, with 0", async () => {
    const host = await initialised();
    expect(await run(host, { isDiff: true })).toEqual({
      exit: 0,
      out: `${config} fits what runs on web-1: nothing new, nothing gone.\n`,
      err: "",
    });
  });

  test("init --diff names what is new and what is gone, with 1, and writes nothing", async () => {
    const host = await initialised();
    const before = host.files.text(config);
    const worker = processFacts({ pid: 900, comm: "node", argv: ["node", "w.mjs"], uid: 999 });
    host.processes.listed = { kind: "listed", processes: [worker], isComplete: true };
    host.survey.places.set(900, { unit: "mail-worker.service" });
    host.survey.listening = { kind: "seen", listeners: [] };
    host.systemd.units.set("my-gateway.service", unitFacts({ activeState: "inactive" }));
    const { exit, out } = await run(host, { isDiff: true });
    expect(exit).toBe(1);
    expect(out).toContain("+ unit mail-worker.service (a worker, by its name): pid 900 (node) as shop,\n");
    expect(out).toContain("- check my-gateway-unit: unit my-gateway.service is inactive\n");
    expect(out).toContain("- check my-gateway: nothing listens on 127.0.0.1:8080\n");
    for (const line of out.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    expect(host.files.text(config)).toBe(before);
    host.terminal.stdout = "";
    const json: unknown = JSON.parse((await run(host, { isDiff: true, isJson: true })).out);
    expect(json).toMatchObject({
      config,
      added: [{ kind: "unit" }],
      gone: [{ check: "my-gateway-unit" }, { check: "my-gateway" }],
    });
  });

  test("init --diff needs a valid config, and says each fault", async () => {
    const host = gatewayHost();
    expect(await run(host, { isDiff: true })).toMatchObject({
      exit: 78,
      err: expect.stringContaining("cannot compare without a valid config"),
    });
  });
});

describe("init beside a unit that no config can name", () => {
  test("init leaves out that unit and its rule, and keeps the others", async () => {
    const host = gatewayHost();
    const eve = processFacts({ pid: 990, comm: "x", argv: ["/x"], uid: 1001 });
    const { listed, environ } = host.processes;
    if (listed.kind === "listed") host.processes.listed = { ...listed, processes: [...listed.processes, eve] };
    environ.set(990, { kind: "keys", keys: [] });
    host.survey.places.set(990, { unit: "a b.service", managerUid: 1001 });
    if (host.survey.listening.kind !== "seen") throw new Error("not seen");
    const listener = { host: "127.0.0.1", port: 9009, uid: 1001, pids: [990] };
    host.survey.listening = { kind: "seen", listeners: [...host.survey.listening.listeners, listener] };
    const { exit } = await run(host);
    expect(exit).toBe(0);
    expect(host.files.text(config)).toContain("    - on: [my-gateway-unit, my-gateway]\n");
    expect(host.files.text(config)).toContain("  # a-b-unit:\n");
  });
});
