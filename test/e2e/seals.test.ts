import { expect, test } from "bun:test";
import { describeOnBed } from "./bed.ts";
import { useWatched } from "./watched.ts";

const green = "checks: { none: { process: { name: no-such-program }, count: 0 } }\n";
const red = "checks: { none: { process: { name: no-such-program }, count: 1 } }\n";
const helpers = "/var/lib/dogwatch-heal";
const seals = "/var/log/dogwatch/heal.seals";

describeOnBed("seals", () => {
  const get = useWatched("seals");

  /** Lets the key be one of yesterday. */
  const age = async (): Promise<string> => {
    const { bed } = get();
    const seed = (await bed.sh(`sed -n 's/^seed //p' ${helpers}/seal.key`)).trim();
    await bed.sh(`sed -i "s/^day .*/day $(date -u -d yesterday +%F)/" ${helpers}/seal.key`);
    return seed;
  };

  test("the helper begins the seals at the first tick, with a key that is root's alone", async () => {
    const { bed, configure, tick, journal } = get();
    await configure(green);
    expect(await tick()).toBe(0);
    expect(await bed.sh(`stat -c '%a %U' ${helpers}/seal.key; stat -c '%a %U %G' ${seals}`)).toBe(
      "600 root\n640 root adm\n",
    );
    for (const file of [`${helpers}/seal.key`, seals])
      expect((await bed.exec(["/usr/sbin/runuser", "-u", "dogwatch", "--", "/usr/bin/cat", file])).status).toBe(1);
    expect((await journal("-t", "dogwatch")).join("\n")).toMatch(/helper: sealed by seal 0: log 0:0{64}/u);
    const first = /^first (\S+)$/mu.exec(await bed.read(seals))?.[1];
    expect(await bed.run(["/usr/local/bin/dogwatch", "log", "key"])).toBe(`${first}\n`);
    // Once a day: the next tick needs no helper for it.
    expect(await tick()).toBe(0);
    expect((await journal("-t", "dogwatch")).filter((line) => line.includes("sealed by"))).toHaveLength(1);
  });

  test("log key as root makes the first key before any tick", async () => {
    const { bed, configure, tick } = get();
    await configure(green);
    const first = await bed.run(["/usr/local/bin/dogwatch", "log", "key"]);
    expect(first).toMatch(/^dogwatch\/web-1\+[0-9a-f]{8}\+\S{44}\n$/u);
    expect(await tick()).toBe(0);
    expect(await bed.run(["/usr/local/bin/dogwatch", "log", "key"])).toBe(first);
    expect(await bed.sh(`stat -c '%a %U' ${helpers}/seal.key; stat -c '%a %U %G' ${seals}`)).toBe(
      "600 root\n640 root adm\n",
    );
  });

  test("the helper seals before the first line of a new day, in its sandbox, and the old key is nowhere any more", async () => {
    const { bed, configure, tick } = get();
    await configure(green);
    const first = (await bed.run(["/usr/local/bin/dogwatch", "log", "key"])).trim();
    await tick();
    const seed = await age();
    await configure(red);
    expect(await tick()).toBe(0);
    const { status, out } = await bed.exec(["/usr/local/bin/dogwatch", "log", "verify", "--key", first]);
    expect(out).toMatch(/^sealed through \S{10} \(line 0\): seals 0 to 1 are by your key/mu);
    expect(status).toBe(0);
    expect(await bed.sh(`ls ${helpers} | grep seal; grep -rlF '${seed}' ${helpers} /var/lib/dogwatch || true`)).toBe(
      "seal.key\n",
    );
    expect(await bed.sh(`stat -c '%a %U' ${helpers}/seal.key; stat -c '%a %U %G' ${seals}`)).toBe(
      "600 root\n640 root adm\n",
    );
    // And again: the line that is there by now is sealed with the next day's.
    await age();
    await configure(green);
    expect(await tick()).toBe(0);
    await bed.sh("useradd --no-create-home --groups adm bob");
    const asBob = ["/usr/sbin/runuser", "-u", "bob", "--", "/usr/local/bin/dogwatch", "log", "verify", "--key", first];
    expect((await bed.exec(asBob)).out).toMatch(/seals 0 to 2 are by your key/u);
    await bed.sh("sed -i '1s/web-1/web-2/' /var/log/dogwatch/heal.jsonl; userdel bob");
    expect((await bed.exec(["/usr/local/bin/dogwatch", "log", "verify", "--key", first])).status).toBe(1);
  });

  test("a user's own folders have seals too, and log key says what they are worth", async () => {
    const { bed } = get();
    await bed.sh("useradd --create-home ann");
    await bed.write("/home/ann/dogwatch.yaml", `chat: console\n${green}`);
    await bed.sh("chown ann: /home/ann/dogwatch.yaml");
    const places = [
      "--config",
      "/home/ann/dogwatch.yaml",
      "--state-dir",
      "/home/ann/state",
      "--logs-dir",
      "/home/ann/log",
    ];
    const asAnn = (...words: readonly string[]) =>
      bed.exec(["/usr/sbin/runuser", "-u", "ann", "--", "/usr/local/bin/dogwatch", ...words, ...places]);
    expect((await asAnn("tick")).status).toBe(0);
    const { status, out, err } = await asAnn("log", "key");
    expect(status).toBe(0);
    expect(err).toContain("Here one user runs all of it: each of his programs can read the key of the day");
    expect(await bed.sh("stat -c '%a %U' /home/ann/state/seal.key")).toBe("600 ann\n");
    expect((await asAnn("log", "verify", "--key", out.trim())).status).toBe(0);
    await bed.sh("userdel --remove ann 2>/dev/null");
  });
});
