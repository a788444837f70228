import { describe, expect, test } from "bun:test";
import { Den } from "./hostile-bed.ts";

const checks = "checks: { web: { tcp: { port: 1 } } }\n";
const valid = `chat: console\n${checks}`;
const rule = (recipe: string, on = "web"): string =>
  `${valid}heal: { mode: apply, rules: [{ on: [${on}], recipe: ${recipe} }] }\n`;
const recipe = (step: string): string => `recipe: mine\ntreats: a test\nsteps:\n  - ${step}\nproof: { within: 1s }\n`;

const bomb = [
  "a: &a [x, x, x, x, x, x, x, x, x]",
  ..."bcdefgh".split("").map((name, i) => `${name}: &${name} [${Array(9).fill(`*${"abcdefgh"[i]}`).join(", ")}]`),
  valid,
].join("\n");

/** `CONFIG` and `RECIPE` stand for the files' paths. */
const faults: readonly {
  readonly name: string;
  readonly given: string | Uint8Array;
  readonly recipe?: string;
  /** The one fault. */
  readonly want: string;
}[] = [
  { name: "an empty file", given: "", want: "CONFIG:1:1: the file is empty: nothing but space and comments" },
  {
    name: "a file of blanks and comments",
    given: " \n# nothing\n\n",
    want: "CONFIG:1:1: the file is empty: nothing but space and comments",
  },
  {
    name: "a huge file",
    given: `${valid}# ${"x".repeat(2 ** 20)}\n`,
    want: "CONFIG:1:1: cannot read the file: the file has more than 1048576 bytes (1 MiB)",
  },
  {
    name: "a file of 5 MiB of nothing",
    given: new Uint8Array(5 * 2 ** 20),
    want: "CONFIG:1:1: cannot read the file: the file has more than 1048576 bytes (1 MiB)",
  },
  {
    name: "bytes that are not UTF-8",
    given: Buffer.concat([Buffer.from(`${valid}host: `), Buffer.from([0xff, 10])]),
    want: "CONFIG:3:7: not UTF-8: byte 0xff at offset 58; save the file as UTF-8",
  },
  {
    name: "UTF-16",
    given: Buffer.from(`\ufeff${valid}`, "utf16le"),
    want: "CONFIG:1:1: not UTF-8: byte 0xff at offset 0; save the file as UTF-8",
  },
  {
    name: "a NUL byte",
    given: `${valid}host: a\0b\n`,
    want: "CONFIG:3:8: the control character U+0000 may not stand in a YAML file; remove it",
  },
  {
    name: "the same key twice",
    given: `${valid}host: a\nhost: b\n`,
    want: 'CONFIG:4:1: duplicate key "host": it already stands on line 3',
  },
  {
    name: "tabs",
    given: "chat: console\nchecks:\n\tweb:\n\t\ttcp: { port: 1 }\n",
    want: "CONFIG:3:1: a tab is used to indent: YAML takes spaces only",
  },
  { name: "an alias bomb", given: bomb, want: "CONFIG:1:1: the aliases unfold to more than 100: write the values out" },
  {
    name: "an alias inside its own anchor",
    given: `${valid}host: &a [*a]\n`,
    want: 'CONFIG:3:11: the alias "a" stands inside its own anchor',
  },
  {
    name: "brackets a thousand deep",
    given: `${valid}host: ${"[".repeat(1000)}${"]".repeat(1000)}\n`,
    want: "CONFIG:3:38: nested more than 32 levels deep",
  },
  {
    name: "a hundred thousand brackets",
    given: `${valid}host: ${"[".repeat(100_000)}`,
    want: "CONFIG:3:COL: nested too deeply to be read",
  },
  {
    name: "a merge key",
    given: `${valid}host: { <<: { a: 1 } }\n`,
    want: "CONFIG:3:7: expected the name of this host on one line, got a map",
  },
  {
    name: "a key that is JavaScript's own",
    given: `${valid}__proto__: { host: evil }\n`,
    want: 'CONFIG:3:1: the key "__proto__" is not allowed: pick another name',
  },
  {
    name: "an unknown key",
    given: `${valid}remind_evry: 4h\n`,
    want: 'CONFIG:3:1: unknown key "remind_evry": did you mean "remind_every"?',
  },
  {
    name: "a wrong type",
    given: `chat: console\nchecks: { web: { tcp: { port: many } } }\n`,
    want: 'CONFIG:2:31: expected a whole number from 1 to 65535, got "many"',
  },
  {
    name: "two chats",
    given: `chat: { console: {}, webhook: { url: "http://127.0.0.1/" } }\n${checks}`,
    want: 'CONFIG:1:22: two chats: "console" and "webhook"; keep one',
  },
  {
    name: "no chat",
    given: checks,
    want: 'CONFIG:1:1: no chat: add "chat: console", or one of telegram, slack, discord, mattermost, matrix, ntfy, googlechat, teams, webhook, alertmanager, openclaw and hermes',
  },
  {
    name: "a chat of no name",
    given: `chat: {}\n${checks}`,
    want: 'CONFIG:1:1: no chat: add "chat: console", or one of telegram, slack, discord, mattermost, matrix, ntfy, googlechat, teams, webhook, alertmanager, openclaw and hermes',
  },
  {
    name: "a rule for a missing check",
    given: rule("restart-unit", "wob"),
    want: 'CONFIG:3:37: unknown check "wob": did you mean "web"?',
  },
  {
    name: "a rule with a missing recipe",
    given: rule("restart-unti"),
    want: 'CONFIG:3:51: there is no recipe "restart-unti": did you mean "restart-unit"?',
  },
  {
    name: "a recipe that names a path",
    given: rule("../../etc/passwd"),
    want: 'CONFIG:3:51: expected the name of a recipe, such as "restart-unit", got "../../etc/passwd"',
  },
  {
    name: "a recipe with a relative path",
    given: rule("mine"),
    recipe: recipe("[systemctl, restart, x]"),
    want: "RECIPE:4:5: step is not an absolute path: expected the program's whole path, such as /usr/bin/systemctl",
  },
  {
    name: "a recipe with a shell string",
    given: rule("mine"),
    recipe: recipe('"systemctl restart x"'),
    want: 'RECIPE:4:5: a step is a list of words, not a shell string: write [/usr/bin/systemctl, restart, "{unit}"]',
  },
  {
    name: "a recipe through a shell",
    given: rule("mine"),
    recipe: recipe('[/bin/sh, -c, "id"]'),
    want: 'RECIPE:4:5: a step runs a program itself, never through "/bin/sh"',
  },
  {
    name: "an empty recipe",
    given: rule("mine"),
    recipe: "",
    want: "RECIPE:1:1: the file is empty: nothing but space and comments",
  },
  {
    name: "a recipe that is too large",
    given: rule("mine"),
    recipe: `${recipe("[/bin/true]")}# ${"x".repeat(2 ** 20)}`,
    want: "RECIPE:1:1: cannot read the file: the file has more than 1048576 bytes (1 MiB)",
  },
];

/** What is told of a config or recipe, with the places that differ from run to run made the same. */
const said = (den: Den, err: string): string =>
  err
    .replaceAll(den.at("heal-recipes/mine.yaml"), "RECIPE")
    .replaceAll(den.config, "CONFIG")
    // How deep the stack is differs a little.
    .replace(/:\d+(?=: nested too deeply)/u, ":COL");

const refusal = (fault: string): string =>
  `${fault}\ndogwatch: cannot use the config "CONFIG": 1 fault\n  Run: dogwatch validate\n`;

describe("tick with a config that can't be used", () => {
  for (const { name, given, recipe: mine, want } of faults)
    test(`tick refuses ${name}, names the place and ends with 78`, async () => {
      using den = new Den();
      den.write("dogwatch.yaml", given);
      if (mine !== undefined) den.write("heal-recipes/mine.yaml", mine);
      const ran = await den.dogwatch(["tick"]);
      expect(`${ran.status} ${ran.out}${said(den, ran.err)}`).toBe(`78 ${refusal(want)}`);
      expect(ran.peakMiB).toBeLessThan(150);
      expect(den.events()).toEqual([]);
      const valid = await den.dogwatch(["validate"]);
      expect(`${valid.status} ${said(den, valid.err).split("\n")[0]}`).toBe(`78 ${want}`);
    });

  test("tick tells many faults in the order of the file, and under JSON too in whole lines", async () => {
    using den = new Den();
    den.write("dogwatch.yaml", `chat: consol\nchecks: { web: { tcp: { port: 0 } } }\nhots: a\n`);
    const ran = await den.dogwatch(["tick", "--json"]);
    expect(ran.status).toBe(78);
    expect(ran.out).toBe("");
    expect(
      said(den, ran.err)
        .split("\n")
        .map((line) => line.split(": ", 1)[0]),
    ).toEqual(["CONFIG:1:7", "CONFIG:2:31", "CONFIG:3:1", "dogwatch", "  Run", ""]);
  });
});
