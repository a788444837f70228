import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { Config } from "../../../src/config/config.ts";
import { printFault } from "../../../src/config/fault.ts";
import { type Parsed, parseConfig } from "../../../src/config/load.ts";
import { printWritten } from "../../../src/config/presets/print.ts";

const golden = join(import.meta.dirname, "..", "..", "golden", "presets");
const accounts: Readonly<Record<string, { readonly uid: number; readonly home: string }>> = {
  agents: { uid: 1001, home: "/home/agents" },
  bots: { uid: 1002, home: "/srv/bots/" },
};
const host = { hostname: "host-1", accountOf: (user: string) => accounts[user] };

const read = (text: string, surroundings = {}): Parsed =>
  parseConfig(new TextEncoder().encode(text), "f.yaml", { ...host, ...surroundings });

const configOf = (text: string, surroundings = {}): Config => {
  const parsed = read(text, surroundings);
  if (parsed.kind === "faults") throw new Error(parsed.faults.map(printFault).join("\n"));
  return parsed.config;
};

const names = (text: string): readonly string[] => configOf(text).checks.map(({ name }) => name);
const check = (text: string, name: string) => configOf(text).checks.find((each) => each.name === name);
const ons = (text: string): readonly (readonly string[])[] => configOf(text).heal.rules.map(({ on }) => on);

/** A file with one preset as `gw`, and more lines. */
const one = (settings: string, more = ""): string => `chat: console\nchecks:\n  gw: { ${settings} }\n${more}`;

describe("expandPresets() against golden/presets", () => {
  for (const file of readdirSync(golden).filter((name) => name.endsWith(".in.yaml"))) {
    const [given, want] = [file, file.replace(".in.", ".out.")].map((name) => readFileSync(join(golden, name), "utf8"));
    const parsed = read(given ?? "");
    const printed = parsed.kind === "config" ? printWritten(parsed.expanded) : parsed.faults.map(printFault).join("\n");

    test(`expandPresets() writes ${file} out as pinned`, () => expect(printed).toBe(want ?? ""));

    test(`expandPresets() makes a config of ${file} that means the same, and in which nothing is left to write out`, () => {
      const again = read(printed);
      expect(again.kind === "config" ? again.config : again).toEqual(configOf(given ?? ""));
      expect(again.kind === "config" ? again.expanded.value : again).toEqual(parse(printed));
    });
  }
});

describe("expandPresets() on what a preset is told", () => {
  const cases: readonly { name: string; given: string; check: string; want: object }[] = [
    {
      name: "looks at the user manager's unit with as",
      given: "preset: openclaw, as: agents",
      check: "gw-unit",
      want: { as: "agents", unit: { name: "openclaw-gateway.service", scope: "user" }, maxRestarts: 3 },
    },
    {
      name: "looks at the system's unit without as",
      given: "preset: openclaw",
      check: "gw-unit",
      want: { as: null, unit: { name: "openclaw-gateway.service", scope: "system" } },
    },
    {
      name: "takes another scope",
      given: "preset: hermes, as: agents, scope: system",
      check: "gw-unit",
      want: { as: "agents", unit: { name: "hermes-gateway.service", scope: "system" } },
    },
    {
      name: "takes another unit",
      given: "preset: hermes, unit: bot",
      check: "gw-unit",
      want: { unit: { name: "bot.service", scope: "system" } },
    },
    {
      name: "names a profile's unit",
      given: "preset: openclaw, as: agents, profile: work",
      check: "gw-unit",
      want: { unit: { name: "openclaw-gateway-work.service", scope: "user" } },
    },
    {
      name: "finds a profile's state",
      given: "preset: openclaw, as: agents, profile: work",
      check: "gw-boots",
      want: {
        as: "agents",
        queue: { kind: "openclaw", file: "/home/agents/.openclaw-work/state/openclaw.sqlite" },
        findings: ["crash-loop"],
      },
    },
    {
      name: "finds a profile's process by its unit, as its title is the same",
      given: "preset: openclaw, as: agents, profile: work",
      check: "gw-process",
      want: {
        process: { user: "agents", unit: "openclaw-gateway-work.service" },
        lock: "/home/agents/.openclaw-work/tmp/openclaw-1001/gateway.*.lock",
      },
    },
    {
      name: "looks for another owner of the gateway's lock",
      given: "preset: hermes, as: agents, profile: work",
      check: "gw-process",
      want: {
        process: { unit: "hermes-gateway-work.service" },
        lock: "/home/agents/.hermes/profiles/work/gateway.lock",
      },
    },
    {
      name: "looks for no lock of a user whose number isn't known here",
      given: "preset: openclaw, as: carol",
      check: "gw-process",
      want: { lock: null, process: { user: "carol", unit: null } },
    },
    {
      name: "takes a home as the host has it",
      given: "preset: openclaw, as: bots",
      check: "gw-boots",
      want: { queue: { file: "/srv/bots/.openclaw/state/openclaw.sqlite" } },
    },
    {
      name: "takes the usual home of a user that isn't known here",
      given: "preset: openclaw, as: carol",
      check: "gw-boots",
      want: { queue: { file: "/home/carol/.openclaw/state/openclaw.sqlite" } },
    },
    {
      name: "takes another folder of state",
      given: "preset: hermes, as: agents, home: /srv/h/",
      check: "gw-heartbeat",
      want: { as: "agents", heartbeat: { file: "/srv/h/cron/ticker_heartbeat", content: "epoch", maxAgeMs: 300_000 } },
    },
    {
      name: "takes the heartbeat of newer versions",
      given: "preset: hermes, as: agents, heartbeat: gateway",
      check: "gw-heartbeat",
      want: {
        heartbeat: { file: "/home/agents/.hermes/state/gateway.heartbeat", content: "modified", maxAgeMs: 120_000 },
      },
    },
    {
      name: "finds the board above all profiles",
      given: "preset: hermes, as: agents, profile: work",
      check: "gw-board",
      want: { queue: { kind: "hermes", file: "/home/agents/.hermes/kanban.db" }, redAfter: 1 },
    },
    {
      name: "finds the board above a profile's folder",
      given: "preset: hermes, as: agents, home: /srv/h/profiles/work",
      check: "gw-board",
      want: { queue: { file: "/srv/h/kanban.db" } },
    },
    {
      name: "takes another board and time",
      given: "preset: hermes, as: agents, board: /srv/b.db, stuck_after: 1h",
      check: "gw-board",
      want: { queue: { file: "/srv/b.db" }, stuckAfterMs: 3_600_000 },
    },
    {
      name: "looks at api_server's health",
      given: "preset: hermes, api: 8642",
      check: "gw-health",
      want: { http: { url: "http://127.0.0.1:8642/health" }, redAfter: 2, graceMs: 300_000 },
    },
    {
      name: "looks at the webhook adapter's health",
      given: "preset: hermes, webhook: 8644",
      check: "gw-webhook",
      want: { http: { url: "http://127.0.0.1:8644/health" } },
    },
    {
      name: "takes another port",
      given: "preset: openclaw, port: 19001",
      check: "gw-readyz",
      want: { http: { url: "http://127.0.0.1:19001/readyz" } },
    },
    {
      name: "takes another address",
      given: 'preset: openclaw, url: "http://[::1]:18789/"',
      check: "gw-healthz",
      want: { http: { url: "http://[::1]:18789/healthz" } },
    },
    {
      name: "takes another grace",
      given: "preset: openclaw, grace: 10m",
      check: "gw-healthz",
      want: { graceMs: 600_000, needs: ["gw-unit", "gw-process"] },
    },
    {
      name: "takes no grace",
      given: "preset: openclaw, grace: 0s",
      check: "gw-healthz",
      want: { graceMs: 0 },
    },
  ];
  for (const { name, given, check: which, want } of cases)
    test(`expandPresets() ${name}`, () => expect(check(one(given), which)).toMatchObject(want));

  const sets: readonly { name: string; given: string; want: string }[] = [
    { name: "leaves the board out", given: "preset: hermes, as: agents, board: off", want: "unit process heartbeat" },
    {
      name: "leaves the heartbeat out",
      given: "preset: hermes, as: agents, heartbeat: off",
      want: "unit process board jobs workers",
    },
    {
      name: "leaves out what lies in a home that nobody knows",
      given: "preset: hermes",
      want: "unit process",
    },
    {
      name: "looks into the home that it is told",
      given: "preset: hermes, home: /srv/h",
      want: "unit process heartbeat board jobs",
    },
    { name: "leaves out boots without a home", given: "preset: openclaw", want: "unit process healthz readyz" },
  ];
  for (const { name, given, want } of sets)
    test(`expandPresets() ${name}`, () =>
      expect(names(one(given))).toEqual(want.split(" ").map((part) => `gw-${part}`)));

  test("expandPresets() warns of what it leaves out for want of a home", () => {
    const warned = (given: string): readonly string[] => {
      const parsed = read(one(given));
      return parsed.kind === "config" ? parsed.warnings.map(printFault) : [];
    };
    expect(warned("preset: openclaw, as: agents")).toEqual([]);
    expect(warned("preset: openclaw")).toEqual([
      'f.yaml:3:3: preset "gw": nobody knows where its state is, so its boots are not looked at: add as or home',
    ]);
    expect(warned("preset: hermes, home: /srv/h")).toEqual([
      'f.yaml:3:3: preset "gw": nobody knows whose it is, so its workers are not looked at: add as',
    ]);
  });

  test("expandPresets() takes a user's own install as that user's gateway", () => {
    const own = configOf("chat: console\npreset: openclaw\n", { owner: "bots" });
    expect(own.checks.map(({ as }) => as)).toEqual([null, null, null, null, null]);
    expect(own.checks[0]).toMatchObject({ unit: { name: "openclaw-gateway.service", scope: "user" } });
    expect(own.checks[1]).toMatchObject({ process: { user: "bots" } });
    expect(own.checks[4]).toMatchObject({ queue: { file: "/srv/bots/.openclaw/state/openclaw.sqlite" } });
    expect(own.heal.rules[0]?.with).toEqual({ unit: "openclaw-gateway.service", scope: "user" });
  });

  test("expandPresets() tells two gateways of one user apart", () => {
    const two = (preset: string): Config =>
      configOf(
        `chat: console\nchecks:\n  a: { preset: ${preset}, as: agents }\n  b: { preset: ${preset}, as: agents, profile: work, board: off }\n`.replace(
          preset === "openclaw" ? ", board: off" : "\0",
          "",
        ),
      );
    const process = (preset: string, name: string) =>
      two(preset).checks.find((each) => each.name === name && each.kind === "process");
    expect(process("openclaw", "a-process")).toMatchObject({ process: { unit: "openclaw-gateway.service" } });
    expect(process("openclaw", "b-process")).toMatchObject({ process: { unit: "openclaw-gateway-work.service" } });
    expect(process("hermes", "a-process")).toMatchObject({
      process: { unit: "hermes-gateway.service" },
    });
  });

  test("expandPresets() counts every process of a user's only gateway, so that a second is seen", () => {
    expect(check(one("preset: openclaw, as: agents"), "gw-process")).toMatchObject({
      process: { user: "agents", unit: null },
      count: { min: 1, max: 1 },
    });
  });

  test("expandPresets() keeps the users that it asked for, and none else", () => {
    const parsed = read(one("preset: openclaw, as: carol", "  h: { preset: hermes, as: agents }\n"));
    expect(parsed.kind === "config" ? parsed.expanded.accounts : parsed).toEqual({
      carol: null,
      agents: accounts["agents"] ?? null,
    });
  });

  for (const odd of ["", "relative", "/a/../b", "/a\nb"])
    test(`expandPresets() takes the usual home for one that is no path: ${JSON.stringify(odd)}`, () =>
      expect(
        configOf(one("preset: openclaw, as: x"), { accountOf: () => ({ uid: 1, home: odd }) }).checks.at(-1),
      ).toMatchObject({
        queue: { file: "/home/x/.openclaw/state/openclaw.sqlite" },
      }));

  const claw = "/opt/node/bin/node --max-old-space-size=8192 /opt/lib/node_modules/openclaw/dist";
  const commands: readonly { given: string; line: string; want: boolean }[] = [
    { given: "openclaw", line: `openclaw-gateway${" ".repeat(90)}`, want: true },
    { given: "openclaw", line: "openclaw-gateway-other", want: false },
    { given: "openclaw", line: `${claw}/index.js gateway --port 18789`, want: true },
    { given: "openclaw", line: `${claw}/entry.mjs gateway run`, want: true },
    { given: "openclaw", line: "node /usr/lib/node_modules/openclaw/openclaw.mjs gateway run --port 1", want: true },
    { given: "openclaw", line: "/usr/bin/node /usr/local/bin/openclaw gateway", want: true },
    { given: "openclaw", line: "/usr/bin/node /usr/local/bin/openclaw gateway status", want: false },
    { given: "openclaw", line: "/bin/sh -c /usr/local/bin/openclaw gateway", want: false },
    { given: "openclaw", line: `${claw}/process/spawn-broker/worker.js`, want: false },
    { given: "openclaw", line: "openclaw", want: false },
    { given: "hermes", line: "/v/bin/python -m hermes_cli.main gateway run", want: true },
    {
      given: "hermes",
      line: "/v/bin/python3.12 -u -m hermes_cli.main --profile work gateway run --replace",
      want: true,
    },
    { given: "hermes", line: "/v/bin/python3 /v/bin/hermes gateway run", want: true },
    { given: "hermes", line: "/bin/sh -c exec /v/bin/hermes gateway run", want: false },
    { given: "hermes", line: "/v/bin/python -m hermes_cli.main gateway runner", want: false },
    { given: "hermes", line: "/v/bin/python -m hermes_cli.main chat -q work kanban task t_71d6e214", want: false },
  ];
  for (const { given, line, want } of commands)
    test(`expandPresets() ${want ? "finds" : "passes over"} "${line.trim()}" for ${given}`, () => {
      const found = check(one(`preset: ${given}`), "gw-process");
      const command = found?.kind === "process" ? (found.process.command ?? "") : "";
      expect(new RegExp(command, "u").test(line)).toBe(want);
    });

  const long = 100_000;
  const lines: readonly { given: string; line: string }[] = [
    { given: "openclaw", line: `node${" /openclaw gateway".repeat(long / 18)} x` },
    { given: "openclaw", line: `node ${"/openclaw gateway - ".repeat(long / 20)}\n x` },
    { given: "openclaw", line: `node ${"/openclaw gateway - ".repeat(long / 40)}${" ".repeat(300)}\n x` },
    { given: "hermes", line: `python ${"-/hermes ".repeat(long / 9)}` },
    { given: "hermes", line: `python /hermes ${"gateway runs ".repeat(long / 13)}` },
    { given: "hermes", line: "python".repeat(long / 6) },
  ];
  for (const { given, line } of lines)
    test(`expandPresets() finds the gateway of ${given} in no time, whatever a command line holds: ${line.slice(0, 40).trim()}`, () => {
      const found = check(one(`preset: ${given}, as: agents`), "gw-process");
      const command = new RegExp(found?.kind === "process" ? (found.process.command ?? "") : "", "u");
      const startedMs = performance.now();
      command.test(line);
      expect(performance.now() - startedMs).toBeLessThan(2000);
    });
});

describe("expandPresets() on what a file writes over a preset", () => {
  test("expandPresets() merges maps, and takes lists and values whole", () => {
    const over = `  gw-healthz: { red_after: 3, needs: [], http: { timeout: 2s }, expect: { latency: "< 1s", json: { /ok: true } } }\n`;
    expect(check(one("preset: openclaw", over), "gw-healthz")).toMatchObject({
      redAfter: 3,
      needs: [],
      http: { url: "http://127.0.0.1:18789/healthz", timeoutMs: 2000 },
      expect: {
        status: [{ min: 200, max: 200 }],
        json: [
          { pointer: "/status", condition: { value: "live" } },
          { pointer: "/ok", condition: { value: true } },
        ],
        latency: { op: "<", ms: 1000 },
      },
    });
  });

  test("expandPresets() keeps the order of the file, whatever stands where", () => {
    const text =
      "chat: console\nchecks:\n  first: { tcp: { port: 1 } }\n  gw-unit: { max_restarts: 5 }\n  gw: { preset: openclaw }\n  last: { tcp: { port: 2 } }\n";
    expect(names(text)).toEqual(["first", "gw-unit", "gw-process", "gw-healthz", "gw-readyz", "last"]);
    expect(check(text, "gw-unit")).toMatchObject({ maxRestarts: 5 });
  });

  for (const word of ["off", "false"])
    test(`expandPresets() leaves a check out that is ${word}, wherever it was named`, () => {
      const text = one("preset: openclaw, as: agents", `  gw-process: ${word}\n`);
      expect(names(text)).toEqual(["gw-unit", "gw-healthz", "gw-readyz", "gw-boots"]);
      expect(check(text, "gw-readyz")?.needs).toEqual(["gw-unit", "gw-healthz"]);
      expect(ons(text)).toEqual([["gw-unit", "gw-healthz"]]);
    });

  for (const [preset, told, healed] of [
    ["openclaw", "", "unit healthz"],
    ["openclaw", ", home: /srv/x", "unit healthz"],
    ["openclaw", ", as: agents", "unit process healthz"],
    ["hermes", ", api: 8642", "unit health"],
    ["hermes", ", home: /srv/x", "unit process heartbeat board"],
    ["hermes", ", as: agents, webhook: 1", "unit process heartbeat webhook board"],
  ] as const)
    test(`expandPresets() heals the process only where its lock is known: ${preset}${told}`, () =>
      expect(ons(one(`preset: ${preset}${told}`))).toEqual([healed.split(" ").map((part) => `gw-${part}`)]));

  test("expandPresets() brings no rule when all that it heals is off", () => {
    const text = one("preset: openclaw", "  gw-unit: off\n  gw-process: off\n  gw-healthz: off\n");
    expect(ons(text)).toEqual([]);
  });

  const rules: readonly { name: string; given: string; want: readonly string[] }[] = [
    {
      name: "appends its rule to yours",
      given: "{ on: [web], recipe: start-unit, with: { unit: w } }",
      want: ["web", "gw-unit"],
    },
    {
      name: "leaves its rule out for yours on one of its checks",
      given: "{ on: [gw-healthz], recipe: start-unit, with: { unit: w } }",
      want: ["gw-healthz"],
    },
    {
      name: "keeps its rule beside yours on a check that it only tells of",
      given: "{ on: [gw-readyz], recipe: start-unit, with: { unit: w } }",
      want: ["gw-readyz", "gw-unit"],
    },
  ];
  for (const { name, given, want } of rules)
    test(`expandPresets() ${name}`, () => {
      const text = one("preset: openclaw", `  web: { tcp: { port: 1 } }\nheal:\n  mode: apply\n  rules: [${given}]\n`);
      expect(ons(text).map(([first]) => first ?? "")).toEqual([...want]);
      expect(configOf(text).heal.mode).toBe("apply");
    });

  test("expandPresets() brings no rule with heal: false, and changes no mode", () => {
    expect(configOf(one("preset: openclaw, heal: false")).heal).toEqual({ mode: "observe", rules: [] });
    expect(configOf(one("preset: openclaw")).heal).toMatchObject({
      mode: "observe",
      rules: [{ recipe: "restart-unit" }],
    });
  });

  test("expandPresets() takes the short form for the long one with nothing told", () => {
    const long = "chat: console\nchecks:\n  openclaw: { preset: openclaw }\n  hermes: { preset: hermes }\n";
    expect(configOf("chat: console\npreset: [openclaw, hermes]\n")).toEqual(configOf(long));
    expect(names("chat: console\npreset: hermes\nchecks:\n  web: { tcp: { port: 1 } }\n")).toEqual([
      "hermes-unit",
      "hermes-process",
      "web",
    ]);
  });

  test("expandPresets() leaves a file without presets as it is", () => {
    const text = "chat: console\nchecks: &all { a: { tcp: { port: 1 } } }\n";
    const parsed = read(text);
    expect(parsed.kind === "config" ? parsed.expanded : parsed).toMatchObject({ value: parse(text), accounts: {} });
  });
});

describe("expandPresets() on faults", () => {
  const faultsIn = (text: string): readonly string[] => {
    const parsed = read(text);
    return parsed.kind === "faults" ? parsed.faults.map(printFault) : [];
  };

  test("expandPresets() tells the faults of a preset together with those of the rest", () => {
    const text =
      "chat: consol\nchecks:\n  gw: { preset: openclaw, prot: 1, grace: 5 }\n  gw-healthz: { red_after: 0 }\n  web: { tcp: { port: 0 } }\n";
    expect(faultsIn(text).map((line) => line.split(" ")[0])).toEqual([
      "f.yaml:1:7:",
      "f.yaml:3:27:",
      "f.yaml:3:43:",
      "f.yaml:4:28:",
      "f.yaml:5:23:",
    ]);
  });

  test("expandPresets() lets others place a fault: at the preset for what it made, in the file for what stands there", () => {
    const text = one(
      "preset: openclaw",
      "  gw-unit: { card: nope }\nheal:\n  rules:\n    - { on: [gw-readyz], recipe: x }\n",
    );
    const parsed = read(text);
    const at = (...path: readonly (string | number)[]): string =>
      parsed.kind === "config" ? printFault(parsed.faultAt(path, "value", "no")) : "faults";
    expect(at("checks", "gw-unit", "card")).toBe("f.yaml:4:20: no");
    expect(at("checks", "gw-process", "card")).toBe('f.yaml:3:3: preset "openclaw", its check "gw-process": no');
    expect(at("heal", "rules", 0, "recipe")).toBe("f.yaml:7:34: no");
    expect(at("heal", "rules", 1, "recipe")).toBe('f.yaml:3:3: preset "openclaw", its rule: no');
  });

  for (const file of [
    "",
    "[]\n",
    "preset: 5\n",
    "preset:\n",
    "chat: console\nchecks: [a]\npreset: openclaw\n",
    "checks:\n  a: { preset: }\n",
  ])
    test(`expandPresets() never throws on ${JSON.stringify(file)}`, () =>
      expect(faultsIn(file).length).toBeGreaterThan(0));
});
