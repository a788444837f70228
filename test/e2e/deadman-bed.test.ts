import { beforeAll, expect, test } from "bun:test";
import { describeOnBed, until } from "./bed.ts";
import { type BedPings, pingPath, startBedPings } from "./ping-server.ts";
import { useWatched, type Watched } from "./watched.ts";

const port = 18998;
/** An address of this host that is not loopback: the filter drops what it doesn't list, whoever answers. */
const elsewhere = "10.9.9.9";

const config = (host: string): string => `
deadman: { url: "http://${host}:${port}${pingPath}", timeout: 1s }
checks:
  first:
    unit: { name: gw-first.service }
heal: { mode: observe }
`;

const signals = async (pings: BedPings): Promise<readonly string[]> =>
  (await pings.pings()).map(({ signal }) => signal);

describeOnBed("the dead-man's switch behind the wall", () => {
  const get = useWatched("deadman");
  let pings: BedPings;

  beforeAll(async () => {
    pings = await startBedPings(get().bed, port);
    await get().bed.sh(`ip addr add ${elsewhere}/32 dev lo`);
  }, 30_000);

  const ready = async (host: Watched, address: string): Promise<void> => {
    await pings.clear();
    await host.gateway("gw-first", 18081);
    await host.configure(config(address));
  };

  test("the unit's tick tells start and success, with a head that the heal log vouches for", async () => {
    const host = get();
    await ready(host, "127.0.0.1");
    await host.bed.run(["/usr/bin/systemctl", "kill", "-s", "KILL", "gw-first.service"]);
    for (let tick = 0; tick < 2; tick += 1) expect(await host.tick()).toBe(0);
    expect(await signals(pings)).toEqual(["start", "success", "start", "success"]);
    for (const { signal, body } of await pings.pings()) {
      const head = /^log (\d+:[0-9a-f]{64})$/mu.exec(body)?.[1];
      if (signal === "success")
        await host.bed.run(["/usr/local/bin/dogwatch", "log", "verify", "--head", head ?? "none"]);
    }
  }, 60_000);

  test("an invalid config is told as a failure by the last one that could be used", async () => {
    const host = get();
    await ready(host, "127.0.0.1");
    expect(await host.tick()).toBe(0);
    await host.bed.sh("sed -i s/^confirm:/confrim:/ /etc/dogwatch/dogwatch.yaml");
    expect(await host.tick()).toBe(78);
    expect(await signals(pings)).toEqual(["start", "success", "start", "fail"]);
    expect((await pings.pings()).at(-1)?.body).toContain('unknown key "confrim"');
  }, 60_000);

  test("an address that the IP filter doesn't list is told as that, and heard once the filter is made anew", async () => {
    const host = get();
    await ready(host, elsewhere);
    expect(await host.tick()).toBe(0);
    expect(await signals(pings)).toEqual([]);
    const said = (await host.journal("-t", "dogwatch")).join("\n");
    expect(said).toContain("the dead-man's switch did not hear of this tick: ");
    expect(said).toContain("run: sudo dogwatch egress --systemd --write");
    expect((await host.bed.exec(["/usr/local/bin/dogwatch", "deadman", "test"])).status).toBe(75);

    const written = await host.bed.run(["/usr/local/bin/dogwatch", "egress", "--systemd", "--write"]);
    expect(written).toContain("IP filter: loopback and the addresses of the config");
    expect(await host.bed.run(["/usr/local/bin/dogwatch", "egress"])).toContain(`POST  ${elsewhere}:${port}   deadman`);
    expect(await host.bed.run(["/usr/local/bin/dogwatch", "deadman", "test"])).toContain(`${elsewhere} heard it`);
    expect(await host.tick()).toBe(0);
    expect(await signals(pings)).toEqual(["log", "start", "success"]);
    expect(await host.bed.run(["/usr/local/bin/dogwatch", "status"])).not.toContain("switch");
  }, 60_000);

  test("a tick that is killed tells no end: the switch is left to worry", async () => {
    const host = get();
    await ready(host, "127.0.0.1");
    await host.chat.answer("hang");
    await host.bed.run(["/usr/bin/systemctl", "kill", "-s", "KILL", "gw-first.service"]);
    await host.bed.run(["/usr/bin/systemctl", "start", "--no-block", "dogwatch.service"]);
    await until("the tick to hang at the chat", async () =>
      (await host.chat.requests()).length > 0 ? true : undefined,
    );
    await host.bed.run(["/usr/bin/systemctl", "kill", "-s", "KILL", "dogwatch.service"]);
    await until("the tick to be gone", async () => {
      const state = await host.bed.exec(["/usr/bin/systemctl", "is-active", "dogwatch.service"]);
      return state.out.trim() === "failed" ? true : undefined;
    });
    expect(await signals(pings)).toEqual(["start"]);
    await host.chat.clear();
  }, 60_000);
});
