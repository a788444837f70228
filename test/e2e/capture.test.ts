import { beforeAll, expect, test } from "bun:test";
import { describeOnBed } from "./bed.ts";
import {
  asking,
  bringClient,
  capture,
  changesSince,
  expectSound,
  fingerprint,
  type Spoken,
  type Step,
  speakAs,
} from "./capture-bed.ts";
import { useWatched, type Watched } from "./watched.ts";

const unitOf = (name: string): string => `  ${name}: { unit: { name: gw-${name}.service } }`;
const ruleOf = (name: string): string =>
  `    - { on: [${name === "young" ? "young, port" : name}], recipe: restart-unit, with: { unit: gw-${name}.service } }`;
const units = ["main", "other", "stopped", "quiet", "young"] as const;

/** Checks of units, each with a rule that restarts it, and what else. */
const configOf = (names: readonly string[], more = ""): string => `
checks:
${names.map(unitOf).join("\n")}
${more}
heal:
  mode: apply
  rules:
${names.map(ruleOf).join("\n")}
`;

/** Its unit has just started, and the port that it never opens is in its grace for as long as the test runs. */
const ports = `
  port:
    http: { url: "http://127.0.0.1:18099/healthz", timeout: 1s }
    needs: [young]
    red_after: 1
    grace: 10m
`;

const sound = "running\nactive\n0\n";
const hello = (version = 1): Step => ({ say: JSON.stringify({ do: "hello", version, config: "0".repeat(64) }) });
const idOf = (check: string, at = "20261126T020500Z"): string => `${check}-${at}`;
const opened = (check: string, incident = idOf(check)) => ({
  event: "incident.opened",
  incident,
  check,
  evidence: "dead",
});
const resolved = (check: string, incident = idOf(check)) => ({
  event: "incident.resolved",
  incident,
  check,
  why: "well",
});
const heal = (check: string, incident = idOf(check)) => ({
  do: "heal",
  red: [check],
  incidents: [{ check, incident }],
  dryRun: false,
});

/** What is no request: each ends the connection. */
const strange: readonly { readonly name: string; readonly steps: readonly Step[] }[] = [
  { name: "garbage", steps: [{ say: "GET / HTTP/1.0" }] },
  { name: "binary zeros", steps: [{ times: 4096, of: "\0" }, { say: "" }] },
  { name: "ten megabytes", steps: [{ times: 10 * 1024 * 1024, of: "x" }] },
  { name: "deeply nested", steps: [{ times: 100_000, of: "[" }, { times: 100_000, of: "]" }, { say: "" }] },
  { name: "an empty line", steps: [{ say: "" }] },
  { name: "another version", steps: [hello(99)] },
  { name: "another config", steps: [hello()] },
  { name: "a word of ours that is no request", steps: [{ say: '{"do":"run"}' }] },
  {
    name: "an argv",
    steps: [{ say: '{"do":"heal","red":["main"],"incidents":[],"dryRun":false,"argv":["/bin/sh"]}' }],
  },
  { name: "a recipe", steps: [{ say: '{"do":"heal","red":["main"],"incidents":[],"dryRun":false,"recipe":"evil"}' }] },
  {
    name: "a parameter",
    steps: [{ say: '{"do":"heal","red":["main"],"incidents":[],"dryRun":false,"with":{"unit":"ssh"}}' }],
  },
  { name: "a path", steps: [{ say: '{"do":"look","checks":["main"],"file":"/etc/shadow"}' }] },
  { name: "a user", steps: [{ say: '{"do":"look","checks":["main"],"as":"root"}' }] },
  { name: "a reading", steps: [{ say: '{"do":"look","checks":[{"name":"main","kind":"bad"}]}' }] },
  { name: "names without number", steps: [{ say: JSON.stringify({ do: "look", checks: Array(2001).fill("main") }) }] },
];

const expectRefused = ({ answers, end }: Spoken, name: string): void => {
  expect(`${name}: ${end} ${answers.map(({ is }) => is).join()}`).toMatch(
    /: (?:closed|EPIPE|ECONNRESET) (?:refused)?$/u,
  );
};

const healed = ({ answers, end }: Spoken): string => {
  const last = answers.findLast(({ is }) => is === "healed")?.healed;
  return last === undefined ? `${end} ${JSON.stringify(answers)}` : `${last.outcome}: ${last.why}`;
};

describeOnBed("a captured watcher", () => {
  const get = useWatched("capture");
  const start = async (names: readonly string[], more?: string): Promise<Watched> => {
    const host = get();
    for (const [at, name] of names.entries()) await host.gateway(`gw-${name}`, 18080 + at);
    await host.configure(configOf(names, more));
    expect(await host.tick()).toBe(0);
    return host;
  };
  const kill = (...names: readonly string[]): Promise<string> =>
    get().bed.sh(names.map((name) => `systemctl kill -s KILL gw-${name}.service`).join("\n"));
  /** The real watcher still gets its heal. */
  const expectHealed = async (host: Watched): Promise<void> => {
    const before = await host.count("heal.proved");
    await kill("main");
    expect(await host.tick()).toBe(0);
    expect(await host.count("heal.proved")).toBe(before + 1);
    expect(await host.bed.sh("systemctl is-active gw-main.service; dogwatch log verify | head -1")).toMatch(
      /^active\nok: /u,
    );
  };

  /** Far more events and refusals than an honest watcher would ever bring about. */
  const floodLog = async (host: Watched): Promise<void> => {
    const pairs = Array.from({ length: 100 }, (_, at) =>
      idOf("main", `20261126T02${String(at).padStart(4, "0").slice(0, 2)}${String(at % 60).padStart(2, "0")}Z`),
    );
    const enter = { do: "enter", events: pairs.flatMap((id) => [opened("main", id), resolved("main", id)]) };
    const strangers = {
      do: "enter",
      events: [
        opened("nowhere"),
        opened("main", "../../etc"),
        opened("main", "main-20261126T020500Z\n"),
        resolved("other"),
      ],
    };
    const flooded = await capture(host, asking(strangers, enter, enter, enter, enter));
    expect(flooded.answers.map(({ is }) => is)).toEqual(Array(5).fill("entered"));
    const log = await host.healLog();
    expect(log.length).toBeGreaterThan(100);
    expect(log.length).toBeLessThanOrEqual(205);
    const refusals = Array.from({ length: 20 }, () => [heal("main"), { do: "tidy", notGreen: [] }]).flat();
    await capture(host, asking(...refusals));
    expect((await host.healLog()).length).toBeLessThanOrEqual(log.length + 1);
  };

  beforeAll(() => bringClient(get()), 10_000);

  test("what is no request ends the connection, a flood leaves a bounded log, and then a heal works", async () => {
    const host = await start(["main"]);
    const before = await fingerprint(host);
    const half = capture(host, [{ raw: '{"do":"look"' }, { closed: true }]);
    const deaf = capture(host, [{ deaf: true }, { times: 300, of: '{"do":"incidents"}\n' }, { rest: 3000 }]);
    for (const { name, steps } of strange) expectRefused(await capture(host, [...steps, { closed: true }]), name);
    const many = await capture(host, [{ times: 300, of: '{"do":"incidents"}\n' }, { closed: true }]);
    expect(many.answers.length).toBe(201);
    expect(many.answers.at(-1)?.why).toContain("more than 200 requests");
    expect((await deaf).answers).toEqual([]);
    const flood = await speakAs(host, "dogwatch", [{ say: "{}" }, { closed: true }], 500);
    expect(flood.length).toBe(500);
    expect(flood.filter(({ end }) => end === "open")).toEqual([]);
    await floodLog(host);
    expectRefused(await half, "half a request and nothing");
    expect(await expectSound(host)).toBe(sound);
    expect(await changesSince(host, before)).toEqual([]);
    expect(await host.journal("-t", "dogwatch", "-g", "it is no request")).not.toHaveLength(0);
    await expectHealed(host);
  }, 120_000);

  test("a claim of red without a red, twice seen by the helper itself, heals nothing", async () => {
    const host = await start(units, ports);
    const { bed } = host;
    const before = await fingerprint(host);
    await bed.sh("dogwatch silence add quiet --for 1h --reason 'moving house'");
    const open = { do: "enter", events: ["other", "stopped", "quiet", "port"].map((name) => opened(name)) };
    const ask = async (...requests: readonly object[]): Promise<string> =>
      healed(await capture(host, asking(open, ...requests)));
    const pid = await bed.sh("systemctl show -P MainPID gw-main.service");

    expect(await ask(heal("main"))).toContain("refused: not confirmed: at the helper's own look it reads ok");
    expect(await ask(heal("nowhere"))).toBe("none: no rule covers it");
    await kill("main", "quiet");
    const none = 'none: no incident of "main" is open in the heal log';
    await bed.sh("systemctl stop gw-stopped.service");
    expect(await ask(heal("main", "main-20200101T000000Z"))).toBe(none);
    expect(await ask(heal("main", idOf("other")))).toBe(none);
    expect(await ask(heal("quiet"))).toContain("moving house");
    expect(await ask(heal("stopped"))).toContain("refused: ");
    expect(await ask(heal("port"))).toContain("start grace");
    await bed.sh("systemctl start gw-main.service");

    const flicker = async (first: string, then: string): Promise<string> => {
      await bed.sh(`rm -f /run/e2e-go; systemctl ${first} gw-other.service`);
      const [suspect, ask] = [{ do: "suspect", checks: ["other"] }, heal("other")];
      const spoken = capture(host, [
        ...asking(suspect),
        { until: "/run/e2e-go" },
        { say: JSON.stringify(ask) },
        { hear: 2 },
      ]);
      await Bun.sleep(1500);
      await bed.sh(`systemctl ${then} gw-other.service; touch /run/e2e-go`);
      return healed(await spoken);
    };
    expect(await flicker("kill -s KILL", "start")).toContain("refused: not confirmed: 1 s later it reads ok");
    expect(await flicker("start", "kill -s KILL")).toContain(
      "refused: not confirmed: at the helper's own look it reads ok",
    );

    expect(await host.count("heal.dispatched")).toBe(0);
    expect(
      await bed.sh("systemctl is-active gw-stopped.service gw-quiet.service gw-other.service || true"),
    ).not.toContain("\nactive");
    expect(await bed.sh("systemctl show -P MainPID gw-main.service")).not.toBe(pid);
    expect(await expectSound(host)).not.toContain("failed");
    await bed.sh("dogwatch silence remove quiet; systemctl reset-failed");
    expect(await changesSince(host, before)).toEqual([]);
  }, 120_000);

  test("its word ends no incident whose check the helper sees bad, nor makes another of it", async () => {
    const host = await start(["main"]);
    const { bed } = host;
    const enter = (...events: readonly object[]): object => ({ do: "enter", events });
    await capture(host, asking(enter(opened("main"))));
    await kill("main");
    const again = idOf("main", "20261126T030000Z");
    for (let time = 0; time < 3; time += 1)
      await capture(host, asking(enter(resolved("main"), opened("main", again)), { do: "tidy", notGreen: [] }));
    const lines = async (): Promise<readonly string[]> =>
      (await host.healLog())
        .filter(({ incident }) => incident !== undefined)
        .map(({ event, by, incident }) => `${event} by ${by} ${incident}`);
    const open = [`incident.opened by watcher ${idOf("main")}`, `heal.refused by helper ${idOf("main")}`];
    expect(await lines()).toEqual(open);
    await bed.sh("systemctl reset-failed gw-main.service; systemctl start gw-main.service");
    await capture(host, asking({ do: "incidents" }));
    expect(await expectSound(host)).toBe(sound);
    expect(await lines()).toEqual([...open, `incident.resolved by helper ${idOf("main")}`]);
    await expectHealed(host);
  }, 60_000);
});
