import { afterAll, beforeAll, expect, test } from "bun:test";
import { Bed, describeOnBed, until } from "./bed.ts";
import { unpack, unpacked } from "./watched.ts";

const install = `${unpacked}/install.sh`;
/** Everything that an install leaves on a host. */
const places = [
  "/usr/local/bin/dogwatch",
  "/usr/local/share/dogwatch",
  "/usr/local/lib/systemd/system/dogwatch.service",
  "/usr/local/lib/systemd/system/dogwatch.timer",
  "/usr/local/lib/systemd/system/dogwatch-daemon.service",
  "/usr/local/lib/systemd/system/dogwatch-failed.service",
  "/usr/local/lib/systemd/system/dogwatch-heal.socket",
  "/usr/local/lib/systemd/system/dogwatch-heal@.service",
  "/usr/local/lib/systemd/system/dogwatch.service.d/egress.conf",
  "/usr/local/lib/systemd/system/dogwatch-daemon.service.d/egress.conf",
  "/usr/local/lib/systemd/system/dogwatch-heal@.service.d/egress.conf",
  "/usr/local/lib/sysusers.d/dogwatch.conf",
  "/usr/local/lib/tmpfiles.d/dogwatch.conf",
] as const;
const kept = [
  "/etc/dogwatch",
  "/var/lib/dogwatch",
  "/var/lib/dogwatch-beat",
  "/var/lib/dogwatch-heal",
  "/var/log/dogwatch",
] as const;

/** Who owns what, and who may look: the table of the wall. */
const owners = `/etc/dogwatch root:root 755
/etc/dogwatch/credentials root:root 700
/etc/dogwatch/heal-recipes root:root 755
/var/lib/dogwatch dogwatch:dogwatch 750
/var/lib/dogwatch-beat root:root 1733
/var/lib/dogwatch-heal root:dogwatch 750
/var/lib/dogwatch-heal/backup root:root 700
/var/lib/dogwatch-heal/kept root:root 700
/var/log/dogwatch root:adm 2750
`;

/** The unit of the root-run release: one process that looks and heals. This tick takes three seconds and ends with a heal noted. */
const rootRunUnit = `[Unit]
Description=dogwatch: one look at this host
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'sleep 3; echo last-heal >>/var/lib/dogwatch/heal.json'
LoadCredential=dw:/etc/dogwatch/credentials
StateDirectory=dogwatch
StateDirectoryMode=0750
ReadWritePaths=-/var/log/dogwatch
`;

/** In place of the tick where a test is about owners alone, so that the files stay as install.sh left them. */
const noTick = "[Service]\nExecStart=\nExecStart=/bin/true\n";
const noTickFile = "/run/systemd/system/dogwatch.service.d/e2e.conf";

/** Fires every two seconds: the shipped timer's five minutes are too long for a test, its way of firing is the same. */
const fastTimer = "[Timer]\nOnCalendar=\nOnCalendar=*:*:0/2\nRandomizedDelaySec=0\n";

/** Read by bash before a script: kills it with SIGKILL before its Nth command, and counts them when N is 0. */
const killer = `set -o functrace
trap '((++e2e_count)); if [[ $e2e_count -eq $E2E_KILL_AT ]]; then kill -KILL $$; fi' DEBUG
trap 'echo $e2e_count >/run/e2e-count' EXIT
`;

/** The first public key of the heal log's seals, as install.sh prints it. */
const keyIn = (out: string): string | undefined => /^ {2}(dogwatch\/\S+\+[0-9a-f]{8}\+\S+)$/mu.exec(out)?.[1];

describeOnBed("install.sh", () => {
  let bed: Bed;
  const sh = (script: string): Promise<string> => bed.sh(script, { timeoutMs: 60_000 });
  const there = async (paths: readonly string[]): Promise<readonly string[]> =>
    (await sh(`ls -d ${paths.join(" ")} 2>/dev/null || true`)).split("\n").filter((line) => line !== "");
  const owned = (): Promise<string> => sh(`stat -c '%n %U:%G %a' $(cut -d' ' -f1 <<'END'\n${owners}END\n)`);
  const unlike = (): Promise<string> =>
    sh("find /var/lib/dogwatch ! -user dogwatch -o ! -group dogwatch; find /var/log/dogwatch -type f ! -perm 0640");
  const state = (unit: string): Promise<string> =>
    sh(`systemctl is-enabled ${unit} 2>&1 || true; systemctl is-active ${unit} || true`);

  beforeAll(async () => {
    bed = await Bed.up("install");
    await unpack(bed);
  }, 60_000);
  afterAll(() => bed?.down(), 30_000);

  test("install.sh refuses a systemd that is too old, a stranger's word, and a user without root, and changes nothing", async () => {
    await bed.write("/run/e2e-old/systemctl", "#!/bin/sh\necho 'systemd 249 (249.11-0ubuntu3)'\n", "0755");
    const old = await bed.exec(["/usr/bin/env", "PATH=/run/e2e-old:/usr/sbin:/usr/bin:/sbin:/bin", install]);
    expect(old.status).toBe(1);
    expect(old.err).toContain("systemd 249");
    expect(old.err).toContain("needs 251");
    const word = await bed.exec([install, "--frobnicate"]);
    expect(word.status).toBe(64);
    expect(word.err).toContain('"--frobnicate"');
    expect((await bed.exec([install, "--purge"])).status).toBe(64);
    const stranger = await bed.exec(["/usr/sbin/runuser", "-u", "nobody", "--", install]);
    expect(stranger.status).toBe(1);
    expect(stranger.err).toContain("without root");
    expect((await bed.exec([install, "--help"])).out).toContain("--uninstall");
    expect(await there([...places, ...kept])).toEqual([]);
  }, 30_000);

  test("install.sh on a fresh host ends with a green first look and a timer that fires by itself", async () => {
    const out = await bed.run([install]);
    expect(out).toContain("dogwatch chat test");
    expect(out).toMatch(/green/iu);
    expect(out).toContain("usermod -aG dogwatch OPERATOR");
    expect(out).toContain("usermod -aG adm AUDITOR");
    expect(keyIn(out)).toBe((await sh("dogwatch log key 2>/dev/null")).trim());
    expect(await there([...places, ...kept])).toEqual([...places, ...kept].toSorted());
    expect(await state("dogwatch.timer")).toBe("enabled\nactive\n");
    expect(await state("dogwatch-heal.socket")).toBe("enabled\nactive\n");
    expect(await sh("systemctl show -P NextElapseUSecRealtime dogwatch.timer")).toMatch(/\d\d:\d\d:\d\d/u);
    expect(await owned()).toBe(owners);
    expect(await unlike()).toBe("");

    await bed.write("/etc/systemd/system/dogwatch.timer.d/e2e.conf", fastTimer);
    await sh("systemctl daemon-reload; systemctl restart dogwatch.timer");
    const ticks = async (): Promise<readonly string[]> =>
      (await sh("journalctl --sync; journalctl -q -t dogwatch -o cat"))
        .split("\n")
        .filter((line) => line !== "" && !line.startsWith("helper: sealed"));
    const said = await until("three ticks", async () => {
      const lines = await ticks();
      return lines.length >= 4 ? lines : undefined;
    });
    expect(said.filter((line) => !/green/iu.test(line) || line.length > 120)).toEqual([]);
    const status = await bed.exec(["/usr/bin/systemctl", "status", "--no-pager", "dogwatch.service"]);
    expect(status.out).toContain("dogwatch.timer");
    expect(status.out).toMatch(/dogwatch\[\d+\]: .*green/iu);
    await sh("rm -r /etc/systemd/system/dogwatch.timer.d; systemctl daemon-reload; systemctl restart dogwatch.timer");
  }, 60_000);

  test("dogwatch.timer makes up at once for the turns that a host which was off has missed", async () => {
    await bed.write("/etc/systemd/system/dogwatch.timer.d/e2e.conf", "[Timer]\nRandomizedDelaySec=0\n");
    await sh("systemctl stop dogwatch.timer; systemctl daemon-reload");
    const count = async (): Promise<number> =>
      Number(await sh("journalctl --sync; journalctl -q -t dogwatch -o cat | wc -l"));
    const before = await count();
    await sh("touch -d '1 hour ago' /var/lib/systemd/timers/stamp-dogwatch.timer; systemctl start dogwatch.timer");
    await until("the tick that was missed", async () => ((await count()) > before ? true : undefined), 20_000);
    await sh("rm -r /etc/systemd/system/dogwatch.timer.d; systemctl daemon-reload; systemctl restart dogwatch.timer");
  }, 60_000);

  test("the installed units satisfy systemd's own checker and stay in their sandbox", async () => {
    const units = places.filter((place) => /\/systemd\/system\/[^/]+$/u.test(place)).join(" ");
    expect(await sh(`systemd-analyze verify ${units} 2>&1`)).toBe("");
    await sh("systemd-analyze security --no-pager --threshold=14 dogwatch.service");
  }, 30_000);

  test("install.sh again is an upgrade: it keeps an edited config and mends what is broken", async () => {
    await sh("echo '# mine' >>/etc/dogwatch/dogwatch.yaml; sha256sum /etc/dogwatch/dogwatch.yaml >/run/e2e-sum");
    const key = (await sh("dogwatch log key 2>/dev/null")).trim();
    await sh("echo broken >/usr/local/bin/dogwatch; echo old >/usr/local/share/dogwatch/heal-recipes/old.yaml");
    expect(keyIn(await bed.run([install]))).toBe(key);
    expect(await sh("sha256sum -c /run/e2e-sum")).toContain("OK");
    expect(await sh("cmp /etc/dogwatch/dogwatch.yaml /etc/dogwatch/dogwatch.yaml.last-good")).toBe("");
    expect(await sh(`cmp /usr/local/bin/dogwatch ${unpacked}/dist/dogwatch`)).toBe("");
    expect(await there(["/usr/local/share/dogwatch/heal-recipes/old.yaml"])).toEqual([]);
    expect(await state("dogwatch.timer")).toBe("enabled\nactive\n");
  }, 60_000);

  test("install.sh with an invalid config ends with 78, names the fault and changes nothing", async () => {
    await sh(
      "systemctl disable --now --quiet dogwatch.timer; echo old >/usr/local/share/dogwatch/heal-recipes/old.yaml",
    );
    await sh("cp /etc/dogwatch/dogwatch.yaml /run/e2e-good; echo 'confrim: 1s' >>/etc/dogwatch/dogwatch.yaml");
    const running = await bed.exec([install]);
    expect(running.status).toBe(78);
    expect(running.out + running.err).toMatch(/dogwatch\.yaml:\d+:1: .*confrim/u);
    expect(running.err).toContain("dogwatch.yaml.last-good");
    expect(await state("dogwatch.timer")).toBe("disabled\ninactive\n");
    expect(await there(["/usr/local/share/dogwatch/heal-recipes/old.yaml"])).toHaveLength(1);
    expect(await sh("cmp /run/e2e-good /etc/dogwatch/dogwatch.yaml.last-good")).toBe("");
    await sh("cp /run/e2e-good /etc/dogwatch/dogwatch.yaml");
  }, 60_000);

  test("install.sh names what ails the watchdog, and the next command, where its first look does not end well", async () => {
    await sh("cp /etc/dogwatch/dogwatch.yaml /run/e2e-good");
    const chat = '{ telegram: { chat_id: "-1001234567890", token: { credential: odd }, api: "http://127.0.0.1:9" } }';
    const check = "{ unit: { name: no-such.service }, red_after: 1 }";
    await bed.write("/etc/dogwatch/credentials/odd", "no token\n", "0600");
    await bed.write("/etc/dogwatch/dogwatch.yaml", `confirm: 0s\nchat: ${chat}\nchecks:\n  gone: ${check}\n`);
    const running = await bed.exec([install]);
    expect(running.status).toBe(1);
    expect(running.err).toMatch(
      /^dogwatch is ill \(75\): an alert cannot be delivered: .*; run: sudo dogwatch chat test$/mu,
    );
    expect(running.err).toMatch(/^install\.sh: cannot end the first look: dogwatch \S+ is installed/mu);
    await sh(
      "cp /run/e2e-good /etc/dogwatch/dogwatch.yaml; rm /var/lib/dogwatch/state.json /etc/dogwatch/credentials/odd",
    );
    await bed.run([install]);
    await sh("systemctl disable --now --quiet dogwatch.timer");
  }, 60_000);

  test("install.sh leaves a masked timer masked and says so", async () => {
    await sh("systemctl --quiet mask dogwatch.timer");
    expect(await bed.run([install])).toContain("masked");
    expect(await state("dogwatch.timer")).toBe("masked\ninactive\n");
    await sh("systemctl --quiet unmask dogwatch.timer");
    await sh("systemctl --quiet mask dogwatch-heal.socket");
    expect(await bed.run([install])).toContain("dogwatch-heal.socket is masked");
    await sh("systemctl --quiet unmask dogwatch-heal.socket");
  }, 60_000);

  test("install.sh refuses to make a person's account the watcher, and changes nothing", async () => {
    await bed.run([install, "--uninstall", "--purge"]);
    await sh("userdel dogwatch; useradd --uid 1777 dogwatch");
    const refused = await bed.exec([install]);
    expect(refused.status).toBe(1);
    expect(refused.err).toContain('a user "dogwatch" with uid 1777');
    expect(await there([...places, ...kept])).toEqual([]);
    await sh("userdel dogwatch");
  }, 60_000);

  test("install.sh over a root-run install lets its tick end, moves what is the helper's, and gives the rest to the watcher", async () => {
    await bed.run([install, "--uninstall", "--purge"]);
    await sh(`install -d -m 0750 /var/lib/dogwatch; install -d -m 0700 /etc/dogwatch/credentials; install -d -m 2750 -g adm /var/log/dogwatch
      cd /var/lib/dogwatch; umask 027; echo attempts >heal.json; echo '{}' >config.json; echo '{}' >state.json; (umask 077; : >tick.lock)
      echo '{"seq":1}' >/var/log/dogwatch/heal.jsonl; chmod 0600 /var/log/dogwatch/heal.jsonl; sha256sum /var/log/dogwatch/heal.jsonl >/run/e2e-log`);
    await bed.write("/usr/local/lib/systemd/system/dogwatch.service", rootRunUnit);
    await sh("systemctl daemon-reload; systemctl start --no-block dogwatch.service");
    await until("the old tick", async () =>
      (await state("dogwatch.service")).includes("activating") ? true : undefined,
    );
    await bed.write(noTickFile, noTick);
    await bed.run([install]);
    expect(await owned()).toBe(owners);
    expect(await unlike()).toBe("");
    expect(
      await sh(
        "stat -c '%n %U:%G %a' /var/lib/dogwatch-heal/heal.json /var/log/dogwatch/heal.jsonl /var/lib/dogwatch/*",
      ),
    ).toBe(
      `/var/lib/dogwatch-heal/heal.json root:dogwatch 640
/var/log/dogwatch/heal.jsonl root:adm 640
/var/lib/dogwatch/config.json dogwatch:dogwatch 640
/var/lib/dogwatch/state.json dogwatch:dogwatch 640
/var/lib/dogwatch/tick.lock dogwatch:dogwatch 600
`,
    );
    expect(await bed.read("/var/lib/dogwatch-heal/heal.json")).toBe("attempts\nlast-heal\n");
    expect(await sh("sha256sum -c /run/e2e-log")).toContain("OK");
    expect(await sh("systemctl show -P User dogwatch.service")).toBe("dogwatch\n");
    expect(await state("dogwatch.timer")).toBe("enabled\nactive\n");
  }, 60_000);

  test("install.sh gives away nothing that a captured watcher planted, and believes none of it", async () => {
    const own = "/var/lib/dogwatch-heal/heal.json";
    await sh(`cp -p /etc/shadow /etc/e2e-linked; rm ${own}; cd /var/lib/dogwatch; rm -f *
      stat -c '%n %u:%g %a %h' /etc /etc/shadow /etc/e2e-linked >/run/e2e-before
      runuser -u dogwatch -- sh -c 'echo planted >heal.json; ln -s /etc/shadow state.json; ln -s /etc folder; mkfifo config.json; mkdir -p in/side; ln -s /etc/shadow in/side/x'
      echo root >tick.lock; echo root >in/root; ln /etc/e2e-linked hard; ln /etc/e2e-linked in/hard`);
    await bed.run([install]);
    expect(await sh("stat -c '%n %u:%g %a %h' /etc /etc/shadow /etc/e2e-linked | diff /run/e2e-before -")).toBe("");
    expect(await owned()).toBe(owners);
    expect(await unlike()).toBe("");
    expect(await there([own, "/var/lib/dogwatch/hard", "/var/lib/dogwatch/in/hard"])).toEqual([]);
    expect(await sh("stat -c %U /var/lib/dogwatch/tick.lock /var/lib/dogwatch/in/root")).toBe("dogwatch\ndogwatch\n");
    await sh("rm -r /etc/e2e-linked /var/lib/dogwatch/*");

    await sh("ln -s /etc/shadow /var/lib/dogwatch/heal.json");
    await bed.run([install]);
    expect(await there([own])).toEqual([]);
    await sh(`rm -r /run/systemd/system/dogwatch.service.d; rm /var/lib/dogwatch/heal.json; systemctl daemon-reload`);
  }, 60_000);

  test("install.sh makes the IP filter from the config, and again after it changed", async () => {
    await sh(
      "sed -i 's/^checks:/&\\n  db: { tcp: { host: 10.1.2.3, port: 1 } }/' /etc/dogwatch/dogwatch.yaml; systemctl stop dogwatch.timer",
    );
    await bed.write(noTickFile, noTick);
    expect((await bed.exec(["/usr/local/bin/dogwatch", "validate"])).err).toContain(
      "sudo dogwatch egress --systemd --write",
    );
    await bed.run([install]);
    expect((await bed.exec(["/usr/local/bin/dogwatch", "validate"])).err).toBe("");
    for (const unit of ["dogwatch.service", "dogwatch-heal@x.service"])
      expect(await sh(`systemctl show -P IPAddressAllow ${unit}`)).toContain("10.1.2.3/32");
    await sh("rm -r /run/systemd/system/dogwatch.service.d");
  }, 60_000);

  test("install.sh --uninstall keeps config, state and log, --purge takes them, and both can be repeated", async () => {
    await bed.run([install]);
    const out = await bed.run([install, "--uninstall"]);
    for (const place of kept) expect(out).toContain(place);
    expect(await there([...places, ...kept])).toEqual([...kept].toSorted());
    expect(await sh("systemctl list-unit-files 'dogwatch*' --no-legend --no-pager || true")).toBe("");
    await bed.run([install, "--uninstall"]);
    expect(await bed.run([install, "--uninstall", "--purge"])).toContain("sudo userdel dogwatch");
    expect(await there([...places, ...kept])).toEqual([]);
    expect(await sh("ls /run/dogwatch-heal.sock 2>/dev/null || true; systemctl is-system-running")).toBe("running\n");
    await bed.run([install, "--uninstall", "--purge"]);
    expect(await sh("find /etc /usr/local/{bin,lib,share} /var/{lib,log} -name '*dogwatch*'")).toBe("");
  }, 60_000);

  test("install.sh that was killed anywhere on its way succeeds when it is run again", async () => {
    await bed.write("/run/e2e-killer.sh", killer);
    await bed.write(noTickFile, noTick);
    const env = (at: number): readonly string[] => [
      "/usr/bin/env",
      "BASH_ENV=/run/e2e-killer.sh",
      `E2E_KILL_AT=${at}`,
      install,
    ];
    await bed.run(env(0));
    const total = Number(await bed.read("/run/e2e-count"));
    expect(total).toBeGreaterThan(50);
    for (const share of [0.15, 0.3, 0.45, 0.6, 0.75, 0.85, 0.95]) {
      await bed.run([install, "--uninstall", "--purge"]);
      await sh("install -d -m 0750 /var/lib/dogwatch; echo attempts >/var/lib/dogwatch/heal.json");
      const killed = await bed.exec(env(Math.round(total * share)));
      expect(killed.status).not.toBe(0);
      await bed.run([install]);
      expect(await there([...places, ...kept])).toEqual([...places, ...kept].toSorted());
      expect(await state("dogwatch.timer")).toBe("enabled\nactive\n");
      expect(await state("dogwatch-heal.socket")).toBe("enabled\nactive\n");
      expect(await sh("find /usr/local /etc/dogwatch /var/lib/dogwatch-heal -name '.*.new'")).toBe("");
      expect(await owned()).toBe(owners);
      expect(await bed.read("/var/lib/dogwatch-heal/heal.json")).toBe("attempts\n");
    }
  }, 120_000);
});
