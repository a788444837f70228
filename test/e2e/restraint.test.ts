import { expect, test } from "bun:test";
import { describeOnBed } from "./bed.ts";
import { useWatched } from "./watched.ts";

const unitConfig = (unit: string): string => `
checks:
  gateway-unit:
    unit: { name: ${unit} }
heal:
  mode: apply
  rules:
    - { on: [gateway-unit], recipe: restart-unit, with: { unit: ${unit} } }
`;

const httpConfig = (grace: string): string => `
checks:
  gateway-unit:
    unit: { name: gw-slow.service }
  gateway:
    http: { url: "http://127.0.0.1:18080/healthz", timeout: 1s }
    expect: { json: { /status: live } }
    red_after: 1
    needs: [gateway-unit]
    grace: ${grace}
heal:
  mode: apply
  rules:
    - { on: [gateway-unit, gateway], recipe: restart-unit, with: { unit: gw-slow.service } }
`;

const quietConfig = `
checks:
  gateway-process:
    process: { command: "gateway[.]mjs 18080", unit: gw-idle.service }
    count: 1
  gateway-unit:
    unit: { name: gw-idle.service }
  gateway:
    http: { url: "http://127.0.0.1:18080/healthz", timeout: 5s }
    expect: { status: 200, json: { /status: live, /uptimeMs: "> 0" } }
    needs: [gateway-unit]
  port:
    tcp: { host: 127.0.0.1, port: 18080 }
heal:
  mode: apply
  rules:
    - { on: [gateway-unit, gateway], recipe: restart-unit, with: { unit: gw-idle.service } }
`;

describeOnBed("restraint", () => {
  const get = useWatched("restraint");

  test("tick tells of a unit that was stopped on purpose and leaves it stopped", async () => {
    const host = get();
    await host.gateway("gw-main", 18080);
    await host.configure(unitConfig("gw-main.service"));
    expect(await host.tick()).toBe(0);
    await host.bed.run(["/usr/bin/systemctl", "stop", "gw-main.service"]);
    for (const _ of "123") expect(await host.tick()).toBe(0);

    const taken = await host.chat.taken();
    expect(taken).toHaveLength(1);
    expect(taken[0]?.head).toMatch(/^RED web-1 · gateway-unit: /u);
    expect(taken[0]?.text).toContain("stopped on purpose");
    expect(await host.count("heal.dispatched")).toBe(0);
    expect((await host.bed.exec(["/usr/bin/systemctl", "is-active", "gw-main.service"])).out).toBe("inactive\n");
  }, 60_000);

  test("tick tells of a unit that was stopped on purpose and ended badly at that, and leaves it stopped", async () => {
    const host = get();
    await host.gateway("gw-143", 18080, { options: "--on-term 143" });
    await host.configure(unitConfig("gw-143.service"));
    expect(await host.tick()).toBe(0);
    await host.bed.run(["/usr/bin/systemctl", "stop", "gw-143.service"]);
    expect((await host.bed.exec(["/usr/bin/systemctl", "is-active", "gw-143.service"])).out).toBe("failed\n");
    for (const _ of "123") expect(await host.tick()).toBe(0);

    const taken = await host.chat.taken();
    expect(taken).toHaveLength(1);
    expect(taken[0]?.text).toContain("failed while it was being stopped");
    expect(await host.count("heal.dispatched")).toBe(0);
  }, 60_000);

  for (const { name, command } of [
    { name: "ended by itself with status 0", command: "kill -USR2 $(systemctl show -P MainPID gw-self.service)" },
    { name: "got a SIGTERM from somebody", command: "kill -TERM $(systemctl show -P MainPID gw-self.service)" },
  ])
    test(`tick restarts an enabled unit that ${name}: nobody stopped it`, async () => {
      const host = get();
      await host.gateway("gw-self", 18080, { options: "--on-term 0" });
      await host.configure(unitConfig("gw-self.service"));
      expect(await host.tick()).toBe(0);
      await host.bed.sh(command);
      await host.bed.sh("while systemctl is-active --quiet gw-self.service; do sleep 0.05; done");
      expect(await host.tick()).toBe(0);

      expect((await host.chat.taken()).map(({ head }) => head)).toEqual([expect.stringMatching(/^HEALED web-1/u)]);
      expect(await host.count("heal.dispatched")).toBe(1);
    }, 60_000);

  test("tick tells of an inactive unit that systemd has forgotten and leaves it alone", async () => {
    const host = get();
    await host.gateway("gw-main", 18080);
    await host.bed.run(["/usr/bin/systemctl", "--quiet", "disable", "gw-main.service"]);
    await host.configure(unitConfig("gw-main.service"));
    await host.bed.run(["/usr/bin/systemctl", "stop", "gw-main.service"]);
    expect(await host.tick()).toBe(0);

    expect(await host.chat.taken()).toHaveLength(1);
    expect(await host.count("heal.dispatched")).toBe(0);
  }, 60_000);

  test("tick starts a unit that ended well and that systemd has forgotten, where it was seen active and the rule says so", async () => {
    const host = get();
    const forget = async (): Promise<void> => {
      await host.gateway("gw-self", 18080, { options: "--on-term 0" });
      await host.bed.run(["/usr/bin/systemctl", "--quiet", "disable", "gw-self.service"]);
    };
    await forget();
    const clean = unitConfig("gw-self.service").replace("recipe:", "heal_clean_exit: true, recipe:");
    await host.configure(clean);
    expect(await host.tick()).toBe(0);
    await host.bed.sh(
      "kill -USR2 $(systemctl show -P MainPID gw-self.service); while systemctl is-active --quiet gw-self.service; do sleep 0.05; done",
    );
    expect(await host.tick()).toBe(0);
    expect((await host.chat.taken()).map(({ head }) => head)).toEqual([expect.stringMatching(/^HEALED web-1/u)]);
    expect(await host.count("heal.dispatched")).toBe(1);
  }, 60_000);

  test("tick names a unit that doesn't exist and heals nothing", async () => {
    const host = get();
    await host.configure(unitConfig("gw-none.service"));
    for (const _ of "123") expect(await host.tick()).toBe(0);

    const taken = await host.chat.taken();
    expect(taken).toHaveLength(1);
    expect(taken[0]?.head).toMatch(/^(RED|UNKNOWN) web-1 · gateway-unit: .*gw-none\.service/u);
    expect(await host.count("heal.dispatched")).toBe(0);
  }, 60_000);

  test("tick waits for a gateway in slow start inside its grace, and not a moment longer", async () => {
    const host = get();
    await host.gateway("gw-slow", 18080, { options: "--slow 600000", answersLater: true });
    await host.configure(httpConfig("10m"));
    for (const _ of "123") expect(await host.tick()).toBe(0);
    const inside = await host.tickJson();
    expect(inside.verdict).toBe("amber");
    expect(await host.chat.taken()).toEqual([]);
    expect(await host.count("heal.dispatched")).toBe(0);

    await host.configure(httpConfig("0s").replace("mode: apply", "mode: observe"));
    expect(await host.tick()).toBe(0);
    expect((await host.chat.taken()).map(({ head }) => head)).toEqual([
      expect.stringMatching(/^RED web-1 · gateway: /u),
    ]);
  }, 60_000);

  test("tick heals nothing in observe mode and says what it would do", async () => {
    const host = get();
    await host.gateway("gw-main", 18080);
    await host.configure(unitConfig("gw-main.service").replace("mode: apply", "mode: observe"));
    await host.bed.run(["/usr/bin/systemctl", "kill", "-s", "KILL", "gw-main.service"]);
    expect(await host.tick()).toBe(0);

    expect((await host.chat.taken())[0]?.text).toContain("observe mode");
    expect(await host.count("heal.dispatched")).toBe(0);
    expect((await host.bed.exec(["/usr/bin/systemctl", "is-active", "gw-main.service"])).out).toBe("failed\n");
  }, 60_000);

  test("two hundred ticks over a quiet healthy host send nothing and heal nothing", async () => {
    const host = get();
    await host.gateway("gw-idle", 18080);
    await host.configure(quietConfig);
    await host.bed.sh("for i in $(seq 200); do systemctl start dogwatch.service; done", { timeoutMs: 150_000 });

    expect(await host.chat.requests()).toEqual([]);
    expect((await host.healLog()).filter(({ event }) => /^(heal|incident)\./u.test(event))).toEqual([]);
    const lines = await host.journal("-t", "dogwatch");
    // The log is sealed once a day.
    const said = lines.filter((line) => !line.startsWith("helper: sealed by seal"));
    expect(said).toHaveLength(200);
    expect(lines.length - said.length).toBeLessThanOrEqual(2);
    expect(said.filter((line) => !/green/iu.test(line))).toEqual([]);
    expect(await host.tickJson()).toMatchObject({ verdict: "green", alerts: [], outbox: 0, exit: 0 });
  }, 180_000);
});
