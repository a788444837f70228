import { expect, test } from "bun:test";
import { describeOnBed, until } from "./bed.ts";
import { useWatched } from "./watched.ts";

const link = "/var/www/html/dogwatch.html";
const page = "/var/lib/dogwatch/report.html";

const checks = (more = ""): string => `
report: ${link}
checks:
  main: { unit: { name: gw-main.service } }
  door: { http: { url: "http://127.0.0.1:18080/healthz", timeout: 1s }, red_after: 1, needs: [main] }
heal:
  mode: apply
  rules: [{ on: [main, door], recipe: restart-unit, with: { unit: gw-main.service } }]
${more}`;

describeOnBed("report", () => {
  const get = useWatched("report");

  test("the watcher leaves the page of each tick in its folder, a link leads there, and an incident with its heal is in it within the tick", async () => {
    const host = get();
    const { bed } = host;
    await host.gateway("gw-main", 18080);
    await host.configure(checks());
    await bed.sh(`mkdir -p /var/www/html; test -L ${link} || dogwatch report --link`);
    expect((await bed.sh(`readlink ${link}`)).trim()).toBe(page);
    expect(await host.tick()).toBe(0);
    expect(await bed.sh(`stat -c '%a %U %G %F' ${page}`)).toBe("640 dogwatch dogwatch regular file\n");
    const quiet = await bed.read(link);
    expect(quiet).toStartWith("<!doctype html>");
    expect(quiet).not.toContain("restart-unit on");

    await bed.run(["/usr/bin/systemctl", "kill", "-s", "KILL", "gw-main.service"]);
    expect(await host.tick()).toBe(0);
    const told = await bed.read(link);
    expect(await host.count("heal.proved")).toBe(1);
    for (const words of ["gw-main.service", "restart-unit", "--no-block", "The root helper checked it"])
      expect(told).toContain(words);
    expect((await host.journal("-t", "dogwatch")).filter((line) => line.includes("report"))).toEqual([]);

    // Nothing that is new: the helper isn't asked again.
    expect(await host.tick()).toBe(0);
    const served = async (): Promise<number> => (await host.journal("-u", "dogwatch-heal@*")).length;
    const before = await served();
    expect(before).toBeGreaterThan(0);
    expect(await host.tick()).toBe(0);
    expect(await served()).toBe(before);
  }, 90_000);

  test("dogwatch report makes the same page for root and for operators, and says to each how it had the log", async () => {
    const host = get();
    const { bed } = host;
    await host.gateway("gw-main", 18080);
    await host.configure(checks());
    expect(await host.tick()).toBe(0);
    await bed.sh("systemctl kill -s KILL gw-main.service");
    expect(await host.tick()).toBe(0);
    const json = async (as: string): Promise<ReturnType<typeof JSON.parse>> =>
      JSON.parse(await bed.sh(`${as} dogwatch report --json`));
    await bed.sh("useradd -m -G dogwatch oper; useradd -m -G dogwatch,adm both");
    const [root, oper, both] = [await json("env"), await json("runuser -u oper --"), await json("runuser -u both --")];
    for (const each of [root, oper, both]) {
      expect(each.log).toMatchObject({ kind: "whole" });
      expect(each.incidents).toMatchObject([{ check: "main" }]);
      expect(each.checks.map(({ name }: { readonly name: string }) => name)).toEqual(["main", "door"]);
    }
    expect(root.log.notes.join()).toContain("The root helper checked it");
    expect(oper.notes.join()).toContain("as it was told last, not as it is: permission denied");
    expect(both.log.notes.join()).toContain('"both" checked it');

    await bed.sh("dogwatch report -o /root/page.html; dogwatch report -o /root/page.html");
    expect(await bed.sh("stat -c '%a %U' /root/page.html")).toBe("640 root\n");
    const refused = await bed.exec(["/usr/local/bin/dogwatch", "report", "-o", "/etc/passwd"]);
    expect([refused.status, refused.err.split("\n")[0]]).toEqual([
      73,
      'dogwatch: cannot write "/etc/passwd": it is no page of dogwatch: remove it, or name another',
    ]);
    // What the watcher puts in its page's place is written through by nobody.
    await bed.sh(
      `rm ${page}; ln -s /etc/passwd ${page}; chown -h dogwatch: ${page}; sha256sum /etc/passwd >/run/before`,
    );
    expect(await host.tick()).toBe(0);
    await bed.sh("sha256sum --quiet -c /run/before");
    expect(
      (await host.journal("-t", "dogwatch")).filter((line) => line.includes("cannot write the report")),
    ).toHaveLength(1);
    await bed.sh(`rm ${page}`);
  }, 90_000);

  test("the daemon writes the page of each of its ticks too", async () => {
    const host = get();
    const { bed } = host;
    await host.gateway("gw-main", 18080);
    await host.configure(checks());
    await bed.sh("systemctl start dogwatch-daemon.service");
    try {
      await until("the page", async () =>
        (await bed.exec(["/usr/bin/test", "-s", page])).status === 0 ? true : undefined,
      );
    } finally {
      await bed.sh("systemctl stop dogwatch-daemon.service");
    }
    expect(await bed.read(page)).toStartWith("<!doctype html>");
  }, 60_000);
});
