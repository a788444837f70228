import { beforeAll, expect, test } from "bun:test";
import { describeOnBed, nodePath, until } from "./bed.ts";
import { portOpen } from "./receiver.ts";
import { useWatched } from "./watched.ts";

const home = "/home/agents";

/** A gateway that a user runs in its own manager, with a closed home, a pidfile in it and a token in its environment. */
const userGateway = `[Service]
ExecStart=/bin/sh -c 'echo $$$$ >${home}/gateway.pid; exec ${nodePath()} /opt/gateway.mjs 18080'
Environment=HELPER_BOT_TOKEN=not-to-be-shown
Restart=no
[Install]
WantedBy=default.target
`;

const checks = `
checks:
  gateway-unit:
    unit: { name: gateway.service, scope: user }
    as: agents
  pidfile:
    process: { pidfile: ${home}/gateway.pid }
    as: agents
    needs: [gateway-unit]
  socket:
    http: { url: "http://localhost/healthz", socket: /tmp/gw.sock }
    expect: { json: { /status: live } }
    red_after: 1
heal:
  mode: apply
  rules:
    - { on: [gateway-unit], recipe: restart-unit, with: { unit: gateway.service, scope: user, user: agents } }
`;

const leak = `
checks:
  tokens:
    process: { command: "gateway[.]mjs 18080" }
    as: agents
    forbid_env: ["*_BOT_TOKEN"]
`;

const hangRecipe = `recipe: hang
treats: nothing; its step never ends
params: { user: { type: user, required: true } }
steps: [[/usr/bin/sleep, "600"]]
timeout: 1s
proof: { within: 4s, every: 1s }
cooldown: 15m
budget: 3 per 1h
card: gateway-down
`;

const hang = `
checks:
  gateway-unit:
    unit: { name: gw-main.service }
heal:
  mode: apply
  rules:
    - { on: [gateway-unit], recipe: hang, with: { user: agents } }
`;

describeOnBed("the unit's sandbox", () => {
  const get = useWatched("sandbox");
  const asUser = (script: string): Promise<string> =>
    get().bed.sh(`runuser -u agents -- env XDG_RUNTIME_DIR=/run/user/$(id -u agents) bash -ec '${script}'`);

  beforeAll(async () => {
    const { bed } = get();
    await bed.sh(`useradd --create-home agents; chmod 0700 ${home}; loginctl enable-linger agents`);
    await until("the user manager", async () => {
      const { status } = await bed.exec(["/bin/sh", "-c", "test -S /run/user/$(id -u agents)/systemd/private"]);
      return status === 0 ? true : undefined;
    });
    await bed.write(`${home}/.config/systemd/user/gateway.service`, userGateway);
    await bed.sh(`chown -R agents: ${home}`);
    await asUser("systemctl --user daemon-reload; systemctl --user --quiet enable --now gateway.service");
    await portOpen(bed, 18080);
  }, 60_000);

  test("a tick in it sees a user's unit, a pidfile in a closed home and a socket in /tmp, and heals that user's unit", async () => {
    const host = get();
    await host.gateway("gw-socket", "/tmp/gw.sock");
    await host.bed.sh("chmod 0777 /tmp/gw.sock");
    await host.configure(checks);
    expect(await host.tick()).toBe(0);
    const said = await host.journal("-t", "dogwatch");
    expect(said.filter((line) => !line.startsWith("helper: sealed by seal"))).toEqual([
      expect.stringContaining("3 of 3 checks green"),
    ]);

    await asUser("systemctl --user kill -s KILL gateway.service");
    expect(await host.tick()).toBe(0);
    expect((await host.chat.taken()).map(({ head }) => head)).toEqual([
      expect.stringMatching(/^HEALED web-1 · gateway-unit: /u),
    ]);
    expect(await asUser("systemctl --user is-active gateway.service")).toBe("active\n");
  }, 60_000);

  test("a tick in it sees a token in another user's environment and names the key, never the value", async () => {
    const host = get();
    await host.configure(leak);
    expect(await host.tick()).toBe(0);
    const [message] = await host.chat.taken();
    expect(message?.text).toContain("HELPER_BOT_TOKEN");
    expect(
      await host.bed.sh(
        "journalctl --sync; journalctl -a -o export; cat /var/lib/dogwatch/* /var/lib/dogwatch-heal/*.json /var/log/dogwatch/*",
      ),
    ).not.toContain("not-to-be-shown");
  }, 60_000);

  test("a tick in it ends a step that another user runs and that never ends by itself", async () => {
    const host = get();
    await host.bed.write("/etc/dogwatch/heal-recipes/hang.yaml", hangRecipe);
    await host.gateway("gw-main", 18081);
    await host.configure(hang);
    await host.bed.run(["/usr/bin/systemctl", "kill", "-s", "KILL", "gw-main.service"]);
    expect(await host.tick()).toBe(0);
    const [message] = await host.chat.taken();
    expect(message?.text).toMatch(/heal failed: hang.*timeout/iu);
    expect((await host.bed.exec(["/usr/bin/pgrep", "-x", "sleep"])).status).toBe(1);
    await host.bed.run(["/usr/bin/rm", "/etc/dogwatch/heal-recipes/hang.yaml"]);
  }, 60_000);
});
