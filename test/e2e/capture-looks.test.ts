import { beforeAll, expect, test } from "bun:test";
import { describeOnBed, nodePath, until } from "./bed.ts";
import { asking, bringClient, capture } from "./capture-bed.ts";
import { useWatched } from "./watched.ts";

const home = "/home/agents";

const checks = `
checks:
  main: { unit: { name: gw-main.service } }
  board:
    process: { pidfile: ${home}/board.pid }
    as: agents
  alias:
    process: { pidfile: ${home}/board.pid }
    as: toor
  stranger:
    process: { pidfile: ${home}/board.pid }
    as: not-here
heal:
  mode: apply
  rules: [{ on: [main], recipe: restart-unit, with: { unit: gw-main.service } }]
`;

/** As agents: holds each look child at its first sight, writes down what the kernel says of it, and lets it hang. */
const holder = `
import { appendFileSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
const seen = new Set();
for (;;) {
  for (const pid of readdirSync("/proc").filter((name) => /^[0-9]+$/.test(name) && !seen.has(name))) {
    try {
      if (readFileSync(\`/proc/\${pid}/cmdline\`, "utf8") !== "/usr/local/bin/dogwatch\\0look\\0") continue;
      process.kill(Number(pid), "SIGSTOP");
      seen.add(pid);
      const status = readFileSync(\`/proc/\${pid}/status\`, "utf8");
      const files = readdirSync(\`/proc/\${pid}/fd\`).map((fd) => readlinkSync(\`/proc/\${pid}/fd/\${fd}\`));
      const environ = readFileSync(\`/proc/\${pid}/environ\`, "utf8").split("\\0");
      appendFileSync("/run/agents/held", \`\${JSON.stringify({ pid, status, files, environ })}\\n\`);
    } catch {
      // It came and went.
    }
  }
}
`;

const field = (status: string, name: string): string =>
  (new RegExp(`^${name}:\\s*(.*?)\\s*$`, "mu").exec(status)?.[1] ?? "").replaceAll("\t", " ");

describeOnBed("a look as another user", () => {
  const get = useWatched("capture-looks");

  beforeAll(async () => {
    const { bed } = get();
    await bringClient(get());
    await bed.sh(`
      groupadd shared; useradd --create-home --groups shared agents; chmod 0700 ${home}
      useradd --non-unique --uid 0 --no-create-home toor
      install -d -o agents /run/agents; ln -s /proc/1 ${home}/link; runuser -u agents -- sh -c 'echo 1 >${home}/board.pid'`);
    await bed.write("/opt/holder.mjs", holder);
  }, 20_000);

  test("is refused for root, whatever it is called, and for nobody known", async () => {
    const host = get();
    await host.gateway("gw-main", 18080);
    await host.configure(checks);
    const { answers } = await capture(host, asking({ do: "look", checks: ["alias", "stranger"] }));
    expect(answers.at(-1)?.readings).toEqual({
      alias: { kind: "unknown", evidence: 'cannot look as "toor": dogwatch never looks as root', durationMs: 0 },
      stranger: {
        kind: "unknown",
        evidence: 'cannot look as "not-here": there is no such user on this host',
        durationMs: 0,
      },
    });
    await host.bed.write(
      "/etc/dogwatch/root.yaml",
      (await host.bed.read("/etc/dogwatch/dogwatch.yaml")).replace("as: toor", "as: root"),
    );
    const refused = await host.bed.exec(["/usr/local/bin/dogwatch", "validate", "/etc/dogwatch/root.yaml"]);
    expect(refused.status).toBe(78);
    expect(refused.err).toMatch(/^\/etc\/dogwatch\/root\.yaml:\d+:\d+: "as: root" is refused/u);
    await host.bed.sh("rm /etc/dogwatch/root.yaml");
    const asRoot = await host.bed.exec(["/usr/local/bin/dogwatch", "look"], { stdin: '{"version":1,"checks":[]}\n' });
    expect(asRoot.err).toContain("never looks as root");
    expect(await host.tick()).toBe(0);
  }, 60_000);

  test("is a child that is that user for good, holds nothing of root's, and goes with its helper when it hangs", async () => {
    const host = get();
    const { bed } = host;
    await host.gateway("gw-main", 18080);
    await host.configure(checks);
    await bed.sh(
      `rm -f /run/agents/held; systemd-run --quiet --unit=e2e-holder --uid=agents ${nodePath()} /opt/holder.mjs; sleep 0.5`,
    );
    const looked = capture(host, [
      ...asking({ do: "look", checks: ["board"] }).slice(0, 1),
      { until: "/run/e2e-held" },
    ]);
    const line = await until(
      "a look child",
      async () => (await bed.exec(["/usr/bin/head", "-1", "/run/agents/held"])).out.trim() || undefined,
    );
    await bed.sh("systemctl stop e2e-holder.service");
    const { pid, status, files, environ } = JSON.parse(line);
    const [uid, gid] = (await bed.sh("id -u agents; id -g agents")).trim().split("\n");
    const groups = (await bed.sh("id -G agents")).trim().split(" ").toSorted();
    expect(field(status, "Uid")).toBe(Array(4).fill(uid).join(" "));
    expect(field(status, "Gid")).toBe(Array(4).fill(gid).join(" "));
    expect(field(status, "Groups").split(" ").toSorted()).toEqual(groups);
    for (const caps of ["CapInh", "CapPrm", "CapEff", "CapAmb"]) expect(field(status, caps)).toBe("0".repeat(16));
    // CAP_SETGID and CAP_SETUID, which no program can gain any more under NoNewPrivs.
    expect(field(status, "CapBnd")).toBe("00000000000000c0");
    expect(field(status, "NoNewPrivs")).toBe("1");
    expect(
      files.filter(
        (file: string) => !/^(?:socket|pipe|anon_inode):|^\/dev\/null$|^\/proc\/|^\/sys\/|^\/usr\/lib\//u.test(file),
      ),
    ).toEqual([]);
    expect(environ.filter((each: string) => /CREDENTIALS|TOKEN|LISTEN|STATE_|LOGS_/u.test(each))).toEqual([]);

    const root = await bed.exec([
      "/usr/sbin/runuser",
      "-u",
      "agents",
      "--",
      "/bin/sh",
      "-c",
      `ls -l /proc/${pid}/fd /proc/$(awk '/^PPid/ { print $2 }' /proc/${pid}/status)/fd`,
    ]);
    expect(root.err).toContain("Permission denied");
    // Its own deadline is too long for a test; here the helper is ended with all that it has started.
    await bed.sh("systemctl stop 'dogwatch-heal@*.service'");
    expect((await bed.exec(["/usr/bin/test", "-e", `/proc/${pid}`])).status).toBe(1);
    await bed.sh("touch /run/e2e-held");
    await looked;
  }, 120_000);
});
