import { expect, test } from "bun:test";
import { describeOnBed, until } from "./bed.ts";
import { useWatched, type Watched } from "./watched.ts";

const checks = (extra = ""): string => `
checks:
  gateway-unit:
    unit: { name: gw-main.service }
  gateway:
    http: { url: "http://127.0.0.1:18080/healthz", timeout: 1s }
    expect: { status: 200, json: { /status: live } }
    needs: [gateway-unit]
heal:
  mode: apply
  rules:
    - on: [gateway-unit, gateway]
      recipe: restart-unit
      with: { unit: gw-main.service }
${extra}`;

/** The administrator's own restart-unit wins over the shipped one: here its proof gives up soon. */
const impatient = `recipe: restart-unit
treats: a systemd unit that is dead, failed, or alive and deaf
params: { unit: { type: unit, required: true } }
steps:
  - [/usr/bin/systemctl, --system, restart, --no-block, "{unit}"]
timeout: 10s
proof: { within: 4s, every: 1s }
cooldown: 15m
budget: 3 per 1h
card: gateway-down
`;

const isAnswering = async ({ bed }: Watched): Promise<boolean> =>
  (await bed.exec(["/usr/bin/curl", "-sf", "-m", "2", "http://127.0.0.1:18080/healthz"])).status === 0;

/** The head that a message's last line carries is the log's own. */
const expectWitnessed = async ({ bed }: Watched, text: string): Promise<void> => {
  const head = /^log (\d+:[0-9a-f]{16})$/u.exec(text.trim().split("\n").at(-1) ?? "")?.[1];
  expect(head).toBeDefined();
  const verified = await bed.exec(["/usr/local/bin/dogwatch", "log", "verify", "--head", head ?? ""]);
  expect(`${verified.status} ${verified.err}`).toBe("0 ");
};

describeOnBed("heal", () => {
  const get = useWatched("heal");

  test("tick restarts a gateway that was killed, proves it and tells it in one message", async () => {
    const host = get();
    await host.gateway("gw-main", 18080);
    await host.configure(checks());
    expect(await host.tick()).toBe(0);
    expect(await host.chat.taken()).toEqual([]);

    await host.bed.run(["/usr/bin/systemctl", "kill", "-s", "KILL", "gw-main.service"]);
    expect(await host.tick()).toBe(0);

    expect(await isAnswering(host)).toBe(true);
    const [message, ...more] = await host.chat.taken();
    expect(more).toEqual([]);
    expect(message?.head).toMatch(
      /^HEALED web-1 · gateway-unit: (?=.*well again)(?=.*was red)(?=.*signal).*since \d\d:\d\d UTC/u,
    );
    expect(message?.text).toContain("restart-unit on gw-main.service");
    await expectWitnessed(host, message?.text ?? "");
    const events = (await host.healLog()).map(({ event }) => event).filter((event) => event.startsWith("heal."));
    expect(events).toEqual(["heal.archived", "heal.created", "heal.planned", "heal.dispatched", "heal.proved"]);

    for (const _ of "12") expect(await host.tick()).toBe(0);
    expect(await host.chat.taken()).toHaveLength(1);
    expect(await host.count("heal.dispatched")).toBe(1);
  }, 60_000);

  test("heal plan names the change for a red that no tick has seen yet, and changes nothing", async () => {
    const host = get();
    await host.gateway("gw-main", 18080);
    await host.configure(checks());
    await host.bed.run(["/usr/bin/systemctl", "kill", "-s", "KILL", "gw-main.service"]);
    expect(await host.bed.sh("dogwatch heal plan")).toStartWith(
      'restart-unit on gw-main.service would be applied for "gateway-unit":\n',
    );
    expect(await host.bed.sh("dogwatch tick --dry-run")).toContain("Would heal: restart-unit on gw-main.service\n");
    expect(await isAnswering(host)).toBe(false);
    expect(await host.healLog()).toEqual([]);
    expect(await host.chat.taken()).toEqual([]);
  });

  test("tick starts a unit that died where the rule names start-unit", async () => {
    const host = get();
    await host.gateway("gw-main", 18080);
    await host.configure(checks().replace("recipe: restart-unit", "recipe: start-unit"));
    expect(await host.tick()).toBe(0);
    await host.bed.run(["/usr/bin/systemctl", "kill", "-s", "KILL", "gw-main.service"]);
    expect(await host.tick()).toBe(0);
    const [message] = await host.chat.taken();
    expect(message?.head).toMatch(/^HEALED web-1 · gateway-unit: well again by start-unit/u);
    expect(await host.count("heal.proved")).toBe(1);
  }, 60_000);

  test("tick restarts a gateway that is stopped in its tracks: it connects and never answers", async () => {
    const host = get();
    await host.gateway("gw-main", 18080);
    await host.configure(checks());
    expect(await host.tick()).toBe(0);
    await host.bed.run(["/usr/bin/systemctl", "kill", "-s", "STOP", "gw-main.service"]);

    expect(await host.tick()).toBe(0);
    expect(await host.chat.taken()).toEqual([]);
    expect(await host.count("heal.dispatched")).toBe(0);

    expect(await host.tick()).toBe(0);
    expect(await isAnswering(host)).toBe(true);
    const taken = await host.chat.taken();
    expect(taken.map(({ head }) => head)).toEqual([
      expect.stringMatching(/^HEALED web-1 · gateway: (?=.*well again)(?=.*was red)/u),
    ]);
    expect(await host.count("heal.dispatched")).toBe(1);
    expect(await host.count("heal.proved")).toBe(1);
  }, 60_000);

  test("tick heals a gateway that can't come back once, says so, reminds once and hears a person mend it", async () => {
    const host = get();
    const { bed, chat } = host;
    await bed.write("/etc/dogwatch/heal-recipes/restart-unit.yaml", impatient);
    await host.gateway("gw-main", 18080, { options: "--die-if /run/gw-broken" });
    await host.configure(checks("remind_every: 25s"));
    expect(await host.tick()).toBe(0);
    await bed.sh("touch /run/gw-broken; systemctl kill -s KILL gw-main.service");

    expect(await host.tick()).toBe(0);
    const [red, ...more] = await chat.taken();
    expect(more).toEqual([]);
    expect(red?.head).toMatch(/^RED web-1 · gateway-unit: /u);
    expect(red?.text).toMatch(/heal failed: restart-unit on gw-main\.service/iu);
    expect(red?.text).toContain("dogwatch card gateway-down");
    expect(await host.count("heal.failed")).toBe(1);

    for (const _ of "1234567890") expect(await host.tick()).toBe(0);
    expect(await host.count("heal.dispatched")).toBe(1);
    expect((await host.tickJson()).heal).toMatchObject({
      outcome: "refused",
      why: expect.stringContaining("cooldown"),
    });

    const reminder = await until("the reminder", async () => {
      await host.tick();
      return (await chat.taken())[1];
    });
    expect(reminder.head).toMatch(/^STILL RED web-1 · gateway-unit: /u);
    expect(reminder.atMs - (red?.atMs ?? 0)).toBeGreaterThan(20_000);
    expect(await host.tick()).toBe(0);
    expect(await chat.taken()).toHaveLength(2);

    await bed.sh("rm /run/gw-broken; systemctl reset-failed gw-main.service; systemctl start gw-main.service");
    await until("the gateway to answer", async () => ((await isAnswering(host)) ? true : undefined));
    expect(await host.tick()).toBe(0);
    const heads = (await chat.taken()).map(({ head }) => head);
    expect(heads).toHaveLength(3);
    expect(heads[2]).toMatch(/^RECOVERED web-1 · gateway-unit: /u);
    expect(await host.count("heal.dispatched")).toBe(1);
    expect(await host.count("incident.resolved")).toBe(1);
    await expectWitnessed(host, (await chat.taken())[2]?.text ?? "");
  }, 120_000);
});
