import { describe, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "./bed.ts";

const rabbitHome = "/usr/lib/rabbitmq/lib";
const epmd = "/usr/bin/epmd";
/** Debian's exporter of host metrics; it also exposes any file of metrics that a job leaves. */
const exporter = "/usr/bin/prometheus-node-exporter";

const serverIn = (home: string): string | undefined =>
  existsSync(home)
    ? readdirSync(home)
        .map((name) => join(home, name, "sbin", "rabbitmq-server"))
        .find((path) => existsSync(path))
    : undefined;

const missing = [
  ...(serverIn(rabbitHome) === undefined ? ["rabbitmq-server"] : []),
  ...(existsSync(exporter) ? [] : ["prometheus-node-exporter"]),
];

/** `describe` for tests with a real broker and exporter. Where they aren't installed they are skipped aloud, except under CI=true: there that is a failure. */
export const describeWithBroker = (title: string, body: () => void): void => {
  const { CI } = process.env;
  if (missing.length === 0) return void describe(title, body);
  const why = `not installed: ${missing.join(", ")}`;
  if (CI === "true")
    return void test(title, () => {
      throw new Error(`cannot run e2e: ${why}`);
    });
  console.error(`SKIPPED e2e "${title}": ${why}`);
  describe.skip(title, body);
};

const freePorts = async (count: number): Promise<readonly number[]> => {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve) => {
          const server = createServer();
          server.listen(0, "127.0.0.1", () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
};

type Child = Bun.Subprocess<"ignore", "ignore", "ignore">;

const start = (argv: readonly string[], env: Readonly<Record<string, string>>): Child =>
  Bun.spawn([...argv], { env: { ...env }, stdin: "ignore", stdout: "ignore", stderr: "ignore", detached: true });

const isUp = async (url: string, headers: Readonly<Record<string, string>> = {}): Promise<true | undefined> => {
  const answer = await fetch(url, { headers }).catch(() => undefined);
  return answer?.ok === true ? true : undefined;
};

/** Ends a process and, being a leader, its group. */
const end = async (child: Child): Promise<void> => {
  try {
    process.kill(-child.pid, "SIGTERM");
  } catch {
    // It is gone.
  }
  const late = setTimeout(() => child.kill("SIGKILL"), 20_000);
  await child.exited;
  clearTimeout(late);
};

const path = "/usr/sbin:/usr/bin:/sbin:/bin";

/** A real RabbitMQ on loopback alone, with its management and Prometheus plugins, in a folder of its own. */
export class Broker implements AsyncDisposable {
  /** User and password that every broker has at first, good on loopback only. */
  readonly basic: string = btoa("guest:guest");
  readonly management: string;
  readonly metrics: string;
  readonly #folder: string;
  readonly #children: readonly Child[];

  private constructor(
    folder: string,
    ports: { readonly management: number; readonly metrics: number },
    children: readonly Child[],
  ) {
    this.#folder = folder;
    this.management = `http://127.0.0.1:${ports.management}`;
    this.metrics = `http://127.0.0.1:${ports.metrics}`;
    this.#children = children;
  }

  /** Starts one and waits until it answers. */
  static async start(): Promise<Broker> {
    const folder = mkdtempSync(join(tmpdir(), "dogwatch-broker-"));
    const [amqp = 0, management = 0, metrics = 0, names = 0, dist = 0] = await freePorts(5);
    const config = [
      `listeners.tcp.1 = 127.0.0.1:${amqp}`,
      `management.tcp.ip = 127.0.0.1\nmanagement.tcp.port = ${management}`,
      `prometheus.tcp.ip = 127.0.0.1\nprometheus.tcp.port = ${metrics}`,
      "collect_statistics_interval = 500\n",
    ].join("\n");
    writeFileSync(join(folder, "rabbitmq.conf"), config);
    writeFileSync(join(folder, "enabled_plugins"), "[rabbitmq_management,rabbitmq_prometheus].\n");
    writeFileSync(join(folder, "env.conf"), "");
    const local = { PATH: path, HOME: folder, ERL_EPMD_ADDRESS: "127.0.0.1", ERL_EPMD_PORT: String(names) };
    const children = [
      start([epmd, "-port", String(names), "-address", "127.0.0.1"], local),
      start([serverIn(rabbitHome) ?? ""], {
        ...local,
        RABBITMQ_NODENAME: "dogwatch@localhost",
        RABBITMQ_NODE_IP_ADDRESS: "127.0.0.1",
        RABBITMQ_DIST_PORT: String(dist),
        RABBITMQ_CONF_ENV_FILE: join(folder, "env.conf"),
        RABBITMQ_CONFIG_FILE: join(folder, "rabbitmq.conf"),
        RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, "enabled_plugins"),
        RABBITMQ_MNESIA_BASE: join(folder, "mnesia"),
        RABBITMQ_LOG_BASE: join(folder, "log"),
        RABBITMQ_GENERATED_CONFIG_DIR: join(folder, "generated"),
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: "-kernel inet_dist_use_interface {127,0,0,1}",
      }),
    ];
    const broker = new Broker(folder, { management, metrics }, children);
    const authorization = { authorization: `Basic ${broker.basic}` };
    await until("the broker to answer", () => isUp(`${broker.management}/api/overview`, authorization), 120_000);
    await until("its metrics", () => isUp(`${broker.metrics}/metrics`), 60_000);
    return broker;
  }

  /** A request to its management API; rejects when it is refused. */
  async api(method: string, where: string, body?: unknown): Promise<unknown> {
    const answer = await fetch(`${this.management}/api${where}`, {
      method,
      headers: { authorization: `Basic ${this.basic}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${where}: ${answer.status} ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  }

  /** Puts so many messages into a queue. */
  async publish(queue: string, count: number): Promise<void> {
    const message = { properties: {}, routing_key: queue, payload: "a job", payload_encoding: "string" };
    for (let at = 0; at < count; at += 1) await this.api("POST", "/exchanges/%2F/amq.default/publish", message);
  }

  /** Takes so many messages out for good. */
  async consume(queue: string, count: number): Promise<void> {
    await this.api("POST", `/queues/%2F/${queue}/get`, { count, ackmode: "ack_requeue_false", encoding: "auto" });
  }

  /** Stops it; nothing answers then. */
  async stop(): Promise<void> {
    for (const child of [...this.#children].reverse()) await end(child);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Debian's exporter on loopback alone, with nothing but the metrics that are written for it. */
export class Exporter implements AsyncDisposable {
  readonly metrics: string;
  readonly #folder: string;
  readonly #child: Child;

  private constructor(folder: string, port: number, child: Child) {
    this.metrics = `http://127.0.0.1:${port}/metrics`;
    this.#folder = folder;
    this.#child = child;
  }

  static async start(first: string): Promise<Exporter> {
    const folder = mkdtempSync(join(tmpdir(), "dogwatch-exporter-"));
    const [port = 0] = await freePorts(1);
    mkdirSync(join(folder, "metrics"));
    const child = start(
      [
        exporter,
        "--collector.disable-defaults",
        "--collector.textfile",
        `--collector.textfile.directory=${join(folder, "metrics")}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      { PATH: path, HOME: folder },
    );
    const made = new Exporter(folder, port, child);
    made.write(first);
    await until("the exporter to answer", () => isUp(made.metrics), 30_000);
    return made;
  }

  /** Replaces the metrics that it exposes. */
  write(text: string): void {
    writeFileSync(join(this.#folder, "metrics", "jobs.prom"), text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await end(this.#child);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
