import { expect, test } from "bun:test";
import { describeOnBed } from "./bed.ts";
import { readEntry } from "./hostile-bed.ts";
import { useWatched, type Watched } from "./watched.ts";

const logs = "/var/log/dogwatch";
const checks = (log: string): string => `
checks: { main: { unit: { name: gw-main.service } } }
${log}
`;

/** Lines by an administrator until the log has this many bytes more; their config begins no new file. */
const fill = async ({ bed }: Watched, bytes: number): Promise<void> => {
  await bed.sh(`
    sed 's/^log:.*//' /etc/dogwatch/dogwatch.yaml >/root/fill.yaml
    size() { stat -c %s ${logs}/heal.jsonl 2>/dev/null || echo 0; }
    end=$(($(size) + ${bytes}))
    reason=$(printf 'x%.0s' {1..190})
    while [ "$(size)" -lt $end ]; do
      dogwatch silence add main --for 1m --reason "$reason" --config /root/fill.yaml >/dev/null
      dogwatch silence remove main --config /root/fill.yaml >/dev/null
    done`);
};

/** The gateway dies or comes back, and the helper writes it down in its sandbox. */
const turn = async (watched: Watched, verb: "start" | "stop"): Promise<void> => {
  await watched.bed.run(["/usr/bin/systemctl", verb, "gw-main.service"]);
  expect(await watched.tick()).toBe(0);
};

/** What lies in the folder: name, owner, group and mode. */
const listed = async ({ bed }: Watched): Promise<readonly string[]> =>
  (await bed.sh(`cd ${logs}; stat -c '%n %U:%G %a' heal*.jsonl*`)).trim().split("\n");

/** All lines of all files in the order of their numbers, as a member of adm sees them, held against the chain. */
const verify = async ({ bed }: Watched): Promise<unknown> => {
  const out = await bed.sh(`
    id audit >/dev/null 2>&1 || useradd -G adm audit
    cd ${logs}; files=$(ls heal-*.jsonl* heal.jsonl.* heal.jsonl 2>/dev/null || true)
    for f in $files; do
      runuser -u audit -- zcat -f "$f" >/run/part
      cp /run/part "/run/joined-$(head -n 1 /run/part | sed 's/^{"seq":\\([0-9]*\\).*/\\1/' | xargs printf %010d)"
    done
    cat /run/joined-* >/run/joined.jsonl; rm /run/joined-*
    dogwatch log verify /run/joined.jsonl --json`);
  return JSON.parse(out);
};

describeOnBed("rotation by the helper, in its sandbox", () => {
  const watched = useWatched("rotation");

  test("the helper goes on in new files, packs and removes older ones, and all of them keep owner and chain", async () => {
    const here = watched();
    const { bed } = here;
    await here.configure(checks("log: { rotate_size: 16K, keep: 1d }"));
    await here.gateway("gw-main", 18_080);
    for (const verb of ["stop", "start", "stop"] as const) {
      await fill(here, 17_000);
      await turn(here, verb);
    }
    const three = await listed(here);
    expect(three.map((line) => line.split(" ", 1)[0])).toEqual([
      "heal-0000000001.jsonl.gz",
      expect.stringMatching(/^heal-\d{10}\.jsonl\.gz$/u),
      expect.stringMatching(/^heal-\d{10}\.jsonl$/u),
      "heal.jsonl",
    ]);
    for (const line of three) expect(line).toEndWith(" root:adm 640");
    expect(await verify(here)).toMatchObject({ result: "ok", notes: [] });
    await bed.sh(`touch -d '3 days ago' ${logs}/heal-0000000001.jsonl.gz`);
    await fill(here, 17_000);
    await turn(here, "start");
    const four = await listed(here);
    expect(four.some((line) => line.startsWith("heal-0000000001"))).toBeFalse();
    const last = (await bed.read(`${logs}/heal.jsonl`)).trim().split("\n").map(readEntry);
    expect(last[0]).toMatchObject({
      event: "log.rotated",
      why: expect.stringMatching(/^goes on from heal-\d{10}\.jsonl \(lines /u),
    });
    expect(last.at(-1)).toMatchObject({
      event: "log.rotated",
      why: expect.stringMatching(/^removed heal-0000000001\.jsonl\.gz \(lines 1 to \d+\), older than 1d$/u),
    });
    expect(await verify(here)).toMatchObject({ result: "ok" });
    expect(await here.count("incident.resolved")).toBe(1);
    expect((await here.journal("-t", "dogwatch")).filter((line) => line.includes("heal log"))).toEqual([]);
    await bed.sh(`chown nobody ${logs}/heal-*; /opt/dogwatch/install.sh >/dev/null`, { timeoutMs: 120_000 });
    expect(await listed(here)).toEqual(four);
  });

  test("a logrotate that somebody points at the log is told once in the journal, with what to do", async () => {
    const here = watched();
    const { bed } = here;
    await here.configure(checks(""));
    await here.gateway("gw-main", 18_080);
    await turn(here, "stop");
    await bed.write(
      "/etc/logrotate.d/everything",
      "/var/log/*/*.jsonl {\nrotate 3\ndaily\nmissingok\ncreate 0640 root adm\n}\n",
    );
    await bed.sh("/usr/sbin/logrotate --force --state /run/lr.state /etc/logrotate.d/everything");
    await turn(here, "start");
    const told = (await here.journal("-t", "dogwatch")).filter((line) => line.includes("heal log: it was moved"));
    expect(told.filter((line) => line.startsWith("helper: "))).toHaveLength(1);
    for (const line of told) expect(line).toContain("look for a rule in /etc/logrotate.d");
    await turn(here, "stop");
    expect((await here.journal("-t", "dogwatch")).filter((line) => line.includes("heal log: it was"))).toEqual(told);
    expect(await verify(here)).toMatchObject({ result: "ok", notes: [] });
    expect((await listed(here)).every((line) => line.endsWith(" root:adm 640"))).toBeTrue();
    await bed.sh("rm /etc/logrotate.d/everything");
  });
});
