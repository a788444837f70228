import { describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { binary, Chat, Den, mkfifo, run, unprivileged } from "./hostile-bed.ts";

const valid = "chat: console\nchecks: { web: { tcp: { port: 1 } } }\n";

const unreadable: readonly {
  readonly name: string;
  readonly given: (path: string) => void;
  readonly want: string;
}[] = [
  { name: "no file", given: () => undefined, want: "cannot read the file: no such file or directory" },
  { name: "a folder", given: mkdirSync, want: "cannot read the file: it is a folder, not a regular file" },
  { name: "a FIFO", given: mkfifo, want: "cannot read the file: it is a device, pipe or socket, not a regular file" },
  {
    name: "an endless device",
    given: (path) => symlinkSync("/dev/zero", path),
    want: "cannot read the file: it is a device, pipe or socket, not a regular file",
  },
  {
    name: "a link that leads nowhere",
    given: (path) => symlinkSync("/nonexistent/dogwatch.yaml", path),
    want: "cannot read the file: no such file or directory",
  },
  {
    name: "a link to itself",
    given: (path) => symlinkSync(path, path),
    want: "cannot read the file: too many symbolic links encountered",
  },
];

describe("tick with a config file that can't be read or trusted", () => {
  for (const { name, given, want } of unreadable)
    test(`tick refuses ${name} in the config's place and never waits`, async () => {
      using den = new Den();
      given(den.config);
      const { status, out, err } = await den.dogwatch(["tick"]);
      expect(`${status} ${out}${err.replaceAll(den.config, "CONFIG")}`).toBe(
        `78 CONFIG:1:1: ${want}\ndogwatch: cannot use the config "CONFIG": 1 fault\n  Run: dogwatch validate\n`,
      );
    });

  test("tick refuses a config that it may not read", async () => {
    using den = new Den();
    den.write("dogwatch.yaml", valid, 0o000);
    mkdirSync(den.state, { mode: 0o777 });
    chmodSync(den.state, 0o777);
    chmodSync(den.path, 0o755);
    const { status, err } = await den.dogwatch(["tick"], { through: unprivileged });
    expect(`${status} ${err.split("\n")[0]}`).toBe(`78 ${den.config}:1:1: cannot read the file: permission denied`);
  });

  test("tick refuses a config or a folder that others can write", async () => {
    using den = new Den();
    den.write("dogwatch.yaml", valid, 0o666);
    const open = await den.dogwatch(["tick"]);
    expect(`${open.status} ${open.err.split("\n")[0]}`).toBe(
      `78 ${den.config}:1:1: refused, since whoever can write it decides what dogwatch does: ` +
        `others can write the file "${den.config}" (mode 0666); run: chmod go-w "${den.config}"`,
    );
    den.write("dogwatch.yaml", valid);
    chmodSync(den.path, 0o777);
    const folder = await den.dogwatch(["tick"]);
    expect(`${folder.status} ${folder.err.split("\n")[0]}`).toBe(
      `78 ${den.config}:1:1: refused, since whoever can write it decides what dogwatch does: ` +
        `others can put files into the folder "${den.path}" (mode 0777); run: chmod go-w "${den.path}"`,
    );
  });
});

describe("a credential that can't be had", () => {
  const config = (chat: Chat): string =>
    `confirm: 0s\nchat: { telegram: { chat_id: "1", token: { credential: bot }, api: "${chat.api}" } }\n` +
    "checks: { gone: { process: { name: no-such-gw } } }\n";

  const bad: readonly { readonly name: string; readonly given: (den: Den) => void; readonly want: string }[] = [
    {
      name: "is missing",
      given: () => undefined,
      want: 'cannot read "BOT": no such file or directory; put the secret there, mode 0600',
    },
    {
      name: "is a FIFO",
      given: (den) => mkfifo(den.at("credentials/bot")),
      want: 'cannot read "BOT": it is a device, pipe or socket, not a regular file; put the secret there, mode 0600',
    },
    {
      name: "is a folder",
      given: (den) => mkdirSync(den.at("credentials/bot")),
      want: 'cannot read "BOT": it is a folder, not a regular file; put the secret there, mode 0600',
    },
    {
      name: "is empty",
      given: (den) => den.write("credentials/bot", "\n"),
      want: '"BOT" is empty; put the secret into it',
    },
    {
      name: "has two lines",
      given: (den) => den.write("credentials/bot", "4711:SECRET\n4712:SECRET\n"),
      want: '"BOT" holds more than one line; put only the secret into it',
    },
    {
      name: "others can read",
      given: (den) => den.write("credentials/bot", "4711:SECRET\n", 0o644),
      want: '"BOT" can be read by others; run: chmod 600 BOT',
    },
    {
      name: "is huge",
      given: (den) => den.write("credentials/bot", "SECRET".repeat(9000)),
      want: 'cannot read "BOT": it is larger than 16384 bytes; put the secret there, mode 0600',
    },
  ];
  for (const { name, given, want } of bad)
    test(`validate refuses a credential that ${name}; tick keeps its alert, ends with 75, and delivers it once mended`, async () => {
      using den = new Den();
      using chat = new Chat();
      den.write("dogwatch.yaml", config(chat));
      mkdirSync(den.at("credentials"));
      given(den);
      const bot = den.at("credentials/bot");
      const { status, out, err } = await den.dogwatch(["validate"]);
      expect(`${status} ${out}${err.replaceAll(bot, "BOT").replaceAll(den.config, "CONFIG")}`).toBe(
        `78 CONFIG:2:42: ${want}\ndogwatch: cannot use "CONFIG": 1 fault\n`,
      );
      const ill = await den.tick();
      expect(ill.json).toMatchObject({
        verdict: "red",
        outbox: 1,
        exit: 75,
        alerts: [{ kind: "red", delivered: false }],
      });
      expect(ill.json.alerts[0]?.why.replaceAll(bot, "BOT")).toBe(`cannot send to telegram: ${want}`);
      expect(ill.out + ill.err + readFileSync(den.log, "utf8")).not.toContain("SECRET");
      rmSync(bot, { recursive: true, force: true });
      den.write("credentials/bot", "4711:aaaaaaaaaaaa\n");
      expect((await den.tick()).json).toMatchObject({ outbox: 0, exit: 0, alerts: [{ delivered: true }] });
      expect(chat.heads()).toHaveLength(1);
    });
});

test("a path that is empty is a wrong call, never the folder that we stand in", async () => {
  using den = new Den();
  den.write("dogwatch.yaml", valid);
  for (const name of ["--config", "--state-dir", "--logs-dir"]) {
    const { status, out, err } = await run([binary, "tick", name, ""], den.env);
    expect(`${status} ${out}${err}`).toBe(`64 dogwatch: ${name} names no path\n  Run: dogwatch --help\n`);
  }
});
