import { expect, test } from "bun:test";
import { runnerFault } from "../../src/heal/runner.ts";

const refused: readonly (readonly string[])[] = [
  ...["sh", "bash", "rbash", "dash", "ash", "zsh", "ksh", "mksh", "csh", "tcsh", "fish", "pwsh", "nu", "busybox"].map(
    (name) => [`/bin/${name}`, "/opt/x"],
  ),
  ...["bash-5.2", "bash5", "ksh93", "zsh-5.9", "sh.distrib"].map((name) => [`/usr/bin/${name}`, "/opt/x"]),
  ...["/bin//sh", "/bin/./sh", "/bin/sh/", "/bin/../bin/sh", "/opt/../bin/systemctl"].map((path) => [path]),
  ["/usr/bin/env", "PATH=/x", "true"],
  ["/usr/bin/sudo", "-u", "agents", "true"],
  ["/usr/bin/find", "/var/tmp", "-exec", "id", ";"],
  ["/usr/bin/find", "/var/tmp", "-ok", "id", ";"],
  ["/lib/ld-musl-x86_64.so.1", "/bin/sh"],
  ["/lib/ld.so", "/bin/sh"],
  ["/usr/bin/python3"],
  ["/usr/bin/python3", "-"],
  ["/usr/bin/python3", "-Ic", "1"],
  ["/usr/bin/perl", "-e", "1"],
  ["/usr/bin/ruby", "-ne", "1"],
  ["/usr/bin/php8.2", "-r", "1"],
  ["/usr/bin/node", "-p", "1"],
  ["/usr/bin/deno", "eval", "1"],
];

const plain: readonly (readonly string[])[] = [
  ["/usr/bin/systemctl", "restart", "{unit}"],
  ["/usr/local/bin/refresh"],
  ["/usr/local/bin/push", "-c", "x"],
  ["/opt/gateway/restart.sh", "now"],
  ["/usr/bin/find", "/var/cache/x", "-mtime", "+7", "-delete"],
  ["/usr/bin/python3", "/opt/gateway/mend.py", "-c", "conf"],
  ["/usr/bin/python3", "-m", "gateway.mend"],
  ["/usr/bin/node", "/opt/mend.mjs"],
  ["/usr/bin/docker", "restart", "gateway"],
];

test("runnerFault() names every shell, wrapper and interpreter with code in its arguments", () => {
  for (const step of refused) expect({ step, fault: runnerFault(step) }).toEqual({ step, fault: expect.any(String) });
});

test("runnerFault() lets a program of the admin's own pass, with a file of code too", () => {
  for (const step of plain) expect({ step, fault: runnerFault(step) }).toEqual({ step, fault: undefined });
});
