import { beforeAll, expect, test } from "bun:test";
import { describeOnBed, nodePath, until } from "./bed.ts";
import { portOpen } from "./receiver.ts";
import { useWatched } from "./watched.ts";

const home = "/home/agents";
const file = `${home}/gateway.json`;
const good = '{ "model": "local-7b" }';

/** A gateway in its user's own manager, with its config in that user's closed home. */
const unit = `[Service]
ExecStart=${nodePath()} /opt/gateway.mjs 18080 --config ${file}
Restart=no
[Install]
WantedBy=default.target
`;

const config = `
checks:
  gateway-unit:
    unit: { name: gateway.service, scope: user }
    as: agents
heal:
  mode: apply
  rules:
    - on: [gateway-unit]
      recipe: restore-last-green-config
      with: { file: ${file}, unit: gateway.service, scope: user, user: agents }
`;

describeOnBed("a careless edit of the gateway's config", () => {
  const get = useWatched("careless");
  const asUser = (script: string): Promise<string> =>
    get().bed.sh(`runuser -u agents -- env XDG_RUNTIME_DIR=/run/user/$(id -u agents) bash -ec '${script}'`);
  const edit = (text: string): Promise<string> => asUser(`echo "${text.replaceAll('"', '\\"')}" >${file}`);
  const isActive = async (): Promise<string> => asUser("systemctl --user is-active gateway.service || true");

  beforeAll(async () => {
    const { bed } = get();
    await bed.sh(`useradd --create-home agents; chmod 0700 ${home}; loginctl enable-linger agents`);
    await until("the user manager", async () => {
      const { status } = await bed.exec(["/bin/sh", "-c", "test -S /run/user/$(id -u agents)/systemd/private"]);
      return status === 0 ? true : undefined;
    });
    await bed.write(`${home}/.config/systemd/user/gateway.service`, unit);
    await bed.sh(`chown -R agents: ${home}`);
  }, 60_000);

  const begin = async (): Promise<void> => {
    const host = get();
    await edit(good);
    await asUser(
      "systemctl --user daemon-reload; systemctl --user reset-failed; systemctl --user restart gateway.service",
    );
    await portOpen(host.bed, 18080);
    await host.configure(config);
    await host.bed.sh("dogwatch egress --systemd --write");
    expect(await host.tick()).toBe(0);
    expect(await host.chat.taken()).toEqual([]);
    expect(await host.bed.sh("ls /var/lib/dogwatch-heal/kept | wc -l")).not.toBe("0\n");
  };

  test("the file that last ran green is put back, proved and told; a second edit inside the cooldown only alerts", async () => {
    const host = get();
    await begin();
    await edit("{ broken");
    expect(await host.tick()).toBe(0);
    expect(await host.chat.taken()).toEqual([]);

    await asUser("systemctl --user kill -s KILL gateway.service");
    expect(await host.tick()).toBe(0);
    const [healed, ...more] = await host.chat.taken();
    expect(more).toEqual([]);
    expect(healed?.head).toMatch(/^HEALED web-1 · gateway-unit: /u);
    expect(healed?.text).toContain(`${file}.dogwatch-bad`);
    expect(await isActive()).toBe("active\n");
    expect(await host.bed.read(file)).toBe(`${good}\n`);
    expect(await host.bed.read(`${file}.dogwatch-bad`)).toBe("{ broken\n");
    expect(await host.bed.sh(`stat -c '%U %a' ${file}`)).toBe("agents 644\n");
    expect(await host.count("heal.proved")).toBe(1);

    await edit("{ broken again");
    await asUser("systemctl --user kill -s KILL gateway.service");
    expect(await host.tick()).toBe(0);
    const [, red] = await host.chat.taken();
    expect(red?.head).toMatch(/^RED web-1 · gateway-unit: /u);
    expect(red?.text).toContain("cooldown");
    expect(await host.bed.read(file)).toBe("{ broken again\n");
    expect(await host.count("heal.dispatched")).toBe(1);
    expect(await host.bed.sh("dogwatch log verify")).toContain("ok:");
  }, 90_000);

  test("a link in the file's place changes nothing outside, and is told", async () => {
    const host = get();
    await begin();
    await host.bed.sh("echo precious >/etc/e2e-precious; chmod 0666 /etc/e2e-precious");
    await asUser(`rm ${file}; ln -s /etc/e2e-precious ${file}; systemctl --user kill -s KILL gateway.service`);
    expect(await host.tick()).toBe(0);
    const [red] = await host.chat.taken();
    expect(red?.text).toMatch(/not healed.*link/iu);
    expect(await host.bed.read("/etc/e2e-precious")).toBe("precious\n");
    expect(await host.count("heal.dispatched")).toBe(0);
    await asUser(`rm ${file}`);
  }, 60_000);
});
