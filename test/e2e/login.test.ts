import { afterEach, expect, test } from "bun:test";
import { stripVTControlCharacters } from "node:util";
import { describeOnBed, until } from "./bed.ts";
import { unpacked, useWatched, type Watched } from "./watched.ts";

const checks = `
checks:
  first:
    unit: { name: gw-first.service }
heal: { mode: observe }
`;

const screen = "/run/e2e-screen";
const motd = "/etc/update-motd.d/91-dogwatch";
const profile = "/etc/profile.d/dogwatch.sh";
const program = "/usr/local/bin/dogwatch";

/** Runs a command in the bed, eleven minutes and a half later on the clock that ages go by; gives its status and output. Source: time_namespaces(7). */
const later = async (
  { bed }: Watched,
  argv: readonly string[],
): Promise<{ readonly status: number; readonly out: string }> => {
  const inside = [`${import.meta.dir}/bed/sdbed`, "exec", bed.name, "--", ...argv];
  const child = Bun.spawn(["unshare", "--time", "--fork", "--boottime", "700", ...inside], {
    stdout: "pipe",
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", SDBED_DIR: "/var/tmp/sdbed" },
  });
  const out = await child.stdout.text();
  return { status: await child.exited, out };
};

const shown = ({ bed }: Watched): Promise<string> => bed.read(screen);

/** A person logs in on a terminal of their own; gives what stands on it before they type. */
const logIn = async (host: Watched, user = "root"): Promise<string> => {
  await host.bed.sh(`systemctl stop e2e-login.service 2>/dev/null || true
    : >${screen}
    systemd-run --quiet --collect --unit=e2e-login -p StandardInput=null -p StandardOutput=null \
      script -qfc "login -f ${user}" ${screen}`);
  return await until(`a prompt for ${user}`, async () => {
    const text = await shown(host);
    return /[#$] $/u.test(stripVTControlCharacters(text)) ? text : undefined;
  });
};

const fail = async (host: Watched): Promise<void> => {
  const count = async () =>
    (await host.journal("-u", "dogwatch-failed.service")).filter((line) => line.startsWith("Finished ")).length;
  const before = await count();
  expect(await host.tick()).toBe(78);
  await until("dogwatch-failed.service to end", async () => ((await count()) > before ? true : undefined));
};

const times = (text: string, words: string): number => text.split(words).length - 1;

describeOnBed("whoever sits at a terminal", () => {
  const get = useWatched("login");
  afterEach(() => get().bed.sh("systemctl stop e2e-login.service 2>/dev/null || true"));

  test("is told once that dogwatch is ill, by the config's own name for the host, and what to run", async () => {
    const host = get();
    await host.gateway("gw-first", 18081);
    await host.configure(checks);
    expect(await host.tick()).toBe(0);
    expect(await logIn(host)).not.toContain("dogwatch");
    await host.bed.sh("sed -i s/^confirm:/confrim:/ /etc/dogwatch/dogwatch.yaml");
    await fail(host);
    await until("the line on the terminal", async () => ((await shown(host)).includes("is ill") ? true : undefined));
    await fail(host);
    await host.bed.run(["/usr/bin/journalctl", "--sync"]);
    const text = await shown(host);
    expect(times(text, "dogwatch on web-1 is ill (status 78)")).toBe(1);
    expect(times(text, "Next: dogwatch validate")).toBe(1);
    const told = await host.journal("-t", "dogwatch", "-u", "dogwatch-failed.service");
    expect(told.filter((line) => line.includes("Next: dogwatch validate"))).toHaveLength(2);
  }, 60_000);

  test("reads at login what is wrong, where that was asked for, and nothing while all is well", async () => {
    const host = get();
    const { bed } = host;
    await host.gateway("gw-first", 18081);
    await host.configure(checks);
    // An upgrade keeps the notice of an older release, and brings it up to date.
    await bed.write(motd, "#!/bin/sh\necho old\n", "0755");
    await bed.run([`${unpacked}/install.sh`], { timeoutMs: 120_000 });
    await bed.run(["/usr/bin/systemctl", "stop", "dogwatch.timer"]);
    expect(await bed.run(["/usr/bin/stat", "-c", "%U %a", motd])).toBe("root 755\n");
    expect(await logIn(host)).not.toContain("dogwatch");

    const stale = /^(?:dogwatch: STALE, |)no tick has finished for 1\d min.*; run: systemctl status dogwatch\.timer$/mu;
    const greeting = await later(host, ["/usr/bin/run-parts", "--lsbsysinit", "/etc/update-motd.d"]);
    expect(greeting.out).toMatch(stale);
    expect(times(greeting.out, "dogwatch: ")).toBe(1);
    const status = await later(host, [program, "status", "--exit-code"]);
    expect(status.out).toMatch(stale);
    expect(status.status).toBe(3);

    await bed.run(["/usr/bin/systemctl", "kill", "-s", "KILL", "gw-first.service"]);
    expect(await host.tick()).toBe(0);
    const red = await logIn(host);
    expect(times(red, "dogwatch: RED first: failed (signal, signal 9) (since ")).toBe(1);
    expect(red).toContain("; run: dogwatch status\r\n");

    await bed.sh(
      `mv ${program} ${program}.away; printf '#!/bin/sh\\nexec sleep 600\\n' >${program}; chmod 755 ${program}`,
    );
    expect(await logIn(host)).not.toContain("dogwatch: ");
    await bed.sh(`rm ${program}`);
    expect(await logIn(host)).not.toContain("dogwatch: ");
    await bed.sh(`mv ${program}.away ${program}`);

    await bed.run([`${unpacked}/install.sh`, "--no-login-notice"], { timeoutMs: 120_000 });
    expect((await bed.exec(["/usr/bin/ls", motd, profile])).out).toBe("");
  }, 120_000);

  test("reads it from a login shell where no update-motd.d is; a script's shell, and who isn't in the group, reads nothing", async () => {
    const host = get();
    const { bed } = host;
    await host.configure(checks);
    await bed.sh(
      "mv /etc/update-motd.d /etc/update-motd.d.away; useradd --create-home -s /bin/bash eve; useradd -m -s /bin/bash -G dogwatch ann",
    );
    try {
      await bed.run([`${unpacked}/install.sh`, "--login-notice"], { timeoutMs: 120_000 });
      await bed.run(["/usr/bin/systemctl", "stop", "dogwatch.timer"]);
      expect(await bed.run(["/usr/bin/stat", "-c", "%U %a", profile])).toBe("root 644\n");
      expect(await logIn(host, "ann")).toContain("dogwatch: RED first: ");
      expect(await logIn(host, "eve")).not.toContain("dogwatch");
      expect(await bed.run(["/usr/bin/su", "-", "ann", "-c", "echo whole"])).toBe("whole\n");
      await bed.run([`${unpacked}/install.sh`, "--uninstall"], { timeoutMs: 120_000 });
      expect((await bed.exec(["/usr/bin/ls", profile])).out).toBe("");
    } finally {
      await bed.sh("mv /etc/update-motd.d.away /etc/update-motd.d");
      await bed.run([`${unpacked}/install.sh`], { timeoutMs: 120_000 });
    }
  }, 120_000);
});
