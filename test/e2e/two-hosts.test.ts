import { beforeAll, describe, expect, test } from "bun:test";
import { blocksOf } from "../docs/blocks.ts";
import { describeOnBed, until } from "./bed.ts";
import { Chat, Den } from "./hostile-bed.ts";
import { startPingServer } from "./ping-server.ts";
import { useWatched, type Watched } from "./watched.ts";

/** A block of the page, as it stands there. */
const told = (mark: string): string => {
  const block = blocksOf("docs/alerts.md").find((each) => each.mark === mark);
  if (block === undefined) throw new Error(`docs/alerts.md has no block "${mark}"`);
  return block.text;
};

const indented = (text: string): string => text.replaceAll(/^(?=.)/gmu, "  ");

const beats = "/var/lib/dogwatch-beat";
const config = `host: a\nconfirm: 0s\nchat: console\nchecks: { self: { process: { command: "systemd" } } }\n`;
const dogwatchA = `[Service]
Type=oneshot
ExecStart=/usr/local/bin/dogwatch tick --config /opt/a/dogwatch.yaml --state-dir /opt/a/state --logs-dir /opt/a/logs
`;

describeOnBed("two hosts that watch each other, as docs/alerts.md has them", () => {
  const get = useWatched("two");

  /** Host b is the bed's own dogwatch; host a a second one in it. In ssh's place stands the command that its key is bound to. */
  beforeAll(async () => {
    const { bed } = get();
    await bed.sh("useradd beat-a; mkdir -p /opt/a/state /opt/a/logs");
    await bed.write("/etc/systemd/system/dogwatch-a.service", dogwatchA);
    await bed.write("/etc/systemd/system/dogwatch-a.service.d/override.conf", told("drop-in dogwatch.service"));
    const bound =
      /command="([^"]+)"/u.exec(
        blocksOf("docs/alerts.md")
          .map(({ text }) => text)
          .join("\n"),
      )?.[1] ?? "";
    const unit = told("unit dogwatch-tell.service")
      .replace(/^User=.*\n/mu, "")
      .replace(/^ExecStart=.*$/mu, `ExecStart=/usr/sbin/runuser -u beat-a -- ${bound}`);
    await bed.write("/etc/systemd/system/dogwatch-tell.service", unit);
    await bed.run(["/usr/bin/systemctl", "daemon-reload"]);
  }, 30_000);

  const ready = async (host: Watched): Promise<void> => {
    await host.bed.write("/opt/a/dogwatch.yaml", config);
    await host.bed.sh(`rm -f ${beats}/*`);
    await host.gateway("gw-web", 8080);
    const checks = told("checks two-hosts").replace("a.example.org", "127.0.0.1");
    await host.configure(`checks:\n${indented(checks)}heal: { mode: observe }\n`);
  };
  const tickA = async ({ bed }: Watched): Promise<number> =>
    (await bed.exec(["/usr/bin/systemctl", "start", "dogwatch-a.service"])).status;
  const beat = async ({ bed }: Watched): Promise<string> =>
    (await bed.sh(`cat ${beats}/dogwatch-a.* 2>/dev/null || true`)).trim();
  const beaten = (host: Watched): Promise<string> =>
    until("host a's beat", async () => (await beat(host)) || undefined);
  const heads = async ({ chat }: Watched): Promise<readonly string[]> => (await chat.taken()).map(({ head }) => head);

  test("b notices that the other one's ticks have stopped, though its web server answers", async () => {
    const host = get();
    await ready(host);
    expect(await tickA(host)).toBe(0);
    await beaten(host);
    expect(await host.tick()).toBe(0);
    expect((await host.journal("-t", "dogwatch", "-u", "dogwatch.service")).at(-1)).toContain("2 of 2 checks green");

    // Twenty minutes pass in which no tick of a has ended.
    await host.bed.sh(`touch -d "20 minutes ago" ${beats}/dogwatch-a.*`);
    for (let tick = 0; tick < 3; tick += 1) expect(await host.tick()).toBe(0);
    expect(await heads(host)).toEqual([expect.stringMatching(/^RED web-1 · a-dogwatch: .*20 min/u)]);

    expect(await tickA(host)).toBe(0);
    await until("host a's new beat", async () => {
      const [file] = (await host.bed.sh(`find ${beats} -name 'dogwatch-a.*' -mmin -5`)).split("\n");
      return file || undefined;
    });
    expect(await host.tick()).toBe(0);
    expect((await heads(host)).at(-1)).toMatch(/^RECOVERED web-1 · a-dogwatch: /u);
  }, 90_000);

  test("a tick that ended with another status than 0 beats nobody", async () => {
    const host = get();
    await ready(host);
    await host.bed.write("/opt/a/dogwatch.yaml", "chat: [");
    expect(await tickA(host)).not.toBe(0);
    await host.bed.write("/opt/a/dogwatch.yaml", config);
    expect(await beat(host)).toBe("");
  }, 60_000);

  test("b says one thing of a host that is off, with its dogwatch folded under it", async () => {
    const host = get();
    await ready(host);
    expect(await tickA(host)).toBe(0);
    await beaten(host);
    expect(await host.tick()).toBe(0);
    await host.bed.run(["/usr/bin/systemctl", "kill", "-s", "KILL", "gw-web.service"]);
    await host.bed.sh(`touch -d "20 minutes ago" ${beats}/dogwatch-a.*`);
    for (let tick = 0; tick < 3; tick += 1) expect(await host.tick()).toBe(0);
    const [only, ...others] = await host.chat.taken();
    expect(others).toEqual([]);
    expect(only?.head).toMatch(/^RED web-1 · a-web: /u);
    expect(only?.text).toContain("Also affected: a-dogwatch");
  }, 60_000);
});

describe("two hosts, one of which has a healthchecks server", () => {
  test("b notices by the check's badge that a's ticks have stopped", async () => {
    await using server = await startPingServer(3000);
    using chat = new Chat();
    using a = new Den();
    using b = new Den();
    a.write("dogwatch.yaml", `${config}deadman: { url: "${server.url}" }\n`);
    const checks = told("checks two-hosts-badge").replace(
      /http:\/\/127[^"]+/u,
      `http://127.0.0.1:${server.port}/status`,
    );
    b.write("dogwatch.yaml", `host: b\nconfirm: 0s\n${chat.yaml}checks:\n${indented(checks)}`);
    const verdict = async (): Promise<string> => (await b.tick()).json.verdict;
    await until("b to see a alive", async () => {
      expect((await a.tick()).status).toBe(0);
      return (await verdict()) === "green" ? true : undefined;
    });
    await until("b to see that a is silent", async () => ((await verdict()) === "red" ? true : undefined));
    expect(chat.heads()).toEqual([expect.stringMatching(/^RED b · a-dogwatch: \/status is "down", want "up"/u)]);
  }, 60_000);
});
