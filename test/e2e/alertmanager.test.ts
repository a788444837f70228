import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { compose } from "../../src/alert/compose.ts";
import { alertmanager } from "../../src/alert/platforms/alertmanager.ts";
import type { ChatOf, Delivery, PlatformContext, Standing } from "../../src/alert/platforms/platform.ts";
import { createClock } from "../../src/host/clock.ts";
import { hmacSha256 } from "../../src/host/digest.ts";
import { createHttp } from "../../src/host/http.ts";
import { story } from "../alert/stories.ts";
import { marked } from "../docs/blocks.ts";
import { type Alertmanager, amtool, hasAlertmanager, type Notified, startAlertmanager } from "./alertmanager-bed.ts";
import { until } from "./bed.ts";
import { Den } from "./hostile-bed.ts";
import { freePorts } from "./programs-bed.ts";

/** The docs' own example, with waits that a test can bear and the test's receiver. */
const example = (): string => marked("alertmanager")[0]?.text ?? "";
const config = (): string =>
  `global: { resolve_timeout: 1s }\n${example()}`
    .replace(/^( *group_wait:).*/gmu, "$1 1s")
    .replace(/^( *group_interval:).*/gmu, "$1 1s")
    .replace("http://127.0.0.1:9095/alerts", "RECEIVER");

/** A host with two gateways to look at, over HTTP. */
interface Host extends Disposable {
  readonly den: Den;
  readonly name: string;
  readonly ports: readonly number[];
  up(at: number): void;
  down(at: number): void;
}

const hostNamed = async (name: string, api: string, ...peers: readonly string[]): Promise<Host> => {
  const den = new Den();
  const ports = await freePorts(2);
  const servers: (ReturnType<typeof Bun.serve> | undefined)[] = [];
  const [uplink = 0, gateway = 0] = ports;
  den.write(
    "dogwatch.yaml",
    `host: ${name}
confirm: 0s
chat: { alertmanager: { url: "${api}", peers: ${JSON.stringify(peers)}, labels: { site: fra1 } } }
checks:
  uplink: { tcp: { host: 127.0.0.1, port: ${uplink} }, red_after: 1 }
  gateway: { tcp: { host: 127.0.0.1, port: ${gateway} }, red_after: 1 }
`,
  );
  const host: Host = {
    ...{ den, name, ports },
    up: (at) => {
      servers[at] = Bun.serve({ hostname: "127.0.0.1", port: ports[at] ?? 0, fetch: () => new Response("") });
    },
    down: (at) => void servers[at]?.stop(true),
    [Symbol.dispose]: () => {
      for (const server of servers) void server?.stop(true);
      den[Symbol.dispose]();
    },
  };
  host.up(0);
  host.up(1);
  return host;
};

const named = (all: readonly Notified[], host: string, status: string): readonly string[] =>
  all.flatMap(({ alerts }) =>
    alerts.flatMap(({ status: is, labels }) =>
      is === status && labels["host"] === host ? [`${labels["alertname"]} ${labels["check"]}`] : [],
    ),
  );

const clock = createClock();
const http = createHttp();
const context: PlatformContext = {
  host: {
    ...{ http, clock, hmacSha256 },
    terminal: {
      ...{
        out: () => undefined,
        err: () => true,
        columns: 80,
        rows: 24,
        hasColour: false,
        canRedraw: false,
        isUtf8: true,
      },
      ...{ isOutTerminal: false, isErrTerminal: false, isErrJournal: false },
    },
  },
  timeoutMs: 20_000,
  secret: () => ({ kind: "failed", why: "there is none" }),
};

const chatAt = (api: string): ChatOf<"alertmanager"> => ({
  kind: "alertmanager",
  api,
  peers: [],
  headers: {},
  labels: { site: "fra1" },
});

const standing = (host: string, facts: Partial<Standing> = {}): Standing => {
  const now = new Date().toISOString();
  const { text } = compose(story({ host, since: now, now }));
  return {
    name: "red",
    check: "gateway",
    incident: "i-1",
    since: now,
    endsAt: null,
    again: 0,
    text,
    card: "gateway-down",
    ...facts,
  };
};

/** What a tick of such a host posts, by the platform's own code. */
const holdFor = (api: string, host: string, standings: readonly Standing[], ms: number): Promise<Delivery> =>
  alertmanager.hold?.(chatAt(api), { host, standings, until: new Date(Date.now() + ms).toISOString() }, context) ??
  Promise.reject(new Error("it holds no state"));

describe.skipIf(!hasAlertmanager() && process.env["CI"] !== "true")("a real Alertmanager", () => {
  let manager: Alertmanager | undefined;
  const get = (): Alertmanager => {
    if (manager === undefined) throw new Error("the Alertmanager is not up");
    return manager;
  };
  beforeAll(async () => {
    manager = await startAlertmanager(config());
    http.allow(alertmanager.destinations(chatAt(manager.api)));
  }, 60_000);
  afterAll(async () => await manager?.[Symbol.asyncDispose]());

  test("amtool takes the config in the docs, and would name a fault in it", () => {
    using den = new Den();
    expect(amtool("check-config", den.write("good.yml", example()))).toContain("SUCCESS");
    expect(() => amtool("check-config", den.write("bad.yml", example().replace("group_by", "grop_by")))).toThrow();
  });

  test("a red fires, is kept alive over ticks beyond resolve_timeout, and is resolved with what ended it", async () => {
    const { api, notified, held } = get();
    using host = await hostNamed("web-1", api);
    expect((await host.den.tick()).json).toMatchObject({ verdict: "green", alerts: [] });
    host.down(1);
    expect((await host.den.tick()).json).toMatchObject({
      exit: 0,
      outbox: 0,
      alerts: [{ kind: "red", delivered: true }],
    });
    await until("the red at the receiver", async () => named(notified, "web-1", "firing").length > 0 || undefined);
    const mine = async () => (await held()).filter(({ labels }) => labels["host"] === "web-1");
    const [first] = await mine();
    expect(first).toMatchObject({
      labels: { alertname: "DogwatchRed", host: "web-1", check: "gateway", severity: "critical", site: "fra1" },
      status: { state: "active" },
    });
    expect(Date.parse(first?.endsAt ?? "") - Date.now()).toBeGreaterThan(14 * 60_000);

    await Bun.sleep(1500);
    expect((await host.den.tick()).json).toMatchObject({ exit: 0, alerts: [] });
    const [kept] = await mine();
    expect(kept?.status.state).toBe("active");
    expect(Date.parse(kept?.endsAt ?? "")).toBeGreaterThan(Date.parse(first?.endsAt ?? ""));
    expect(named(notified, "web-1", "resolved")).toEqual([]);

    host.up(1);
    expect((await host.den.tick()).json).toMatchObject({ exit: 0, alerts: [{ kind: "recovered", delivered: true }] });
    await until("the end at the receiver", async () => named(notified, "web-1", "resolved").length > 0 || undefined);
    const ended = notified.flatMap(({ alerts }) => alerts).findLast(({ labels }) => labels["host"] === "web-1");
    expect(ended?.annotations).toMatchObject({
      summary: expect.stringContaining("RECOVERED web-1 · gateway: well again"),
      incident: expect.stringMatching(/^gateway-\d{8}T\d{6}Z$/u),
      log: expect.stringMatching(/^log \d+:[0-9a-f]{16}$/u),
    });
    for (let tick = 0; tick < 4; tick += 1) await host.den.tick();
    expect(await mine()).toEqual([]);
    expect(
      JSON.parse(readFileSync(`${host.den.state}/state.json`, "utf8").split("\n").at(-1) || "{}"),
    ).not.toHaveProperty("held");
  }, 60_000);

  test("an outage of the Alertmanager: exit 75 from the second tick on, then the state as it is, and what came and went", async () => {
    const { api, notified } = get();
    using host = await hostNamed("web-2", api);
    host.down(1);
    await host.den.tick();
    await until("the red at the receiver", async () => named(notified, "web-2", "firing").length > 0 || undefined);
    await get().stop();
    const missed = [await host.den.tick(), await host.den.tick()];
    expect(missed.map(({ json: { exit, outbox } }) => ({ exit, outbox }))).toEqual([
      { exit: 0, outbox: 0 },
      { exit: 75, outbox: 0 },
    ]);
    expect(missed[0]?.json.troubles.join()).toContain("what still stands");
    host.down(0);
    await host.den.tick();
    host.up(0);
    await host.den.tick();
    expect((await host.den.tick()).json).toMatchObject({ exit: 75, outbox: 1 });
    await get().restart();
    expect((await host.den.tick()).json).toMatchObject({ exit: 0, outbox: 0 });
    await until(
      "what came and went",
      async () => named(notified, "web-2", "firing").includes("DogwatchEnded uplink") || undefined,
    );
    expect(named(notified, "web-2", "firing")).toContain("DogwatchRed gateway");
  }, 60_000);

  test("inhibition and silence work on our labels", async () => {
    const { api, notified, amtool: tool } = get();
    const silence = tool("silence", "add", "--author=test", "--comment=test", "--duration=5m", "host=web-4").trim();
    using host = await hostNamed("web-3", api);
    using quiet = await hostNamed("web-4", api);
    for (const each of [host, quiet]) {
      each.down(0);
      each.down(1);
      expect((await each.den.tick()).json).toMatchObject({
        exit: 0,
        alerts: [{ delivered: true }, { delivered: true }],
      });
    }
    const flapping = standing("web-5", { name: "flapping" });
    await holdFor(api, "web-5", [standing("web-5"), flapping, { ...flapping, check: "board" }], 60_000);
    await until(
      "both hosts' alerts",
      async () => named(notified, "web-3", "firing").includes("DogwatchRed uplink") || undefined,
    );
    await until("both hosts' alerts", async () => named(notified, "web-5", "firing").length >= 2 || undefined);
    await Bun.sleep(2500);
    expect([...new Set(named(notified, "web-3", "firing"))]).toEqual(["DogwatchRed uplink"]);
    expect([...new Set(named(notified, "web-5", "firing"))].sort()).toEqual([
      "DogwatchFlapping board",
      "DogwatchRed gateway",
    ]);
    expect(named(notified, "web-4", "firing")).toEqual([]);
    tool("silence", "expire", silence);
    await until(
      "the silenced host",
      async () => named(notified, "web-4", "firing").includes("DogwatchRed uplink") || undefined,
    );
  }, 60_000);

  test("a host that falls silent has its alerts end by themselves; one whose clock is wrong is heard all the same", async () => {
    const { api, notified } = get();
    await holdFor(api, "web-6", [standing("web-6")], 4000);
    await until("the red", async () => named(notified, "web-6", "firing").length > 0 || undefined);
    await until("its end", async () => named(notified, "web-6", "resolved").length > 0 || undefined);
    using host = await hostNamed("web-7", api);
    host.down(1);
    const through = ["/usr/bin/faketime", "-f", "-3h"];
    expect((await host.den.tick({ through })).json).toMatchObject({ alerts: [{ delivered: true }] });
    await until(
      "the red of a host three hours behind",
      async () => named(notified, "web-7", "firing").length > 0 || undefined,
    );
  }, 60_000);

  test("each member of a cluster is told, one notifies, and one is enough", async () => {
    const [own = 0, other = 0] = await freePorts(2);
    await using one = await startAlertmanager(config(), { own, others: [other] });
    await using two = await startAlertmanager(config(), { own: other, others: [own] });
    using host = await hostNamed("web-8", one.api, two.api);
    host.down(1);
    expect((await host.den.tick()).json).toMatchObject({ exit: 0, troubles: [], alerts: [{ delivered: true }] });
    expect((await Promise.all([one.held(), two.held()])).map(({ length }) => length)).toEqual([1, 1]);
    const all = (word: string) => [...named(one.notified, "web-8", word), ...named(two.notified, "web-8", word)];
    await until("the red", async () => all("firing").length > 0 || undefined);
    await one.stop();
    expect((await host.den.tick()).json).toMatchObject({
      exit: 0,
      troubles: [expect.stringContaining("not told to 1 of 2 members: ")],
    });
    host.up(1);
    expect((await host.den.tick()).json).toMatchObject({ exit: 0, alerts: [{ kind: "recovered", delivered: true }] });
    await until("the end", async () => named(two.notified, "web-8", "resolved").length > 0 || undefined);
    expect(all("firing")).toEqual(["DogwatchRed gateway"]);
  }, 60_000);

  test("2,000 hosts at once arrive as grouped notifications, those of the binary among them", async () => {
    const { api, notified } = get();
    const real = await Promise.all(["real-1", "real-2", "real-3"].map((name) => hostNamed(name, api)));
    for (const host of real) host.down(1);
    const before = notified.length;
    const hosts = Array.from({ length: 2000 }, (_, at) => `fleet-${at}`);
    const queue = hosts.values();
    const post = async (): Promise<void> => {
      for (const host of queue) expect((await holdFor(api, host, [standing(host)], 600_000)).kind).toBe("delivered");
    };
    const startedMs = performance.now();
    await Promise.all([...Array.from({ length: 64 }, post), ...real.map(({ den }) => den.tick())]);
    const postedMs = performance.now() - startedMs;
    const all = [...hosts, ...real.map(({ name }) => name)];
    const since = () => notified.slice(before);
    const seen = () => new Set(since().flatMap(({ alerts }) => alerts.map(({ labels }) => labels["host"])));
    await until("all hosts at the receiver", async () => all.every((name) => seen().has(name)) || undefined, 30_000);
    const calls = since().filter(({ groupLabels }) => groupLabels["check"] === "gateway");
    const first = calls.findIndex((_, at) => {
      const told = new Set(calls.slice(0, at + 1).flatMap(({ alerts }) => alerts.map(({ labels }) => labels["host"])));
      return all.every((name) => told.has(name));
    });
    process.stdout.write(`2,003 hosts posted in ${Math.round(postedMs)} ms, told in ${first + 1} notifications\n`);
    expect(first + 1).toBeLessThanOrEqual(20);
    for (const call of since()) expect(call.groupLabels["alertname"]).toStartWith("Dogwatch");
    for (const host of real) host[Symbol.dispose]();
  }, 60_000);
});
