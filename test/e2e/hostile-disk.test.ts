import { describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Chat, Den, type How } from "./hostile-bed.ts";

/** A file system of 128 KiB over one folder, seen by those who run `through` it; it goes with the process that holds it. */
interface SmallDisk extends How, AsyncDisposable {
  readonly through: readonly string[];
  /** Where the rest of the machine sees a path of it. */
  at(path: string): string;
  mount(options: string): void;
  fill(): void;
  free(): void;
}

const openDisk = async (path: string): Promise<SmallDisk> => {
  mkdirSync(path);
  const script = 'mount -t tmpfs -o size=128k none "$1" && echo ready && exec cat';
  const holder = Bun.spawn(["unshare", "--mount", "sh", "-c", script, "sh", path], { stdin: "pipe", stdout: "pipe" });
  const { value } = await holder.stdout.getReader().read();
  if (value === undefined) throw new Error(`cannot mount a small disk at "${path}"`);
  const through = ["nsenter", `--mount=/proc/${holder.pid}/ns/mnt`, "--"];
  const at = (inner: string): string => `/proc/${holder.pid}/root${inner}`;
  const filling = at(`${path}/filling`);
  return {
    through,
    at,
    mount: (options) => {
      const ran = Bun.spawnSync([...through, "mount", "-o", options, path]);
      if (ran.exitCode !== 0) throw new Error(`cannot remount: ${ran.stderr.toString()}`);
    },
    fill: () => {
      for (const bytes of [4096, 1]) {
        try {
          for (;;) writeFileSync(filling, new Uint8Array(bytes), { flag: "a" });
        } catch {
          // It is full.
        }
      }
    },
    free: () => rmSync(filling),
    [Symbol.asyncDispose]: async () => {
      holder.stdin.end();
      await holder.exited;
    },
  };
};

const canMount = (): string | undefined => {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return "a small disk needs Linux and root";
  const tried = Bun.spawnSync(["unshare", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"], { stderr: "pipe" });
  return tried.exitCode === 0 ? undefined : `mounts are refused here: ${tried.stderr.toString().trim()}`;
};

const why = canMount();
if (why !== undefined) console.error(`SKIPPED e2e "a disk that takes nothing more": ${why}`);

const config = (chat: Chat, count = ">= 1"): string =>
  `confirm: 0s\n${chat.yaml}checks: { gone: { process: { name: no-such-gw }, count: "${count}" } }\n` +
  "heal: { mode: apply, rules: [{ on: [gone], recipe: mine }] }\n";

describe.skipIf(why !== undefined)("a disk that takes nothing more", () => {
  test("tick on a full disk still alerts, heals nothing, ends with 74, and recovers by itself", async () => {
    using chat = new Chat();
    using den = new Den("small");
    await using disk = await openDisk(den.at("small"));
    den.recipe("mine", "exit 1");
    den.write("dogwatch.yaml", config(chat, "0"));
    expect((await den.tick(disk)).status).toBe(0);
    disk.fill();
    den.write("dogwatch.yaml", config(chat));
    for (const _ of "12") {
      const { status, json } = await den.tick(disk);
      expect({ status, exit: json.exit }).toEqual({ status: 74, exit: 74 });
      expect(json).toMatchObject({ verdict: "red", heal: { outcome: "refused" }, alerts: [{ delivered: true }] });
      expect(json.troubles).toEqual([
        "cannot write the state: no space left on device",
        "cannot write the heal log: no space left on device",
      ]);
    }
    expect(chat.heads().every((line) => /^RED .* · gone: /u.test(line))).toBe(true);
    expect(chat.taken[0]?.text).toContain("Not healed: cannot write the heal log: no space left on device");
    expect([chat.taken.length, den.runs()]).toEqual([2, 0]);
    expect(await den.verify(disk)).toMatch(/^0 /u);
    disk.free();
    expect(await den.tick(disk)).toMatchObject({ status: 0, json: { troubles: [], heal: { outcome: "failed" } } });
    expect([await den.verify(disk), den.runs()]).toEqual(["0 ok", 1]);
    expect((await den.tick(disk)).json).toMatchObject({ exit: 0, alerts: [] });
  });

  test("tick on a disk that fills up within a line leaves a log that verifies, then and once there is room", async () => {
    using chat = new Chat();
    using den = new Den("small");
    await using disk = await openDisk(den.at("small"));
    den.recipe("mine", "exit 1");
    let torn = 0;
    for (let round = 0; round < 24 && torn < 2; round += 1) {
      den.write("dogwatch.yaml", config(chat, round % 2 === 0 ? ">= 1" : "0"));
      disk.fill();
      const { status } = await den.tick(disk);
      expect({ round, status, verify: await den.verify(disk) }).toEqual({ round, status: 74, verify: "0 ok" });
      disk.free();
      expect({ round, ...(await den.tick(disk)) }).toMatchObject({ round, status: 0 });
      expect({ round, verify: await den.verify(disk) }).toEqual({ round, verify: "0 ok" });
      torn = readFileSync(disk.at(den.log), "utf8").split('"event":"log.torn"').length - 1;
    }
    expect(torn).toBeGreaterThan(0);
  });

  test("tick on a disk that fills up where the log has to go on in a new file loses no line, and does so once there is room", async () => {
    using chat = new Chat();
    using den = new Den("small");
    await using disk = await openDisk(den.at("small"));
    den.recipe("mine", "exit 1");
    const quiet = config(chat, "0").replace("checks: {", "checks: { quiet: { process: { name: no-such } },");
    den.write("dogwatch.yaml", quiet);
    const reason = "x".repeat(190);
    const isSmall = (): boolean => readFileSync(disk.at(den.log)).length < 16_384;
    const add = ["silence", "add", "quiet", "--for", "1s", "--reason", reason];
    do await den.dogwatch(add, disk);
    while (isSmall());
    const before = readFileSync(disk.at(den.log), "utf8");
    den.write("dogwatch.yaml", `${config(chat)}log: { rotate_size: 16K }\n`);
    disk.fill();
    expect((await den.tick(disk)).status).toBe(74);
    expect(await den.verify(disk)).toBe("0 ok");
    disk.free();
    expect(await den.tick(disk)).toMatchObject({ status: 0, json: { verdict: "red", troubles: [] } });
    expect(readFileSync(disk.at(`${den.logs}/heal-0000000001.jsonl`), "utf8")).toStartWith(before);
    expect(await den.verify(disk)).toBe("0 ok");
  });

  test("tick over a read-only state folder still alerts, heals nothing, ends with 73, and recovers by itself", async () => {
    using chat = new Chat();
    using den = new Den("small");
    await using disk = await openDisk(den.at("small"));
    den.recipe("mine", "exit 1");
    den.write("dogwatch.yaml", config(chat, "0"));
    expect((await den.tick(disk)).status).toBe(0);
    disk.mount("remount,ro");
    den.write("dogwatch.yaml", config(chat));
    const { status, json } = await den.tick(disk);
    expect(status).toBe(73);
    expect(json).toMatchObject({
      verdict: "red",
      exit: 73,
      heal: { outcome: "refused" },
      alerts: [{ delivered: true }],
    });
    expect([chat.heads().length, den.runs()]).toEqual([1, 0]);
    disk.mount("remount,rw");
    expect(await den.tick(disk)).toMatchObject({ status: 0, json: { heal: { outcome: "failed" } } });
    expect([await den.verify(disk), den.runs()]).toEqual(["0 ok", 1]);
  });

  test("tick that finds no room for its first lock says so and ends with 73", async () => {
    using den = new Den("small");
    await using disk = await openDisk(den.at("small"));
    den.write("dogwatch.yaml", "chat: console\nchecks: { web: { tcp: { port: 1 } } }\n");
    disk.mount("remount,ro");
    const { status, out, err } = await den.dogwatch(["tick", "--json"], disk);
    expect(`${status} ${out}${err}`).toBe(
      `73 dogwatch: cannot use the state folder "${den.state}": read-only file system\n` +
        "  Run it as root, or name a folder with --state-dir.\n",
    );
  });
});
