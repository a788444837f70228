import { afterAll, describe, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createExec } from "../../src/host/exec.ts";
import type { Command, Ran } from "../../src/host/host.ts";
import { accountOf } from "../../src/host/users.ts";
import { until } from "./until.ts";

const uid = process.getuid?.() ?? -1;
const isRoot = uid === 0;
const me = accountOf(uid)?.name ?? "";
const root = mkdtempSync(join(tmpdir(), "dogwatch-exec-"));
chmodSync(root, 0o1777);
afterAll(() => rmSync(root, { recursive: true, force: true }));
const exec = createExec({ uid });
let count = 0;

function run(argv: readonly string[], more: Partial<Command> = {}): Promise<Ran> {
  return exec.run({ argv, timeoutMs: 20_000, maxOutputBytes: 10_000, ...more });
}

function sh(script: string, more: Partial<Command> = {}): Promise<Ran> {
  return run(["/bin/sh", "-c", script], more);
}

function outOf(ran: Ran): string {
  return ran.kind === "failed" ? `${ran.code}: ${ran.why}` : ran.stdout;
}

function freshName(): string {
  count += 1;
  return join(root, `note-${count}`);
}

/** The pid that a script wrote to a file, once it is there whole. */
function pidIn(path: string): Promise<number> {
  return until(`a pid in ${path}`, () => existsSync(path) && Number(/^(\d+)\n/.exec(readFileSync(path, "utf8"))?.[1]));
}

function isGone(pid: number): boolean {
  try {
    return / Z | X /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return true;
  }
}

describe("run()", () => {
  test("run() keeps status, stdout and stderr apart", async () => {
    expect(await sh("echo out; echo err >&2; exit 3")).toEqual({
      kind: "exited",
      status: 3,
      stdout: "out\n",
      stderr: "err\n",
    });
  });

  test("run() tells a signal from a status", async () => {
    expect(await sh("kill -TERM $$")).toMatchObject({ kind: "signalled", signal: "SIGTERM" });
  });

  test("run() passes arguments as they are, past no shell", async () => {
    const argv = ["/usr/bin/printf", "<%s>", "a b", "$HOME; *", "", "ü\n"];
    expect(outOf(await run(argv))).toBe("<a b><$HOME; *><><ü\n>");
  });

  test("run() gives a clean environment, no input, the root folder and a session of its own", async () => {
    process.env["DOGWATCH_TEST_SECRET"] = "leaked";
    const ran = await run(["/usr/bin/env"], { env: { A: "1" } });
    delete process.env["DOGWATCH_TEST_SECRET"];
    const home = accountOf(uid)?.home;
    const login = [`HOME=${home}`, `USER=${me}`, `LOGNAME=${me}`, `XDG_RUNTIME_DIR=/run/user/${uid}`];
    const path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    const own = isRoot ? [] : [...login, `DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/${uid}/bus`];
    expect(outOf(ran).trim().split("\n").sort()).toEqual(["A=1", "LANG=C.UTF-8", path, ...own].sort());
    expect(outOf(await sh("cat; pwd"))).toBe("/\n");
    const [pid, , , , group] = outOf(await run(["/bin/cat", "/proc/self/stat"])).split(" ");
    expect(group).toBe(pid ?? "none");
  });

  test("run() hands over what the command shall read, whole, and doesn't mind one that reads nothing", async () => {
    const text = "ü\n".repeat(200_000);
    expect(outOf(await run(["/usr/bin/wc", "-c"], { stdin: text }))).toBe("600000\n");
    expect(await run(["/bin/true"], { stdin: text })).toMatchObject({ kind: "exited", status: 0 });
  });

  test("run() hands down no file of ours", async () => {
    const open = outOf(await run(["/bin/ls", "/proc/self/fd"])).split("\n");
    expect(open).toEqual(["0", "1", "2", "3", ""]);
  });

  test("run() keeps what it was asked to of an endless output, and reads on so that the command ends", async () => {
    const ran = await sh("yes | head -c 3000000; echo end >&2", { maxOutputBytes: 5 });
    expect(ran).toEqual({ kind: "exited", status: 0, stdout: "y\ny\ny", stderr: "end\n" });
    const endless = await run(["/usr/bin/yes"], { timeoutMs: 100, maxOutputBytes: 4 });
    expect(endless).toEqual({ kind: "timed-out", stdout: "y\ny\n", stderr: "" });
  });

  test("run() takes output that isn't UTF-8", async () => {
    expect(outOf(await run(["/usr/bin/printf", "a\\377b\\303"]))).toBe("a\uFFFDb\uFFFD");
  });

  test("run() kills the whole group at the deadline, grandchildren that ignore SIGTERM too", async () => {
    const note = freshName();
    const script = `trap '' TERM; sh -c 'trap "" TERM; echo $$ > ${note}; while :; do sleep 1; done' & echo started; wait`;
    const running = sh(script, { timeoutMs: 400 });
    const grandchild = await pidIn(note);
    expect(await running).toEqual({ kind: "timed-out", stdout: "started\n", stderr: "" });
    await until("the grandchild's end", () => isGone(grandchild));
  });

  test("run() ends a command that is stopped", async () => {
    expect(await sh("kill -STOP $$", { timeoutMs: 100 })).toMatchObject({ kind: "timed-out" });
  });

  test("run() doesn't wait for a child left behind that keeps the pipes, nor kill it", async () => {
    const note = freshName();
    const ran = await sh(`sleep 300 & echo $! > ${note}; echo done`, { timeoutMs: 60_000 });
    expect(ran).toEqual({ kind: "exited", status: 0, stdout: "done\n", stderr: "" });
    const left = await pidIn(note);
    expect(isGone(left)).toBe(false);
    process.kill(left, "SIGKILL");
  });

  test("run() stops when it is called off, and starts nothing after that", async () => {
    const note = freshName();
    const stop = new AbortController();
    const running = sh(`echo $$ > ${note}; sleep 300`, { signal: stop.signal });
    const pid = await pidIn(note);
    stop.abort();
    expect(await running).toMatchObject({ kind: "timed-out" });
    await until("the command's end", () => isGone(pid));
    const late = freshName();
    expect(await sh(`touch ${late}`, { signal: stop.signal })).toMatchObject({ kind: "failed", code: "ECANCELED" });
    expect(existsSync(late)).toBe(false);
  });

  test("run() runs many at once", async () => {
    const all = await Promise.all(Array.from({ length: 30 }, (_, index) => sh(`echo ${index}`)));
    expect(all.map(outOf)).toEqual(Array.from({ length: 30 }, (_, index) => `${index}\n`));
  });

  test("run() tells a program that can't be started", async () => {
    const plain = freshName();
    writeFileSync(plain, "no program", { mode: 0o644 });
    const noScript = freshName();
    writeFileSync(noScript, "#!/nowhere/sh\n", { mode: 0o755 });
    expect(await run(["/nowhere/x"])).toEqual({ kind: "failed", code: "ENOENT", why: "no such file or directory" });
    expect(await run([plain])).toMatchObject({ kind: "failed", code: "EACCES" });
    expect(await run([noScript])).toMatchObject({ kind: "failed", code: "ENOENT" });
    expect(await run(["/bin/echo", "x".repeat(300_000)])).toMatchObject({ kind: "failed", code: "E2BIG" });
    expect(await run(["/bin/echo", "a\0b"])).toMatchObject({ kind: "failed" });
    expect(await run(["echo"])).toEqual({ kind: "failed", code: "EINVAL", why: '"echo" is not an absolute path' });
    expect(await run([])).toMatchObject({ kind: "failed", code: "EINVAL" });
  });
});

describe("run() as a user", () => {
  test("run() refuses a user that there isn't", async () => {
    const why = 'there is no user "nobody-at-all" on this host';
    expect(await run(["/bin/true"], { user: "nobody-at-all" })).toEqual({ kind: "failed", code: "ENOENT", why });
  });

  test("run() as ourselves needs no other program, and sets what a login would", async () => {
    const ran = await sh("echo $USER $LOGNAME $HOME $XDG_RUNTIME_DIR; echo $DBUS_SESSION_BUS_ADDRESS", { user: me });
    const home = accountOf(uid)?.home;
    expect(outOf(ran)).toBe(`${me} ${me} ${home} /run/user/${uid}\nunix:path=/run/user/${uid}/bus\n`);
  });

  test.if(isRoot)("run() as another user has its ids and its groups, none of ours, and no capability", async () => {
    const script = "id -u; id -g; id -G; grep -E '^Cap(Inh|Prm|Eff|Amb)' /proc/self/status; echo $HOME";
    const command = [process.execPath, join(import.meta.dir, "programs/run-as.ts"), "daemon", script] as const;
    // Started with groups of our own, which must not be handed down.
    const ran = await run(["/usr/bin/setpriv", "--groups", "4,27", "--", ...command]);
    const lines = outOf(ran).split("\n");
    expect(lines.slice(0, 3)).toEqual(["1", "1", "1"]);
    expect(lines.slice(3, 7).map((line) => line.split("\t")[1])).toEqual(Array(4).fill("0".repeat(16)));
    expect(lines[7]).toBe(accountOf("daemon")?.home ?? "");
  });

  const member = readFileSync("/etc/group", "utf8")
    .split("\n")
    .map((line) => line.split(":")[3]?.split(",")[0] ?? "")
    .find((name) => name !== "" && name !== me && accountOf(name) !== undefined);
  test.if(isRoot && member !== undefined)("run() as another user has the groups that /etc/group gives it", async () => {
    const groups = outOf(await run(["/usr/bin/id", "-G", member ?? ""]));
    expect(groups.trim().split(" ").length).toBeGreaterThan(1);
    expect(outOf(await run(["/usr/bin/id", "-G"], { user: member ?? "" }))).toBe(groups);
  });

  test.if(isRoot)("run() as another user tells setpriv's failures from the command's", async () => {
    expect(await run(["/nowhere/x"], { user: "daemon" })).toMatchObject({ kind: "failed", code: "ENOENT" });
    const plain = freshName();
    writeFileSync(plain, "no program", { mode: 0o644 });
    expect(await run([plain], { user: "daemon" })).toMatchObject({ kind: "failed", code: "EACCES" });
    expect(await sh("echo no >&2; exit 127", { user: "daemon" })).toMatchObject({ kind: "exited", status: 127 });
    expect(await sh("kill -KILL $$", { user: "daemon" })).toMatchObject({ kind: "signalled", signal: "SIGKILL" });
  });

  test.if(isRoot)(
    "run() as another user ends at the deadline, also for a root that may not signal others",
    async () => {
      const note = freshName();
      const script = `sh -c 'echo $$ > ${note}; sleep 300' & wait`;
      const argv = [process.execPath, join(import.meta.dir, "programs/run-as.ts"), "daemon", script, "500"];
      const helper = spawn("/usr/bin/setpriv", ["--bounding-set=-kill", "--inh-caps=-kill", "--", ...argv], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const grandchild = await pidIn(note);
      await until("the grandchild's end", () => isGone(grandchild));
      await until("the helper's end", () => helper.exitCode !== null);
    },
  );

  test("run() as another user is refused to anybody but root", async () => {
    const ran = await createExec({ uid: 4711 }).run({
      argv: ["/bin/true"],
      timeoutMs: 1000,
      maxOutputBytes: 10,
      user: "daemon",
    });
    expect(ran).toEqual({ kind: "failed", code: "EPERM", why: 'only root can run a command as user "daemon"' });
  });
});
