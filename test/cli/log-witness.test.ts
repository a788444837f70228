import { afterEach, beforeEach, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { logCommand } from "../../src/cli/log.ts";
import type { Command, Host, Ran } from "../../src/host/host.ts";
import type { Head } from "../../src/log/entry.ts";
import { createLogBed, healEntries, type LogBed } from "../log/log-bed.ts";

let bed: LogBed;
let asked: Command[];
beforeEach(() => {
  bed = createLogBed();
  asked = [];
});
afterEach(() => bed.remove());

const me = process.getuid?.() ?? 0;

/** Runs `log witness` on a host whose journalctl answers so. */
const run = async (
  ran: Ran | ((argv: readonly string[]) => Ran),
  ...words: readonly string[]
): Promise<{ readonly exit: number; readonly out: string }> => {
  const exec = {
    run: async (command: Command): Promise<Ran> => {
      asked.push(command);
      return typeof ran === "function" ? ran(command.argv) : ran;
    },
  };
  const host: Host = { ...bed.host, exec };
  const before = bed.out().length;
  const exit = await logCommand(host, ["witness", ...words], { logFile: bed.path }, false);
  return { exit, out: bed.out().slice(before) };
};

/** A line of `journalctl -o json`. */
const told = ({ seq, sha256 }: Head, uid = me, second = seq): string =>
  JSON.stringify({
    MESSAGE: `log ${seq}:${sha256}`,
    _UID: String(uid),
    __REALTIME_TIMESTAMP: String(Date.UTC(2026, 10, 23, 2, 5, second) * 1000 + 123_456),
    __CURSOR: "s=1",
  });
const journal = (...lines: readonly string[]): Ran => ({
  kind: "exited",
  status: 0,
  stdout: lines.map((line) => `${line}\n`).join(""),
  stderr: "",
});
const none: Ran = { kind: "exited", status: 1, stdout: "", stderr: "" };

test("logCommand() witness lists the journal's heads, oldest first, with time and uid, and finds each", async () => {
  const first = bed.append(...healEntries(1));
  const second = bed.append(...healEntries(2));
  const { exit, out } = await run(journal(told(second), told(first), '{"MESSAGE":"cut of'));
  expect(out).toBe(
    `2026-11-23 02:05:06 UTC  uid ${me}  log 6:${first.sha256.slice(0, 16)}  found\n` +
      `2026-11-23 02:05:12 UTC  uid ${me}  log 12:${second.sha256.slice(0, 16)}  found\n` +
      "ok: 2 of 2 heads found, up to line 12\n",
  );
  expect(exit).toBe(0);
  expect(asked[0]?.argv).toContain("--identifier=dogwatch");
  expect(asked[0]?.maxOutputBytes).toBeLessThanOrEqual(16_777_216);
});

test("logCommand() witness catches a log that was written anew, and one that was cut", async () => {
  const first = bed.append(...healEntries(1));
  const second = bed.append(...healEntries(2));
  bed.write("");
  bed.append(...healEntries(3), ...healEntries(4).slice(0, 2));
  const { exit, out } = await run(journal(told(second), told(first)));
  expect(exit).toBe(1);
  expect(out).toContain("not this line: the line was changed, or the log was rewritten up to it\n");
  expect(out).toContain("cut: the log ends before this line\n");
  expect(out).toEndWith("NOT OK: 2 of 2 heads don't fit the log\n");
});

test("logCommand() witness tells a log that is gone", async () => {
  const { exit, out } = await run(journal(told({ seq: 4, sha256: "ab".repeat(32) })));
  expect({ exit, out }).toMatchObject({ exit: 1, out: expect.stringContaining("cut: the log ends before this line") });
});

test("logCommand() witness takes nobody's word but the log owner's: anybody may write into the journal", async () => {
  const head = bed.append(...healEntries(1));
  const forged = { seq: 3, sha256: "ab".repeat(32) };
  const { exit, out } = await run(journal(told(forged, me + 1), told(head)));
  expect(exit).toBe(0);
  expect(out).toContain("(doesn't count: another user than the log's owner wrote it)");
  expect(out).toContain("ok: 1 of 1 head found, up to line 6\n");
  expect(await run(journal(told(forged, me + 1)))).toMatchObject({
    exit: 0,
    out: expect.stringContaining("no head yet"),
  });
});

test("logCommand() witness sees the owner's heads whatever crowd of others stands before them", async () => {
  const head = bed.append(...healEntries(1));
  const crowd = journal(...Array.from({ length: 1000 }, () => told({ seq: 3, sha256: "ab".repeat(32) }, me + 1)));
  const own = journal(told({ ...head, sha256: "cd".repeat(32) }));
  const { exit, out } = await run((argv) => (argv.includes(`_UID=${me}`) ? own : crowd));
  expect({ exit, out }).toMatchObject({ exit: 1, out: expect.stringContaining("NOT OK: 1 of 1 head doesn't fit") });
});

test("logCommand() witness takes no other user's word that the log is gone", async () => {
  const { exit, out } = await run(journal(told({ seq: 4, sha256: "ab".repeat(32) }, me + 1)));
  expect({ exit, out }).toMatchObject({ exit: 0, out: expect.stringContaining("no head yet") });
});

test("logCommand() witness exits 1 where every head fits and the chain is broken behind them", async () => {
  const head = bed.append(...healEntries(1));
  bed.append(...healEntries(2));
  bed.write(bed.read().toString().replace('"seq":9', '"seq":8'));
  const { exit, out } = await run(journal(told(head)));
  expect(exit).toBe(1);
  expect(out).toContain("found\nok: 1 of 1 head found, up to line 6\nTAMPERED: line 9 was changed");
});

test("logCommand() witness holds heads that are typed or pasted against the log, without the journal", async () => {
  const head = bed.append(...healEntries(1));
  const short = `${head.seq}:${head.sha256.slice(0, 16)}`;
  const message = `RED web-1 · gateway: no answer\nIncident i-1\nlog ${short}\nRECOVERED\nlog ${short.toUpperCase()}\nlog unreadable`;
  for (const words of [[short], [`log ${short}`], [short, `log ${head.seq}:${head.sha256}`], [message]])
    expect(await run(none, ...words)).toMatchObject({ exit: 0, out: expect.stringContaining(`log ${short}  found\n`) });
  expect((await run(none, message)).out).toContain("ok: 2 of 2 heads found");
  expect((await run(none, `6:${"0".repeat(16)}`)).exit).toBe(1);
  expect((await run(none, "hello")).exit).toBe(64);
  expect((await run(none, "--deep")).exit).toBe(64);
  expect(asked).toEqual([]);
});

test("logCommand() witness reads heads from standard input", () => {
  const { seq, sha256 } = bed.append(...healEntries(1));
  const argv = ["src/main.ts", "log", "witness", "-", "--state-dir", `${bed.folder}/state`, "--logs-dir", bed.folder];
  const ran = spawnSync(process.execPath, argv, {
    input: `HEALED\n\nlog ${seq}:${sha256.slice(0, 16)}\n`,
    encoding: "utf8",
  });
  expect(ran).toMatchObject({
    status: 0,
    stdout: expect.stringContaining("found\nok: 1 of 1 head found, up to line 6\n"),
  });
  expect(spawnSync(process.execPath, argv, { input: "hello", encoding: "utf8" })).toMatchObject({ status: 64 });
});

test("logCommand() witness passes over a head that is older than the first file", async () => {
  const first = bed.append(...healEntries(1));
  const size = bed.read().length;
  bed.append({ event: "log.rotated", by: "helper" });
  bed.write(bed.read().subarray(size));
  expect(await run(journal(told(first)))).toEqual({
    exit: 0,
    out: expect.stringContaining("older than the first file: that file is not here any more\nok: 0 of 1 head found\n"),
  });
});

const exited = (status: number, stderr: string): Ran => ({ kind: "exited", status, stdout: "", stderr });
const unreadable: readonly { readonly name: string; readonly ran: Ran; readonly says: string }[] = [
  {
    name: "no journald",
    ran: { kind: "failed", code: "ENOENT", why: "no such file or directory" },
    says: "there is no journalctl on this host",
  },
  { name: "no journal", ran: exited(1, "No journal files were found.\n"), says: "there is no journal on this host" },
  {
    name: "a user who may not see it",
    ran: exited(
      1,
      "Hint: You are currently not seeing messages from other users and the system.\n      Users in groups 'adm', 'systemd-journal' can see all messages.\n",
    ),
    says: "this user may not see what root's programs wrote in it\n  Run it as root, or as a member of the group",
  },
  {
    name: "a journal that no one may open",
    ran: exited(1, "No journal files were opened due to insufficient permissions.\n"),
    says: "this user may not see",
  },
  {
    name: "a journalctl without patterns",
    ran: exited(1, "Compiled without pattern matching support\n"),
    says: "without pattern",
  },
  {
    name: "a journalctl that hangs",
    ran: { kind: "timed-out", stdout: "", stderr: "" },
    says: "gave no answer in 60 s",
  },
];

for (const { name, ran, says } of unreadable)
  test(`logCommand() witness says in one line that the journal can't be read: ${name}`, async () => {
    bed.append(...healEntries(1));
    expect((await run(ran)).exit).toBe(74);
    expect(bed.err()).toContain(`dogwatch: cannot read the journal: `);
    expect(bed.err()).toContain(says);
    expect(bed.err().trimEnd().split("\n")).toHaveLength(2);
  });

test("logCommand() witness says that an empty journal holds no head, and exits 0", async () => {
  bed.append(...healEntries(1));
  expect(await run(none)).toEqual({ exit: 0, out: "no head yet: the journal holds none that the log's owner wrote\n" });
});

test("logCommand() witness --json gives one object", async () => {
  const head = bed.append(...healEntries(1));
  const ran = await run(journal(told(head)), "--json");
  expect(JSON.parse(ran.out)).toEqual({
    result: "ok",
    heads: [{ seq: 6, sha256: head.sha256, at: "2026-11-23T02:05:06.123Z", uid: me, doesCount: true, is: "found" }],
  });
});
