import { describe, expect, test } from "bun:test";
import type { Config } from "../../src/config/config.ts";
import { dropIns, filterFault, filterMark, nameservers, openWords } from "../../src/config/ip-filter.ts";
import { configOf, httpCheck, tcpCheck } from "../checks.ts";
import { createFakeHost, type FakeHost } from "../fake-host.ts";

const unit = "/usr/local/lib/systemd/system/dogwatch-heal@.service";
const local = configOf([httpCheck()]);
const remote = configOf([httpCheck(), tcpCheck({ name: "db", tcp: { host: "10.0.0.5", port: 1, timeoutMs: 1 } })]);
const named = configOf([tcpCheck({ name: "db", tcp: { host: "db.example", port: 1, timeoutMs: 1 } })]);
const run = "; run: sudo dogwatch egress --systemd --write";

/** A host with both drop-ins as made for this config, and these lines more. */
const hostFor = (config: Config, ...more: readonly string[]): FakeHost => {
  const host = createFakeHost();
  host.files.put(unit, "");
  for (const path of Object.values(dropIns))
    host.files.put(path, [filterMark(host, config), "[Service]", ...more, ""].join("\n"));
  return host;
};

describe("filterMark()", () => {
  test("filterMark() changes with an address, and not with a port, a check's name or loopback", () => {
    const host = createFakeHost();
    const mark = filterMark(host, remote);
    expect(mark).toMatch(/^# dogwatch egress [0-9a-f]{64}$/u);
    const same = configOf([tcpCheck({ name: "other", tcp: { host: "10.0.0.5", port: 2, timeoutMs: 1 } })]);
    expect(filterMark(host, same)).toBe(mark);
    expect(filterMark(host, local)).not.toBe(mark);
    expect(filterMark(host, named)).not.toBe(mark);
  });
});

describe("nameservers()", () => {
  test("nameservers() lists those beyond loopback, without a zone", () => {
    const host = createFakeHost();
    expect(nameservers(host)).toEqual([]);
    host.files.put(
      "/etc/resolv.conf",
      "# nameserver 9.9.9.9\nnameserver 127.0.0.53\n nameserver fe80::1%eth0\nnameserver 10.0.0.2\nnameserver ::1\nsearch x\n",
    );
    expect(nameservers(host)).toEqual(["10.0.0.2", "fe80::1"]);
  });
});

describe("openWords()", () => {
  test("openWords() gives what a drop-in says of its being open", () => {
    expect(openWords("# OPEN: chat slack: why\nIPAddressAllow=any\n# check a")).toEqual(["chat slack: why"]);
  });
});

describe("filterFault()", () => {
  test("filterFault() is content with drop-ins made for this config, and where no units are installed", () => {
    expect(filterFault(hostFor(remote), remote)).toBeUndefined();
    expect(filterFault(createFakeHost(), remote)).toBeUndefined();
  });

  test("filterFault() is content without a drop-in where all is loopback", () => {
    const host = createFakeHost();
    host.files.put(unit, "");
    expect(filterFault(host, local)).toBeUndefined();
    expect(filterFault(host, remote)).toBe(`the IP filter "${dropIns.watcher}" is missing${run}`);
  });

  test("filterFault() names the drop-in that was made for other addresses, and the command", () => {
    expect(filterFault(hostFor(local), remote)).toBe(
      `the IP filter "${dropIns.watcher}" was made for other addresses than the config's${run}`,
    );
    const host = hostFor(remote);
    host.files.put(dropIns.helper, "# mine\n");
    expect(filterFault(host, remote)).toContain(`"${dropIns.helper}" was made for other addresses`);
  });

  test("filterFault() tells a nameserver that is filtered, unless the filter is open", () => {
    const host = hostFor(named);
    host.files.put("/etc/resolv.conf", "nameserver 10.0.0.53\n");
    expect(filterFault(host, named)).toBe(
      `the IP filter "${dropIns.watcher}" does not let names be looked up at 10.0.0.53${run}`,
    );
    const open = hostFor(named, "IPAddressAllow=any");
    open.files.put("/etc/resolv.conf", "nameserver 10.0.0.53\n");
    expect(filterFault(open, named)).toBeUndefined();
    const listed = hostFor(named, "IPAddressAllow=10.0.0.53");
    listed.files.put("/etc/resolv.conf", "nameserver 10.0.0.53\n");
    expect(filterFault(listed, named)).toBeUndefined();
  });
});
