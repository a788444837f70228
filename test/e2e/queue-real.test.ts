import { afterAll, beforeAll, expect, test } from "bun:test";
import { until } from "./bed.ts";
import { Broker, describeWithBroker, Exporter } from "./broker-bed.ts";
import { Den } from "./hostile-bed.ts";

/** What each check of a tick says. */
type Said = Readonly<Record<string, string>>;

const sayings = async (den: Den): Promise<Said> => {
  const { json } = await den.tick();
  return Object.fromEntries(json.checks.map(({ name, verdict, evidence }) => [name, `${verdict}: ${evidence}`]));
};

/** Ticks until each of these checks has said what is wanted: the broker's numbers are some moments old, of each place by itself. */
const untilSaid = async (den: Den, wanted: Readonly<Record<string, RegExp>>): Promise<void> => {
  const open = new Map(Object.entries(wanted));
  let last: Said = {};
  const look = async (): Promise<true | undefined> => {
    last = await sayings(den);
    for (const [name, form] of open) if (form.test(last[name] ?? "")) open.delete(name);
    return open.size === 0 ? true : undefined;
  };
  await until("the ticks to say it", look, 60_000).catch((cause: unknown) => {
    throw new Error(`${[...open].join(", ")} in vain; last: ${JSON.stringify(last)}`, { cause });
  });
};

const rabbitChecks = ({ management, metrics }: Broker, stuckAfter: string, credential: string): string => `chat: console
confirm: 0s
checks:
  by-json:
    queue:
      http:
        url: "${management}/api/queues/%2F?columns=name,messages_ready,messages_unacknowledged"
        headers: { Authorization: { file: ${credential}, prefix: "Basic " } }
        ready: "/*/messages_ready"
        running: "/*/messages_unacknowledged"
    stuck_after: ${stuckAfter}
  by-metrics:
    queue:
      prometheus:
        url: "${metrics}/metrics/per-object"
        ready: 'rabbitmq_queue_messages_ready{vhost="/",queue=~"mail|sms"}'
        running: 'rabbitmq_queue_messages_unacked{queue=~"mail|sms"}'
        done: rabbitmq_global_messages_acknowledged_total
    stuck_after: ${stuckAfter}
  by-all:
    queue:
      prometheus: { url: "${metrics}/metrics", ready: rabbitmq_queue_messages_ready, running: rabbitmq_queue_messages_unacked }
    stuck_after: ${stuckAfter}
`;

describeWithBroker("a real RabbitMQ and its own numbers", () => {
  let broker: Broker;
  beforeAll(async () => {
    broker = await Broker.start();
    for (const queue of ["mail", "sms"]) await broker.api("PUT", `/queues/%2F/${queue}`, {});
  }, 180_000);
  afterAll(async () => await broker[Symbol.asyncDispose](), 60_000);

  const all = (form: RegExp): Readonly<Record<string, RegExp>> => ({
    "by-json": form,
    "by-metrics": form,
    "by-all": form,
  });

  test("are idle, stuck, flowing and idle again as messages come and go", async () => {
    using den = new Den();
    const credential = den.write("rabbit", `${broker.basic}\n`);
    den.write("dogwatch.yaml", rabbitChecks(broker, "2s", credential));
    await untilSaid(den, all(/^green: idle$/u));
    await broker.publish("mail", 4);
    await broker.publish("sms", 1);
    await untilSaid(den, all(/^red: stuck: 5 ready, 0 running, nothing claimed or finished for/u));
    await broker.consume("mail", 2);
    await untilSaid(den, all(/^green: flowing: 3 ready, 0 running$/u));
    await broker.consume("mail", 2);
    await broker.consume("sms", 1);
    await untilSaid(den, all(/^green: idle$/u));
  }, 240_000);

  test("are unknown, and say why, with a wrong password, a queue that isn't there, and a broker that is gone", async () => {
    using den = new Den();
    const wrong = den.write("rabbit", `${btoa("guest:wrong")}\n`);
    den.write("dogwatch.yaml", rabbitChecks(broker, "30m", wrong).replaceAll("mail|sms", "male"));
    await untilSaid(den, {
      "by-json": /^unknown: status 401 Unauthorized, want 2xx$/u,
      "by-metrics": /^unknown: cannot read "ready": no series matches rabbitmq_queue_messages_ready\{/u,
    });
    await broker.stop();
    await untilSaid(den, all(/^unknown: connection refused by 127\.0\.0\.1:\d+$/u));
    expect(den.entries()).toEqual([]);
  }, 120_000);
});

const jobs = (ready: number, running: number, done: number): string =>
  `# HELP jobs Jobs by state.\n# TYPE jobs gauge\njobs{state="ready"} ${ready}\njobs{state="running"} ${running}\n` +
  `# TYPE jobs_done_total counter\njobs_done_total ${done}\n`;

const exporterChecks = (url: string): string => {
  const check = (name: string, headers: string): string => `  ${name}:
    queue:
      prometheus:
        url: "${url}"
        headers: ${headers}
        ready: 'jobs{state="ready"}'
        running: 'jobs{state="running"}'
        done: jobs_done_total
        slots: 1
    backlog_after: 2
`;
  const openMetrics = '{ Accept: "application/openmetrics-text; version=1.0.0" }';
  return `chat: console\nconfirm: 0s\nchecks:\n${check("text", "{}")}${check("openmetrics", openMetrics)}`;
};

describeWithBroker("Debian's Prometheus exporter", () => {
  test("tells a backlog, and the jobs that flow, from what a job left for it, in both formats", async () => {
    await using exporter = await Exporter.start(jobs(0, 0, 7));
    using den = new Den();
    den.write("dogwatch.yaml", exporterChecks(exporter.metrics));
    const both = (said: unknown): Record<string, unknown> => ({ text: said, openmetrics: said });
    const ticked = async (): Promise<unknown> => await sayings(den);
    expect(await ticked()).toEqual(both("green: idle"));
    exporter.write(jobs(3, 1, 7));
    expect(await ticked()).toEqual(both("green: full: 3 ready, 1 of 1 running"));
    exporter.write(jobs(5, 1, 8));
    expect(await ticked()).toEqual(both(expect.stringMatching(/^amber: backlog: 5 ready, more at each/u)));
    exporter.write(jobs(2, 0, 12));
    expect(await ticked()).toEqual(both("green: flowing: 2 ready, 0 of 1 running"));
    exporter.write("jobs{state= 1\n");
    expect(await ticked()).toEqual(both(expect.stringMatching(/^unknown: cannot read "ready": no series matches/u)));
  }, 60_000);
});
