import { describe, expect, test } from "bun:test";
import { validateCommand } from "../../src/cli/validate.ts";
import { createFakeHost, type FakeHost } from "../fake-host.ts";
import { configText, flags, paths, token } from "../tick-bed.ts";

const hostWith = (config: string): FakeHost => {
  const host = createFakeHost();
  host.files.put(paths.config, config);
  host.files.put(`${paths.credentials.path}/telegram-token`, token, { mode: 0o600 });
  return host;
};

const run = async (host: FakeHost, isJson = false, isExpanded = false) => {
  const exit = await validateCommand({ host, paths, words: [], flags: { ...flags, isJson, isExpanded } });
  return { exit, out: host.terminal.stdout, err: host.terminal.stderr };
};

describe("validate", () => {
  test("validate says in one line what a valid config holds", async () => {
    expect(await run(hostWith(configText))).toEqual({
      exit: 0,
      out: `${paths.config}: valid; 2 checks, 1 rule (apply), chat telegram\n`,
      err: "",
    });
  });

  test("validate tells every fault at its place, then how many there are, with 78", async () => {
    const { exit, out, err } = await run(hostWith(configText.replace("confirm", "confrim").replace("5s", "5")));
    expect([exit, out]).toEqual([78, ""]);
    expect(err.split("\n")).toEqual([
      `${paths.config}:2:1: unknown key "confrim": did you mean "confirm"?`,
      `${paths.config}:10:60: expected a duration such as 30s, 5m, 2h or 7d, got 5`,
      `dogwatch: cannot use "${paths.config}": 2 faults`,
      "",
    ]);
  });

  test("validate tells a warning and is content", async () => {
    const { exit, err } = await run(hostWith(configText.replace("card: gateway-down", "card: gateway-dwon")));
    expect(exit).toBe(0);
    expect(err).toBe(`${paths.config}:8:11: warning: there is no card "gateway-dwon"; "dogwatch card" lists them\n`);
  });

  test("validate says how the page of each tick gets to where the config wants it, until it is there", async () => {
    const host = hostWith(`${configText}report: /var/www/html/dogwatch.html\n`);
    const walled = { ...paths, helper: "/var/lib/dogwatch-heal" };
    const said = async (target: string | undefined): Promise<string> => {
      const before = host.terminal.stderr.length;
      const files = { ...host.files, linkTarget: () => target };
      expect(await validateCommand({ host: { ...host, files }, paths: walled, words: [], flags })).toBe(0);
      return host.terminal.stderr.slice(before);
    };
    const words = `"/var/www/html/dogwatch.html" doesn't lead to the page of each tick yet; run: sudo dogwatch report --link`;
    expect(await said(undefined)).toContain(`warning: ${words}\n`);
    expect(await said(`${walled.state}/report.html`)).not.toContain("report");
  });

  test("validate tells a missing credential by its path, and never its text", async () => {
    const host = hostWith(configText);
    host.files.remove(`${paths.credentials.path}/telegram-token`);
    const { exit, err } = await run(host);
    expect(exit).toBe(78);
    expect(err).toContain(`cannot read "${paths.credentials.path}/telegram-token": no such file or directory`);
  });

  test("validate of a named file says too which environments the watcher can't read", async () => {
    const text = `${configText}`.replace(
      "checks:\n",
      'checks:\n  env: { process: { name: a, user: agents }, forbid_env: ["*_TOKEN"] }\n',
    );
    const host = hostWith(text);
    const exit = await validateCommand({ host, paths, words: [paths.config], flags });
    expect(exit).toBe(0);
    expect(host.terminal.stderr).toContain(
      'check "env": "forbid_env" of processes of other users than "dogwatch" reads unknown; add "as: agents"',
    );
  });

  test("validate takes one file, so that none of several is passed over", async () => {
    const host = hostWith(configText);
    const exit = await validateCommand({ host, paths, words: [paths.config, "/b.yaml"], flags });
    expect([exit, host.terminal.stderr]).toEqual([
      64,
      'dogwatch: cannot check "/b.yaml" too: one file at a time\n  Run: dogwatch validate FILE, once for each\n',
    ]);
  });

  test("validate --json is one object, valid or not", async () => {
    expect(JSON.parse((await run(hostWith(configText), true)).out)).toEqual({
      file: paths.config,
      ok: true,
      faults: [],
      warnings: [],
    });
    const { exit, out, err } = await run(hostWith("chat: console\n"), true);
    expect([exit, err]).toEqual([78, ""]);
    expect(JSON.parse(out)).toMatchObject({ ok: false, faults: [{ file: paths.config, line: 1, col: 1 }] });
  });

  const withPreset = `${configText.replace(/checks:[\s\S]*?heal:/u, "heal:").replace(/ {2}rules:[\s\S]*$/u, "")}preset: openclaw\n`;

  test("validate --expand prints the config with its presets written out, which is a config that means the same", async () => {
    const { exit, out, err } = await run(hostWith(withPreset), false, true);
    expect([exit, err]).toEqual([0, expect.stringContaining("warning: preset")]);
    expect(out).toContain('checks:\n  # "openclaw", made by preset: openclaw\n  openclaw-unit:\n');
    expect(await run(hostWith(out), false, true)).toEqual({
      exit: 0,
      out: out.replaceAll(/ *# "openclaw".*\n/gu, ""),
      err: "",
    });
  });

  test("validate --expand prints faults alone, with 78", async () => {
    const { exit, out, err } = await run(hostWith(withPreset.replace("confirm", "confrim")), false, true);
    expect([exit, out]).toEqual([78, ""]);
    expect(err).toContain('did you mean "confirm"?');
  });

  test("validate --expand --json has it as a map", async () => {
    const { out } = await run(hostWith(withPreset), true, true);
    expect(JSON.parse(out)).toMatchObject({
      ok: true,
      expanded: { checks: { "openclaw-unit": { max_restarts: 3 } }, heal: { rules: [{ recipe: "restart-unit" }] } },
    });
    expect(JSON.parse((await run(hostWith("chat: console\n"), true, true)).out)).not.toHaveProperty("expanded");
  });

  test("validate changes nothing and sends nothing", async () => {
    const host = hostWith(configText);
    host.files.onChange = (method, path) => {
      throw new Error(`${method} ${path}`);
    };
    await run(host);
    expect([host.http.sent, host.exec.ran]).toEqual([[], []]);
  });
});
