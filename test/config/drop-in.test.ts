import { describe, expect, test } from "bun:test";
import { dropInText, folderLines } from "../../src/config/drop-in.ts";

type Given = Parameters<typeof dropInText>[0];

const textOf = (given: Partial<Given>): string =>
  dropInText({ mark: "# mark", hosts: [], resolved: new Map(), nameservers: [], folders: [], ...given });

/** The lines that are made of the input: below the head, without the last newline. */
const linesOf = (given: Partial<Given>): readonly string[] => textOf(given).trimEnd().split("\n").slice(4);

const one = (host: string, purpose: string, addresses: readonly string[] = []): Partial<Given> => ({
  hosts: [{ host, for: [purpose] }],
  resolved: new Map([[host, addresses]]),
});

describe("dropInText()", () => {
  test("dropInText() begins with the mark and one [Service], so that it can be told for what it was made", () => {
    expect(textOf({}).split("\n")).toEqual([
      "# mark",
      "# Made from the config by: sudo dogwatch egress --systemd --write",
      "# Don't edit it: an upgrade makes it anew. For lines of your own: systemctl edit",
      "[Service]",
      "",
    ]);
  });

  const pinned = "as resolved when this was made; make it anew when they move";
  const relay = "so every address is allowed here; for a closed filter let it go through a relay with a fixed address";
  const cases: readonly { readonly name: string; readonly given: Partial<Given>; readonly want: readonly string[] }[] =
    [
      {
        name: "an address as it stands, with all that it is for",
        given: { hosts: [{ host: "10.0.0.5", for: ["check a", "check b"] }] },
        want: ["# check a, check b (10.0.0.5)", "IPAddressAllow=10.0.0.5"],
      },
      {
        name: "an IPv6 address",
        given: one("2001:db8::1", "check a"),
        want: ["# check a (2001:db8::1)", "IPAddressAllow=2001:db8::1"],
      },
      {
        name: "a name inside the house as it resolves, sorted",
        given: one("db.lan", "check db", ["10.0.113.9", "10.0.113.10"]),
        want: [`# check db (db.lan): ${pinned}`, "IPAddressAllow=10.0.113.10", "IPAddressAllow=10.0.113.9"],
      },
      {
        name: "any address for a check of a public name, which would read bad when its addresses move",
        given: one("db.example", "check db", ["203.0.113.9"]),
        want: [
          `# OPEN: check db (db.example): its addresses may move, and no ranges are known, ${relay}`,
          "IPAddressAllow=any",
        ],
      },
      {
        name: "a chat's name inside the house as it resolves",
        given: one("chat.lan", "chat mattermost", ["10.1.1.1", "fd00::1"]),
        want: [`# chat mattermost (chat.lan): ${pinned}`, "IPAddressAllow=10.1.1.1", "IPAddressAllow=fd00::1"],
      },
      {
        name: "any address for a public chat, since it would go deaf when its addresses move",
        given: one("hooks.slack.com", "chat slack", ["54.1.2.3"]),
        want: [
          `# OPEN: chat slack (hooks.slack.com): its addresses may move, and no ranges are known, ${relay}`,
          "IPAddressAllow=any",
        ],
      },
      {
        name: "any address for a chat of which one address is public",
        given: one("chat.example", "chat webhook", ["10.1.1.1", "203.0.113.1"]),
        want: [
          `# OPEN: chat webhook (chat.example): its addresses may move, and no ranges are known, ${relay}`,
          "IPAddressAllow=any",
        ],
      },
      {
        name: "any address for a name that can't be resolved",
        given: one("gone.example", "check gone"),
        want: [
          `# OPEN: check gone (gone.example): the name could not be resolved when this was made, ${relay}`,
          "IPAddressAllow=any",
        ],
      },
      {
        name: "any address for Telegram's name where it leads elsewhere",
        given: one("api.telegram.org", "chat telegram", ["149.154.167.220", "203.0.113.1"]),
        want: [
          `# OPEN: chat telegram (api.telegram.org): its addresses may move, and no ranges are known, ${relay}`,
          "IPAddressAllow=any",
        ],
      },
    ];
  for (const { name, given, want } of cases)
    test(`dropInText() allows ${name}`, () => expect<unknown>(linesOf(given)).toEqual(want));

  test("dropInText() allows Telegram's published ranges, whether or not the name resolves now, and nothing wider", () => {
    for (const addresses of [[], ["149.154.167.220", "2001:67c:4e8:f004::9"]]) {
      const lines = linesOf(one("api.telegram.org", "chat telegram", addresses));
      expect(lines).toContain("IPAddressAllow=149.154.160.0/20");
      expect(lines).toContain("IPAddressAllow=2001:67c:4e8::/48");
      expect(lines.filter((line) => line.startsWith("IPAddressAllow=") && !line.includes("/"))).toEqual([]);
    }
  });

  test("dropInText() lists nameservers only where there is a name to look up", () => {
    const nameservers = ["10.0.0.53"];
    expect(linesOf({ ...one("10.0.0.5", "check a"), nameservers })).not.toContain("IPAddressAllow=10.0.0.53");
    expect(linesOf({ ...one("db.example", "check a", ["10.0.0.5"]), nameservers })).toContain(
      "IPAddressAllow=10.0.0.53",
    );
  });

  test("dropInText() gives the same text for the same addresses in another order", () => {
    const given = one("db.example", "check a", ["10.0.0.1", "10.0.0.2"]);
    const turned = one("db.example", "check a", ["10.0.0.2", "10.0.0.1"]);
    expect(textOf({ ...turned, folders: ["/b", "/a"] })).toBe(textOf({ ...given, folders: ["/a", "/b"] }));
  });
});

describe("folderLines()", () => {
  const cases = [
    { name: "a plain folder, missing or not", given: "/etc/openclaw", want: 'ReadWritePaths="-/etc/openclaw"' },
    { name: "a folder with a space", given: "/srv/my files", want: 'ReadWritePaths="-/srv/my files"' },
    { name: "a folder with what systemd expands", given: "/srv/%h", want: 'ReadWritePaths="-/srv/%%h"' },
  ] as const;
  for (const { name, given, want } of cases)
    test(`folderLines() opens ${name}`, () => expect(folderLines(given).at(-1)).toBe(want));

  test("folderLines() opens neither the whole file system nor what would end its line or its quotes", () => {
    for (const folder of ["/", "//", "/.", "/./", "/a/..", "/..", "/a//b", '/a"b', "/a\nReadWritePaths=/", "/a\\b"])
      expect(folderLines(folder).filter((line) => !line.startsWith("#"))).toEqual([]);
    expect(folderLines("/a\nb")).toHaveLength(1);
  });
});
