import { beforeAll, expect, test } from "bun:test";
import { object, parse, string } from "valibot";
import { describeOnBed, until } from "./bed.ts";
import { useWatched } from "./watched.ts";

const folder = "/var/lib/dogwatch-beat";
const binary = "/usr/local/bin/dogwatch";
const statusSchema = object({
  verdict: string(),
  checks: object({ nightly: object({ verdict: string(), evidence: string() }) }),
});

const nightly = (maxAge: string, more = ""): string => `
checks:
  nightly:
    heartbeat: { beat: nightly, by: backup, max_age: ${maxAge} }
    red_after: 1
${more}`;

const gatewayBeat = `
checks:
  alive:
    heartbeat: { beat: gw, max_age: 1h }
    red_after: 1
heal:
  mode: apply
  rules: [{ on: [alive], recipe: restart-unit, with: { unit: gw-main.service } }]
`;

describeOnBed("dogwatch beat", () => {
  const watched = useWatched("beat");
  const as = (user: string, ...argv: readonly string[]) =>
    watched().bed.exec(["/usr/sbin/runuser", "-u", user, "--", ...argv]);
  const beat = async (user: string) => (await as(user, binary, "beat", "nightly")).status;

  /** One tick of the unit, in its sandbox, and what it then says of the check. */
  const look = async (): Promise<{ readonly verdict: string; readonly evidence: string }> => {
    expect(await watched().tick()).toBe(0);
    return parse(statusSchema, JSON.parse(await watched().bed.run([binary, "status", "--json"]))).checks.nightly;
  };

  beforeAll(async () => {
    await watched().bed.sh(`id backup games >/dev/null; find ${folder} -mindepth 1 -delete`);
  }, 60_000);

  test("a beat counts for its user alone, and tells when it is missing or old", async () => {
    const { configure, bed } = watched();
    await configure(nightly("1h"));
    const none = await look();
    expect(none).toMatchObject({ verdict: "red" });
    expect(none.evidence).toContain(
      'no beat "nightly" by "backup" yet; the job, as "backup", leaves it with: dogwatch beat nightly',
    );

    expect(await beat("games")).toBe(0);
    const others = await look();
    expect(others).toMatchObject({ verdict: "red", evidence: expect.stringContaining('but one by "games"') });

    expect(await beat("backup")).toBe(0);
    expect(await look()).toMatchObject({
      verdict: "green",
      evidence: expect.stringMatching(/^the last beat by "backup" was /u),
    });
    expect(await beat("backup")).toBe(0);

    await configure(nightly("1s"));
    await until("a beat older than a second", async () => {
      const { evidence } = await look();
      return evidence.includes("ago, at most 1 s") ? true : undefined;
    });
    await bed.sh(`touch -d '+2 hours' ${folder}/nightly.34`);
    expect(await look()).toMatchObject({
      verdict: "unknown",
      evidence: expect.stringContaining("ahead of this host's clock"),
    });
  }, 120_000);

  test("nobody can list, change or remove another's beat, and who takes its place is named", async () => {
    const { configure, bed } = watched();
    await bed.sh(`find ${folder} -mindepth 1 -delete`);
    await configure(nightly("1h"));
    expect(await beat("backup")).toBe(0);
    const path = `${folder}/nightly.34`;
    for (const script of [
      `ls ${folder}`,
      `echo 1 >${path}`,
      `rm -f ${path}`,
      `mv ${path} ${folder}/x`,
      `touch ${path}`,
    ])
      expect((await as("games", "/bin/sh", "-c", script)).status).not.toBe(0);
    expect(await look()).toMatchObject({ verdict: "green" });

    await bed.sh(`rm ${path}`);
    await as("games", "/bin/sh", "-c", `date +%s >${path}; chmod 666 ${path}`);
    const taken = await as("backup", binary, "beat", "nightly");
    expect(taken).toMatchObject({ status: 73, err: expect.stringContaining(`"${path}": it belongs to "games"`) });
    expect(await look()).toMatchObject({
      verdict: "red",
      evidence: expect.stringContaining(`the beat "nightly" of "backup" was made by "games", who took its place`),
    });

    await bed.sh(`rm ${path}`);
    await as("games", "/bin/sh", "-c", `mkfifo ${path}`);
    expect((await as("backup", binary, "beat", "nightly")).status).toBe(73);
    expect(await look()).toMatchObject({ verdict: "red", evidence: expect.stringContaining('made by "games"') });

    await bed.sh(`rm ${path}; echo precious >/root/precious`);
    await as("games", "/bin/ln", "-s", "/root/precious", path);
    expect((await as("backup", binary, "beat", "nightly")).status).toBe(73);
    expect(await look()).toMatchObject({ verdict: "red", evidence: expect.stringContaining('made by "games"') });
    await bed.sh(`rm ${path}; grep -q precious /root/precious`);
  }, 120_000);

  test("validate, tick and root by hand agree on the folder, and a check can look as the one who beats", async () => {
    const { configure, tickJson } = watched();
    await configure(nightly("1h", "    as: games\n"));
    expect(await beat("backup")).toBe(0);
    expect((await tickJson()).checks).toMatchObject([{ name: "nightly", verdict: "green" }]);
    await configure("checks: { nightly: { heartbeat: { beat: nightly, max_age: 1h }, as: backup } }\n");
    expect((await tickJson()).checks).toMatchObject([{ name: "nightly", verdict: "green" }]);
    const wrong = await as("backup", binary, "beat", "../nightly");
    expect(wrong.status).toBe(64);
  }, 120_000);

  test("a unit beats when it has started, and a missing beat is healed by starting it again", async () => {
    const { configure, bed, gateway, tickJson } = watched();
    await gateway("gw-main", 18080);
    await bed.write("/etc/systemd/system/gw-main.service.d/beat.conf", `[Service]\nExecStartPost=${binary} beat gw\n`);
    await bed.sh("systemctl daemon-reload; systemctl restart gw-main.service");
    await configure(gatewayBeat);
    expect((await tickJson()).checks).toMatchObject([
      { name: "alive", verdict: "green", evidence: expect.stringContaining('by "root"') },
    ]);
    await bed.sh(`rm ${folder}/gw.0`);
    const healed = await tickJson();
    expect(healed).toMatchObject({ heal: { outcome: "healed" }, alerts: [{ kind: "healed" }] });
    await bed.sh("rm -r /etc/systemd/system/gw-main.service.d");
  }, 120_000);
});
