import { beforeAll, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { describeOnBed, until } from "./bed.ts";
import { type Tick, useWatched } from "./watched.ts";

const plugins = "/usr/lib/nagios/plugins";
const { CI } = process.env;
const isMissing = CI !== "true" && !existsSync(`${plugins}/check_dummy`);
if (isMissing) console.error(`SKIPPED e2e of real plugins: there is no ${plugins}; install monitoring-plugins-basic`);

/** Debian's own, one for each status, and a few that really look. */
const debian = `
checks:
  ok: { plugin: { command: [${plugins}/check_dummy, 0, "all | well"] } }
  warning: { plugin: { command: [${plugins}/check_dummy, 1, "so so"] } }
  critical: { plugin: { command: [${plugins}/check_dummy, 2, "it burns"] } }
  unknown: { plugin: { command: [${plugins}/check_dummy, 3] } }
  disk: { plugin: { command: [${plugins}/check_disk, -w, "1", -c, "1", -p, /] } }
  load: { plugin: { command: [${plugins}/check_load, -w, "9999,9999,9999", -c, "9999,9999,9999"] } }
  procs: { plugin: { command: [${plugins}/check_procs, -c, "1:", -C, systemd] } }
  absent: { plugin: { command: [${plugins}/check_procs, -c, "1:", -C, no-such-program] } }
  age: { plugin: { command: [${plugins}/check_file_age, -w, "1", -c, "1", -f, /opt/old] } }
  mine: { plugin: { command: [/opt/whoami] }, as: games }
`;

/** What a plugin may do: next to nothing. */
const own = `
checks:
  who: { plugin: { command: [/opt/whoami] } }
  writes: { plugin: { command: [/opt/writes] } }
  rises: { plugin: { command: [/opt/rises] } }
  speaks: { plugin: { command: [/opt/speaks] } }
  hangs: { plugin: { command: [/opt/hangs], timeout: 1s } }
  missing: { plugin: { command: [/opt/no-such-plugin] } }
`;

const scripts: Readonly<Record<string, string>> = {
  whoami: 'echo "I am $(id -un), HOME=$HOME, token=$HELPER_BOT_TOKEN"',
  writes:
    'for f in /etc/x /opt/x /tmp/x /dev/shm/x /run/x /var/lib/dogwatch-beat/x; do : >"$f" && exit 2; done; echo "nowhere"',
  rises: 'grep -E "^(CapEff|NoNewPrivs)" /proc/self/status | tr "\\n\\t" "  "',
  speaks: 'timeout 1 bash -c ": </dev/tcp/10.255.255.1/80" && exit 2; echo "nobody answers"',
  hangs: `trap "" TERM; sh -c 'trap "" TERM; exec sleep 7777' & wait; sleep 7777`,
};

describeOnBed("plugins", () => {
  const watched = useWatched("plugin");
  const verdictOf = ({ checks }: Tick, name: string) => checks.find((each) => each.name === name);

  beforeAll(async () => {
    const { bed } = watched();
    for (const [name, text] of Object.entries(scripts))
      await bed.write(`/opt/${name}`, `#!/bin/bash\n${text}\n`, "0755");
    await bed.sh("touch -d '1 day ago' /opt/old");
  }, 60_000);

  test.skipIf(isMissing)(
    "Debian's plugins read as their statuses say, in the unit's sandbox",
    async () => {
      const { configure, tick, bed } = watched();
      await configure(debian);
      expect(await tick()).toBe(0);
      const status: { readonly checks: Readonly<Record<string, object>> } = JSON.parse(
        await bed.run(["/usr/local/bin/dogwatch", "status", "--json"]),
      );
      expect(status.checks).toMatchObject({
        ok: { verdict: "green", evidence: 'OK: "OK: all"' },
        warning: { verdict: "amber", evidence: 'WARNING: "WARNING: so so"' },
        critical: { verdict: "red", evidence: 'CRITICAL: "CRITICAL: it burns"' },
        unknown: { verdict: "unknown", evidence: 'UNKNOWN: "UNKNOWN"' },
        disk: { verdict: "green" },
        load: { verdict: "green" },
        procs: { verdict: "green" },
        absent: { verdict: "red" },
        age: { verdict: "red" },
        mine: { verdict: "green", evidence: 'OK: "I am games, HOME=/usr/games, token="' },
      });
    },
    90_000,
  );

  test("a plugin runs as the watcher, without rights, and what hangs goes with all its children", async () => {
    const { configure, tickJson, tick, bed } = watched();
    await configure(own);
    expect(await tick()).toBe(0);
    const status: { readonly checks: Readonly<Record<string, object>> } = JSON.parse(
      await bed.run(["/usr/local/bin/dogwatch", "status", "--json"]),
    );
    expect(status.checks).toMatchObject({
      who: { verdict: "green", evidence: expect.stringContaining("I am dogwatch, ") },
      writes: { verdict: "green", evidence: 'OK: "nowhere"' },
      rises: { verdict: "green", evidence: expect.stringMatching(/CapEff: 0{16} NoNewPrivs: 1/u) },
      speaks: { verdict: "green" },
      hangs: { verdict: "unknown", evidence: "did not end within 1 s and was killed: it printed nothing" },
      missing: {
        verdict: "unknown",
        evidence: expect.stringContaining('cannot run "/opt/no-such-plugin": no such file'),
      },
    });
    expect(verdictOf(await tickJson(), "hangs")?.verdict).toBe("unknown");
    await until("the end of what hung", async () =>
      (await bed.exec(["/usr/bin/pgrep", "-f", "sleep 7777"])).status === 0 ? undefined : true,
    );
    const { err } = await bed.exec(["/usr/local/bin/dogwatch", "validate"]);
    expect(err).toContain('check "missing": there is no program "/opt/no-such-plugin"');
    const egress = await bed.run(["/usr/local/bin/dogwatch", "egress"]);
    expect(egress).toMatch(/\/opt\/whoami +check who; reaches loopback only, by the IP filter/u);
  }, 90_000);
});
