import { expect, test } from "bun:test";
import { describeOnBed, until } from "./bed.ts";
import { useWatched, type Watched } from "./watched.ts";

const checks = `
checks:
  first:
    unit: { name: gw-first.service }
  second:
    unit: { name: gw-second.service }
heal: { mode: observe }
`;

/** Lines that journald showed on every terminal. */
const shouted = (host: Watched): Promise<readonly string[]> => host.journal("-t", "dogwatch", "-p", "0..0");

/** Ticks once, waits until OnFailure= has been dealt with, and gives the tick's exit status. */
const tickAndTell = async (host: Watched): Promise<number> => {
  const count = async () =>
    (await host.journal("-u", "dogwatch-failed.service")).filter((line) => line.startsWith("Finished ")).length;
  const before = await count();
  const status = await host.tick();
  await until("dogwatch-failed.service to end", async () => ((await count()) > before ? true : undefined));
  return status;
};

/** Moves a path out of the way while `body` runs. */
const without = async ({ bed }: Watched, path: string, body: () => Promise<void>): Promise<void> => {
  await bed.run(["/usr/bin/mv", path, `${path}.away`]);
  try {
    await body();
  } finally {
    await bed.run(["/usr/bin/mv", `${path}.away`, path]);
  }
};

describeOnBed("the watchdog itself is ill", () => {
  const get = useWatched("ill");

  test("tick keeps what a deaf chat didn't take, ends with 75 from the second tick on, and delivers in order", async () => {
    const host = get();
    const { bed, chat } = host;
    await host.gateway("gw-first", 18081);
    await host.gateway("gw-second", 18082);
    await host.configure(checks);
    expect(await host.tick()).toBe(0);

    await chat.answer("hang");
    await bed.run(["/usr/bin/systemctl", "kill", "-s", "KILL", "gw-first.service"]);
    expect(await host.tick()).toBe(0);
    await chat.answer("500");
    expect(await tickAndTell(host)).toBe(75);
    await bed.run(["/usr/bin/systemctl", "kill", "-s", "KILL", "gw-second.service"]);
    expect(await tickAndTell(host)).toBe(75);
    expect(await chat.taken()).toEqual([]);
    expect((await host.tickJson()).outbox).toBeGreaterThan(0);
    expect(await shouted(host)).toEqual([expect.stringMatching(/chat/iu)]);

    await chat.answer("ok");
    expect(await host.tick()).toBe(0);
    const told = (await chat.taken()).map(({ text }) => text).join("\n");
    expect(told.match(/· first: /gu)).toHaveLength(1);
    expect(told.match(/· second: /gu)).toHaveLength(1);
    expect(told.indexOf("· first: ")).toBeLessThan(told.indexOf("· second: "));
    expect((await host.tickJson()).outbox).toBe(0);

    const before = (await chat.taken()).length;
    expect(await host.tick()).toBe(0);
    expect(await chat.taken()).toHaveLength(before);
  }, 120_000);

  test("tick ends with 75 on a chat that refuses for good, and names neither its address nor its token", async () => {
    const host = get();
    await host.gateway("gw-first", 18081);
    await host.gateway("gw-second", 18082);
    await host.configure(checks);
    await host.bed.write("/etc/dogwatch/credentials/telegram-token", "999:wrong\n", "0600");
    await host.bed.run(["/usr/bin/systemctl", "kill", "-s", "KILL", "gw-first.service"]);
    expect(await host.tick()).toBe(75);
    expect((await host.journal("-t", "dogwatch")).join("\n")).toMatch(/401|Unauthorized/u);
    expect((await host.journal("-t", "dogwatch")).join("\n")).not.toContain("999:wrong");

    await host.bed.write("/etc/dogwatch/credentials/telegram-token", `${host.chat.token}\n`, "0600");
    await host.chat.clear();
  }, 60_000);

  test("a tick that is aborted while its chat hangs leaves no core and no word of the token, and the next one tells what it knew", async () => {
    const host = get();
    const { bed, chat } = host;
    await host.gateway("gw-first", 18081);
    await host.gateway("gw-second", 18082);
    await host.configure(checks);
    await chat.answer("hang");
    await bed.run(["/usr/bin/systemctl", "kill", "-s", "KILL", "gw-first.service"]);
    await bed.run(["/usr/bin/systemctl", "start", "--no-block", "dogwatch.service"]);
    await until("the message to be on its way", async () => ((await chat.requests()).length > 0 ? true : undefined));
    const seen = await bed.sh(
      `read -r token; pid=$(systemctl show -P MainPID dogwatch.service)
       grep -aF "$token" /proc/$pid/cmdline /proc/$pid/environ || true
       cat /proc/$pid/coredump_filter; grep "core file" /proc/$pid/limits`,
      { stdin: `${chat.token}\n` },
    );
    expect(seen).toMatch(/^00000000\nMax core file size +0 +0 +bytes/u);
    await bed.run(["/usr/bin/systemctl", "kill", "-s", "ABRT", "dogwatch.service"]);
    const result = await until("the tick to end", async () => {
      const shown = await bed.run(["/usr/bin/systemctl", "show", "-P", "Result", "dogwatch.service"]);
      return shown.trim() === "success" ? undefined : shown.trim();
    });
    // "core-dump" where one was written.
    expect(result).toBe("signal");
    await chat.answer("ok");
    expect(await host.tick()).toBe(0);
    expect((await chat.taken()).map(({ head }) => head)).toEqual([expect.stringMatching(/^RED web-1 · first: /u)]);
  }, 60_000);

  test("dogwatch-failed says what is wrong with the config and the one next command: terminals once, journal each time", async () => {
    const host = get();
    await host.configure(checks);
    await host.bed.sh("sed -i s/^confirm:/confrim:/ /etc/dogwatch/dogwatch.yaml");
    expect(await tickAndTell(host)).toBe(78);
    expect(await tickAndTell(host)).toBe(78);
    const said = (await host.journal("-t", "dogwatch")).join("\n");
    expect(said).toContain("dogwatch.yaml:2:1:");
    expect(said).toContain('"confirm"');
    const loud = await shouted(host);
    expect(loud).toHaveLength(1);
    expect(loud[0]).toContain("dogwatch validate");
    const told = await host.journal("-t", "dogwatch", "-u", "dogwatch-failed.service");
    expect(told.filter((line) => line.includes("dogwatch validate"))).toHaveLength(2);
  }, 60_000);

  test("dogwatch-failed speaks even when the binary can't run: terminals once, journal each time", async () => {
    const host = get();
    await host.configure(checks);
    await without(host, "/usr/local/bin/dogwatch", async () => {
      expect(await tickAndTell(host)).toBe(203);
      expect(await tickAndTell(host)).toBe(203);
    });
    expect(await shouted(host)).toHaveLength(1);
    const told = await host.journal("-t", "dogwatch");
    expect(told.filter((line) => line.includes("nothing is watched"))).toHaveLength(2);
  }, 60_000);

  test("dogwatch-failed explains a credentials folder that is gone", async () => {
    const host = get();
    await host.configure(checks);
    await without(host, "/etc/dogwatch/credentials", async () => {
      expect(await tickAndTell(host)).toBe(243);
    });
    expect((await shouted(host)).join("\n")).toMatch(/credentials/u);
  }, 60_000);
});
