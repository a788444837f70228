import { describe, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { Chat, Den } from "./hostile-bed.ts";
import { type PingServer, startPingServer } from "./ping-server.ts";

const green = "checks: { shell: { process: { command: '.' } } }\n";
const red = "checks: { gone: { process: { name: no-such-gw } } }\n";

const configOf = (chat: Chat, url: string, checks: string): string =>
  `host: web-1\nconfirm: 0s\n${chat.yaml}deadman: { url: "${url}", timeout: 1s }\n${checks}`;

const signals = (server: PingServer): readonly string[] => server.pings().map(({ signal }) => signal);

describe("the dead-man's switch, against a real server of its protocol", () => {
  test("tick tells start and success, POSTed, of one run; of a red host too", async () => {
    await using server = await startPingServer();
    using chat = new Chat();
    using den = new Den();
    for (const checks of [green, red]) {
      den.write("dogwatch.yaml", configOf(chat, server.url, checks));
      expect((await den.tick()).status).toBe(0);
    }
    const pings = server.pings();
    expect(pings.map(({ method, signal }) => `${method} ${signal}`)).toEqual([
      ...["POST start", "POST success"],
      ...["POST start", "POST success"],
    ]);
    expect(pings.map(({ rid }) => pings.findIndex((each) => each.rid === rid))).toEqual([0, 0, 2, 2]);
    const [, first, , second] = pings;
    expect(first?.body).toMatch(/^web-1: GREEN, exit status 0\n1 check: 1 green\nalerts waiting: 0\n/u);
    expect(second?.body).toMatch(/^web-1: RED, exit status 0\n1 check: 1 red\nred: gone\nalerts waiting: 0\n/u);
    const head = /^log (\d+:[0-9a-f]{64})$/mu.exec(second?.body ?? "")?.[1] ?? "none";
    expect((await den.dogwatch(["log", "verify", "--head", head])).status).toBe(0);
  });

  test("tick tells a failure at once when its chat is dead, when its config is invalid, and when its state can't be made", async () => {
    await using server = await startPingServer();
    using chat = new Chat();
    using den = new Den();
    const config = configOf(chat, server.url, red).replace(
      /^chat:[\s\S]*?(?=deadman)/mu,
      'chat: { webhook: { url: "http://127.0.0.1:9/x" } }\n',
    );
    den.write("dogwatch.yaml", config);
    expect((await den.tick()).status).toBe(0);
    expect((await den.tick()).status).toBe(75);
    den.write("dogwatch.yaml", config.replace("confirm", "confrim"));
    expect((await den.dogwatch(["tick"])).status).toBe(78);
    den.write("dogwatch.yaml", config);
    rmSync(den.state, { recursive: true });
    den.write("state", "no folder");
    expect((await den.dogwatch(["tick"])).status).toBe(73);
    expect(signals(server)).toEqual(["start", "success", "start", "fail", "start", "fail", "start", "fail"]);
    const bodies = server.pings().flatMap(({ signal, body }) => (signal === "fail" ? [body.split("\n")] : []));
    expect(bodies.map(([first]) => first)).toEqual(
      [75, 78, 73].map((exit) => `web-1: dogwatch itself is ill, exit status ${exit}`),
    );
    expect(bodies[1]?.[1]).toEndWith(':2:1: unknown key "confrim": did you mean "confirm"?');
  });

  const sick = [
    { name: "accepts and never answers", mode: "hang", why: /no answer in/u },
    { name: "drips", mode: "drip", why: /answer not finished in/u },
    { name: "says that the check is gone", mode: "gone", why: /answered 404: the check is gone/u },
    { name: "counts no more pings", mode: "rate", why: /too many/u },
    { name: "is broken", mode: "500", why: /answered 500/u },
  ] as const;
  for (const { name, mode, why } of sick)
    test(`tick goes on beside a server that ${name}, and status says so until one is heard`, async () => {
      await using server = await startPingServer();
      using chat = new Chat();
      using den = new Den();
      den.write("dogwatch.yaml", configOf(chat, server.url, green));
      await den.tick();
      server.answer(mode);
      // Without a deadline of its own it would never end.
      const { status, json, err } = await den.tick();
      expect({ status, err, verdict: json.verdict }).toEqual({ status: 0, err: "", verdict: "green" });
      expect(json.troubles).toEqual([expect.stringMatching(why)]);
      expect((await den.dogwatch(["status"])).out).toContain("the dead-man's switch has heard of no tick since");
      server.answer("ok");
      expect((await den.tick()).json.troubles).toEqual([]);
      expect((await den.dogwatch(["status"])).out).not.toContain("switch");
    });

  test("tick takes no 10 GB from a server that answers so much, and calls it heard", async () => {
    await using server = await startPingServer();
    using chat = new Chat();
    using den = new Den();
    den.write("dogwatch.yaml", configOf(chat, server.url, green));
    server.answer("flood");
    const { status, json, peakMiB } = await den.tick();
    expect({ status, troubles: json.troubles }).toEqual({ status: 0, troubles: [] });
    expect(peakMiB).toBeLessThan(150);
  });

  test("tick follows no redirect: another host hears nothing", async () => {
    await using server = await startPingServer();
    await using other = await startPingServer();
    using chat = new Chat();
    using den = new Den();
    den.write("dogwatch.yaml", configOf(chat, server.url, green));
    server.answer(`http://127.0.0.1:${other.port}/ping/x`);
    expect((await den.tick()).json.troubles).toEqual([expect.stringContaining("a redirect that is not followed")]);
    expect(other.pings()).toEqual([]);
  });

  test("a dry run and chat test ping nobody; deadman test changes nothing there, deadman fail alarms, the next tick ends it", async () => {
    await using server = await startPingServer();
    using chat = new Chat();
    using den = new Den();
    den.write("dogwatch.yaml", configOf(chat, server.url, green));
    await den.dogwatch(["tick", "--dry-run"]);
    expect((await den.dogwatch(["chat", "test"])).out).toContain("dogwatch deadman test");
    expect(signals(server)).toEqual([]);
    const status = async (): Promise<unknown> => await (await fetch(`http://127.0.0.1:${server.port}/status`)).json();
    await den.tick();
    expect((await den.dogwatch(["deadman", "test"])).out).toBe(
      "deadman: 127.0.0.1 heard it; it is noted there, and changes nothing\n",
    );
    expect(await status()).toEqual({ status: "up" });
    expect((await den.dogwatch(["deadman", "fail"])).status).toBe(0);
    expect(await status()).toEqual({ status: "down" });
    await den.tick();
    expect(await status()).toEqual({ status: "up" });
    expect(signals(server)).toEqual(["start", "success", "log", "fail", "start", "success"]);
    server.answer("gone");
    const { status: exit, err } = await den.dogwatch(["deadman", "test"]);
    expect(exit).toBe(75);
    expect(err).toContain("did not hear it: it answered 404: the check is gone");
    expect(err).toContain("dogwatch deadman fail");
  });
});
