import { afterAll, describe, expect, test } from "bun:test";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { array, looseObject, number, parse, string } from "valibot";
import { canBed, until } from "./bed.ts";
import { binary, Chat } from "./hostile-bed.ts";

const Tick = looseObject({
  verdict: string(),
  checks: array(looseObject({ name: string(), verdict: string(), evidence: string() })),
  troubles: array(string()),
  exit: number(),
});

/**
 * What a container runtime does, by hand: a root of its own that holds the program and its libraries and nothing else (no systemd, no passwd, no
 * machine-id, no shell), read-only; /proc of its own pids, the host's devices and network; the program as process 1. $1 root, $2 uid, $3 volumes' option.
 */
const contain = `
root=$1 uid=$2 option=$3; shift 3
mount --make-rprivate /
mount -t tmpfs -o mode=0755 tmpfs "$root/fs"; cd "$root/fs"
mkdir -p usr/bin etc/dogwatch var/lib/dogwatch var/log/dogwatch proc dev
cp "${binary}" usr/bin/dogwatch
ldd "${binary}" | grep -o '/[^ ]*' | sort -u | xargs cp -L --parents -t .
mount -t proc proc proc; mount --rbind /dev dev
mount --bind "$root/etc" etc/dogwatch
mount --bind "$root/state" var/lib/dogwatch; mount --bind "$root/log" var/log/dogwatch
if [ "$option" = ro ]; then mount -o remount,bind,ro var/lib/dogwatch; mount -o remount,bind,ro var/log/dogwatch; fi
mount -o remount,ro "$root/fs"
exec env -i BUN_JSC_useJIT=0 /usr/sbin/chroot --userspec="$uid:$uid" . /usr/bin/dogwatch daemon "$@"
`;

/** One container with a daemon in it. */
class Container implements AsyncDisposable {
  readonly root: string = mkdtempSync(join(tmpdir(), "dogwatch-container-"));
  readonly #child: Bun.Subprocess<"ignore", "pipe", "pipe">;
  readonly #lines: string[] = [];
  err = "";

  constructor(config: string, words: readonly string[], how: { readonly uid?: number; readonly volumes?: "ro" } = {}) {
    const { uid = 0 } = how;
    for (const name of ["fs", "etc", "state", "log"]) mkdirSync(join(this.root, name));
    for (const name of ["state", "log"]) chownSync(join(this.root, name), uid, uid);
    this.configure(config);
    this.#child = Bun.spawn(
      [
        "unshare",
        "--mount",
        "--pid",
        "--fork",
        "--kill-child",
        "bash",
        "-euc",
        contain,
        "bash",
        this.root,
        String(uid),
        how.volumes ?? "rw",
        ...words,
      ],
      { stdin: "ignore", stdout: "pipe", stderr: "pipe" },
    );
    void this.#read();
    void new Response(this.#child.stderr).body?.pipeTo(
      new WritableStream({
        write: (bytes) => {
          this.err += new TextDecoder().decode(bytes);
        },
      }),
    );
  }

  async #read(): Promise<void> {
    let rest = "";
    for await (const bytes of this.#child.stdout) {
      const lines = `${rest}${new TextDecoder().decode(bytes)}`.split("\n");
      rest = lines.pop() ?? "";
      this.#lines.push(...lines);
    }
  }

  configure(text: string): void {
    writeFileSync(join(this.root, "etc", "dogwatch.yaml"), text);
    chmodSync(join(this.root, "etc", "dogwatch.yaml"), 0o644);
  }

  get exited(): Promise<number> {
    return this.#child.exited;
  }

  ticks() {
    return this.#lines.map((line) => parse(Tick, JSON.parse(line)));
  }

  /** Waits until so many ticks have ended, and gives the last. */
  tick(count: number, withinMs?: number) {
    return until(`tick ${count}`, async () => this.ticks()[count - 1], withinMs);
  }

  /** The daemon's pid out here; inside it is 1. */
  pid(): number {
    const unshare = this.#child.pid;
    return Number(readFileSync(`/proc/${unshare}/task/${unshare}/children`, "utf8").trim());
  }

  signal(name: NodeJS.Signals): void {
    process.kill(this.pid(), name);
  }

  /** Anonymous memory and open files of the daemon. */
  held() {
    const rollup = readFileSync(`/proc/${this.pid()}/smaps_rollup`, "utf8");
    const kib = Number(/^Anonymous:\s+(\d+) kB$/mu.exec(rollup)?.[1]);
    return { anonymousMiB: kib / 1024, files: readdirSync(`/proc/${this.pid()}/fd`).length };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.exited;
    rmSync(this.root, { recursive: true });
  }
}

const every = ["--cron", "* * * * * *", "--json"];
const why = canBed();
if (why !== undefined && process.env["CI"] !== "true")
  console.error(`SKIPPED e2e "dogwatch daemon in a container": ${why}`);

describe.skipIf(why !== undefined && process.env["CI"] !== "true")("dogwatch daemon in a container", () => {
  const chat = new Chat();
  afterAll(() => chat[Symbol.dispose]());
  const config = (port: number): string => `host: box
confirm: 0s
${chat.yaml}checks:
  others: { process: { name: gateway } }
  door: { http: { url: "http://127.0.0.1:${port}/" } }
  unit: { unit: { name: ssh.service } }
`;
  const door = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("well") });
  afterAll(() => door.stop(true));
  const well = config(door.port ?? 0);

  test("as process 1 with a read-only root, without systemd, passwd, shell and HOME, it looks, tells, takes SIGHUP, stays as small as it was, and ends by SIGTERM", async () => {
    await using box = new Container(well, every);
    const first = await box.tick(1);

    expect(first.exit).toBe(0);
    expect(Object.fromEntries(first.checks.map(({ name, verdict }) => [name, verdict]))).toEqual({
      others: "unknown",
      door: "green",
      unit: "unknown",
    });
    const evidence = first.checks.map(({ evidence: text }) => text);
    expect(evidence[0]).toContain("cannot see every process on this host");
    expect(evidence[2]).toContain("cannot run systemctl: no such file or directory");
    expect(box.err).toContain("this is process 1");
    await box.tick(4);
    expect(chat.heads().filter((head) => head.startsWith("UNKNOWN box · "))).toHaveLength(2);
    expect(readdirSync(join(box.root, "log"))).toEqual(["heal.seals"]);
    expect(readdirSync(join(box.root, "state"))).toContain("state.json");

    box.configure(well.replace("checks:", "chekcs:"));
    box.signal("SIGHUP");
    const old = await until("the refusal", async () => box.ticks().find(({ troubles }) => troubles.length > 0));
    expect(old).toMatchObject({ exit: 0, troubles: [expect.stringMatching(/^cannot use the config: .*chekcs/u)] });
    box.configure(well.replace("host: box", "host: box-2"));
    box.signal("SIGHUP");
    await until("the new config", async () =>
      box.err.includes("the config was read again: 3 checks") ? true : undefined,
    );

    await box.tick(15);
    const before = box.held();
    await box.tick(40, 60_000);
    const after = box.held();
    // Over 1,000 ticks it is the same (bench/daemon.mjs); what grew by a mere 0.15 MiB a tick would be seen here.
    expect(after.anonymousMiB - before.anonymousMiB).toBeLessThan(4);
    expect(after.files - before.files).toBeLessThan(4);
    expect(
      box
        .ticks()
        .flatMap(({ troubles }) => troubles)
        .filter((text) => text.startsWith("missed")),
    ).toEqual([]);
    box.signal("SIGTERM");
    expect(await box.exited).toBe(0);
    expect(existsSync(join(box.root, "state", "daemon.json"))).toBe(false);
  }, 120_000);

  test("as a user without a name and without rights it does the same", async () => {
    await using box = new Container(well, every, { uid: 10_001 });
    expect(await box.tick(2)).toMatchObject({ exit: 0, troubles: [] });
    box.signal("SIGINT");
    expect(await box.exited).toBe(0);
  }, 30_000);

  test("with its volumes read-only too it still tells a red, says each time that it can't keep anything, and goes on", async () => {
    await using box = new Container(config(1), every, { volumes: "ro" });
    const third = await box.tick(3);
    expect(third.exit).toBe(73);
    expect(third.troubles.join("; ")).toContain("read-only file system");
    expect(box.err).toContain("is ill (status 73)");
    expect(box.err).not.toContain("<3>");
    box.signal("SIGTERM");
    expect(await box.exited).toBe(0);
  }, 30_000);

  test("nobody who reads what it says is no reason to end", async () => {
    const folder = mkdtempSync(join(tmpdir(), "dogwatch-daemon-"));
    const file = join(folder, "dogwatch.yaml");
    writeFileSync(file, well, { mode: 0o600 });
    const places = ["--config", file, "--state-dir", join(folder, "state"), "--logs-dir", folder];
    const argv = [binary, "daemon", ...every, ...places];
    const child = Bun.spawn(["bash", "-c", 'set -o pipefail; "$@" <&- 2>&1 | true', "bash", ...argv]);
    const ticks = (): number => {
      const state = join(folder, "state", "state.json");
      return existsSync(state) ? Number(/"tick":(\d+)/u.exec(readFileSync(state, "utf8"))?.[1]) : 0;
    };
    await until("four ticks", async () => (ticks() >= 4 ? true : undefined));
    const again = Bun.spawnSync(argv, { stderr: "pipe" });
    expect([again.exitCode, again.stderr.toString()]).toEqual([73, expect.stringContaining("another daemon keeps ")]);
    const { pid } = parse(
      looseObject({ pid: number() }),
      JSON.parse(readFileSync(join(folder, "state", "daemon.json"), "utf8")),
    );
    process.kill(pid, "SIGTERM");
    expect(await child.exited).toBe(0);
    rmSync(folder, { recursive: true });
  }, 30_000);
});
