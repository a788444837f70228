import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import packageFile from "../package.json" with { type: "json" };

const root = join(import.meta.dirname, "..");
const goldens = join(root, "test", "golden", "help");
const folder = mkdtempSync(join(tmpdir(), "dogwatch-main-"));
afterAll(() => rmSync(folder, { recursive: true }));

const run = async (...argv: readonly string[]) => {
  const child = Bun.spawn([process.execPath, join(root, "src", "main.ts"), ...argv], {
    cwd: folder,
    env: { HOME: folder, PATH: "/usr/bin:/bin", NO_COLOR: "1" },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err, exit] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { exit, out, err };
};

const golden = (name: string): string => readFileSync(join(goldens, `${name}.txt`), "utf8");
const commands = [
  "tick",
  "validate",
  "init",
  "status",
  "heal",
  "log",
  "report",
  "chat",
  "egress",
  "silence",
  "beat",
  "deadman",
  "card",
  "daemon",
  "demo",
] as const;

describe("dogwatch --help", () => {
  test("--help prints the commands, on a line of at most 80 columns each", async () => {
    expect(await run("--help")).toEqual({ exit: 0, out: golden("dogwatch"), err: "" });
    for (const file of readdirSync(goldens))
      for (const line of readFileSync(join(goldens, file), "utf8").split("\n"))
        expect([...line].length).toBeLessThanOrEqual(80);
  });

  for (const command of commands)
    test(`${command} --help prints test/golden/help/${command}.txt`, async () => {
      expect(await run(command, "--help")).toEqual({ exit: 0, out: golden(command), err: "" });
    });

  test("--help names every command that has a help of its own, and no other", () => {
    expect(readdirSync(goldens).sort()).toEqual([...commands, "dogwatch"].map((name) => `${name}.txt`).sort());
    for (const command of commands) expect(golden("dogwatch")).toMatch(new RegExp(`^ {2}${command}( |$)`, "mu"));
  });

  test("help COMMAND is the same as COMMAND --help, and a word that is no command gets the list", async () => {
    expect((await run("help", "tick")).out).toBe(golden("tick"));
    expect(await run("help", "constructor")).toEqual({ exit: 0, out: golden("dogwatch"), err: "" });
  });
});

describe("dogwatch on the command line", () => {
  const hint = "  Run: dogwatch --help\n";
  const cases: readonly { readonly given: readonly string[]; readonly want: string }[] = [
    { given: ["tock"], want: 'there is no command "tock"' },
    { given: ["constructor"], want: 'there is no command "constructor"' },
    { given: ["tick", "--exit-code"], want: '"tick" takes no --exit-code' },
    { given: ["status", "--dry-run"], want: '"status" takes no --dry-run' },
    { given: ["tick", "now"], want: '"tick" takes no "now"' },
    { given: ["tick", "--log-level", "loud"], want: '--log-level is one of debug, info, warn, error, not "loud"' },
    { given: ["tick", "--log-format", "xml"], want: '--log-format is text or json, not "xml"' },
    { given: ["tick", "--colour"], want: "Unknown option '--colour'" },
    { given: ["tick", "--json=yes"], want: "Option '--json' does not take an argument" },
    { given: ["tick", "--config"], want: "Option '--config <value>' argument missing" },
  ];
  for (const { given, want } of cases)
    test(`dogwatch ${given.join(" ")} is a wrong call: 64, one line and a hint`, async () => {
      const { exit, out, err } = await run(...given);
      expect({ exit, out }).toEqual({ exit: 64, out: "" });
      expect(err).toStartWith(`dogwatch: ${want}`);
      expect(err).toEndWith(`\n${hint}`);
      expect(err.split("\n")).toHaveLength(3);
    });

  test("dogwatch without a word prints the commands, and that is a wrong call", async () => {
    expect(await run()).toEqual({ exit: 64, out: golden("dogwatch"), err: "" });
  });

  test("--version prints the version of package.json, before or after a command", async () => {
    const want = { exit: 0, out: `dogwatch ${packageFile.version}\n`, err: "" };
    for (const argv of [["--version"], ["-V"], ["tick", "--version"]]) expect(await run(...argv)).toEqual(want);
  });
});

describe("dogwatch as a whole program", () => {
  const config = join(folder, "dogwatch.yaml");
  const places = ["--config", config, "--state-dir", join(folder, "state"), "--logs-dir", join(folder, "log")];
  const write = (text: string): void => {
    writeFileSync(config, text);
    chmodSync(config, 0o600);
  };

  test("dogwatch takes a relative path from the folder it was started in", async () => {
    write('chat: console\nchecks:\n  me: { process: { command: main\\.ts }, count: ">= 0" }\n');
    expect(await run("validate", "dogwatch.yaml")).toMatchObject({
      exit: 0,
      out: `${config}: valid; 1 check, 0 rules (observe), chat console\n`,
    });
  });

  test("dogwatch tick, status and log verify work together in folders named by hand", async () => {
    write('host: web-1\nchat: console\nchecks:\n  any: { process: { command: nobody-runs-this }, count: ">= 0" }\n');
    const tick = await run("tick", ...places, "--json");
    expect(tick).toMatchObject({ exit: 0, err: "" });
    expect(JSON.parse(tick.out)).toMatchObject({ host: "web-1", verdict: "green", exit: 0 });
    expect(await run("status", "--exit-code", ...places)).toMatchObject({ exit: 0 });
    expect(await run("log", "verify", ...places)).toMatchObject({ exit: 0 });
  });

  test("dogwatch tick ends with 78 on a config with a fault", async () => {
    write("chat: console\nchecks: {}\n");
    expect(await run("tick", ...places)).toMatchObject({ exit: 78, out: "" });
  });
});
