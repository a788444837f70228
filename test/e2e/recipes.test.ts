import { expect, test } from "bun:test";
import { describeOnBed, nodePath } from "./bed.ts";
import { useWatched } from "./watched.ts";

const http = `
  gateway:
    http: { url: "http://127.0.0.1:18080/healthz", timeout: 1s }
    expect: { json: { /status: live } }
    red_after: 1
`;

/** A rule for a gateway's unit and its address. */
const config = (recipe: string, given: string): string => `
checks:
  gateway-unit:
    unit: { name: gw-main.service }
${http}    needs: [gateway-unit]
heal:
  mode: apply
  rules:
    - { on: [gateway-unit, gateway], recipe: ${recipe}, with: { ${given} } }
`;

/** Stands for the Docker client, which needs an engine: a container that is the gateway, started anew as systemd would. */
const docker = `#!/bin/sh
echo "$*" | systemd-cat -t e2e-docker
case $1 in
  top) exit 0 ;;
  restart) exec systemctl restart gw-box.service ;;
esac
exit 64
`;

const lock = "/var/lib/e2e-gateway/gateway.lock";

describeOnBed("the shipped recipes", () => {
  const get = useWatched("recipes");

  test("start-unit starts a unit that died, proves it and tells it", async () => {
    const host = get();
    await host.gateway("gw-main", 18080);
    await host.configure(config("start-unit", "unit: gw-main.service"));
    expect(await host.tick()).toBe(0);
    await host.bed.run(["/usr/bin/systemctl", "kill", "-s", "KILL", "gw-main.service"]);
    expect(await host.tick()).toBe(0);
    const [message] = await host.chat.taken();
    expect(message?.head).toMatch(/^HEALED web-1 · gateway-unit: well again by start-unit/u);
    expect(await host.count("heal.proved")).toBe(1);
  }, 60_000);

  test("remove-stale-lock removes the lock of a dead process, keeps a copy, and starts what waited for it", async () => {
    const host = get();
    const { bed } = host;
    await host.gateway("gw-main", 18080, { options: `--die-if ${lock}` });
    await host.configure(config("remove-stale-lock", `unit: gw-main.service, lock: ${lock}`));
    await bed.sh("mkdir -p /var/lib/e2e-gateway; dogwatch egress --systemd --write");
    expect(await host.tick()).toBe(0);
    await bed.write(lock, '{"pid":4194300,"start_time":12345}\n', "0600");
    await bed.run(["/usr/bin/systemctl", "kill", "-s", "KILL", "gw-main.service"]);
    expect(await host.tick()).toBe(0);
    const [message] = await host.chat.taken();
    expect(message?.head).toMatch(/^HEALED web-1 · gateway-unit: well again by remove-stale-lock/u);
    expect((await bed.exec(["/usr/bin/test", "-e", lock])).status).toBe(1);
    expect(await bed.sh("cat /var/lib/dogwatch-heal/backup/*/*gateway.lock")).toContain("4194300");
    expect(await bed.sh("dogwatch log show --json | grep heal.dispatched")).toContain("remove-stale-lock");
  }, 60_000);

  test("remove-stale-lock leaves the lock of a live process alone, and says so", async () => {
    const host = get();
    const { bed } = host;
    await bed.sh("mkdir -p /var/lib/e2e-gateway; rm -f /var/lib/e2e-gateway/*; dogwatch egress --systemd --write");
    await host.gateway("gw-main", 18080, { options: `--die-if ${lock}` });
    await host.configure(config("remove-stale-lock", `unit: gw-main.service, lock: ${lock}`));
    expect(await host.tick()).toBe(0);
    await bed.write(lock, `{"pid":1,"start_time":${(await bed.sh("cut -d' ' -f22 /proc/1/stat")).trim()}}\n`, "0600");
    await bed.run(["/usr/bin/systemctl", "kill", "-s", "KILL", "gw-main.service"]);
    expect(await host.tick()).toBe(0);
    const [message] = await host.chat.taken();
    expect(message?.text).toMatch(/Not healed \(remove-stale-lock\): .*stays/u);
    expect((await bed.exec(["/usr/bin/test", "-e", lock])).status).toBe(0);
    expect(await host.count("heal.dispatched")).toBe(0);
    await bed.run(["/usr/bin/rm", lock]);
  }, 60_000);

  test("restart-container restarts a deaf container by its name", async () => {
    const host = get();
    const { bed } = host;
    await bed.write("/usr/bin/docker", docker, "0755");
    await bed.write(
      "/etc/systemd/system/gw-box.service",
      `[Service]\nExecStart=${nodePath()} /opt/gateway.mjs 18080\n[Install]\nWantedBy=multi-user.target\n`,
    );
    await bed.sh(`systemctl daemon-reload; systemctl --quiet enable --now gw-box.service
      for i in $(seq 100); do ! curl -fs -o /run/e2e-answer http://127.0.0.1:18080/healthz || exit 0; sleep 0.1; done; exit 1`);
    await host.configure(`
checks:${http}heal:
  mode: apply
  rules:
    - { on: [gateway], recipe: restart-container, with: { container: gateway } }
`);
    expect(await host.tick()).toBe(0);
    await bed.run(["/usr/bin/systemctl", "kill", "-s", "STOP", "gw-box.service"]);
    expect(await host.tick()).toBe(0);
    const [message] = await host.chat.taken();
    expect(message?.head).toMatch(/^HEALED web-1 · gateway: well again by restart-container/u);
    expect(await host.journal("-t", "e2e-docker")).toEqual(["top gateway", "restart -t 20 gateway"]);
  }, 60_000);
});
