import { beforeAll, beforeEach, expect, test } from "bun:test";
import { describeOnBed, nodePath } from "./bed.ts";
import { portOpen } from "./receiver.ts";
import { useWatched, type Watched } from "./watched.ts";

const home = "/home/agents";
const conf = `${home}/conf/gateway.conf`;
const lock = "/var/lib/gw/gateway.lock";

/** A user's gateway that reads its config at its start only, and won't start beside a lock. */
const unit = `[Service]
User=agents
ExecStart=/bin/sh -c '/usr/bin/grep -q ^port= ${conf} && test ! -e ${lock} && exec ${nodePath()} /opt/gateway.mjs 18080'
Restart=no
[Install]
WantedBy=multi-user.target
`;

const checks = (rules: string): string => `
checks:
  gateway-unit: { unit: { name: gw-main.service } }
heal:
  mode: apply
  rules:
${rules}`;

const restore = `    - { on: [gateway-unit], recipe: restore-last-green-config, with: { file: ${conf}, unit: gw-main.service, owner: agents } }\n`;
const unlock = `    - { on: [gateway-unit], recipe: remove-stale-lock, with: { lock: ${lock}, unit: gw-main.service } }\n`;
const restart = "    - { on: [gateway-unit], recipe: restart-unit, with: { unit: gw-main.service } }\n";

/** An administrator's own recipe, which makes things worse. */
const worsen = `recipe: worsen
treats: nothing
params: { file: { type: path, required: true }, user: { type: user, required: true } }
backup: ["{file}"]
steps: [[/usr/bin/cp, /etc/hostname, "{file}"]]
proof: { within: 2s, every: 500ms }
card: config-broken
`;

/** A docker that knows one container, which is our gateway's unit. */
const docker = `#!/bin/sh
echo "$@" >>/var/lib/gw/docker.log
case "$1" in
  top) test -e /var/lib/gw/running || { echo "container $2 is not running" >&2; exit 1; } ;;
  restart) systemctl restart gw-main.service ;;
esac
`;

const put = async ({ bed }: Watched, path: string, text: string): Promise<void> => {
  await bed.run(["/usr/bin/install", "-o", "agents", "-g", "agents", "-m", "0640", "/dev/stdin", path], {
    stdin: text,
  });
};
const restartUnit = async ({ bed }: Watched): Promise<void> =>
  void (await bed.exec(["/usr/bin/systemctl", "restart", "gw-main"]));
const facts = async ({ bed }: Watched, path: string): Promise<string> =>
  (await bed.sh(`cat ${path}; stat -c '%U %G %a' ${path}`)).trim();
const message = async ({ chat }: Watched): Promise<string> => (await chat.taken()).at(-1)?.text ?? "";

describeOnBed("recipes that change files", () => {
  const get = useWatched("recipe-files");

  beforeAll(async () => {
    const { bed } = get();
    await bed.sh("useradd --create-home --shell /bin/bash agents; chmod 700 /home/agents; mkdir -p /var/lib/gw");
    for (const name of ["dogwatch.service", "dogwatch-heal@.service"])
      await bed.write(
        `/etc/systemd/system/${name}.d/files.conf`,
        `[Service]\nReadWritePaths=-${home}/conf -/var/lib/gw\n`,
      );
    await bed.write("/usr/bin/docker", docker, "0755");
    await bed.sh("systemctl daemon-reload");
  }, 60_000);

  beforeEach(async () => {
    const { bed } = get();
    await bed.sh(`rm -rf ${home}/conf /var/lib/gw/*; install -d -o agents -g agents -m 700 ${home}/conf`);
    await put(get(), conf, "port=18080\n");
    await bed.write("/etc/systemd/system/gw-main.service", unit);
    await bed.sh("systemctl daemon-reload; systemctl --quiet enable --now gw-main.service");
    await portOpen(bed, 18080);
  }, 60_000);

  test("restore-last-green-config puts back what last ran green, as its owner, and keeps the careless edit", async () => {
    const host = get();
    await host.configure(checks(restore + restart));
    expect(await host.tick()).toBe(0);
    await put(host, conf, "prot=18080\n");
    expect(await host.tick()).toBe(0);
    expect(await host.chat.taken()).toEqual([]);
    await restartUnit(host);
    expect(await host.tick()).toBe(0);

    expect(await message(host)).toStartWith("HEALED web-1 · gateway-unit: well again by restore-last-green-config;");
    expect(await message(host)).toContain(`; the file as it was before is kept as "${conf}.dogwatch-bad"`);
    expect(await facts(host, conf)).toBe("port=18080\nagents agents 640");
    expect(await facts(host, `${conf}.dogwatch-bad`)).toBe("prot=18080\nagents agents 640");

    await put(host, conf, "prot=18081\n");
    await restartUnit(host);
    expect(await host.tick()).toBe(0);
    expect(await message(host)).toStartWith("RED web-1 · gateway-unit: ");
    expect(await facts(host, conf)).toBe("prot=18081\nagents agents 640");
    expect(await host.bed.sh("ls /home/agents/conf")).toBe("gateway.conf\ngateway.conf.dogwatch-bad\n");
  }, 90_000);

  test("restore-last-green-config changes nothing outside when a link was planted, and says why", async () => {
    const host = get();
    await host.configure(checks(restore));
    expect(await host.tick()).toBe(0);
    await host.bed.sh(`
      install -d -m 755 /srv/prey; echo of-root >/srv/prey/gateway.conf
      rm -r ${home}/conf; ln -s /srv/prey ${home}/conf`);
    await restartUnit(host);
    expect(await host.tick()).toBe(0);
    expect(await message(host)).toContain(
      `Not healed (restore-last-green-config): "${conf}" cannot be backed up: "'${home}/conf' is a symbolic link"`,
    );
    expect(await host.bed.sh("ls -A /srv/prey; cat /srv/prey/gateway.conf")).toBe("gateway.conf\nof-root\n");
    expect(await host.count("heal.dispatched")).toBe(0);
    await host.bed.sh(`rm ${home}/conf`);
  }, 90_000);

  test("where the config is not the cause, the next rule has its turn", async () => {
    const host = get();
    await host.configure(checks(restore + restart));
    expect(await host.tick()).toBe(0);
    await host.bed.run(["/usr/bin/systemctl", "kill", "-s", "KILL", "gw-main.service"]);
    expect(await host.tick()).toBe(0);
    expect(await message(host)).toStartWith("HEALED web-1 · gateway-unit: well again by restart-unit;");
  }, 90_000);

  test("a failed proof puts the file back, as its owner, and tells it", async () => {
    const host = get();
    await host.bed.write("/etc/dogwatch/heal-recipes/worsen.yaml", worsen);
    await host.configure(
      checks(`    - { on: [gateway-unit], recipe: worsen, with: { file: ${conf}, user: agents } }\n`),
    );
    expect(await host.tick()).toBe(0);
    await host.bed.run(["/usr/bin/systemctl", "kill", "-s", "KILL", "gw-main.service"]);
    expect(await host.tick()).toBe(0);
    expect(await message(host)).toContain(`Heal failed: worsen: not well within 2 s; restored and verified: "${conf}"`);
    expect(await facts(host, conf)).toBe("port=18080\nagents agents 640");
    const events = (await host.healLog()).map(({ event }) => event);
    expect(events.slice(-2)).toEqual(["heal.failed", "heal.restored"]);
    const verified = await host.bed.exec(["/usr/local/bin/dogwatch", "log", "verify"]);
    expect(verified.status).toBe(0);
  }, 90_000);

  test("remove-stale-lock removes a dead process's lock, and leaves a live one's alone", async () => {
    const host = get();
    await host.configure(checks(unlock));
    expect(await host.tick()).toBe(0);
    await host.bed.write(lock, '{"pid":1,"kind":"gateway"}\n');
    await restartUnit(host);
    expect(await host.tick()).toBe(0);
    expect(await message(host)).toContain(
      `Not healed (remove-stale-lock): the lock "${lock}" stays: process 1 is alive`,
    );
    expect(await message(host)).toContain("dogwatch card lock-stale");

    const dead = (await host.bed.sh("sleep 0 & echo $!; wait")).trim();
    await host.bed.write(lock, `{"pid":${dead},"kind":"gateway","start_time":12}\n`);
    expect(await host.tick()).toBe(0);
    expect(await message(host)).toStartWith("HEALED web-1 · gateway-unit: well again by remove-stale-lock;");
    expect((await host.bed.exec(["/usr/bin/test", "-e", lock])).status).toBe(1);
  }, 90_000);

  const container =
    "    - { on: [gateway-unit], recipe: restart-container, with: { container: gateway-1, wait: 5 } }\n";
  const killed = async (host: Watched): Promise<void> => {
    await host.configure(checks(container));
    expect(await host.tick()).toBe(0);
    await host.bed.run(["/usr/bin/systemctl", "kill", "-s", "KILL", "gw-main.service"]);
    expect(await host.tick()).toBe(0);
  };

  test("restart-container restarts a container that runs", async () => {
    const host = get();
    await host.bed.sh("touch /var/lib/gw/running");
    await killed(host);
    expect(await message(host)).toStartWith("HEALED web-1 · gateway-unit: well again by restart-container;");
    expect(await host.bed.read("/var/lib/gw/docker.log")).toBe("top gateway-1\nrestart -t 5 gateway-1\n");
  }, 90_000);

  test("restart-container starts none that doesn't run", async () => {
    const host = get();
    await killed(host);
    expect(await message(host)).toContain("container gateway-1 is not running");
    expect(await host.bed.read("/var/lib/gw/docker.log")).toBe("top gateway-1\n");
  }, 90_000);
});
