import { expect, test } from "bun:test";
import { describeOnBed } from "./bed.ts";
import { useWatched, type Watched } from "./watched.ts";

const checks = `checks:
  gateway-unit:
    unit: { name: gw-main.service }
heal:
  mode: apply
  rules:
    - { on: [gateway-unit], recipe: restart-unit, with: { unit: gw-main.service } }
`;

const dead = async (host: Watched): Promise<void> => {
  await host.gateway("gw-main", 18080);
  await host.configure(checks);
  expect(await host.tick()).toBe(0);
  await host.bed.run(["/usr/bin/systemctl", "kill", "-s", "KILL", "gw-main.service"]);
};

/** How often systemd has started the gateway since the test began. */
const starts = async ({ journal }: Watched): Promise<number> =>
  (await journal("-u", "gw-main.service")).filter((line) => /^Started /u.test(line)).length;

const together: readonly { readonly name: string; readonly commands: readonly string[] }[] = [
  { name: "two ticks", commands: ["systemctl start dogwatch.service", "dogwatch tick"] },
  {
    name: "two ticks and one heal run",
    commands: ["systemctl start dogwatch.service", "dogwatch tick", "dogwatch heal run restart-unit"],
  },
  {
    name: "four heal runs and a tick",
    commands: [
      ...Array.from({ length: 4 }, () => "dogwatch heal run restart-unit"),
      "systemctl start dogwatch.service",
    ],
  },
];

describeOnBed("heal once", () => {
  const get = useWatched("once");

  test("a dry run over a dead gateway shows what it would do and leaves every file as it is, root's too", async () => {
    const host = get();
    await host.gateway("gw-main", 18080);
    await host.configure(checks);
    await host.bed.run(["/usr/bin/systemctl", "kill", "-s", "KILL", "gw-main.service"]);
    const files = (): Promise<string> =>
      host.bed.sh(
        "find /var/lib/dogwatch /var/lib/dogwatch-heal /var/log/dogwatch /etc/dogwatch -printf '%p %m %u %g %T@ %i %s\\n' | sort",
      );
    const before = await files();
    const { out } = await host.bed.exec(["/usr/local/bin/dogwatch", "tick", "--dry-run", "--json"]);
    expect(JSON.parse(out)).toMatchObject({
      verdict: "red",
      heal: { outcome: "planned", recipe: "restart-unit" },
      exit: 0,
    });
    expect(await files()).toBe(before);
    expect(await host.chat.taken()).toEqual([]);
    expect((await host.bed.exec(["/usr/bin/systemctl", "is-active", "gw-main.service"])).out).toBe("failed\n");
  }, 60_000);

  for (const { name, commands } of together)
    test(`${name}, started together, make one change to one incident`, async () => {
      const host = get();
      await dead(host);
      const before = await starts(host);
      await host.bed.sh(
        `for command in ${commands.map((each) => `"${each}"`).join(" ")}; do $command >>/run/e2e-out 2>&1 & done; wait; cat /run/e2e-out; rm /run/e2e-out`,
        { timeoutMs: 150_000 },
      );
      expect((await starts(host)) - before).toBe(1);
      expect(await host.count("heal.dispatched")).toBe(1);
      expect(await host.count("heal.proved")).toBe(1);
      expect(await host.count("incident.opened")).toBe(1);
      expect((await host.bed.exec(["/usr/bin/systemctl", "is-active", "gw-main.service"])).out).toBe("active\n");

      expect(await host.tick()).toBe(0);
      expect(await host.tickJson()).toMatchObject({ verdict: "green", outbox: 0 });
      expect((await host.chat.taken()).filter(({ head }) => !/^(?:RED|HEALED|RECOVERED) /u.test(head))).toEqual([]);
      const verified = await host.bed.exec(["/usr/local/bin/dogwatch", "log", "verify"]);
      expect([verified.status, verified.err]).toEqual([0, ""]);
    }, 180_000);
});
