import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { placeOfCgroup, unitOfCgroup } from "../../src/host/proc-cgroup.ts";

for (const hierarchy of ["hybrid", "v2"]) {
  const cases = [
    { name: "a system unit", given: "system-unit", expected: "gateway.service" },
    { name: "an instance with an escape in its name", given: "instance", expected: "odd\\x2dname@one.service" },
    { name: "a unit whose group systemd had to escape", given: "escaped", expected: "cpu.service" },
    { name: "PID 1", given: "init", expected: "init.scope" },
    { name: "a user's manager", given: "user-manager", expected: "user@1001.service" },
    { name: "a user's own unit", given: "user-unit", expected: "gateway.service" },
    { name: "a zombie, which has left the first hierarchy", given: "zombie", expected: "zombie.service" },
  ];
  for (const { name, given, expected } of cases) {
    test(`unitOfCgroup() finds ${name} (${hierarchy})`, () => {
      const file = new URL(`../fixtures/proc/cgroup-${hierarchy}-${given}.txt`, import.meta.url);
      expect(unitOfCgroup(readFileSync(file, "utf8"))).toBe(expected);
    });
  }
}

const told = [
  { name: "a login session", given: "0::/user.slice/user-1000.slice/session-3.scope\n", expected: "session-3.scope" },
  { name: "a delegated group", given: "0::/system.slice/docker.service/abc/init.scope\n", expected: "docker.service" },
  { name: "a removed group", given: "0::/system.slice/gone.service (deleted)\n", expected: "gone.service" },
  {
    name: "a scope below a user's slices",
    given: "0::/user.slice/user-7.slice/user@7.service/user.slice/libpod-1f.scope/container\n",
    expected: "libpod-1f.scope",
  },
  { name: "nothing at the root", given: "9:name=systemd:/\n0::/\n", expected: undefined },
  { name: "nothing in a bare slice", given: "0::/system.slice\n", expected: undefined },
  {
    name: "nothing in a group of somebody else's",
    given: "0::/lxc.payload.a/system.slice/b.service\n",
    expected: undefined,
  },
  { name: "nothing above our own namespace", given: "0::/../system.slice/b.service\n", expected: undefined },
  { name: "nothing in another hierarchy", given: "8:pids:/system.slice/b.service\n", expected: undefined },
  { name: "nothing in an imitation", given: "8:pids:/x:name=systemd:/system.slice/b.service\n", expected: undefined },
  { name: "nothing in nothing", given: "", expected: undefined },
] as const;
for (const { name, given, expected } of told) {
  test(`unitOfCgroup() finds ${name}`, () => {
    expect(unitOfCgroup(given)).toBe(expected);
  });
}

for (const [name, given, expected] of [
  ["a system unit has no user's manager", "system-unit", { unit: "gateway.service" }],
  ["a user's unit has that user's", "user-unit", { unit: "gateway.service", managerUid: 1001 }],
  ["a user's manager is a unit of the system's", "user-manager", { unit: "user@1001.service" }],
] as const)
  test(`placeOfCgroup(): ${name}`, () => {
    const file = new URL(`../fixtures/proc/cgroup-v2-${given}.txt`, import.meta.url);
    expect(placeOfCgroup(readFileSync(file, "utf8"))).toEqual(expected);
  });
