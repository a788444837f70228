import { expect, test } from "bun:test";
import { describeOnBed } from "./bed.ts";
import { useWatched, type Watched } from "./watched.ts";

/** From the tick's start to the red in the chat: 30 s of its verdict, with the confirmation (1 s) and the looks before that. */
const inTimeMs = 32_000;

const checks = (rule: string): string => `checks:
  gateway-unit:
    unit: { name: gw-main.service }
  gateway:
    http: { url: "http://127.0.0.1:18080/healthz", timeout: 1s }
    needs: [gateway-unit]
    red_after: 1
heal:
  mode: apply
  rules:
    - { on: [gateway-unit, gateway], ${rule} }
`;

const recipe = (name: string, rest: string): string => `recipe: ${name}
treats: a test
${rest}
proof: { within: 80s, every: 1s }
cooldown: 15m
card: unit-down
`;

/** Kills the gateway and ticks; when each message came, in milliseconds after the tick's start, and when the tick ended. */
const redTick = async (host: Watched) => {
  await host.bed.run(["/usr/bin/systemctl", "kill", "-s", "KILL", "gw-main.service"]);
  const startedMs = Date.now();
  expect(await host.tick()).toBe(0);
  const endedMs = Date.now() - startedMs;
  const taken = (await host.chat.taken()).map(({ atMs, head, text }) => ({ atMs: atMs - startedMs, head, text }));
  return { endedMs, taken };
};

describeOnBed("a red in time", () => {
  const get = useWatched("intime");

  test("a red is told within 30 s of its verdict while a step of its recipe hangs, and the failure follows", async () => {
    const host = get();
    await host.gateway("gw-main", 18080);
    const steps = "steps:\n  - [/bin/sleep, infinity]\ntimeout: 33s";
    await host.bed.write("/etc/dogwatch/heal-recipes/hang.yaml", recipe("hang", steps));
    await host.configure(checks("recipe: hang"));
    expect(await host.tick()).toBe(0);
    const { endedMs, taken } = await redTick(host);
    console.log(
      "hanging step:",
      taken.map(({ atMs, head }) => `${atMs} ${head}`),
      "ended",
      endedMs,
    );
    expect(taken.map(({ head }) => head)).toEqual([
      expect.stringMatching(/^RED web-1 · gateway-unit: /u),
      expect.stringMatching(/^STILL RED web-1 · gateway-unit: /u),
    ]);
    expect(taken[0]?.atMs).toBeLessThan(inTimeMs);
    expect(taken[0]?.text).toContain("Healing: hang was applied");
    expect(taken[1]?.text).toContain("did not end in time");
    expect(taken[1]?.atMs).toBeGreaterThan(33_000);
    expect(endedMs).toBeLessThan(60_000);
  }, 120_000);

  test("a red is told within 30 s of its verdict while its proof takes long, and the cure follows", async () => {
    const host = get();
    await host.gateway("gw-main", 18080);
    const steps = `params: { unit: { type: unit, required: true } }
steps:
  - [/usr/bin/systemctl, --system, restart, --no-block, "{unit}"]`;
    await host.bed.write("/etc/dogwatch/heal-recipes/slow.yaml", recipe("slow", steps));
    await host.configure(checks("recipe: slow, with: { unit: gw-main.service }"));
    expect(await host.tick()).toBe(0);
    await host.bed.sh(
      "sed -i 's/gateway.mjs 18080 /gateway.mjs 18080 --slow 33000/' /etc/systemd/system/gw-main.service; systemctl daemon-reload",
    );
    const { endedMs, taken } = await redTick(host);
    console.log(
      "long proof:",
      taken.map(({ atMs, head }) => `${atMs} ${head}`),
      "ended",
      endedMs,
    );
    expect(taken.map(({ head }) => head)).toEqual([
      expect.stringMatching(/^RED web-1 · gateway-unit: /u),
      expect.stringMatching(/^HEALED web-1 · gateway-unit: /u),
    ]);
    expect(taken[0]?.atMs).toBeLessThan(inTimeMs);
    expect(taken[0]?.text).toContain("Healing: slow on gw-main.service was applied, its proof is being watched");
    expect(taken[1]?.atMs).toBeGreaterThan(33_000);
  }, 120_000);
});
