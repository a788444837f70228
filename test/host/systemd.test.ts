import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import type { Command, Ran } from "../../src/host/host.ts";
import { createSystemd } from "../../src/host/systemd.ts";

const show = (name: string): string =>
  readFileSync(new URL(`../fixtures/systemctl-show/${name}.txt`, import.meta.url), "utf8");

const exited = (status: number, stdout: string, stderr = ""): Ran => ({ kind: "exited", status, stdout, stderr });

/** A systemd whose systemctl answers what the script says, and the commands that it was asked to run. */
function scripted(answer: Ran, env: Record<string, string> = {}, isBooted = true) {
  const commands: Command[] = [];
  const systemd = createSystemd({
    exec: {
      run: async (command) => {
        commands.push(command);
        return answer;
      },
    },
    clock: { nowMs: () => Date.UTC(2026, 10, 23, 13, 0, 0), uptimeS: () => 720 },
    env,
    uid: 1000,
    isBooted: () => isBooted,
  });
  return { systemd, commands };
}

describe("show()", () => {
  test("show() asks once for all units, with the words that keep systemctl from doing more", async () => {
    const { systemd, commands } = scripted(exited(0, show("several")));
    const names = ["gateway.service", "killed.service", "not-found.service", "dogwatch.timer", "masked.service"];
    const shown = await systemd.show({ scope: "system" }, names, 1234);
    expect(shown.kind === "shown" ? shown.units.map((each) => each.unit) : shown).toEqual(names);
    expect(commands.length).toBe(1);
    const { argv = [], timeoutMs, user, env } = commands[0] ?? {};
    expect(argv[0]).toMatch(/^(\/usr)?\/bin\/systemctl$/);
    expect(argv.slice(1, 5)).toEqual(["--system", "show", "--no-pager", "-p"]);
    expect(argv[5]).toContain("ActiveExitTimestampMonotonic");
    expect(argv.slice(6)).toEqual(["--", ...names]);
    expect({ timeoutMs, user, env }).toEqual({ timeoutMs: 1234, user: undefined, env: { TZ: "UTC" } });
  });

  test("show() asks nobody about no units", async () => {
    const { systemd, commands } = scripted(exited(0, ""));
    expect(await systemd.show({ scope: "system" }, [], 1000)).toEqual({ kind: "shown", units: [] });
    expect(commands).toEqual([]);
  });

  test("show() asks another user's manager as that user, and our own where it listens", async () => {
    const { systemd, commands } = scripted(exited(0, show("user-manager")), { XDG_RUNTIME_DIR: "/run/user/77" });
    const names = ["gateway.service", "nothing.service"];
    await systemd.show({ scope: "user", user: "agents" }, names, 1000);
    await systemd.show({ scope: "user" }, names, 1000);
    expect(commands[0]).toMatchObject({ user: "agents", env: { TZ: "UTC" } });
    expect(commands[0]?.argv[1]).toBe("--user");
    expect(commands[1]?.user).toBeUndefined();
    expect(commands[1]?.env).toEqual({
      TZ: "UTC",
      XDG_RUNTIME_DIR: "/run/user/77",
      DBUS_SESSION_BUS_ADDRESS: "unix:path=/run/user/77/bus",
    });
  });

  for (const odd of ["gate*", "a?", "[ab].service", "a b", "/etc/x", "x@.service", "", "ü.service", "x".repeat(256)]) {
    test(`show() refuses ${JSON.stringify(odd.slice(0, 20))}, which isn't one unit, before it asks`, async () => {
      const { systemd, commands } = scripted(exited(0, show("gateway")));
      const shown = await systemd.show({ scope: "system" }, ["gateway.service", odd], 1000);
      expect(shown).toEqual({ kind: "failed", code: "EINVAL", why: `"${odd}" is not the name of one unit` });
      expect(commands).toEqual([]);
    });
  }

  const noBus = "Failed to connect to bus: No such file or directory";
  const failures = [
    {
      name: "a user's manager that doesn't run",
      manager: { scope: "user", user: "agents" },
      given: exited(1, "", `${noBus}\n`),
      expected: {
        code: "ENOTCONN",
        why: `no service manager of user "agents" answers ("${noBus}"); let it run without a login: loginctl enable-linger agents`,
      },
    },
    {
      name: "our own manager that doesn't run",
      manager: { scope: "user" },
      given: exited(1, "", "Failed to connect to bus: No medium found\n"),
      expected: {
        code: "ENOTCONN",
        why: 'no service manager of our own user answers ("Failed to connect to bus: No medium found"); let it run without a login: loginctl enable-linger',
      },
    },
    {
      name: "a host without systemd",
      manager: { scope: "system" },
      given: exited(
        1,
        "",
        `System has not been booted with systemd as init system (PID 1). Can't operate.\n${noBus}\n`,
      ),
      expected: { code: "ENOTCONN", why: `no system manager answers ("${noBus}"); is this host run by systemd?` },
    },
    {
      name: "an answer that ends early",
      manager: { scope: "system" },
      given: exited(1, "", "Failed to get properties: Unit name x is neither a valid invocation ID nor unit name.\n"),
      expected: {
        code: "EIO",
        why: 'systemctl said "Failed to get properties: Unit name x is neither a valid invocation ID nor unit name."',
      },
    },
    {
      name: "an answer without the units",
      manager: { scope: "system" },
      given: exited(0, "Id=x\n"),
      expected: { code: "EIO", why: "systemctl exited 0 without an answer for each unit" },
    },
    {
      name: "a systemctl that hangs",
      manager: { scope: "system" },
      given: { kind: "timed-out", stdout: "", stderr: "" },
      expected: { code: "TIMEOUT", why: "systemctl gave no answer in 2.5 s" },
    },
    {
      name: "a systemctl that isn't there",
      manager: { scope: "system" },
      given: { kind: "failed", code: "ENOENT", why: "no such file or directory" },
      expected: { code: "ENOENT", why: "cannot run systemctl: no such file or directory" },
    },
    {
      name: "a systemctl that is killed",
      manager: { scope: "system" },
      given: { kind: "signalled", signal: "SIGKILL", stdout: "", stderr: "" },
      expected: { code: "EIO", why: "systemctl was ended by SIGKILL" },
    },
  ] as const;
  for (const { name, manager, given, expected } of failures) {
    test(`show() tells ${name}`, async () => {
      const shown = await scripted(given).systemd.show(manager, ["x.service"], 2500);
      expect(shown).toEqual({ kind: "failed", ...expected });
    });
  }
});

describe("systemState() and nextTick()", () => {
  test("systemState() is absent, and nextTick() unknown, where no systemd runs, and no child is started", async () => {
    const { systemd, commands } = scripted(exited(0, "running\n"), {}, false);
    expect(await systemd.systemState()).toBe("absent");
    expect(await systemd.nextTick()).toBeUndefined();
    expect(commands).toEqual([]);
  });

  test("systemState() takes the word, whatever the status", async () => {
    expect(await scripted(exited(1, "degraded\n")).systemd.systemState()).toBe("degraded");
    expect(await scripted(exited(1, "", "Failed to connect")).systemd.systemState()).toBe("unknown");
    expect(await scripted({ kind: "timed-out", stdout: "", stderr: "" }).systemd.systemState()).toBe("unknown");
  });
});
