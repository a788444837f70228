import { describe, expect, test } from "bun:test";
import { egressCommand } from "../../src/cli/egress.ts";
import { validateCommand } from "../../src/cli/validate.ts";
import { dropIns } from "../../src/config/ip-filter.ts";
import type { Paths } from "../../src/paths.ts";
import { createFakeHost, type FakeHost } from "../fake-host.ts";
import { flags, paths } from "../tick-bed.ts";

const plugin = "/usr/lib/nagios/plugins/check_disk";
const config = `chat: console
checks:
  disk: { plugin: { command: [${plugin}, -w, "10%"] } }
  mine: { plugin: { command: [/usr/bin/python3, /opt/check.py] }, as: agents }
  far: { http: { url: "http://10.0.0.5/health" } }
`;
const program = { mode: 0o755 };

const hostWith = (): FakeHost => {
  const host = createFakeHost({ uid: 0, users: { root: 0, agents: 1001, mallory: 1003 } });
  host.files.put(paths.config, config);
  for (const path of [plugin, "/usr/bin/python3", "/opt/check.py"]) host.files.put(path, "", program);
  return host;
};

const programs = async (host: FakeHost, more: Partial<Paths> = {}): Promise<unknown> => {
  await egressCommand({ host, paths: { ...paths, ...more }, words: [], flags: { ...flags, isJson: true } });
  return JSON.parse(host.terminal.stdout);
};

const warnings = async (host: FakeHost): Promise<readonly string[]> => {
  await validateCommand({ host, paths, words: [], flags });
  return host.terminal.stderr.split("\n").flatMap((line) => line.split(": warning: ")[1] ?? []);
};

describe("egress lists plugins", () => {
  const wall = { helper: "/var/lib/dogwatch-heal" };
  const cases = [
    { name: "behind the IP filter", more: wall, dropIn: "", reach: "reaches loopback, 10.0.0.5, by the IP filter" },
    {
      name: "behind an open one",
      more: wall,
      dropIn: "# OPEN: a chat moves\n",
      reach: "reaches any address, since the IP filter is open",
    },
    { name: "without one", more: {}, dropIn: "", reach: "reaches whatever its user can" },
    { name: "in a user install", more: { install: "user" }, dropIn: "", reach: "reaches whatever its user can" },
  ] as const;
  for (const { name, more, dropIn, reach } of cases)
    test(`egress says what a plugin can reach ${name}`, async () => {
      const host = hostWith();
      host.files.put(dropIns.watcher, dropIn);
      expect(await programs(host, more)).toMatchObject({
        programs: expect.arrayContaining([
          { argv: [plugin, "-w", "10%"], for: `check disk; ${reach}` },
          { argv: ["/usr/bin/python3", "/opt/check.py"], for: `check mine, as agents; ${reach}` },
        ]),
      });
    });
});

describe("validate looks at the plugins' files", () => {
  const cases: readonly {
    readonly name: string;
    readonly given: (host: FakeHost) => void;
    readonly want: readonly string[];
  }[] = [
    { name: "fine ones", given: () => undefined, want: [] },
    {
      name: "a missing one",
      given: ({ files }) => files.remove(plugin),
      want: [`check "disk": there is no program "${plugin}"`],
    },
    {
      name: "one that can't be run",
      given: ({ files }) => files.put(plugin, "", { mode: 0o644 }),
      want: [`check "disk": "${plugin}" is no program that can be run`],
    },
    {
      name: "one that others can write",
      given: ({ files }) => files.put(plugin, "", { mode: 0o775 }),
      want: [`check "disk": others can write the program "${plugin}", which dogwatch runs`],
    },
    {
      name: "one in a folder that others can write",
      given: ({ files }) => files.putFolder("/opt", { mode: 0o777 }),
      want: ['check "mine": others can replace the program "/opt/check.py", which dogwatch runs'],
    },
    {
      name: "a script of the user as whom it runs",
      given: ({ files }) => files.put("/opt/check.py", "", { mode: 0o700, uid: 1001 }),
      want: [],
    },
    {
      name: "another user's script behind an interpreter",
      given: ({ files }) => files.put("/opt/check.py", "", { mode: 0o700, uid: 1003 }),
      want: ['check "mine": "mallory" owns the program "/opt/check.py", which dogwatch runs'],
    },
  ];
  for (const { name, given, want } of cases)
    test(`validate: ${name}`, async () => {
      const host = hostWith();
      given(host);
      expect(await warnings(host)).toEqual(want);
    });

  test("validate names a user that a heartbeat waits for and that isn't there", async () => {
    const host = hostWith();
    host.files.put(paths.config, "chat: console\nchecks:\n  n: { heartbeat: { beat: n, by: bakcup, max_age: 1h } }\n");
    expect(await warnings(host)).toEqual(['check "n" reads unknown: there is no user "bakcup" on this host']);
  });
});
