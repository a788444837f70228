import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { parseListeners } from "../../src/host/proc-net.ts";

const fixture = (name: string): string => readFileSync(new URL(`../fixtures/proc/${name}`, import.meta.url), "utf8");
const line = (local: string, state = "0A"): string =>
  `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000  1000        0 4711 1 0 100 0 0 10 0`;

describe("parseListeners()", () => {
  test("parseListeners() reads the kernel's own tables", () => {
    expect(parseListeners(fixture("net-tcp.txt"))).toEqual([
      { host: "127.0.0.1", port: 9105, uid: 0, inode: "3909794" },
      { host: "127.0.0.1", port: 18081, uid: 1001, inode: "3911870" },
      { host: "127.0.0.1", port: 8080, uid: 999, inode: "3939573" },
    ]);
    expect(parseListeners(fixture("net-tcp6.txt"))).toEqual([{ host: "::1", port: 9105, uid: 0, inode: "3939600" }]);
  });

  const cases = [
    { name: "every address of this host", given: line("00000000:0016"), want: ["0.0.0.0:22"] },
    { name: "every address, IPv6", given: line("00000000000000000000000000000000:1F90"), want: [":::8080"] },
    { name: "an address of this network", given: line("0501A8C0:0050"), want: ["192.168.1.5:80"] },
    {
      name: "an IPv6 address with zeros in two places",
      given: line("B80D0120000000000000010002000000:0050"),
      want: ["2001:db8::1:0:0:2:80"],
    },
    { name: "IPv4 in an IPv6 socket", given: line("0000000000000000FFFF00000100007F:0050"), want: ["127.0.0.1:80"] },
    { name: "no connection", given: line("0100007F:1F90", "01"), want: [] },
    { name: "no line of another sort", given: "  sl  local_address rem_address   st\n\nnonsense", want: [] },
  ];
  for (const { name, given, want } of cases)
    test(`parseListeners() reads ${name}`, () => {
      expect(parseListeners(given).map(({ host, port }) => `${host}:${port}`)).toEqual(want);
    });
});
