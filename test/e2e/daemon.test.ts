import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { object, parse, string } from "valibot";
import { Bed, describeOnBed, nodePath, until } from "./bed.ts";
import { portOpen, type Receiver, startReceiver } from "./receiver.ts";
import { configText, unpack, unpacked } from "./watched.ts";

const unit = "dogwatch-daemon.service";
const dropIn = `/etc/systemd/system/${unit}.d/e2e.conf`;
const chatPort = 18999;
const gatewayPort = 18080;

const entry = object({ MESSAGE: string(), PRIORITY: string() });

/** The shipped unit but for its pace: a tick a second, and a watchdog that doesn't wait for minutes. */
const fast = `[Service]
ExecStart=
ExecStart=/usr/local/bin/dogwatch daemon --cron "* * * * * *"
WatchdogSec=3
RestartSec=1
`;

const gateway = `[Service]
ExecStart=${nodePath()} /opt/gateway.mjs ${gatewayPort}
Restart=no
[Install]
WantedBy=multi-user.target
`;

const checks = `
checks:
  gateway-unit: { unit: { name: gw-main.service } }
  slow: { process: { command: "^xxx.*x.*x.*x.*x.*x.*y" }, count: ">= 0" }
heal:
  mode: apply
  rules:
    - { on: [gateway-unit], recipe: restart-unit, with: { unit: gw-main.service } }
`;

describeOnBed("dogwatch daemon under systemd", () => {
  let bed: Bed;
  let chat: Receiver;
  const sh = (script: string): Promise<string> => bed.sh(script, { timeoutMs: 60_000 });
  const show = async (property: string): Promise<string> =>
    (await bed.run(["/usr/bin/systemctl", "show", "-P", property, unit])).trim();
  const cursor = "/run/e2e-cursor";
  /** Lines of the journal since the test began, with their priority in front. */
  const journal = async (...options: readonly string[]): Promise<readonly string[]> => {
    await bed.run(["/usr/bin/journalctl", "--sync"]);
    const fields = [
      "-o",
      "json",
      "--output-fields=MESSAGE,PRIORITY",
      "-q",
      `--cursor=${(await bed.read(cursor)).trim()}`,
    ];
    return (await bed.run(["/usr/bin/journalctl", ...fields, ...options]))
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => parse(entry, JSON.parse(line)))
      .map(({ MESSAGE, PRIORITY }) => `<${PRIORITY}>${MESSAGE}`);
  };
  const said = (what: RegExp, ...options: readonly string[]): Promise<string> =>
    until(`${what} in the journal`, async () =>
      (await journal("-t", "dogwatch", "-t", "systemd", ...options)).find((line) => what.test(line)),
    );
  const status = (what: RegExp): Promise<string> =>
    until(`${what} as the unit's status`, async () => {
      const text = await show("StatusText");
      return what.test(text) ? text : undefined;
    });
  const configure = (rest: string): Promise<void> =>
    bed.write("/etc/dogwatch/dogwatch.yaml", configText(chat.api, rest));

  beforeAll(async () => {
    bed = await Bed.up("daemon");
    await unpack(bed);
    await bed.cp(`${import.meta.dir}/gateway.mjs`, "/opt/gateway.mjs");
    await bed.write("/etc/systemd/system/gw-main.service", gateway);
    await sh("systemctl daemon-reload; systemctl --quiet enable --now gw-main.service");
    await portOpen(bed, gatewayPort);
    chat = await startReceiver(bed, chatPort);
    await sh("install -d -m 0700 /etc/dogwatch/credentials");
    await bed.write("/etc/dogwatch/credentials/telegram-token", `${chat.token}\n`, "0600");
    await configure(checks);
    await bed.write(dropIn, fast);
  }, 120_000);
  beforeEach(async () => {
    await sh(`echo "a test begins" | systemd-cat -t e2e; journalctl --sync
      journalctl -q -t e2e -n 1 --show-cursor | sed -n 's/^-- cursor: //p' >${cursor}`);
  }, 30_000);
  afterAll(() => bed?.down(), 30_000);

  test("install.sh --daemon starts the daemon in the timer's place, READY before its first look has ended, and says when the next comes", async () => {
    const out = await bed.run([`${unpacked}/install.sh`, "--daemon"], { timeoutMs: 120_000 });
    expect(out).toContain(`by ${unit}`);
    expect(out).toMatch(/GREEN/u);
    expect(
      await sh(`systemctl is-enabled ${unit} dogwatch.timer; systemctl is-active ${unit} dogwatch.timer || true`),
    ).toBe("enabled\ndisabled\nactive\ninactive\n");
    expect(await status(/^green/u)).toMatch(/^green: 2 of 2 checks green at \d\d:\d\d UTC; next tick \d\d:\d\d UTC$/u);
    expect(await sh("dogwatch status | tail -n 1")).toMatch(/^next tick: \d\d:\d\d UTC\n$/u);
    expect(await show("Type")).toBe("notify");
    expect(await sh(`systemd-analyze verify /usr/local/lib/systemd/system/${unit} 2>&1`)).toBe("");
    await sh(`systemd-analyze security --no-pager --threshold=15 ${unit}`);
  }, 60_000);

  test("the daemon and the timer exclude each other, whichever is started", async () => {
    const become = (wanted: string): Promise<true> =>
      until(wanted, async () => {
        const { out } = await bed.exec(["/usr/bin/systemctl", "is-active", unit, "dogwatch.timer"]);
        return out === wanted ? true : undefined;
      });
    await sh("systemctl start dogwatch.timer");
    await become("inactive\nactive\n");
    await sh(`systemctl start ${unit}`);
    await become("active\ninactive\n");
  }, 60_000);

  test("the daemon has a red healed behind the wall and tells it once", async () => {
    await chat.clear();
    await sh("systemctl kill -s KILL gw-main.service");
    await until("the message", async () => ((await chat.taken()).length > 0 ? true : undefined));
    await status(/^green/u);
    await said(/green web-1: 2 of 2/u);
    expect((await chat.taken()).map(({ head }) => head.split(" ", 1)[0])).toEqual(["HEALED"]);
    expect(await sh("dogwatch log verify")).toContain("ok");
  }, 60_000);

  test("a reload takes a valid config; an invalid one fails it, and by SIGHUP alone is told while the old one goes on", async () => {
    await configure(checks.replace("  slow:", "  more: { unit: { name: gw-main.service } }\n  slow:"));
    await said(/the config "\S+" has changed; the one read at .* goes on until a reload/u);
    await sh(`systemctl reload ${unit}`);
    await status(/^green: 3 of 3 checks/u);
    await configure(checks.replace("checks:", "chekcs:"));
    expect((await bed.exec(["/usr/bin/systemctl", "reload", unit])).status).toBe(1);
    expect(await show("ActiveState")).toBe("active");
    await sh(`systemctl kill -s HUP --kill-who=main ${unit}`);
    expect(await status(/^dogwatch is ill/u)).toMatch(/dogwatch\.yaml:\d+:1: .*chekcs.*; green: 3 of 3 checks green/u);
    expect(await said(/is ill \(status 78\)/u)).toStartWith("<0>");
    expect((await bed.exec(["/usr/local/bin/dogwatch", "status"])).out).toContain("dogwatch is ill (status 78)");
    await configure(checks);
    await sh(`systemctl reload ${unit}`);
    await status(/^green: 2 of 2 checks/u);
  }, 60_000);

  test("SIGTERM in a tick lets it end, and then the daemon, with 0 and without a word on the terminals", async () => {
    await configure(`
checks:
  deaf: { http: { url: "http://127.0.0.1:${chatPort}/deaf", timeout: 4s }, severity: amber }
`);
    await chat.answer("hang");
    await sh(`systemctl reload ${unit}`);
    await until("a tick that waits for an answer", async () =>
      (await chat.requests()).includes("GET /deaf 0") ? true : undefined,
    );
    await sh(`systemctl stop ${unit}`);
    // The helper tells the log's head when it is done, before or after the tick's own line.
    const lines = (await journal("-t", "dogwatch")).filter((line) => !/^<6>log \d+:/u.test(line));
    const at = lines.findIndex((line) => line.includes("SIGTERM: it ends when the tick in hand has"));
    expect(at).toBeGreaterThan(0);
    expect(lines[at + 1]).toMatch(/amber web-1: .*deaf: no answer in 4 s/u);
    expect(lines.filter((line) => line.startsWith("<0>"))).toEqual([]);
    expect([await show("Result"), await show("ExecMainStatus")]).toEqual(["success", "0"]);
    await chat.clear();
    await configure(checks);
    await sh(`systemctl start ${unit}`);
  }, 60_000);

  test("a daemon that stands still is ended by its watchdog, started anew, and a person hears of it", async () => {
    await status(/^green/u);
    const [pid, restarts] = [await show("MainPID"), Number(await show("NRestarts"))];
    await sh(`kill -STOP ${pid}`);
    await said(/Watchdog timeout/u);
    expect(await said(/is ill \(status KILL\): a tick hung; the daemon was ended and is started anew/u)).toStartWith(
      "<0>",
    );
    await until("the restart", async () => (Number(await show("NRestarts")) > restarts ? true : undefined));
    await status(/^green/u);
    expect(await show("MainPID")).not.toBe(pid);
  }, 60_000);

  test("a tick that hangs in a slow pattern is ended too, as often as it hangs, and once the cause is gone ticks finish again", async () => {
    await sh(
      `systemd-run --quiet --unit=e2e-slow bash -c 'exec -a "$(head -c 3000 /dev/zero | tr "\\0" x)" sleep 100'`,
    );
    await said(/Watchdog timeout/u);
    await sh("systemctl stop e2e-slow.service");
    await said(/Scheduled restart job/u);
    await status(/^green/u);
  }, 60_000);

  test("a chat that is down is told by the daemon itself, on the terminals once and in the journal each time", async () => {
    await chat.answer("500");
    await sh("systemctl stop gw-main.service");
    const ill = /is ill \(status 75\): an alert cannot be delivered/u;
    await until("three tellings", async () => {
      const told = (await journal("-t", "dogwatch")).filter((line) => ill.test(line));
      return told.length >= 3 ? told : undefined;
    });
    const told = (await journal("-t", "dogwatch")).filter((line) => ill.test(line));
    expect(told.map((line) => line.slice(0, 3))).toEqual(["<0>", ...told.slice(1).map(() => "<3>")]);
    await status(/^dogwatch is ill: an alert cannot be delivered/u);
    await chat.answer("ok");
    await sh("systemctl start gw-main.service");
    await status(/^green/u);
  }, 60_000);

  test("an invalid config at the start ends it with 78, for good, and OnFailure= tells it", async () => {
    await configure(checks.replace("checks:", "chekcs:"));
    expect((await bed.exec(["/usr/bin/systemctl", "restart", unit])).status).toBe(1);
    expect([await show("ActiveState"), await show("ExecMainStatus")]).toEqual(["failed", "78"]);
    await said(/is ill \(status 78\)/u, "-u", "dogwatch-failed.service");
    await configure(checks);
  }, 30_000);

  test("nothing of it holds the chat's token, and an upgrade keeps the daemon, and install.sh --timer goes back to the timer", async () => {
    const found = await bed.sh(
      `read -r token; journalctl --sync
       if journalctl -a -o export | grep -F "$token" >/dev/null; then echo journal; fi
       grep -rlF "$token" /var/lib/dogwatch /var/lib/dogwatch-heal /var/log/dogwatch || true
       systemctl show ${unit} | grep -F "$token" || true`,
      { stdin: `${chat.token}\n` },
    );
    expect(found).toBe("");
    expect(await bed.run([`${unpacked}/install.sh`], { timeoutMs: 120_000 })).toContain("by dogwatch-daemon.service");
    expect(await bed.run([`${unpacked}/install.sh`, "--timer"], { timeoutMs: 120_000 })).toContain("by dogwatch.timer");
    expect(
      await sh(
        `systemctl is-enabled ${unit} dogwatch.timer || true; systemctl is-active ${unit} dogwatch.timer || true`,
      ),
    ).toBe("disabled\nenabled\ninactive\nactive\n");
  }, 60_000);
});
