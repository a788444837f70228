import { describe, expect, test } from "bun:test";
import type { Flags } from "../../src/cli/cli.ts";
import { egressCommand } from "../../src/cli/egress.ts";
import { validateCommand } from "../../src/cli/validate.ts";
import { dropIns } from "../../src/config/ip-filter.ts";
import { createFakeHost, type FakeHost } from "../fake-host.ts";
import { configText, flags, paths } from "../tick-bed.ts";

const remote = configText
  .replace("http://127.0.0.1:8081", "https://chat.example")
  .replace("http://127.0.0.1:8080", "http://10.0.0.5:8080");
const unit = "/usr/local/lib/systemd/system/dogwatch-heal@.service";

const hostWith = (config: string, uid = 0): FakeHost => {
  const host = createFakeHost({ uid });
  host.files.put(paths.config, config);
  host.files.put(`${paths.credentials.path}/telegram-token`, "1:x", { mode: 0o600 });
  host.files.put(unit, "");
  host.exec.script = ({ argv }) =>
    argv[1] === "ahostsv4"
      ? {
          kind: "exited",
          status: 0,
          stdout: "10.7.7.7        STREAM chat.example\n10.7.7.7        DGRAM\n",
          stderr: "",
        }
      : { kind: "exited", status: argv[1] === "daemon-reload" ? 0 : 2, stdout: "", stderr: "" };
  return host;
};

const run = async (host: FakeHost, change: Partial<Flags> = {}) => {
  Object.assign(host.terminal, { stdout: "", stderr: "" });
  const exit = await egressCommand({ host, paths, words: [], flags: { ...flags, ...change } });
  return { exit, out: host.terminal.stdout, err: host.terminal.stderr };
};

const warnings = async (host: FakeHost, words: readonly string[] = []): Promise<readonly string[]> => {
  Object.assign(host.terminal, { stdout: "", stderr: "" });
  await validateCommand({ host, paths, words, flags });
  return host.terminal.stderr.split("\n").filter((line) => line !== "");
};

describe("egress", () => {
  test("egress prints every destination, program and socket with what it is for", async () => {
    expect(await run(hostWith(remote))).toEqual({
      exit: 0,
      err: "",
      out: `destinations
  GET   10.0.0.5:8080     check gateway
  POST  chat.example:443  chat telegram
programs
  /usr/bin/systemctl --system show                                unit checks, the units of rules, the timer
  /usr/bin/systemctl --system is-system-running                   no heal while the host boots or shuts down
  /usr/bin/systemd-notify                                         a daemon tells its service manager how it is; only where NOTIFY_SOCKET is set
  /usr/bin/getent                                                 users of a directory service; the names of this list
  /usr/bin/systemctl --system restart --no-block gateway.service  rule restart-unit:gateway.service
sockets
  /run/dogwatch-heal.sock  the root helper
`,
    });
  });

  test("egress --json is one object, and a check through a socket is a socket, not a destination", async () => {
    const config = remote.replace("timeout: 5s }", "timeout: 5s, socket: /run/gw.sock }");
    const { exit, out } = await run(hostWith(config), { isJson: true });
    expect(exit).toBe(0);
    const list: unknown = JSON.parse(out);
    expect(list).toMatchObject({
      destinations: [{ host: "chat.example", port: 443, methods: ["POST"], for: "chat telegram" }],
      sockets: [
        { path: "/run/gw.sock", for: "check gateway" },
        { path: "/run/dogwatch-heal.sock", for: "the root helper" },
      ],
    });
    expect(list).toHaveProperty("programs");
    expect(Object.keys(list ?? {})).toHaveLength(3);
  });

  test("egress --systemd prints the drop-in and changes nothing", async () => {
    const host = hostWith(remote);
    const before = host.files.paths();
    const { exit, out } = await run(host, { isSystemd: true });
    expect(exit).toBe(0);
    expect(out.split("\n")[0]).toMatch(/^# dogwatch egress [0-9a-f]{64}$/u);
    expect(out.match(/^IPAddressAllow=.*$/gmu)).toEqual(["IPAddressAllow=10.0.0.5", "IPAddressAllow=10.7.7.7"]);
    expect((await run(host, { isSystemd: true })).out).toBe(out);
    expect(host.files.paths()).toEqual(before);
  });

  const restoring = `${configText}`.replace(
    "recipe: restart-unit\n      with: { unit: gateway.service }",
    "recipe: restore-last-green-config\n      with: { unit: gateway.service, file: /etc/openclaw/openclaw.json }",
  );

  test("egress --systemd --helper opens the folders of files that recipes in use back up, and only the helper's", async () => {
    const host = hostWith(restoring);
    const folder = 'ReadWritePaths="-/etc/openclaw"';
    expect((await run(host, { isSystemd: true, isHelper: true })).out.split("\n")).toContain(folder);
    expect((await run(host, { isSystemd: true })).out).not.toContain("ReadWritePaths");
    expect((await run(hostWith(configText), { isSystemd: true, isHelper: true })).out).not.toContain("ReadWritePaths");
  });

  const owned = [
    { name: "a user's folder", path: "/home/agents", mode: 0o755, uid: 1001, want: "/home/agents" },
    { name: "a folder that everybody can write", path: "/home", mode: 0o1777, uid: 0, want: "/home" },
    { name: "a folder of root's alone", path: "/home/agents/conf", mode: 0o755, uid: 0, want: "/home/agents/conf" },
  ] as const;
  for (const { name, path, mode, uid, want } of owned)
    test(`egress --systemd --helper leaves no link to be followed below ${name}`, async () => {
      const host = hostWith(restoring.replace("/etc/openclaw/openclaw.json", "/home/agents/conf/app.json"));
      host.files.put("/home/agents/conf/app.json", "{}");
      const { stat } = host.files;
      const files = {
        ...host.files,
        stat: (at: string) => {
          const told = stat(at);
          return "kind" in told || at !== path ? told : { ...told, mode, uid };
        },
      };
      const { out } = await run({ ...host, files }, { isSystemd: true, isHelper: true });
      expect(out.match(/^ReadWritePaths=.*$/gmu)).toEqual([`ReadWritePaths="-${want}"`]);
    });

  test("validate warns when the helper may not write where a recipe in use backs up files", async () => {
    const host = hostWith(configText);
    await run(host, { isSystemd: true, isWritten: true });
    host.files.put(paths.config, restoring);
    expect(await warnings(host)).toEqual([
      `${paths.config}:1:1: warning: the helper may not write where a recipe in use backs up files; run: sudo dogwatch egress --systemd --write`,
    ]);
    await run(host, { isSystemd: true, isWritten: true });
    expect(await warnings(host)).toEqual([]);
  });

  test("egress --systemd --write writes both drop-ins, readable to the watcher, and has systemd read them", async () => {
    const host = hostWith(remote);
    expect(await run(host, { isSystemd: true, isWritten: true })).toEqual({
      exit: 0,
      err: "",
      out: "IP filter: loopback and the addresses of the config, nothing else\n",
    });
    for (const path of Object.values(dropIns)) {
      expect(host.files.text(path)).toContain("IPAddressAllow=10.7.7.7\n");
      expect(host.files.stat(path)).toMatchObject({ mode: 0o644 });
    }
    expect(host.exec.ran.at(-1)?.argv).toEqual(["/usr/bin/systemctl", "daemon-reload"]);
  });

  test("egress --systemd --write says in plain words that the filter is open", async () => {
    const host = hostWith(remote);
    host.exec.script = () => ({ kind: "exited", status: 0, stdout: "", stderr: "" });
    const { out } = await run(host, { isSystemd: true, isWritten: true });
    expect(out).toStartWith("IP filter open: chat telegram (chat.example): the name could not be resolved");
    expect(host.files.text(dropIns.watcher)).toContain("IPAddressAllow=any\n");
  });

  test("egress --systemd --write that can't write ends with 73 and names the file", async () => {
    const host = hostWith(remote);
    host.files.fail("replace", /egress\.conf/u, "EROFS");
    const { exit, err } = await run(host, { isSystemd: true, isWritten: true });
    expect(exit).toBe(73);
    expect(err).toContain(`cannot write "${dropIns.watcher}": read-only file system`);
  });

  test("egress refuses flags that make no sense together, and --write without root", async () => {
    const wrong: readonly Partial<Flags>[] = [
      { isHelper: true },
      { isWritten: true },
      { isSystemd: true, isHelper: true, isWritten: true },
    ];
    for (const each of wrong) expect((await run(hostWith(remote), each)).exit).toBe(64);
    expect(await run(hostWith(remote, 1000), { isSystemd: true, isWritten: true })).toMatchObject({ exit: 64 });
  });

  test("egress of a broken config is told with 78", async () => {
    expect((await run(hostWith(remote.replace("chat:", "chatt:")))).exit).toBe(78);
  });
});

describe("validate and the IP filter", () => {
  test("validate warns of a filter that no longer fits, until it was made anew", async () => {
    const host = hostWith(configText);
    await run(host, { isSystemd: true, isWritten: true });
    expect(await warnings(host)).toEqual([]);
    host.files.put(paths.config, remote);
    expect(await warnings(host)).toEqual([
      `${paths.config}:1:1: warning: the IP filter "${dropIns.watcher}" was made for other addresses than the config's; run: sudo dogwatch egress --systemd --write`,
    ]);
    await run(host, { isSystemd: true, isWritten: true });
    expect(await warnings(host)).toEqual([]);
  });

  test("validate says that the filter is open", async () => {
    const host = hostWith(remote);
    host.exec.script = () => ({ kind: "exited", status: 0, stdout: "", stderr: "" });
    await run(host, { isSystemd: true, isWritten: true });
    expect(await warnings(host)).toEqual([expect.stringContaining("warning: the IP filter is open: chat telegram")]);
  });

  test("validate FILE judges that file, not this install", async () => {
    expect(await warnings(hostWith(remote), [paths.config])).toEqual([]);
  });
});
