import { describe, expect, test } from "bun:test";
import { createExec } from "../../src/host/exec.ts";
import { openNotify } from "../../src/host/notify.ts";

const open = (env: Readonly<Record<string, string>>, failures: string[] = []) =>
  openNotify({ env, pid: 42, exec: createExec({ uid: process.getuid?.() ?? 0 }) }, (why) => void failures.push(why));

const sayAll = (notify: ReturnType<typeof open>): void => {
  notify.reloading();
  notify.keepAlive();
  notify.stopping("ending");
};

describe("the service manager", () => {
  test("openNotify() starts no program and fails at nothing where there is none", async () => {
    const failures: string[] = [];
    const notify = open({}, failures);
    notify.ready("up");
    notify.status("up");
    sayAll(notify);
    await notify.told();
    expect(failures).toEqual([]);
  });

  test("openNotify() tells the first failure and no other", async () => {
    const failures: string[] = [];
    const notify = open({ NOTIFY_SOCKET: "/nowhere/notify" }, failures);
    sayAll(notify);
    await notify.told();
    expect(failures).toHaveLength(1);
    expect(failures[0]).not.toBe("");
  });

  const cases = [
    { name: "half a minute in microseconds", env: { NOTIFY_SOCKET: "/x", WATCHDOG_USEC: "30000000" }, want: 30_000 },
    { name: "meant for us", env: { NOTIFY_SOCKET: "/x", WATCHDOG_USEC: "1000", WATCHDOG_PID: "42" }, want: 1 },
    {
      name: "meant for another",
      env: { NOTIFY_SOCKET: "/x", WATCHDOG_USEC: "1000", WATCHDOG_PID: "41" },
      want: undefined,
    },
    {
      name: "longer than a timer takes",
      env: { NOTIFY_SOCKET: "/x", WATCHDOG_USEC: "99999999999999999999" },
      want: 86_400_000,
    },
    { name: "no socket", env: { WATCHDOG_USEC: "1000" }, want: undefined },
    { name: "no number", env: { NOTIFY_SOCKET: "/x", WATCHDOG_USEC: "soon" }, want: undefined },
    { name: "none", env: { NOTIFY_SOCKET: "/x" }, want: undefined },
  ] as const;
  for (const { name, env, want } of cases)
    test(`openNotify() reads the watchdog's time: ${name}`, () => expect(open({ ...env }).watchdogMs).toBe(want));
});
