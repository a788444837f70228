import { beforeAll, beforeEach, expect, test } from "bun:test";
import { describeOnBed, until } from "../bed.ts";
import { type Tick, useWatched } from "../watched.ts";
import { type Agents, gatewayToken, useAgents } from "./agents.ts";

/** The preset as a user writes it. `grace`: shorter than its 5 minutes where a test must not wait for them. */
const config = (grace = "5m"): string => `
checks:
  openclaw: { preset: openclaw, as: agents, grace: ${grace} }
heal: { mode: apply }
`;

/** For a gateway that is up already: what is bad now is no slow start. */
const noGrace: string = config("0s");

const chatByGateway = `host: web-1
chat:
  openclaw: { token: { credential: openclaw-token }, channel: telegram, target: "-1001234567890" }
`;

const colours = ({ checks }: Tick): Readonly<Record<string, string>> =>
  Object.fromEntries(checks.map(({ name, verdict }) => [name, verdict]));
const evidence = ({ checks }: Tick, name: string): string =>
  checks.find((each) => each.name === name)?.evidence ?? "no such check";
const withoutRed: Readonly<Record<string, string>> = {
  "openclaw-unit": "green",
  "openclaw-process": "green",
  "openclaw-healthz": "green",
};

describeOnBed("the real OpenClaw gateway", () => {
  const get = useWatched("openclaw");
  let agents: Agents;

  beforeAll(async () => {
    agents = await useAgents(get().bed);
  }, 600_000);

  beforeEach(() => agents.begin(), 400_000);

  /** One tick that must be green. On failure the message shows every check. */
  const expectGreen = async (): Promise<void> => {
    const { checks } = await get().tickJson();
    expect(checks.filter(({ verdict }) => verdict !== "green")).toEqual([]);
  };

  /** Ticks until one is green; gives all of them. */
  const untilGreen = async (): Promise<readonly Tick[]> => {
    const ticks: Tick[] = [];
    await until(
      "a green tick",
      async () => {
        ticks.push(await get().tickJson());
        return ticks.at(-1)?.verdict === "green" ? true : undefined;
      },
      300_000,
    );
    return ticks;
  };

  /** It was looked at, it was told, and nothing was done to it. */
  const expectLeftAlone = async (pid: string): Promise<void> => {
    expect(await get().count("heal.dispatched")).toBe(0);
    expect(await agents.show("MainPID")).toBe(pid);
  };

  /** Told as healed, last; the red itself is told before where the gateway takes longer than 30 s to come up. */
  const expectHealed = async (check: string, why: RegExp): Promise<void> => {
    const told = await get().chat.taken();
    expect(told.slice(0, -1).filter(({ head }) => !head.startsWith(`RED web-1 · ${check}: `))).toEqual([]);
    expect(told.at(-1)?.head).toStartWith(`HEALED web-1 · ${check}: `);
    expect(told.at(-1)?.head).toMatch(why);
    expect(told.at(-1)?.text).toContain("restart-unit on openclaw-gateway.service");
  };

  /** One message so far, and the card that it names. */
  const expectTold = async (head: RegExp, card: string): Promise<void> => {
    const [message, ...more] = await get().chat.taken();
    expect(more).toEqual([]);
    expect(message?.head).toMatch(head);
    expect(message?.text).toContain(`Next: dogwatch card ${card}\n`);
  };

  test("is green as it stands, seen as its own user", async () => {
    const host = get();
    await host.configure(config());
    await expectGreen();
    expect(await host.tick()).toBe(0);
    expect(await host.bed.sh("dogwatch status")).not.toMatch(/^unknown /mu);
    expect(await host.chat.taken()).toEqual([]);
  });

  test("init recognises it and writes a config that is green on it", async () => {
    const { bed, chat } = get();
    const text = await bed.run(["/usr/local/bin/dogwatch", "init", "--stdout"]);
    expect(text).toContain("\n  openclaw:\n    preset: openclaw\n    as: agents");
    await bed.write("/etc/dogwatch/dogwatch.yaml", text);
    await bed.run(["/usr/local/bin/dogwatch", "validate"]);
    await expectGreen();
    // It asks whoever listens on loopback for a health path, the chat of this test too.
    await chat.clear();
  });

  test("its slow start is respected: amber until it answers, no heal, no alert, then green", async () => {
    const host = get();
    await host.configure(config());
    const before = await agents.show("MainPID");
    await agents.sh("systemctl --user restart --no-block openclaw-gateway.service");
    await until("another process", async () => ((await agents.show("MainPID")) === before ? undefined : true));
    const ticks = await untilGreen();
    expect(ticks.filter(({ verdict }) => verdict === "amber").length).toBeGreaterThan(0);
    expect(ticks.map(({ verdict }) => verdict)).not.toContain("red");
    expect(ticks.map(({ heal }) => heal.outcome)).toEqual(ticks.map(() => "none"));
    expect(await host.chat.taken()).toEqual([]);
    expect(await host.count("heal.dispatched")).toBe(0);
  });

  test("SIGSTOP: red, restarted once, proved and told; no second heal inside the grace", async () => {
    const host = get();
    await host.configure(noGrace);
    await expectGreen();
    const before = await agents.show("MainPID");
    await agents.sh(`kill -STOP ${before}`);

    const tick = await host.tickJson();
    expect(tick.heal.outcome).toBe("healed");
    const after = await agents.show("MainPID");
    expect(after).not.toBe(before);
    await expectHealed("openclaw-process", /was red.*SIGSTOP/u);
    const told = await host.chat.taken();

    await host.configure(config());
    await agents.sh(`kill -STOP ${after}`);
    const inGrace = await host.tickJson();
    expect(evidence(inGrace, "openclaw-process")).toContain("in its start grace");
    expect(inGrace.heal.outcome).toBe("none");
    await agents.sh(`kill -CONT ${after}`);
    await untilGreen();
    expect(await host.chat.taken()).toEqual(told);
    expect(await host.count("heal.dispatched")).toBe(1);
    expect(await host.bed.sh("dogwatch log verify")).toContain("ok:");
  });

  test("a second gateway, started by hand on a state of its own, is told, and neither is touched", async () => {
    const host = get();
    await host.configure(noGrace);
    await expectGreen();
    const first = await agents.show("MainPID");
    await agents.startSecond();
    const tick = await host.tickJson();
    expect(colours(tick)["openclaw-process"]).toBe("red");
    expect(tick.heal.why).toBe('"openclaw-process" is for a person to decide');
    await expectTold(/^RED web-1 · openclaw-process: 2 processes/u, "gateway-twice");
    await expectLeftAlone(first);
    await agents.stopSecond();
    await expectGreen();
    await expectLeftAlone(first);
  });

  test("an operator's stop is told, and not undone", async () => {
    const host = get();
    await host.configure(noGrace);
    await expectGreen();
    await agents.sh("systemctl --user stop openclaw-gateway.service");
    const tick = await host.tickJson();
    expect(tick.heal.why).toContain("stopped on purpose");
    await expectTold(/^RED web-1 · openclaw-unit: inactive: stopped on purpose/u, "unit-stopped");
    await expectLeftAlone("0");
    expect(await agents.show("ActiveState")).toBe("inactive");
  });

  test("an alert goes out by the gateway itself, by no model, and as plain text", async () => {
    const { bed } = get();
    await agents.configure("telegram");
    await agents.restart();
    await bed.write("/etc/dogwatch/credentials/openclaw-token", `${gatewayToken}\n`, "0600");
    await bed.write("/etc/dogwatch/dogwatch.yaml", `${chatByGateway}${config()}`);
    const tested = await bed.exec(["/usr/local/bin/dogwatch", "chat", "test"]);
    expect(`${tested.status} ${tested.err}`).toBe("0 ");
    const [text, ...more] = await agents.botTook();
    expect(more).toEqual([]);
    expect(text).toStartWith("<code>TEST web-1");
    expect(text).not.toMatch(/<(?!\/?(pre|code)\b)/u);

    await agents.botSays("401");
    const refused = await bed.exec(["/usr/local/bin/dogwatch", "chat", "test"]);
    expect(refused.status).not.toBe(0);
  });

  for (const mode of ["401", "409"] as const)
    test(`a Bot API that answers ${mode} is told, and the gateway is left alone`, async () => {
      const host = get();
      await agents.botSays(mode);
      await agents.configure("telegram");
      await agents.restart();
      const pid = await agents.show("MainPID");
      await until(
        "telegram to fail",
        async () => ((await agents.failing()) === "telegram" ? true : undefined),
        300_000,
      );
      await host.configure(noGrace);
      const ticks = [await host.tickJson(), await host.tickJson()];
      expect(ticks.map(colours)).toMatchObject([
        { ...withoutRed, "openclaw-readyz": "amber" },
        { ...withoutRed, "openclaw-readyz": "red" },
      ]);
      expect(ticks.map((each) => evidence(each, "openclaw-readyz")).join()).toContain("telegram");
      await expectTold(/^RED web-1 · openclaw-readyz: status 503/u, "gateway-down");
      await expectLeftAlone(pid);
    });

  test("a config that it refuses ends it with 78: told, not restarted", async () => {
    const host = get();
    await host.configure(noGrace);
    await expectGreen();
    await agents.breakConfig();
    await agents.sh("systemctl --user restart openclaw-gateway.service");
    await until(
      "it to give up",
      async () => ((await agents.show("ActiveState")) === "failed" ? true : undefined),
      120_000,
    );
    const tick = await host.tickJson();
    expect(tick.heal.why).toBe('"restart-unit" is no cure for exit status 78');
    await expectTold(/^RED web-1 · openclaw-unit: failed \(exit-code, exit status 78\)/u, "config-broken");
    await expectLeftAlone("0");
  });

  test("SIGKILL: with its own Restart=always systemd is left to bring it back", async () => {
    const host = get();
    await host.configure(config());
    await expectGreen();
    await agents.kill();
    const ticks = await untilGreen();
    // Once it has died, and again while it comes up: what is bad is its manager's work in hand.
    expect(ticks[0]?.heal.why).toContain("is activating (auto-restart)");
    expect(ticks.map(({ heal }) => heal.outcome)).not.toContain("healed");
    const heads = (await host.chat.taken()).map(({ head }) => head);
    expect(heads).toEqual([
      expect.stringMatching(/^RED web-1 · openclaw-unit: it died \(signal\) and systemd is about to restart it/u),
      expect.stringMatching(/^RECOVERED web-1 · openclaw-unit: /u),
    ]);
    expect(await agents.show("NRestarts")).toBe("1");
    expect(await host.count("heal.dispatched")).toBe(0);
  });

  test("SIGKILL: with Restart=no it is red, and restarted", async () => {
    const host = get();
    await host.configure(noGrace);
    await agents.keepDown();
    await expectGreen();
    await agents.kill();
    expect(await agents.show("ActiveState")).toBe("failed");
    const tick = await host.tickJson();
    expect(tick.heal.outcome).toBe("healed");
    await expectHealed("openclaw-unit", /was red.*signal/u);
  });

  test("three kills in ten minutes are a crash loop: told, and left to its manager", async () => {
    const host = get();
    await host.configure(config());
    for (const _ of "123") {
      await agents.kill();
      await agents.ready();
    }
    const pid = await agents.show("MainPID");
    const tick = await host.tickJson();
    expect(colours(tick)["openclaw-boots"]).toBe("red");
    expect(evidence(tick, "openclaw-boots")).toStartWith("crash-loop: ");
    expect(tick.alerts).toEqual([{ kind: "red" }]);
    expect(colours(tick)["openclaw-healthz"]).toBe("green");
    await expectLeftAlone(pid);
  });
});
