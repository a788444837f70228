import { describe, expect, test } from "bun:test";
import { hostWith, see } from "./process-bed.ts";

const denied = { kind: "failed", code: "EACCES", why: "permission denied" } as const;
const gone = { kind: "failed", code: "ENOENT", why: "no such file or directory" } as const;
const keys = (...names: readonly string[]) => ({ kind: "keys", keys: names }) as const;
const fine = keys("PATH", "HOME");

describe("processProbe.look() with forbid_env", () => {
  const cases = [
    { name: "is well without the name", given: [fine, fine], want: { kind: "ok", evidence: "pid 1, 2" } },
    {
      name: "names the process and the variable",
      given: [fine, keys("PATH", "TELEGRAM_BOT_TOKEN")],
      want: { kind: "bad", evidence: 'pid 2 carries the variable "TELEGRAM_BOT_TOKEN"' },
    },
    { name: "takes * for any text, none too", given: [keys("_BOT_TOKEN")], want: { kind: "bad" } },
    { name: "takes ? for one character", given: [keys("KEY_7")], want: { kind: "bad" } },
    { name: "takes ? for no less", given: [keys("KEY_")], want: { kind: "ok" } },
    { name: "matches whole names", given: [keys("X_BOT_TOKEN_FILE")], want: { kind: "ok" } },
    { name: "takes a dot for a dot", given: [keys("AxB")], want: { kind: "ok" } },
    { name: "tells case apart", given: [keys("x_bot_token")], want: { kind: "ok" } },
    {
      name: "doesn't know where it may not look",
      given: [denied],
      want: { kind: "unknown", evidence: "cannot read the environment of pid 1: permission denied" },
    },
    {
      name: "tells the one that it sees beside one that it may not",
      given: [denied, keys("A_BOT_TOKEN")],
      want: { kind: "bad" },
    },
    { name: "passes one that has gone meanwhile", given: [gone, fine], want: { kind: "ok" } },
    {
      name: "cleans a hostile name",
      given: [keys("\u001b[2J\n_BOT_TOKEN")],
      want: { kind: "bad", evidence: 'pid 1 carries the variable "_BOT_TOKEN"' },
    },
  ] as const;
  for (const { name, given, want } of cases)
    test(`processProbe.look() with forbid_env ${name}`, async () => {
      const host = hostWith(given.map((_, i) => ({ pid: i + 1 })));
      for (const [i, environ] of given.entries()) host.processes.environ.set(i + 1, environ);
      const forbidEnv = ["*_BOT_TOKEN", "KEY_?", "A.B"];
      expect(await see(host, { process: { name: "gateway" }, forbidEnv })).toMatchObject(want);
    });

  test("processProbe.look() with forbid_env is well where no worker runs", async () => {
    const given = { process: { name: "worker" }, count: { min: 0, max: null }, forbidEnv: ["*_BOT_TOKEN"] };
    expect(await see(hostWith([]), given)).toMatchObject({ kind: "ok" });
    expect(await see(hostWith([], false), given)).toMatchObject({ kind: "unknown" });
  });

  test("processProbe.look() with forbid_env looks at a stopped process, and at no dead one", async () => {
    const host = hostWith([{ pid: 1, state: "T" }, { pid: 2, state: "Z" }, { pid: 3 }]);
    for (const pid of [1, 2, 3]) host.processes.environ.set(pid, pid === 2 ? denied : fine);
    const given = { process: { name: "gateway" }, forbidEnv: ["*_TOKEN"] };
    expect(await see(host, given)).toMatchObject({ kind: "ok" });
    host.processes.environ.set(1, keys("X_TOKEN"));
    expect(await see(host, given)).toMatchObject({ kind: "bad", startedUptimeS: 1000 });
  });

  test("processProbe.look() tells a wrong count before an environment that it may not read", async () => {
    const host = hostWith([{ pid: 1 }, { pid: 2 }]);
    host.processes.environ.set(1, denied);
    const given = { process: { name: "gateway" }, count: { min: 1, max: 1 }, forbidEnv: ["*_TOKEN"] };
    expect(await see(host, given)).toMatchObject({ kind: "bad", evidence: "2 processes (pid 1, 2), want exactly 1" });
  });
});
