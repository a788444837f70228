import { expect, test } from "bun:test";
import { describeOnBed } from "./bed.ts";
import { useWatched, type Watched } from "./watched.ts";

const configText = (api: string): string => `host: web-1
confirm: 0s
chat:
  hermes: { url: "${api}", route: dogwatch, secret: { credential: hermes-secret } }
checks:
  first:
    unit: { name: gw-first.service }
heal: { mode: observe }
`;

const posts = async ({ chat }: Watched): Promise<readonly string[]> =>
  (await chat.requests()).filter((each) => each.startsWith("POST /webhooks/dogwatch "));

describeOnBed("a gateway that runs an agent at our message", () => {
  const get = useWatched("latch");

  test("dogwatch posts once, says so everywhere, and goes on after a test that was delivered", async () => {
    const host = get();
    const { bed, chat } = host;
    await host.gateway("gw-first", 18081);
    await bed.write("/etc/dogwatch/credentials/hermes-secret", "a-route-secret\n", "0600");
    await bed.write("/etc/dogwatch/dogwatch.yaml", configText(chat.api));
    const validated = await bed.exec(["/usr/local/bin/dogwatch", "validate"]);
    expect([validated.status, validated.err]).toEqual([0, expect.stringContaining('add "when_down"')]);

    await chat.answer("agent");
    await bed.run(["/usr/bin/systemctl", "kill", "-s", "KILL", "gw-first.service"]);
    expect(await host.tick()).toBe(75);
    expect(await host.tick()).toBe(75);
    expect(await posts(host)).toEqual(["POST /webhooks/dogwatch 202"]);
    expect((await host.journal("-t", "dogwatch")).join("\n")).toContain(
      'nothing more is posted to the chat: hermes answered 202 "accepted"',
    );
    const status = await bed.run(["/usr/local/bin/dogwatch", "status"]);
    expect(status).toContain("chat latched: hermes answered 202");
    expect(status).toContain("run: sudo dogwatch chat test");

    // Once more by hand, on purpose: it still runs an agent, so the latch stays.
    expect((await bed.exec(["/usr/local/bin/dogwatch", "chat", "test"])).status).toBe(75);
    expect(await host.tick()).toBe(75);
    expect(await posts(host)).toHaveLength(2);

    await chat.answer("ok");
    const mended = await bed.exec(["/usr/local/bin/dogwatch", "chat", "test"]);
    expect([mended.status, mended.out]).toEqual([0, 'hermes: delivered (hermes answered 200 "delivered")\n']);
    expect(await host.tick()).toBe(0);
    expect((await posts(host)).slice(2)).toEqual(["POST /webhooks/dogwatch 200", "POST /webhooks/dogwatch 200"]);
    expect(await bed.run(["/usr/local/bin/dogwatch", "status"])).not.toContain("latched");
    expect(await bed.sh("find /var/lib/dogwatch -not -user dogwatch")).toBe("");
    await chat.clear();
  }, 120_000);
});
