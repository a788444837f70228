import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import {
  isHidingOthers,
  parseCmdline,
  parseEnvironKeys,
  parseEnvironPaths,
  parseStat,
} from "../../src/host/proc-stat.ts";

const fixture = (name: string): Buffer => readFileSync(new URL(`../fixtures/proc/${name}`, import.meta.url));

describe("parseStat()", () => {
  const cases = [
    {
      name: "a name that holds `) R (`",
      given: "stat-parenthesis-and-state.txt",
      expected: { comm: "a) R (b", state: "S" },
    },
    {
      name: "a name with a newline after a state",
      given: "stat-newline.txt",
      expected: { comm: "a) R 1\n(b c", state: "S" },
    },
    { name: "a name with spaces at both ends", given: "stat-spaces.txt", expected: { comm: "  two  ", state: "S" } },
    { name: "a name that ends with a parenthesis", given: "stat-close-last.txt", expected: { comm: "x)", state: "S" } },
    { name: "a name of opening parentheses", given: "stat-open-only.txt", expected: { comm: "(((", state: "S" } },
    { name: "a name beyond ASCII", given: "stat-utf8.txt", expected: { comm: "gätewäy", state: "S" } },
    { name: "a kernel thread", given: "stat-kernel-thread.txt", expected: { pid: 2, ppid: 0, isKernelThread: true } },
    {
      name: "a stopped process",
      given: "stat-stopped.txt",
      expected: { comm: "bash", state: "T", isKernelThread: false },
    },
    {
      name: "a zombie and its start",
      given: "stat-zombie.txt",
      expected: { pid: 214, ppid: 209, state: "Z", startedUptimeS: 2575.26 },
    },
  ] as const;
  for (const { name, given, expected } of cases) {
    test(`parseStat() reads ${name}`, () => {
      expect(parseStat(fixture(given).toString())).toMatchObject(expected);
    });
  }

  for (const given of [
    "",
    "\n",
    "12",
    "12 (x",
    "12 (x) S 1 2",
    "x) S (",
    "(x) S 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
  ]) {
    test(`parseStat() refuses ${JSON.stringify(given)}`, () => {
      expect(parseStat(given)).toBeUndefined();
    });
  }
});

describe("parseCmdline()", () => {
  const cases = [
    { name: "keeps arguments apart", given: fixture("cmdline-plain.bin").toString(), expected: ["sleep", "3"] },
    {
      name: "keeps an empty argument in the middle",
      given: fixture("cmdline-empty-arguments.bin").toString(),
      expected: ["/usr/bin/python3", "-c", "import time; time.sleep(3)", "", "b"],
    },
    { name: "trims a title", given: fixture("cmdline-rewritten-title.bin").toString(), expected: ["worker: idle"] },
    {
      name: "cuts the NULs that a shorter title leaves",
      given: fixture("cmdline-node-title.bin").toString(),
      expected: ["openclaw-gateway"],
    },
    { name: "keeps an empty first argument", given: "\0x\0", expected: ["", "x"] },
    { name: "takes a text that was cut off", given: "a\0bc", expected: ["a", "bc"] },
    { name: "finds none in nothing", given: "", expected: [] },
    { name: "finds none in NULs alone", given: "\0\0", expected: [] },
  ];
  for (const { name, given, expected } of cases) {
    test(`parseCmdline() ${name}`, () => {
      expect(parseCmdline(given)).toEqual(expected);
    });
  }
});

describe("parseEnvironKeys()", () => {
  test("parseEnvironKeys() tells names only, also where a value looks like a line of its own", () => {
    expect(parseEnvironKeys(fixture("environ.bin"))).toEqual(["TELEGRAM_BOT_TOKEN", "EMPTY", "PATH"]);
  });

  test("parseEnvironKeys() skips what a rewritten title left, and reads an end without NUL", () => {
    expect(parseEnvironKeys(Buffer.from("itle of mine\0\0\0A=1\0B="))).toEqual(["A", "B"]);
    expect(parseEnvironKeys(new Uint8Array())).toEqual([]);
  });
});

describe("isHidingOthers()", () => {
  const mounted = (options: string): string => `22 27 0:21 / /proc rw,relatime shared:5 - proc proc ${options}\n`;
  const cases = [
    { name: "not on a plain mount", given: fixture("mountinfo-plain.txt").toString(), groups: [], expected: false },
    {
      name: "with hidepid on the last mount",
      given: fixture("mountinfo-hidepid.txt").toString(),
      groups: [5],
      expected: true,
    },
    {
      name: "for a stranger to its group",
      given: fixture("mountinfo-hidepid-gid.txt").toString(),
      groups: [40],
      expected: true,
    },
    {
      name: "not for a member",
      given: fixture("mountinfo-hidepid-gid.txt").toString(),
      groups: [7, 4],
      expected: false,
    },
    { name: "with an older kernel's number", given: mounted("rw,hidepid=2"), groups: [], expected: true },
    { name: "not for group 0 where none is named", given: mounted("rw,hidepid=2"), groups: [0], expected: false },
    { name: "not with number 0", given: mounted("rw,hidepid=0"), groups: [], expected: false },
    { name: "not without any mount told", given: "", groups: [], expected: false },
  ];
  for (const { name, given, groups, expected } of cases) {
    test(`isHidingOthers() says so ${name}`, () => {
      expect(isHidingOthers(given, groups)).toBe(expected);
    });
  }
});

describe("parseEnvironPaths()", () => {
  const environ = new TextEncoder().encode(
    "HERMES_HOME=/srv/hermes\0X_BOT_TOKEN=123:secret\0OPENCLAW_STATE_DIR=relative\0ODD=/a\nb\0HERMES_HOME2=/x\0=/y\0PLAIN",
  );
  const cases = [
    {
      name: "a path of a variable that was asked for",
      given: ["HERMES_HOME"],
      expected: { HERMES_HOME: "/srv/hermes" },
    },
    { name: "no value that is no path, such as a token", given: ["X_BOT_TOKEN", "OPENCLAW_STATE_DIR"], expected: {} },
    { name: "no path with a control character", given: ["ODD"], expected: {} },
    { name: "nothing that was not asked for", given: [], expected: {} },
  ];
  for (const { name, given, expected } of cases)
    test(`parseEnvironPaths() gives ${name}`, () => expect(parseEnvironPaths(environ, given)).toEqual(expected));
});
