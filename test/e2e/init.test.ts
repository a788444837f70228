import { afterAll, beforeAll, expect, test } from "bun:test";
import { Bed, describeOnBed, nodePath, until } from "./bed.ts";
import { portOpen } from "./receiver.ts";
import { unpack, unpacked } from "./watched.ts";

const config = "/etc/dogwatch/dogwatch.yaml";
const home = "/home/agents";

const unit = (command: string, options = ""): string => `[Service]
ExecStart=${nodePath()} ${command}
${options}
[Install]
WantedBy=multi-user.target
`;

/** What this host runs: a gateway, a worker, a queue's metrics; and the gateway of a user with a closed home. */
const units = {
  "my-gateway": unit("/opt/gateway.mjs 18080", "User=shop"),
  "mail-worker": unit("/opt/worker.mjs", "User=shop"),
  "shop-exporter": unit("/opt/exporter.mjs 19105", "DynamicUser=yes"),
} as const;

describeOnBed("dogwatch init", () => {
  let bed: Bed;
  const sh = (script: string): Promise<string> => bed.sh(script, { timeoutMs: 60_000 });
  const dogwatch = (...argv: readonly string[]) => bed.exec(["/usr/local/bin/dogwatch", ...argv]);
  const asUser = (...argv: readonly string[]) => [
    ...["/usr/sbin/runuser", "-u", "agents", "--", "/usr/bin/env", `HOME=${home}`, "XDG_RUNTIME_DIR=/run/user/1500"],
    ...argv,
  ];
  /** Each check's verdict and name, as the table in a pipe has them. */
  const verdicts = async (): Promise<readonly string[]> => {
    const { out } = await dogwatch("status");
    return out.split("\n").filter((line) => /^(?:green|amber|unknown|red) /u.test(line));
  };

  beforeAll(async () => {
    bed = await Bed.up("init");
    await unpack(bed);
    for (const name of ["gateway", "worker", "exporter", "claw"])
      await bed.cp(`${import.meta.dir}/${name}.mjs`, `/opt/${name}.mjs`);
    await sh(
      `useradd --system shop; useradd --uid 1500 --create-home agents; chmod 700 ${home}; loginctl enable-linger agents`,
    );
    for (const [name, text] of Object.entries(units)) await bed.write(`/etc/systemd/system/${name}.service`, text);
    await sh(`systemctl daemon-reload; systemctl start ${Object.keys(units).join(" ")}`);
    await until("the user manager", async () => {
      const { status } = await bed.exec(["/usr/bin/test", "-S", "/run/user/1500/systemd/private"]);
      return status === 0 ? true : undefined;
    });
    await bed.write(`${home}/.config/systemd/user/bot.service`, unit("/opt/gateway.mjs 18081"));
    await bed.write(`${home}/.config/systemd/user/openclaw-gateway.service`, unit("/opt/claw.mjs 18789"));
    await sh(`chown -R agents: ${home}`);
    await bed.run(asUser("/usr/bin/systemctl", "--user", "start", "bot.service", "openclaw-gateway.service"));
    for (const port of [18080, 18081, 18789, 19105]) await portOpen(bed, port);
    await bed.run([`${unpacked}/install.sh`], { timeoutMs: 120_000 });
    await sh("systemctl stop dogwatch.timer");
  }, 180_000);
  afterAll(() => bed?.down(), 30_000);

  test("init leaves the shipped config alone, and says how to begin anew", async () => {
    const { status, err } = await dogwatch("init");
    expect(status).toBe(73);
    expect(err).toContain(`mv ${config} ${config}.before`);
    await sh(`mv ${config} ${config}.before`);
  }, 30_000);

  test("init writes a config that validates, says what it saw, and is green at the first tick of the unit", async () => {
    const init = await dogwatch("init");
    expect([init.status, init.err]).toEqual([0, ""]);
    expect(init.out).toContain("unit my-gateway.service\n");
    expect(init.out).toContain("unit mail-worker.service (worker)\n");
    const text = (await bed.read(config)).replace(/\n *# /gu, " ");
    expect(text).toMatch(/unit my-gateway\.service: pid \d+ \(node\) as shop, since .*, listens on/u);
    expect(text).toContain("GET /healthz answered 200 \"{'ok':true,'status':'live'");
    expect(text).toContain("unit bot.service of user agents: pid ");
    expect(text).toContain("GET /metrics answered 3 metrics");
    expect(text).toContain("\n  openclaw:\n    preset: openclaw\n    as: agents");
    expect(await sh(`stat -c '%U:%G %a' ${config}`)).toBe("root:root 644\n");

    const valid = await dogwatch("validate");
    expect([valid.status, valid.err]).toEqual([0, ""]);
    await sh("systemctl start dogwatch.service");
    expect(await sh("systemctl show -P ExecMainStatus dogwatch.service")).toBe("0\n");
    const lines = await verdicts();
    expect(lines.filter((line) => !line.startsWith("green "))).toEqual([]);
    const names = lines.map((line) => line.trim().split(/ +/u)[1]);
    expect(names).toEqual(
      expect.arrayContaining([
        ...["journal", "my-gateway-unit", "my-gateway", "shop-exporter-unit", "shop-exporter", "shop-exporter-queue"],
        ...["openclaw-unit", "openclaw-process", "openclaw-healthz", "openclaw-readyz"],
        ...["bot-unit", "bot", "mail-worker-unit", "mail-worker-tokens"],
      ]),
    );
  }, 90_000);

  test("init again refuses to overwrite, and prints the same to stdout", async () => {
    const before = await bed.read(config);
    expect((await dogwatch("init")).status).toBe(73);
    const printed = await dogwatch("init", "--stdout");
    expect(printed.status).toBe(0);
    expect(printed.out.match(/^ {2}[\w.-]+:$/gmu)).toEqual(before.match(/^ {2}[\w.-]+:$/gmu));
    expect(await bed.read(config)).toBe(before);
  }, 60_000);

  test("init --diff is content, then names a unit that came and a gateway that went", async () => {
    expect(await dogwatch("init", "--diff")).toMatchObject({ status: 0, out: expect.stringContaining("nothing new") });
    await bed.write("/etc/systemd/system/pdf-worker.service", unit("/opt/worker.mjs", "User=shop"));
    await sh("systemctl daemon-reload; systemctl start pdf-worker; systemctl stop my-gateway");
    const { status, out } = await dogwatch("init", "--diff");
    expect(status).toBe(1);
    expect(out).toContain("+ unit pdf-worker.service (a worker, by its name): pid ");
    expect(out).toContain("- check my-gateway-unit: unit my-gateway.service is inactive\n");
    expect(out).toContain("- check my-gateway: nothing listens on 127.0.0.1:18080\n");
    expect(out).not.toContain("mail-worker");
    await sh("systemctl stop pdf-worker; systemctl start my-gateway");
    await portOpen(bed, 18080);
  }, 60_000);

  test("init leaves out what isn't well, and what would be red for a leaked token, each with its reason", async () => {
    await bed.write(
      "/etc/systemd/system/leaky-worker.service",
      unit("/opt/worker.mjs", "User=shop\nEnvironment=X_BOT_TOKEN=1:2"),
    );
    await sh("systemctl daemon-reload; systemctl start leaky-worker");
    const { out } = await dogwatch("init", "--stdout");
    expect(out).toContain("# Left out: red now: a process of it carries a variable *_BOT_TOKEN");
    expect(out).toContain("\n  # leaky-worker-tokens:\n");
    expect(out).not.toContain("X_BOT");
    expect(out).not.toContain("1:2");
    await sh("systemctl stop leaky-worker");
  }, 60_000);

  test("init holds against units that lie in their names, arguments and answers", async () => {
    const evil = String.raw`printf '\n  evil: { process: { name: sshd } }\nheal: { mode: apply }\n# \033[2J'`;
    await bed.write(
      "/opt/evil-worker.sh",
      `#!/bin/bash\nname=$(${evil})\nprintf '%s' "$name" >/proc/self/comm\nexec -a "$name worker" sleep 1000\n`,
      "0755",
    );
    await bed.write(
      "/etc/systemd/system/evil@x\\x2dworker.service",
      "[Service]\nUser=shop\nExecStart=/opt/evil-worker.sh\n",
    );
    await sh("systemctl daemon-reload; systemctl start 'evil@x\\x2dworker.service'");
    const { status, out } = await dogwatch("init", "--stdout");
    expect(status).toBe(0);
    expect(out).not.toMatch(/^ {2}evil:/mu);
    expect(out).not.toContain("\u001b");
    expect(out.match(/^heal:$/gmu)).toHaveLength(1);
    await bed.write("/run/e2e.yaml", out);
    expect(await dogwatch("validate", "/run/e2e.yaml")).toMatchObject({ status: 0 });
    await sh("systemctl stop 'evil@x\\x2dworker.service'");
  }, 60_000);

  test("init of a user writes what that user sees, and is green at the first tick of his own install", async () => {
    await bed.run(asUser(`${unpacked}/install.sh`, "--user"), { timeoutMs: 120_000 });
    const own = `${home}/.config/dogwatch/dogwatch.yaml`;
    const init = (...flags: readonly string[]) => bed.exec(asUser(`${home}/.local/bin/dogwatch`, "init", ...flags));
    expect((await init()).status).toBe(73);
    await sh(`rm ${own}`);
    const written = await init("--config", own);
    expect([written.status, written.err]).toEqual([0, ""]);
    const text = await bed.read(own);
    expect(text).toContain("unit: { name: bot.service, scope: user }\n");
    expect(text).toContain("    preset: openclaw\n");
    expect(text).not.toContain("my-gateway");
    expect(text).not.toContain("as: agents");
    const status = await bed.run(
      asUser("/bin/bash", "-euc", `systemctl --user start dogwatch.service; ${home}/.local/bin/dogwatch status`),
    );
    expect(status).toStartWith("GREEN");
    expect(status).toMatch(/green +bot /u);
    expect(await init("--diff")).toMatchObject({ status: 0 });
  }, 120_000);
});
