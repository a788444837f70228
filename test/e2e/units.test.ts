import { afterAll, beforeAll, expect, test } from "bun:test";
import { Bed, describeOnBed, until } from "./bed.ts";
import { type Receiver, startReceiver } from "./receiver.ts";
import { configText, unpack, unpacked } from "./watched.ts";

const folder = "/usr/local/lib/systemd/system";
const units = [
  "dogwatch.service",
  "dogwatch-heal@.service",
  "dogwatch-heal.socket",
  "dogwatch-failed.service",
] as const;
const home = "/home/agents";
/** An address of this host that is not loopback: the filter drops what it doesn't list, whoever answers. */
const elsewhere = "10.9.9.9";
const chatPort = 18999;

const checks = `
checks:
  db: { tcp: { host: 10.1.2.3, port: 5432 } }
heal: { mode: observe }
`;

const sleeper = (name: string, more = ""): string =>
  `[Unit]\nDescription=${name}\n[Service]\nExecStart=/usr/bin/sleep infinity\n${more}`;

/** Answers as a web server would, so that curl can be the client, then runs what the test wrote beside it. */
const helperStandIn = `while IFS= read -r line && [[ $line != $'\\r' ]]; do :; done
printf 'HTTP/1.0 200 OK\\r\\n\\r\\n'
source /opt/e2e/helper-script.sh 2>&1
`;

describeOnBed("the units", () => {
  let bed: Bed;
  let chat: Receiver;
  const sh = (script: string): Promise<string> => bed.sh(script, { timeoutMs: 60_000 });

  /** Runs a script in the watcher's own sandbox, started as the timer would; gives all that it said. */
  const inWatcher = async (script: string): Promise<string> => {
    await bed.write("/opt/e2e/watcher.sh", `exec 2>&1\n${script}`);
    await bed.run(["/usr/bin/systemctl", "start", "dogwatch.service"], { timeoutMs: 60_000 });
    return await bed.read("/run/e2e-watcher");
  };
  /** Runs a script in the root helper's own sandbox, asked for through the socket by the watcher. */
  const inHelper = async (script: string): Promise<string> => {
    await bed.write("/opt/e2e/helper-script.sh", script);
    return await inWatcher("curl -sS -m 30 --unix-socket /run/dogwatch-heal.sock http://helper/");
  };
  const standIn = async (unit: string, text: string): Promise<void> => {
    await bed.write(`/run/systemd/system/${unit}.d/e2e.conf`, `[Service]\nExecStart=\n${text}\n`);
  };
  const real = async (): Promise<void> =>
    void (await sh("rm -rf /run/systemd/system/dogwatch*.d; systemctl daemon-reload; systemctl reset-failed"));

  beforeAll(async () => {
    bed = await Bed.up("units");
    await unpack(bed);
    await sh(`ip addr add ${elsewhere}/32 dev lo
      useradd --create-home agents; chmod 0700 ${home}; echo secret >${home}/board; loginctl enable-linger agents`);
    await bed.run([`${unpacked}/install.sh`]);
    await sh("systemctl stop dogwatch.timer");
    chat = await startReceiver(bed, chatPort);
    await bed.write("/etc/dogwatch/credentials/telegram-token", `${chat.token}\n`, "0600");
    await bed.write("/etc/systemd/system/victim.service", sleeper("victim"));
    await bed.write(`${home}/.config/systemd/user/mine.service`, sleeper("mine", "Environment=MY_BOT_TOKEN=x\n"));
    await until("the user manager", async () => {
      const { status } = await bed.exec(["/bin/sh", "-c", "test -S /run/user/$(id -u agents)/systemd/private"]);
      return status === 0 ? true : undefined;
    });
    await sh(`chown -R agents: ${home}; systemctl daemon-reload; systemctl start victim.service
      runuser -u agents -- env XDG_RUNTIME_DIR=/run/user/$(id -u agents) sh -c 'systemctl --user daemon-reload; systemctl --user start mine.service'`);
    await bed.write("/opt/e2e/helper.sh", helperStandIn);
    const output = "StandardOutput=truncate:/run/e2e-watcher";
    await standIn("dogwatch.service", `ExecStart=/bin/bash /opt/e2e/watcher.sh\n${output}`);
    await standIn("dogwatch-heal@.service", "ExecStart=/bin/bash /opt/e2e/helper.sh");
    await sh("systemctl daemon-reload");
  }, 120_000);
  afterAll(() => bed?.down(), 30_000);

  test("the installed units satisfy systemd's own checker, drop-ins included", async () => {
    const paths = units.map((unit) => `${folder}/${unit}`).join(" ");
    expect(await sh(`systemd-analyze verify ${paths} ${folder}/dogwatch.timer 2>&1`)).toBe("");
  }, 30_000);

  const limits = [
    { unit: "dogwatch.service", most: 14 },
    { unit: "dogwatch-heal@.service", most: 25 },
  ] as const;
  for (const { unit, most } of limits)
    test(`${unit} stays at an exposure of ${most / 10}, whatever its filter lets through, and less sandbox would be told`, async () => {
      const to = "/run/e2e-units";
      const measure = async (change: string): Promise<number> => {
        await sh(`rm -rf ${to}; mkdir -p ${to}/${unit}.d; cp ${folder}/${unit} ${to}/
          cp ${folder}/${unit}.d/egress.conf ${to}/${unit}.d/; ${change}`);
        const argv = ["/usr/bin/systemd-analyze", "security", "--offline=true", "--no-pager", `--threshold=${most}`];
        return (await bed.exec([...argv, `${to}/${unit}`])).status;
      };
      expect(await measure("true")).toBe(0);
      for (const allowed of ["any", "203.0.113.7"])
        expect(await measure(`echo IPAddressAllow=${allowed} >>${to}/${unit}.d/egress.conf`)).toBe(0);
      expect(
        await measure(`sed -i /^ProtectKernelLogs=/d ${to}/${unit}; sed -i /^NoNewPrivileges=/d ${to}/${unit}`),
      ).not.toBe(0);
      expect(await sh(`grep -c -e ^MemoryDenyWriteExecute=yes -e ^IPAddressDeny=any ${folder}/${unit}`)).toBe("2\n");
    }, 30_000);

  test("owners and modes are those of the wall", async () => {
    expect(
      await sh(`cd /; stat -c '%n %U:%G %a' etc/dogwatch etc/dogwatch/{credentials,heal-recipes} var/lib/dogwatch \\
        var/lib/dogwatch-heal{,/backup,/kept} var/log/dogwatch var/lib/dogwatch-beat run/dogwatch-heal.sock`),
    ).toBe(
      [
        "etc/dogwatch root:root 755",
        "etc/dogwatch/credentials root:root 700",
        "etc/dogwatch/heal-recipes root:root 755",
        "var/lib/dogwatch dogwatch:dogwatch 750",
        "var/lib/dogwatch-heal root:dogwatch 750",
        "var/lib/dogwatch-heal/backup root:root 700",
        "var/lib/dogwatch-heal/kept root:root 700",
        "var/log/dogwatch root:adm 2750",
        "var/lib/dogwatch-beat root:root 1733",
        "run/dogwatch-heal.sock dogwatch:dogwatch 600",
        "",
      ].join("\n"),
    );
    expect(await sh("getent passwd dogwatch dogwatch-probe | cut -d: -f1,6,7")).toBe(
      "dogwatch:/:/usr/sbin/nologin\ndogwatch-probe:/:/usr/sbin/nologin\n",
    );
  }, 30_000);

  test("the watcher has no capability, writes nowhere but into its own folder, and restarts nothing", async () => {
    const said = await inWatcher(`
      echo "$(id -un):$(id -Gn)"; grep -E '^(CapPrm|CapEff|CapBnd|CapAmb|NoNewPrivs)' /proc/self/status
      touch /var/lib/dogwatch/e2e && rm /var/lib/dogwatch/e2e && echo state
      for path in /etc/dogwatch/dogwatch.yaml /etc/dogwatch/heal-recipes/x /var/lib/dogwatch-heal/x /var/log/dogwatch/x \\
        /usr/local/bin/dogwatch /tmp/x /run/x /run/lock/x /dev/shm/x /dev/mqueue/x /var/lib/x /home/x; do { echo >>"$path"; } 2>/dev/null && echo "wrote $path"; done
      cat /etc/dogwatch/credentials/telegram-token ${home}/board /var/log/dogwatch/heal.jsonl 2>/dev/null && echo read
      systemctl restart victim.service 2>/dev/null && echo restarted
      echo "$CREDENTIALS_DIRECTORY"; ls "$CREDENTIALS_DIRECTORY"`);
    expect(said.trim().split("\n")).toEqual([
      "dogwatch:dogwatch",
      "CapPrm:\t0000000000000000",
      "CapEff:\t0000000000000000",
      "CapBnd:\t0000000000000000",
      "CapAmb:\t0000000000000000",
      "NoNewPrivs:\t1",
      "state",
      "/run/credentials/dogwatch.service",
      "dw_telegram-token",
    ]);
  }, 60_000);

  test("the watcher sees every process, units, and files and sockets in /tmp and /run; what is closed to it reads as closed", async () => {
    await bed.write("/tmp/e2e.pid", "1\n");
    const pids = (await sh("pgrep -x sleep; pgrep -x node")).trim().split("\n");
    const said = await inWatcher(`
      cat /proc/1/comm /tmp/e2e.pid; for pid in ${pids.join(" ")}; do stat -c %u /proc/$pid; done | sort -u | wc -l
      ${pids.map((pid) => `tr '\\0' ' ' </proc/${pid}/cmdline | grep -q . && echo seen`).join("\n")}
      [[ -S /run/dogwatch-heal.sock && -S /run/dbus/system_bus_socket ]] && echo sockets
      systemctl show -P ActiveState victim.service
      ls /var/tmp 2>&1 | sed 's/.*: //'; cat ${home}/board 2>&1 | sed 's/.*: //'`);
    const users = new Set((await sh(`stat -c %u ${pids.map((pid) => `/proc/${pid}`).join(" ")}`)).trim().split("\n"));
    expect(users.size).toBeGreaterThan(1);
    expect(said.trim().split("\n")).toEqual([
      "systemd",
      "1",
      String(users.size),
      ...pids.map(() => "seen"),
      "sockets",
      "active",
      "Permission denied",
      "Permission denied",
    ]);
  }, 60_000);

  test("watcher and helper reach loopback, and an address that the filter doesn't list only hangs", async () => {
    const ask = `for host in 127.0.0.1 ${elsewhere}; do curl -s -o /dev/null -m 2 http://$host:1/ || echo $?; done`;
    // 7: refused, since nobody listens; 28: no answer in time. Source: curl(1).
    expect(await inWatcher(ask)).toBe("7\n28\n");
    expect(await inHelper(ask)).toBe("7\n28\n");
    expect(await sh(ask)).toBe("7\n7\n");
  }, 60_000);

  test("the helper is root with two capabilities, and can't write or read what is not its own", async () => {
    const said = await inHelper(`
      echo "$(id -un):$(id -gn)"; grep -E '^(CapPrm|CapEff|CapBnd)' /proc/self/status
      for path in /etc/dogwatch/dogwatch.yaml /var/lib/dogwatch/state.json /usr/local/bin/dogwatch /etc/passwd /tmp/x /run/x /run/lock/x /dev/shm/x \\
        ${home}/x /root/x; do { echo >>"$path"; } 2>/dev/null && echo "wrote $path"; done
      cat ${home}/board 2>/dev/null && echo "read a home"
      chown agents /var/lib/dogwatch-heal 2>/dev/null && echo chowned
      cat /proc/$(pgrep -u agents -x sleep)/environ 2>/dev/null | tr '\\0' '\\n' | grep -c MY_BOT`);
    expect(said.trim().split("\n")).toEqual([
      "root:dogwatch",
      "CapPrm:\t00000000000000c0",
      "CapEff:\t00000000000000c0",
      "CapBnd:\t00000000000000c0",
      "0",
    ]);
  }, 60_000);

  test("the helper restarts a system unit, and as a user for good restarts that user's and reads its home and environ", async () => {
    const ids = `system=$(systemctl show -P InvocationID victim.service)
      user=$(runuser -u agents -- env XDG_RUNTIME_DIR=/run/user/$(id -u agents) systemctl --user show -P InvocationID mine.service)
      echo $system $user`;
    const before = (await sh(ids)).trim().split(" ");
    const said = await inHelper(`
      systemctl restart victim.service && echo restarted
      uid=$(id -u agents)
      as=(setpriv --reuid=$uid --regid=$uid --init-groups --inh-caps=-all -- env XDG_RUNTIME_DIR=/run/user/$uid)
      "\${as[@]}" systemctl --user restart mine.service && echo "restarted the user's"
      "\${as[@]}" cat ${home}/board
      "\${as[@]}" sh -c 'tr "\\0" "\\n" </proc/$(pgrep -u agents -x sleep)/environ' | grep -o MY_BOT_TOKEN
      "\${as[@]}" grep -E '^Cap(Prm|Eff)' /proc/self/status
      "\${as[@]}" setpriv --reuid=0 true 2>/dev/null && echo "back to root"
      setpriv --reuid=dogwatch-probe --regid=dogwatch-probe --clear-groups -- id -un`);
    expect(said.trim().split("\n")).toEqual([
      "restarted",
      "restarted the user's",
      "secret",
      "MY_BOT_TOKEN",
      "CapPrm:\t0000000000000000",
      "CapEff:\t0000000000000000",
      "dogwatch-probe",
    ]);
    const after = (await sh(ids)).trim().split(" ");
    expect(after.every((id, at) => id !== "" && id !== before[at])).toBe(true);
  }, 60_000);

  test("the helper reads the credentials, keeps its own files for the watcher to read, and writes the log for group adm", async () => {
    await inHelper(`set -e
      grep -q . /etc/dogwatch/credentials/telegram-token
      umask 027; cd /var/lib/dogwatch-heal; echo one >.heal.json.tmp; chmod 0640 .heal.json.tmp; mv .heal.json.tmp heal.json
      (umask 077; : >heal.lock); echo line >>/var/log/dogwatch/heal.jsonl; echo line >>/var/log/dogwatch/heal.jsonl`);
    expect(await sh("stat -c '%n %U:%G %a' /var/lib/dogwatch-heal/heal.{json,lock} /var/log/dogwatch/heal.jsonl")).toBe(
      [
        "/var/lib/dogwatch-heal/heal.json root:dogwatch 640",
        "/var/lib/dogwatch-heal/heal.lock root:dogwatch 600",
        "/var/log/dogwatch/heal.jsonl root:adm 640",
        "",
      ].join("\n"),
    );
    expect(await inWatcher("cat /var/lib/dogwatch-heal/heal.json; cat /var/log/dogwatch/heal.jsonl || true")).toBe(
      "one\ncat: /var/log/dogwatch/heal.jsonl: Permission denied\n",
    );
    await sh("rm /var/lib/dogwatch-heal/heal.* /var/log/dogwatch/heal.jsonl");
  }, 60_000);

  test("the helper writes into a folder that its drop-in opens, and nowhere beside it", async () => {
    await sh("mkdir -p /srv/e2e-open /srv/e2e-shut");
    await bed.write(
      "/run/systemd/system/dogwatch-heal@.service.d/open.conf",
      '[Service]\nReadWritePaths="-/srv/e2e-open"\nReadWritePaths="-/srv/e2e missing"\n',
    );
    await sh("systemctl daemon-reload");
    expect(
      await inHelper('for at in open shut; do { echo >/srv/e2e-$at/x; } 2>/dev/null && echo "wrote $at"; done; true'),
    ).toBe("wrote open\n");
    await sh("rm /run/systemd/system/dogwatch-heal@.service.d/open.conf; systemctl daemon-reload");
  }, 60_000);

  test("what a helper leaves running goes with it, and one that fails leaves neither a failed unit nor a degraded host", async () => {
    await inHelper("setsid sleep 4711 >/dev/null 2>&1 </dev/null & echo");
    await until("the leftover to go", async () =>
      (await bed.exec(["/usr/bin/pgrep", "-f", "^sleep 4711"])).status === 1 ? true : undefined,
    );
    await inHelper("exit 3");
    await until("the instance to go", async () =>
      (await sh("systemctl list-units --all --no-legend 'dogwatch-heal@*'")) === "" ? true : undefined,
    );
    expect(await sh("systemctl is-system-running")).toBe("running\n");
    expect(await sh("systemctl show -P RuntimeMaxUSec dogwatch-heal@x.service")).toBe("3min\n");
  }, 60_000);

  test("nobody but the watcher opens the socket, and a flood of the watcher's own leaves it listening", async () => {
    const knock = "curl -sS -m 5 --unix-socket /run/dogwatch-heal.sock http://helper/";
    for (const user of ["nobody", "agents", "dogwatch-probe"])
      expect((await bed.exec(["/usr/sbin/runuser", "-u", user, "--", "/bin/sh", "-c", knock])).status).not.toBe(0);
    await bed.write("/opt/e2e/helper-script.sh", "sleep 0.1");
    await inWatcher(`for i in $(seq 200); do ${knock} >/dev/null 2>&1 & done; wait`);
    expect(await sh("systemctl is-active dogwatch-heal.socket; systemctl is-system-running")).toBe("active\nrunning\n");
    expect(await inHelper("echo well")).toBe("well\n");
  }, 60_000);

  test("dogwatch-failed runs as the watcher's user, reads what it left, and speaks on the terminals", async () => {
    await sh(`runuser -u dogwatch -- sh -c 'umask 027; echo "{}" >/var/lib/dogwatch/illness.json'
      systemctl start dogwatch-failed.service; rm /var/lib/dogwatch/illness.json`);
    expect(await sh("systemctl show -P Result dogwatch-failed.service; stat -c %U /run/dogwatch-failed")).toBe(
      "success\ndogwatch\n",
    );
    expect(await sh("journalctl --sync; journalctl -q -u dogwatch-failed -t dogwatch -p 0..0 -o cat")).toContain(
      "is ill",
    );
    await sh("rm -r /run/dogwatch-failed");
  }, 30_000);

  test("chat test leaves from inside the sandbox: it hangs until the filter lists the chat's address", async () => {
    await real();
    await bed.write("/etc/dogwatch/dogwatch.yaml", configText(`http://${elsewhere}:${chatPort}`, checks));
    await chat.clear();
    expect((await bed.exec(["/usr/local/bin/dogwatch", "validate"])).err).toContain(
      "sudo dogwatch egress --systemd --write",
    );
    const deaf = await bed.exec(["/usr/local/bin/dogwatch", "chat", "test"]);
    expect(deaf.status).toBe(75);
    expect(deaf.err).toContain("no answer in 10 s");
    expect(deaf.err).toContain("from inside the sandbox");
    expect(deaf.err).toContain("sudo dogwatch egress --systemd --write");

    await bed.run(["/usr/local/bin/dogwatch", "egress", "--systemd", "--write"]);
    expect((await bed.exec(["/usr/local/bin/dogwatch", "validate"])).err).not.toContain("filter");
    expect(await bed.run(["/usr/local/bin/dogwatch", "chat", "test"])).toContain("delivered");
    expect((await chat.taken()).map(({ text }) => text)).toEqual([
      expect.stringMatching(/^TEST web-1 .*\nlog (empty|\d+:[0-9a-f]{16})$/u),
    ]);
    expect(await sh("systemctl list-units --all --no-legend 'run-u*.service'; systemctl is-system-running")).toBe(
      "running\n",
    );
  }, 60_000);

  test("a transient unit of chat test has the very sandbox of dogwatch.service", async () => {
    const names =
      "User,IPAddressDeny,IPAddressAllow,SystemCallFilter,CapabilityBoundingSet,ProtectSystem,ProtectHome,PrivateTmp,BindReadOnlyPaths,InaccessiblePaths,ReadOnlyPaths,ReadWritePaths,RestrictAddressFamilies,RestrictNamespaces,MemoryDenyWriteExecute,NoNewPrivileges,UnsetEnvironment,MemoryMax,UMask";
    await chat.answer("hang");
    const sending = bed.exec(["/usr/local/bin/dogwatch", "chat", "test"]);
    const unit = await until("the transient unit", async () => {
      const found = (await sh("systemctl list-units --no-legend --plain 'run-u*.service' | cut -d' ' -f1")).trim();
      return found === "" ? undefined : found;
    });
    // The words of a list come in any order.
    const shown = async (name: string): Promise<string> =>
      (await sh(`systemctl show -p ${names} ${name} | sort`))
        .split("\n")
        .map((line) => line.split(/[ =]/u).toSorted().join(" "))
        .join("\n");
    const transient = await shown(unit);
    await sending;
    expect(transient).toBe(await shown("dogwatch.service"));
    expect(transient).toContain(`${elsewhere}/32`);
  }, 60_000);

  test("the drop-ins are stable: made twice they are the same bytes, and each unit has both address and folder lines of its own", async () => {
    const sums = `sha256sum ${folder}/dogwatch*.d/egress.conf`;
    const before = await sh(sums);
    await sh("dogwatch egress --systemd --write");
    expect(await sh(sums)).toBe(before);
    expect(await sh(`dogwatch egress --systemd | cmp - ${folder}/dogwatch.service.d/egress.conf`)).toBe("");
    expect(
      await sh(`dogwatch egress --systemd --helper | cmp - '${folder}/dogwatch-heal@.service.d/egress.conf'`),
    ).toBe("");
  }, 30_000);
});
