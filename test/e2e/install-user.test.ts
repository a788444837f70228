import { afterAll, beforeAll, expect, test } from "bun:test";
import { Bed, describeOnBed, nodePath, until } from "./bed.ts";
import { portOpen, type Receiver, startReceiver } from "./receiver.ts";
import { configText, unpack, unpacked } from "./watched.ts";

const install = `${unpacked}/install.sh`;
const home = "/home/agents";

const gateway = `[Service]
ExecStart=${nodePath()} /opt/gateway.mjs 18080
Restart=no
[Install]
WantedBy=default.target
`;

const checks = `
checks:
  gateway-unit:
    unit: { name: gw-main.service, scope: user }
heal:
  mode: apply
  rules:
    - { on: [gateway-unit], recipe: restart-unit, with: { unit: gw-main.service, scope: user } }
`;

describeOnBed("install.sh --user", () => {
  let bed: Bed;
  let chat: Receiver;
  const asUser = (...argv: readonly string[]): readonly string[] => [
    "/usr/sbin/runuser",
    "-u",
    "agents",
    "--",
    "/usr/bin/env",
    `HOME=${home}`,
    `PATH=${home}/.local/bin:/usr/bin:/bin`,
    ...argv,
  ];
  const user = (script: string): Promise<string> =>
    bed.run(asUser("/bin/bash", "-euc", `export XDG_RUNTIME_DIR=/run/user/$(id -u); ${script}`));
  const tick = async (): Promise<string> =>
    user("systemctl --user start dogwatch.service || true; systemctl --user show -P ExecMainStatus dogwatch.service");

  beforeAll(async () => {
    bed = await Bed.up("user");
    await unpack(bed);
    await bed.cp(`${import.meta.dir}/gateway.mjs`, "/opt/gateway.mjs");
    await bed.sh("useradd --create-home --shell /bin/bash agents");
    chat = await startReceiver(bed, 18999);
  }, 60_000);
  afterAll(() => bed?.down(), 30_000);

  test("install.sh --user says how to get a user manager where there is none", async () => {
    const { status, err } = await bed.exec(asUser(install, "--user"));
    expect(status).toBe(1);
    expect(err).toContain("loginctl enable-linger agents");
    expect((await bed.exec([install, "--user"])).status).toBe(1);
  }, 30_000);

  test("install.sh --user installs for one user with linger, without root, and says what does not hold", async () => {
    await bed.sh("loginctl enable-linger agents");
    await until("the user manager", async () => {
      const { status } = await bed.exec(["/bin/sh", "-c", "test -S /run/user/$(id -u agents)/systemd/private"]);
      return status === 0 ? true : undefined;
    });
    const out = await bed.run(asUser(install, "--user"));
    expect(out).toContain("What does not hold in a user install");
    expect(out).not.toContain("enable-linger");
    expect(await user("systemctl --user is-active dogwatch.timer")).toBe("active\n");
    expect(await bed.sh(`stat -c '%a %U' ${home}/.config/dogwatch/credentials ${home}/.local/state/dogwatch`)).toBe(
      "700 agents\n700 agents\n",
    );
    expect(await bed.sh("ls -d /etc/dogwatch /usr/local/bin/dogwatch 2>/dev/null || true")).toBe("");
    await bed.run(asUser(install, "--user"));
    await user("systemctl --user stop dogwatch.timer");
  }, 60_000);

  test("a user's tick restarts that user's gateway and tells it", async () => {
    await bed.write(`${home}/.config/systemd/user/gw-main.service`, gateway);
    await bed.write(`${home}/.config/dogwatch/dogwatch.yaml`, configText(chat.api, checks));
    await bed.write(`${home}/.config/dogwatch/credentials/telegram-token`, `${chat.token}\n`, "0600");
    await bed.sh(`chown -R agents: ${home}`);
    await user("dogwatch validate; systemctl --user --quiet enable --now gw-main.service");
    await portOpen(bed, 18080);
    expect(await tick()).toBe("0\n");
    await user("systemctl --user kill -s KILL gw-main.service");
    expect(await tick()).toBe("0\n");
    expect((await chat.taken()).map(({ head }) => head)).toEqual([
      expect.stringMatching(/^HEALED web-1 · gateway-unit: /u),
    ]);
    expect(await user("systemctl --user is-active gw-main.service; dogwatch log verify; dogwatch status")).toContain(
      "active\n",
    );
  }, 60_000);

  test("a user's beat counts in that user's tick", async () => {
    const file = `${home}/.config/dogwatch/dogwatch.yaml`;
    const before = await bed.read(file);
    await bed.write(file, configText(chat.api, "checks:\n  job: { heartbeat: { beat: job, max_age: 1h } }\n"));
    await bed.sh(`chown agents: ${file}`);
    await user("dogwatch validate; dogwatch beat job");
    expect(await user("ls ~/.local/state/dogwatch/beat")).toMatch(/^job\.\d+$/mu);
    expect(await tick()).toBe("0\n");
    expect(await user("dogwatch status --json")).toContain('the last beat by \\"agents\\" was ');
    await bed.write(file, before);
    await bed.sh(`chown agents: ${file}`);
  }, 60_000);

  test("install.sh --user works beside an install for the whole host, and neither meddles with the other", async () => {
    await bed.run([install]);
    await bed.sh("systemctl stop dogwatch.timer");
    expect(await tick()).toBe("0\n");
    expect(await user("dogwatch validate; dogwatch status")).toContain("gateway-unit");
    await bed.run(asUser(install, "--user"));
    await user("systemctl --user stop dogwatch.timer");
    expect(await bed.sh("systemctl is-active dogwatch-heal.socket; stat -c %U /var/lib/dogwatch")).toBe(
      "active\ndogwatch\n",
    );
    await bed.run([install, "--uninstall", "--purge"]);
    expect(await tick()).toBe("0\n");
  }, 60_000);

  test("install.sh --user --daemon runs the daemon under that user's manager, and with --timer the timer comes back", async () => {
    await bed.run(asUser(install, "--user", "--daemon"));
    expect(await user("systemctl --user is-active dogwatch-daemon.service dogwatch.timer || true")).toBe(
      "active\ninactive\n",
    );
    expect(await user("systemctl --user show -P StatusText dogwatch-daemon.service")).toMatch(
      /^green: 1 of 1 check green/u,
    );
    expect(await user("dogwatch status")).toMatch(/next tick: \d\d:\d\d UTC/u);
    await bed.run(asUser(install, "--user", "--timer"));
    await user("systemctl --user stop dogwatch.timer");
    expect(await user("systemctl --user is-active dogwatch-daemon.service || true")).toBe("inactive\n");
  }, 60_000);

  test("a user's dogwatch-failed reaches the terminals through the user's own manager", async () => {
    await user("echo 'confrim: 1s' >>~/.config/dogwatch/dogwatch.yaml");
    expect(await tick()).toBe("78\n");
    const loud = await until("the line for the terminals", async () => {
      const found = await bed.sh("journalctl --sync; journalctl -q -t dogwatch -p 0..0 -o cat");
      return found === "" ? undefined : found;
    });
    expect(loud).toContain("dogwatch validate");
  }, 60_000);

  test("install.sh --user --uninstall --purge leaves nothing behind", async () => {
    await bed.run(asUser(install, "--user", "--uninstall"));
    expect(await bed.sh(`find ${home} -name '*dogwatch*' | sort`)).toContain(`${home}/.config/dogwatch\n`);
    await bed.run(asUser(install, "--user", "--uninstall", "--purge"));
    expect(await bed.sh(`find ${home} -name '*dogwatch*'`)).toBe("");
  }, 30_000);
});
