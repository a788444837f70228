import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { printFault } from "../../src/config/fault.ts";
import { parseConfig } from "../../src/config/load.ts";

const fixtures = join(import.meta.dirname, "..", "fixtures", "config");
const golden = readFileSync(join(import.meta.dirname, "..", "golden", "config-faults.txt"), "utf8")
  .trim()
  .split("\n");
const surroundings = { hostname: "host-1" };
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

const faultsIn = (bytes: Uint8Array, file = "f.yaml"): readonly string[] => {
  const parsed = parseConfig(bytes, file, surroundings);
  return parsed.kind === "faults" ? parsed.faults.map(printFault) : [];
};

describe("parseConfig() on one fault a file", () => {
  const files = readdirSync(fixtures).filter((name) => name.startsWith("invalid-"));

  for (const line of golden) {
    const name = line.split(":")[0] ?? "";
    test(`parseConfig() says of ${name} what is pinned`, () => {
      expect(faultsIn(readFileSync(join(fixtures, name)), name)).toEqual([line]);
    });
  }

  test("parseConfig() is pinned for every invalid file, and for no other", () => {
    expect(golden.map((line) => line.split(":")[0] ?? "").sort()).toEqual(files.sort());
  });

  test("parseConfig() never shows a secret", () => {
    expect(golden.filter((line) => line.includes("SECRET"))).toEqual([]);
  });
});

describe("parseConfig() on valid files", () => {
  test("parseConfig() normalises a full example", () => {
    const parsed = parseConfig(readFileSync(join(fixtures, "valid-full.yaml")), "valid-full.yaml", surroundings);
    const wanted = JSON.parse(readFileSync(join(fixtures, "valid-full.json"), "utf8"));
    expect(parsed.kind === "config" ? parsed.config : parsed).toEqual(wanted);
  });

  test("parseConfig() gives plain JSON", () => {
    const parsed = parseConfig(readFileSync(join(fixtures, "valid-full.yaml")), "valid-full.yaml", surroundings);
    const config = parsed.kind === "config" ? parsed.config : undefined;
    expect(JSON.parse(JSON.stringify(config))).toStrictEqual(config);
  });

  test("parseConfig() fills in the defaults and the host's name", () => {
    const parsed = parseConfig(readFileSync(join(fixtures, "valid-minimal.yaml")), "valid-minimal.yaml", surroundings);
    expect(parsed).toMatchObject({
      kind: "config",
      warnings: [],
      config: {
        host: "host-1",
        confirmMs: 10_000,
        chat: { kind: "console" },
        heal: { mode: "observe", rules: [] },
        remindEveryMs: 14_400_000,
        checks: [{ name: "web", kind: "http", redAfter: 2, graceMs: 0, expect: { status: [{ min: 200, max: 299 }] } }],
      },
    });
  });

  const chats = [
    { given: "console", want: { kind: "console" } },
    { given: "{ console: {} }", want: { kind: "console" } },
    { given: "{ console: }", want: { kind: "console" } },
    {
      given: '{ telegram: { chat_id: "@ops", token: { file: /etc/t } } }',
      want: {
        kind: "telegram",
        chatId: "@ops",
        threadId: null,
        token: { file: "/etc/t" },
        api: "https://api.telegram.org",
      },
    },
    {
      given: "{ slack: { webhook: { credential: w } } }",
      want: { kind: "slack", how: "webhook", webhook: { credential: "w" }, api: "https://hooks.slack.com" },
    },
    {
      given: '{ slack: { token: { credential: t }, channel: "#ops", thread_ts: "1503435956.000247" } }',
      want: {
        kind: "slack",
        how: "token",
        token: { credential: "t" },
        channel: "#ops",
        threadTs: "1503435956.000247",
        api: "https://slack.com/api",
      },
    },
    {
      given: '{ discord: { webhook: { credential: d }, thread_id: "1234567890123456789" } }',
      want: {
        kind: "discord",
        webhook: { credential: "d" },
        threadId: "1234567890123456789",
        api: "https://discord.com",
      },
    },
    {
      given: '{ webhook: { url: "https://alerts.example.org/x", headers: { Authorization: { credential: a } } } }',
      want: { kind: "webhook", url: "https://alerts.example.org/x", headers: { Authorization: { credential: "a" } } },
    },
    {
      given: "{ openclaw: { token: { credential: t }, channel: telegram, target: -1001234567890 } }",
      want: {
        kind: "openclaw",
        api: "http://127.0.0.1:18789",
        token: { credential: "t" },
        channel: "telegram",
        target: "-1001234567890",
        account: null,
        whenDown: null,
      },
    },
    {
      given:
        '{ hermes: { route: alerts, secret: { file: /etc/s }, url: "http://10.0.0.7:8644/p/coder/", when_down: { discord: { webhook: { credential: d } } } } }',
      want: {
        kind: "hermes",
        api: "http://10.0.0.7:8644/p/coder",
        route: "alerts",
        secret: { file: "/etc/s" },
        whenDown: { kind: "discord", webhook: { credential: "d" }, threadId: null, api: "https://discord.com" },
      },
    },
  ] as const;
  for (const { given, want } of chats)
    test(`parseConfig() takes chat: ${given}`, () => {
      const parsed = parseConfig(
        bytesOf(`chat: ${given}\nchecks: { a: { tcp: { port: 1 } } }\n`),
        "f.yaml",
        surroundings,
      );
      expect(parsed.kind === "config" ? parsed.config.chat : parsed).toEqual(want);
    });

  const counts = [
    { given: "1", want: { min: 1, max: 1 } },
    { given: '"1"', want: { min: 1, max: 1 } },
    { given: "0", want: { min: 0, max: 0 } },
    { given: '">= 0"', want: { min: 0, max: null } },
    { given: '"> 1"', want: { min: 2, max: null } },
    { given: '"<= 3"', want: { min: 0, max: 3 } },
    { given: "1..3", want: { min: 1, max: 3 } },
  ] as const;
  for (const { given, want } of counts)
    test(`parseConfig() takes count: ${given}`, () => {
      const text = `chat: console\nchecks: { a: { process: { name: x }, count: ${given} } }\n`;
      const parsed = parseConfig(bytesOf(text), "f.yaml", surroundings);
      expect(parsed).toMatchObject({ kind: "config", config: { checks: [{ count: want }] } });
    });

  test("parseConfig() drops a byte-order mark and reads CRLF", () => {
    expect(faultsIn(bytesOf("\ufeffchat: console\r\nchecks:\r\n  a:\r\n    tcp: { port: 1 }\r\n"))).toEqual([]);
    expect(faultsIn(bytesOf("\ufeffchatt: console\r\n"))[0]).toStartWith("f.yaml:1:1: ");
  });

  test("parseConfig() reads values through an alias", () => {
    const text =
      "chat: console\nchecks:\n  a: { tcp: { port: 1 }, needs: &n [b] }\n  b: { tcp: { port: 2 } }\n  c: { tcp: { port: 3 }, needs: *n }\n";
    expect(parseConfig(bytesOf(text), "f.yaml", surroundings)).toMatchObject({ kind: "config" });
  });

  test("parseConfig() warns of a secret that goes out in the clear, but not to this host", () => {
    const warned = (host: string): readonly string[] => {
      const text = `chat: { webhook: { url: "http://${host}/x" } }\nchecks: { a: { tcp: { port: 1 } } }\n`;
      const parsed = parseConfig(bytesOf(text), "f.yaml", surroundings);
      return parsed.kind === "config" ? parsed.warnings.map(printFault) : ["no config"];
    };
    expect(warned("127.0.0.1:9")).toEqual([]);
    expect(warned("relay.example")).toEqual([
      'f.yaml:1:1: alerts and their secret go to "relay.example" in the clear: use https',
    ]);
  });

  test("parseConfig() warns of a gateway that nothing can stand in for, and of either way in the clear", () => {
    const warned = (rest: string): readonly string[] => {
      const chat = `{ hermes: { route: a, secret: { credential: s }${rest} } }`;
      const parsed = parseConfig(
        bytesOf(`chat: ${chat}\nchecks: { a: { tcp: { port: 1 } } }\n`),
        "f.yaml",
        surroundings,
      );
      return parsed.kind === "config" ? parsed.warnings.map(printFault) : ["no config"];
    };
    const other = (api: string): string =>
      `, when_down: { telegram: { chat_id: 1, token: { credential: t }, api: "${api}" } }`;
    const clear = (host: string): string =>
      `f.yaml:1:1: alerts and their secret go to "${host}" in the clear: use https`;
    const sole = `f.yaml:1:1: while hermes is down, nobody hears of it: add "when_down", the same bot's own API`;
    expect(warned(other("https://api.telegram.org"))).toEqual([]);
    expect(warned("")).toEqual([sole]);
    expect(warned(`, url: "http://gateway.lan:8644"${other("http://relay.lan")}`)).toEqual([
      clear("gateway.lan"),
      clear("relay.lan"),
    ]);
  });

  test("parseConfig() lets others place a fault of their own", () => {
    const parsed = parseConfig(readFileSync(join(fixtures, "valid-full.yaml")), "v.yaml", surroundings);
    const fault = parsed.kind === "config" ? parsed.faultAt(["heal", "rules", 1, "recipe"], "value", "no") : undefined;
    expect(fault).toEqual({ file: "v.yaml", line: 64, col: 15, message: "no" });
  });
});

describe("parseConfig() on many faults", () => {
  test("parseConfig() tells all of them, sorted by place", () => {
    const text = [
      "chat: { telegram: { token: hush } }",
      "checks:",
      "  a:",
      "    http: { url: nope, timeout: 5 }",
      "    red_afer: 1",
      "    colour: 2",
      "    needs: [b, zz]",
      "  b:",
      "    tcp: { port: 0 }",
      "    needs: [a]",
      "heal:",
      "  rules: [{ on: [aa], recipe: restart-unit }]",
    ].join("\n");
    expect(faultsIn(bytesOf(text)).map((line) => line.split(" ")[0])).toEqual([
      "f.yaml:1:9:",
      "f.yaml:1:28:",
      "f.yaml:4:18:",
      "f.yaml:4:33:",
      "f.yaml:5:5:",
      "f.yaml:6:5:",
      "f.yaml:7:13:",
      "f.yaml:7:16:",
      "f.yaml:9:18:",
      "f.yaml:12:18:",
    ]);
  });

  test("parseConfig() tells each circle once", () => {
    const check = (name: string, needs: string): string => `  ${name}: { tcp: { port: 1 }, needs: [${needs}] }\n`;
    const text = `chat: console\nchecks:\n${check("x", "a")}${check("a", "b")}${check("b", "a")}${check("c", "d")}${check("d", "c")}`;
    expect(faultsIn(bytesOf(text)).map((line) => line.replace(/^.*circle: /u, ""))).toEqual([
      "a -> b -> a",
      "c -> d -> c",
    ]);
  });
});

describe("parseConfig() on hostile files", () => {
  const cases = [
    {
      name: "more than 1 MiB",
      given: "#".repeat(1024 * 1024 + 1),
      want: "f.yaml:1:1: the file has 1048577 bytes, the most is 1048576 (1 MiB)",
    },
    { name: "100,000 open brackets", given: "[".repeat(100_000), want: "nested too deeply to be read" },
    { name: "100,000 open maps", given: "{a: ".repeat(100_000), want: "nested too deeply to be read" },
    {
      name: "20,000 aliases",
      given: `a: &a x\nb: [${"*a,".repeat(20_000)}]\n`,
      want: "more than 100 aliases: write the values out",
    },
    {
      name: "a text of 8,193 characters",
      given: `host: ${"x".repeat(8193)}`,
      want: "f.yaml:1:7: a text of more than 8192 characters",
    },
    {
      name: "UTF-16",
      given: new Uint8Array([0xff, 0xfe, 0x61, 0x00]),
      want: "f.yaml:1:1: not UTF-8: byte 0xff at offset 0; save the file as UTF-8",
    },
    {
      name: "an escape character",
      given: 'chat: "\u001b[2J"',
      want: "f.yaml:1:8: the control character U+001B may not stand in a YAML file; remove it",
    },
  ] as const;
  for (const { name, given, want } of cases)
    test(`parseConfig() refuses ${name}`, () => {
      const faults = faultsIn(typeof given === "string" ? bytesOf(given) : given);
      expect(faults).toHaveLength(1);
      expect(faults[0]).toEndWith(want);
    });

  test("parseConfig() refuses or takes a file cut or changed anywhere, and never throws", () => {
    const whole = readFileSync(join(fixtures, "valid-full.yaml"));
    for (let at = 0; at < whole.length; at += 7) {
      expect(() => faultsIn(whole.subarray(0, at))).not.toThrow();
      const changed = new Uint8Array(whole);
      changed[at] = "{[:*&!|>'\"%@-#"[at % 14]?.charCodeAt(0) ?? 0;
      expect(() => faultsIn(changed)).not.toThrow();
    }
  });

  test("parseConfig() shows no secret, wherever the file is cut", () => {
    const secret = "123456789:AAHsecretsecretsecret";
    const text = `chat:\n  telegram:\n    chat_id: "-100"\n    token: "${secret}"\nchecks:\n  a: { http: { url: "http://u:${secret}@h/", headers: { Cookie: ${secret} } } }\n`;
    for (let at = 1; at <= text.length; at++)
      for (const line of faultsIn(bytesOf(text.slice(0, at)))) expect(line).not.toContain("AAH");
  });
});
