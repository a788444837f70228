import { describe, expect, test } from "bun:test";
import { doorsTo, questions } from "../../src/presets/doors.ts";
import { isPlumbing, type Role, roleOf } from "../../src/presets/known.ts";
import { processFacts } from "../fake-facts.ts";
import { listens, service } from "./box-bed.ts";

const roles: readonly {
  readonly argv: readonly string[];
  readonly unit?: string;
  readonly want: Role;
  readonly comm?: string;
}[] = [
  { argv: ["openclaw-gateway"], want: "openclaw", comm: "openclaw-gatewa" },
  { argv: ["/usr/bin/node", "/usr/lib/node_modules/openclaw/openclaw.mjs", "gateway"], want: "openclaw" },
  { argv: ["/home/a/venv/bin/python", "-m", "hermes_cli.main", "gateway", "run"], want: "hermes" },
  { argv: ["x"], unit: "hermes-gateway-work.service", want: "hermes" },
  { argv: ["/usr/local/bin/ollama", "serve"], want: "model" },
  { argv: ["python3", "-m", "vllm.entrypoints.openai.api_server"], want: "model" },
  { argv: ["/usr/bin/redis-server 127.0.0.1:6379"], comm: "redis-server", want: "redis" },
  { argv: ["/usr/lib/erlang/bin/beam.smp", "-s", "rabbit", "boot"], comm: "beam.smp", want: "rabbitmq" },
  { argv: ["/srv/venv/bin/python", "/srv/venv/bin/celery", "-A", "shop", "worker"], want: "celery" },
  { argv: ["/srv/venv/bin/celery", "-A", "shop", "beat"], want: "other" },
  { argv: ["/usr/bin/node", "/srv/bullmq/consume.js"], want: "bullmq" },
  { argv: ["/usr/bin/node", "/srv/mail-worker.js"], want: "worker" },
  { argv: ["/usr/bin/node", "/srv/networker.js"], want: "other" },
  { argv: ["nginx: master process /usr/sbin/nginx"], want: "other" },
];

describe("roleOf()", () => {
  for (const { argv, unit = "x.service", want, comm = "node" } of roles)
    test(`roleOf() takes ${argv.join(" ")} (${unit}) for ${want}`, () => {
      expect(roleOf(service({ unit, main: processFacts({ argv, comm }) }))).toBe(want);
    });
});

test("isPlumbing() is the system's own, sessions' and one moment's units", () => {
  const mine = [
    "systemd-journald.service",
    "user@1000.service",
    "getty@tty1.service",
    "run-u12.service",
    "run-r0a1b2c3d4e5f.service",
    "dbus-:1.2-org.freedesktop.problems@0.service",
    "dogwatch.service",
  ];
  expect(mine.filter((unit) => !isPlumbing(unit))).toEqual([]);
  expect(
    ["gateway.service", "redis-server.service", "run-gateway.service", "session-store.service"].filter(isPlumbing),
  ).toEqual([]);
});

describe("questions()", () => {
  const asked = (given: Parameters<typeof service>[0]): readonly string[] =>
    questions([service(given)]).map(({ door }) => `${door.host}:${door.port}`);

  test("questions() asks a service's doors on loopback, each port once, IPv4 first", () => {
    const all = [
      { host: "::", port: 8080, uid: 0, pids: [812] },
      { host: "0.0.0.0", port: 8080, uid: 0, pids: [812] },
      { host: "::1", port: 9090, uid: 0, pids: [812] },
      { host: "192.168.1.5", port: 7070, uid: 0, pids: [812] },
    ];
    expect(doorsTo({ listeners: all })).toEqual([
      { host: "127.0.0.1", port: 8080 },
      { host: "::1", port: 9090 },
    ]);
    expect(asked({ listeners: all })).toEqual(["127.0.0.1:8080", "::1:9090"]);
  });

  test("questions() never asks a model server, on whatever port, nor a port that is known for one", () => {
    expect(asked({ argv: ["/usr/bin/ollama", "serve"], listeners: listens(8080) })).toEqual([]);
    expect(asked({ argv: ["/srv/llama-server", "--port", "80"], listeners: listens(80) })).toEqual([]);
    expect(asked({ listeners: listens(11434, 1234, 8080) })).toEqual(["127.0.0.1:8080"]);
  });

  test("questions() leaves programs and ports alone that speak something else, and containers' doors", () => {
    for (const comm of ["sshd", "postgres", "redis-server", "docker-proxy"])
      expect(asked({ main: processFacts({ pid: 812, comm }), listeners: listens(8080) })).toEqual([]);
    expect(asked({ listeners: listens(22, 25, 5432, 443) })).toEqual([]);
  });

  test("questions() leaves a port alone that such a child of the service has, and one of a child below such a program", () => {
    const [node, proxy] = [processFacts({ pid: 812, comm: "node" }), processFacts({ pid: 813, comm: "postgres" })];
    const listeners = (pid: number) => [{ host: "127.0.0.1", port: 8080, uid: 0, pids: [pid] }];
    expect(asked({ main: node, processes: [node, proxy], listeners: listeners(813) })).toEqual([]);
    expect(asked({ main: proxy, processes: [node, proxy], listeners: listeners(812) })).toEqual([]);
    expect(asked({ main: node, processes: [node, proxy], listeners: listeners(812) })).toEqual(["127.0.0.1:8080"]);
  });

  test("questions() asks RabbitMQ on its management and metrics ports alone", () => {
    const main = processFacts({ pid: 812, comm: "beam.smp", argv: ["beam.smp", "-s", "rabbit"] });
    expect(
      questions([service({ main, unit: "rabbitmq-server.service", listeners: listens(5672, 15672, 15692) })]),
    ).toEqual([
      { door: { host: "127.0.0.1", port: 15672 }, paths: ["/api/overview"] },
      { door: { host: "127.0.0.1", port: 15692 }, paths: ["/metrics"] },
    ]);
  });
});
