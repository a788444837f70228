import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { parseConfig } from "../../src/config/load.ts";
import type { Box, Service } from "../../src/presets/box.ts";
import { find } from "../../src/presets/find.ts";
import { plan } from "../../src/presets/plan.ts";
import { type Remark, render } from "../../src/presets/render.ts";
import { processFacts } from "../fake-facts.ts";
import { answered, box, doorAnswers, listens, openclawDoor, service } from "./box-bed.ts";

const golden = (name: string): string => readFileSync(new URL(`../golden/init/${name}.yaml`, import.meta.url), "utf8");

const write = (given: Box, remarks: ReadonlyMap<string, Remark> = new Map()): string => {
  const found = find(given);
  return render(given, found, plan(given, found.findings), remarks);
};

const parsed = (text: string) => parseConfig(new TextEncoder().encode(text), "f", { hostname: "web-1" });

/** Checks by name, or the faults. */
const checksOf = (text: string): readonly string[] => {
  const read = parsed(text);
  return read.kind === "config"
    ? read.config.checks.map(({ name }) => name)
    : read.faults.map(({ line, message }) => `${line}: ${message}`);
};

const gateway = service({ listeners: listens(8080) });
const gatewayDoor = doorAnswers(8080, [answered("/healthz", '{"ok":true,"status":"live"}')]);
const worker = service({
  unit: "mail-worker.service",
  main: processFacts({
    pid: 900,
    comm: "node",
    argv: ["/usr/bin/node", "/srv/worker.mjs"],
    uid: 999,
    startedUptimeS: 86_000,
  }),
});
const exporter = service({
  unit: "exporter.service",
  user: "root",
  main: processFacts({ pid: 901, comm: "exporter", argv: ["/usr/bin/exporter"], startedUptimeS: 3600 }),
  listeners: [{ host: "127.0.0.1", port: 9105, uid: 0, pids: [901] }],
});
const exporterDoor = doorAnswers(9105, [
  answered("/metrics", "# TYPE shop_jobs_waiting gauge\nshop_jobs_waiting 2\nshop_jobs_active 1\n"),
]);
const redis = service({
  unit: "redis-server.service",
  user: "redis",
  main: processFacts({
    pid: 902,
    comm: "redis-server",
    argv: ["/usr/bin/redis-server 127.0.0.1:6379"],
    startedUptimeS: 60,
  }),
  listeners: [{ host: "127.0.0.1", port: 6379, uid: 110, pids: [902] }],
});
const rabbit = service({
  unit: "rabbitmq-server.service",
  user: "rabbitmq",
  main: processFacts({ pid: 903, comm: "beam.smp", argv: ["beam.smp", "-s", "rabbit"], startedUptimeS: 60 }),
  listeners: [5672, 15672].map((port) => ({ host: "0.0.0.0", port, uid: 111, pids: [903] })),
});
const rabbitDoor = doorAnswers(15672, [answered("/api/overview", '{"error":"not_authorized"}', { status: 401 })]);
const users = service({
  unit: "bot.service",
  scope: "user",
  manager: "agents",
  user: "agents",
  main: processFacts({ pid: 904, comm: "bot", argv: ["/home/agents/bot"], uid: 1001, startedUptimeS: 80_000 }),
  listeners: [{ host: "::1", port: 8081, uid: 1001, pids: [904] }],
});
const usersDoor = doorAnswers(8081, [answered("/ping", "pong")], { door: { host: "::1", port: 8081 } });
const everything = box(
  [
    worker,
    gateway,
    exporter,
    redis,
    rabbit,
    users,
    service({ unit: "cron.service", main: processFacts({ comm: "cron" }) }),
  ],
  [gatewayDoor, exporterDoor, rabbitDoor, usersDoor],
);

describe("render()", () => {
  test("render() says for each service what was seen, as in the golden file, in 80 columns", () => {
    const text = write(everything);
    expect(text).toBe(golden("everything"));
    for (const line of text.split("\n"))
      if (!line.includes("yaml-language-server")) expect(line.length).toBeLessThanOrEqual(80);
  });

  test("render() makes a valid config that heals nothing yet, and only gateways later", () => {
    const read = parsed(write(everything));
    expect(read.kind === "config" ? read.config.heal : read.faults).toMatchObject({
      mode: "observe",
      rules: [
        { on: ["my-gateway-unit", "my-gateway"], with: { unit: "my-gateway.service" } },
        { on: ["bot-unit", "bot"], with: { unit: "bot.service", scope: "user", user: "agents" } },
      ],
    });
    expect(checksOf(write(everything))).toEqual([
      "journal",
      "my-gateway-unit",
      "my-gateway",
      "exporter-unit",
      "exporter",
      "exporter-queue",
      "bot-unit",
      "bot",
      "mail-worker-unit",
      "mail-worker-tokens",
      "rabbitmq-server-unit",
      "rabbitmq-server-port",
      "redis-server-unit",
      "redis-server-port",
    ]);
  });

  test("render() looks with the eyes of whoever may: a user's manager and a worker's environment; never root's", () => {
    const text = write(everything);
    expect(text).toContain("    unit: { name: bot.service, scope: user }\n    as: agents\n");
    expect(text).toContain("    as: shop\n");
    const rootWorker = service({ unit: "a-worker.service", user: "root" });
    expect(write(box([rootWorker]))).not.toContain("forbid_env");
    const own = write(box([{ ...worker, scope: "user", manager: "shop" }], [], { install: "user" }));
    expect(own).toContain("unit: { name: mail-worker.service, scope: user }");
    expect(own).toContain("forbid_env");
    expect(own).not.toContain("as: ");
  });

  test("render() leaves out a worker's forbid_env that is red now, and says so without a variable's name", () => {
    const text = write(box([{ ...worker, environKeys: ["PATH", "PAYROLL_BOT_TOKEN"] }]));
    expect(text).toContain("# Left out: red now: a process of it carries a variable *_BOT_TOKEN");
    expect(text).not.toContain("PAYROLL");
    expect(checksOf(text)).toEqual(["journal", "mail-worker-unit"]);
  });

  test("render() makes a comment of what isn't green, and takes it out of needs and rules", () => {
    const off: Remark = { kind: "off", why: "not green when init looked: failed (exit-code)" };
    const text = write(box([gateway], [gatewayDoor]), new Map([["my-gateway-unit", off]]));
    expect(text).toContain("  # Left out: not green when init looked: failed (exit-code)\n  # my-gateway-unit:\n");
    expect(checksOf(text)).toEqual(["journal", "my-gateway"]);
    expect(text).toContain("- on: [my-gateway]");
    expect(text).not.toContain("needs: [my-gateway-unit]");
  });

  test("render() watches a model server as a unit and never asks it", () => {
    const text = write(
      box([service({ unit: "ollama.service", argv: ["/usr/bin/ollama", "serve"], listeners: listens(11434) })]),
    );
    expect(text).toContain("# unit ollama.service (a model server: watched as a unit, never asked): pid");
    expect(checksOf(text)).toEqual(["journal", "ollama-unit"]);
    expect(text).not.toContain("http://");
  });

  test("render() gives services of one name names of their own", () => {
    const text = write(
      box([
        users,
        { ...users, manager: "bob", user: "bob" },
        { ...users, manager: "bob", user: "bob", unit: "bot@1.service" },
      ]),
    );
    expect(checksOf(text)).toEqual(["journal"]);
    const answering = [usersDoor];
    const names = checksOf(write(box([users, { ...users, manager: "bob", user: "bob" }], answering)));
    expect(names).toEqual(["journal", "bot-unit", "bot", "bot-bob-unit", "bot-bob"]);
  });

  test("render() has a check also where there is nothing, and no systemd", () => {
    expect(checksOf(write(box([])))).toEqual(["journal"]);
    expect(checksOf(write(box([], [], { isSystemd: false, first: "a: #b" })))).toEqual(["first-process"]);
  });

  test("render() ends somewhere, with the system's services first, however many units a user starts", () => {
    const many = Array.from({ length: 2000 }, (_, at) => ({ ...users, unit: `worker-${at}.service` }));
    const text = write(box([...many, gateway], [gatewayDoor]));
    expect(checksOf(text)).toContain("my-gateway");
    expect(text).toContain("1901 more services were recognised, and left out: a file has an end.");
    expect(text.length).toBeLessThan(200_000);
  });
});

describe("render() of a known gateway", () => {
  const claw = service({
    unit: "openclaw-gateway.service",
    scope: "user",
    manager: "agents",
    user: "agents",
    home: "/home/agents",
    main: processFacts({
      pid: 812,
      comm: "openclaw-gatewa",
      argv: ["openclaw-gateway"],
      uid: 1001,
      startedUptimeS: 600,
    }),
    listeners: listens(18789),
  });
  const hermes = service({
    unit: "hermes-gateway-work.service",
    user: "agents",
    home: "/home/agents",
    paths: { HERMES_HOME: "/srv/hermes" },
    main: processFacts({
      pid: 812,
      comm: "hermes",
      argv: ["python", "-m", "hermes_cli.main", "gateway", "run"],
      uid: 1001,
    }),
    listeners: listens(8644),
  });
  const files: Box["files"] = [
    { kind: "hermes", part: "board", path: "/srv/hermes/kanban.db", user: "agents" },
    { kind: "hermes", part: "ticker", path: "/srv/hermes/cron/ticker_heartbeat", user: "agents" },
    { kind: "openclaw", part: "state", path: "/home/bob/.openclaw/state/openclaw.sqlite", user: "bob" },
  ];
  const text = write(
    box(
      [hermes, claw],
      [openclawDoor(18789), doorAnswers(8644, [answered("/health", '{"status":"ok","platform":"webhook"}')])],
      { files },
    ),
  );

  test("render() writes a preset for OpenClaw with what differs from its defaults, and how it may carry alerts", () => {
    expect(text).toContain("  openclaw:\n    preset: openclaw\n    as: agents\n\n");
    expect(text).toContain("#   openclaw:\n#     token: { credential: openclaw-token }\n");
  });

  test("render() writes a preset for Hermes: profile, home, scope, what it writes while it lives, its doors", () => {
    expect(text).toContain(
      "  hermes:\n    preset: hermes\n    as: agents\n    scope: system\n    profile: work\n    home: /srv/hermes\n    webhook: 8644\n",
    );
    expect(text).toContain("# Its board: /srv/hermes/kanban.db.");
  });

  test("render() makes presets that validate, with all their checks", () => {
    expect(checksOf(text)).toEqual(
      expect.arrayContaining([
        "openclaw-healthz",
        "openclaw-boots",
        "hermes-heartbeat",
        "hermes-board",
        "hermes-webhook",
      ]),
    );
  });

  test("render() finds the board that a profile of Hermes shares, above its folder", () => {
    const shared: Box["files"] = [
      { kind: "hermes", part: "board", path: "/home/agents/.hermes/kanban.db", user: "agents" },
      {
        kind: "hermes",
        part: "heartbeat",
        path: "/home/agents/.hermes/profiles/work/state/gateway.heartbeat",
        user: "agents",
      },
    ];
    const given = write(box([{ ...hermes, paths: {} }], [], { files: shared }));
    expect(given).toContain("    profile: work\n    heartbeat: gateway\n");
    expect(given).toContain("# Its board: /home/agents/.hermes/kanban.db.");
  });

  test("render() offers chats that validate once uncommented", () => {
    const start = text.indexOf("chat:\n  console: {}\n");
    const end = text.indexOf("\nchecks:\n");
    const [, ...offers] = text.slice(start, end).split("\n# chat:\n");
    expect(offers).toHaveLength(3);
    for (const offer of offers) {
      const lines = offer.split("\n").filter((line) => line.startsWith("#   "));
      const chat = ["chat:", ...lines.map((line) => line.slice(2)), ""].join("\n");
      expect(checksOf(`${text.slice(0, start)}${chat}${text.slice(end)}`)).toContain("openclaw-healthz");
    }
  });

  test("render() leaves out what Hermes has not: no board, no sign of life", () => {
    const bare = write(box([hermes]));
    expect(bare).toContain("    heartbeat: off\n    board: off\n");
    expect(checksOf(bare)).toEqual(["journal", "hermes-unit", "hermes-process"]);
  });

  test("render() tells of a state that no running gateway owns", () => {
    expect(text).toContain("# There is /home/bob/.openclaw/state/openclaw.sqlite of user bob, and no\n");
  });

  test("render() switches a preset's part off that isn't green, and leaves the rest", () => {
    const given = box([claw], [openclawDoor(18789)]);
    const off: Remark = { kind: "off", why: "not green when init looked: 503" };
    expect(write(given, new Map([["openclaw-readyz", off]]))).toContain(
      "    as: agents\n  # Left out: not green when init looked: 503\n  openclaw-readyz: off\n",
    );
  });

  test("render() looks at a gateway that runs in no unit as a process, which nothing restarts", () => {
    const loose = write(
      box([{ ...claw, unit: undefined, scope: "system", manager: undefined }], [openclawDoor(18789)]),
    );
    expect(checksOf(loose)).toEqual(["journal", "openclaw-process", "openclaw"]);
    expect(loose).toContain("# No unit (OpenClaw): pid 812 (openclaw-gatewa) as agents");
    expect(loose).toContain("process: { name: openclaw-gateway, user: agents }");
    expect(loose).toContain("rules: []");
    const other = write(box([{ ...hermes, unit: undefined }]));
    expect(other).toContain('process: { command: "hermes.* gateway( run)?", user: agents }');
  });

  test("render() looks at RabbitMQ's own port only where it listens there", () => {
    const elsewhere = { ...rabbit, listeners: rabbit.listeners.filter(({ port }) => port !== 5672) };
    expect(checksOf(write(box([elsewhere], [rabbitDoor])))).toEqual(["journal", "rabbitmq-server-unit"]);
  });
});

describe("render() of a hostile box", () => {
  const evil = "x\n  evil:\n    process: { name: sshd }\nheal:\n  mode: apply # \u001b[2J\u202e\u2028y: z";
  const hostile = service({
    unit: "odd\\x40.worker@a.service",
    user: "eve",
    main: processFacts({ pid: 1, comm: evil, argv: [evil, evil], startedUptimeS: Number.NaN }),
    listeners: [{ host: "127.0.0.1", port: 8080, uid: 999, pids: [1] }],
    paths: { HERMES_HOME: '/srv/a"b: #c' },
    environKeys: [evil],
  });
  const door = doorAnswers(
    8080,
    [
      answered("/healthz", JSON.stringify({ status: "ok", [evil]: evil, "/ok\n": true })),
      answered("/metrics", `# TYPE a\n${evil} 1`),
    ],
    { nonsense: answered("/x", evil, { status: 200 }) },
  );
  const other = service({ unit: "plain.service", user: "eve", main: processFacts({ comm: evil, argv: [evil] }) });
  const text = write(box([hostile, other], [door]));

  test("render() keeps names, arguments and answers in their comments: the config holds what init wrote, and no more", () => {
    expect(checksOf(text)).toEqual(["journal", "odd-x40.worker-a-unit", "odd-x40.worker-a", "odd-x40.worker-a-tokens"]);
    const read = parsed(text);
    expect(read.kind === "config" && read.config.heal).toMatchObject({ mode: "observe", rules: [] });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that there is none is the point
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202e]/u);
    for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
  });

  test("render() quotes what it must of a gateway's folder", () => {
    const hermes = service({
      unit: "hermes-gateway.service",
      paths: { HERMES_HOME: '/srv/a"b: #c' },
      main: processFacts({ argv: ["hermes", "gateway"] }),
    });
    expect(write(box([hermes]))).toContain('home: "/srv/a\\"b: #c"');
  });
});

describe("plan() with units that any user named", () => {
  const mine = (unit: string): Service =>
    service({
      unit,
      scope: "user",
      manager: "eve",
      user: "eve",
      main: processFacts({ pid: 990, comm: "x", argv: ["/x"], uid: 1009, startedUptimeS: 60 }),
      listeners: [{ host: "127.0.0.1", port: 9009, uid: 1009, pids: [990] }],
    });
  const myDoor = doorAnswers(9009, [answered("/healthz", '{"ok":true}')]);
  const openclaw = service({
    unit: "openclaw-gateway.service",
    main: processFacts({ pid: 812, comm: "openclaw-gatewa", argv: ["openclaw-gateway"], uid: 999, startedUptimeS: 60 }),
    listeners: listens(18_789),
  });
  const expand = (...units: readonly Service[]) =>
    parsed(write(box(units, [gatewayDoor, openclawDoor(18_789), myDoor])));

  for (const unit of ["123.service", "null.service", "true.service", "0x1f.service", "1e5.service"])
    test(`plan() keeps every rule beside ${unit}`, () => {
      const read = expand(gateway, mine(unit));
      expect(read.kind === "config" ? read.config.heal.rules.length : read.faults).toBe(2);
    });

  for (const unit of ["my-gateway-unit.service", "my-gateway.service", "journal.service"])
    test(`plan() gives no other check's name to ${unit}`, () => {
      const read = expand(gateway, mine(unit));
      const names = read.kind === "config" ? read.config.checks.map(({ name }) => name) : read.faults;
      expect(names).toContain("journal");
      expect(names).toContain("my-gateway-unit");
      expect(names).toContain("my-gateway");
      expect(names).toHaveLength(5);
    });

  for (const part of ["unit", "process", "healthz", "readyz", "boots", "else"])
    test(`plan() writes nothing over a preset for openclaw-${part}.service`, () => {
      const alone = expand(openclaw);
      const beside = expand(openclaw, mine(`openclaw-${part}.service`));
      if (alone.kind !== "config" || beside.kind !== "config") throw new Error("not valid");
      for (const check of alone.config.checks) expect(beside.config.checks).toContainEqual(check);
      expect(beside.config.heal.rules.map(({ on }) => on)).toContainEqual(alone.config.heal.rules[0]?.on ?? []);
    });
});
