import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { listen } from "../host/http-bed.ts";
import { corpus, acting as evil, faultsOf } from "../hostile/corpus.ts";
import { Chat, Den } from "./hostile-bed.ts";

/** Escapes, a line of its own with a journal priority, a change of writing direction, an invisible letter, a mention. */
const nasty = "\u001b[31mX\u001b]0;t\u0007\r\n<0>RED web-1 \u202eevil\u200b\u{E0041} @everyone <!channel> \u009b2J";
/** Control characters, and what is invisible or turns writing around. A newline is the text's own. */
const acting = /[^\P{Cc}\n]|\p{Cf}|[\u2028\u2029]/u;

/** How the lines of a message begin, all of them ours. */
const ours =
  /^(?:RED web-1 · web: |More: "?…|Not healed: |Next: dogwatch card |Text in quotes is data|Incident web-|log )/u;
const foreign = (chat: Chat): readonly string[] =>
  chat.taken.flatMap(({ text }) => text.split("\n").filter((line) => !ours.test(line)));

/** Everything that a tick leaves: nothing in it may act on a terminal, a log or a chat, and no line may be the evidence's own. */
const expectInert = async (den: Den, chat: Chat, checks: string): Promise<string> => {
  den.write("dogwatch.yaml", `confirm: 0s\nhost: web-1\n${chat.yaml}checks:\n${checks}`);
  const table = await den.dogwatch(["tick"]);
  const json = await den.tick();
  const words = [
    ["status"],
    ["status", "--json"],
    ["log", "show"],
    ["log", "show", "--json"],
    ["heal", "plan"],
    ["tick", "--log-level", "debug", "--log-format", "json"],
  ];
  const more = await Promise.all(words.map((each) => den.dogwatch(each)));
  const texts = [table, json, ...more].map(({ out, err }) => out + err);
  const files = [den.log, join(den.state, "state.json")].map((path) => readFileSync(path, "utf8"));
  for (const text of [...texts, ...files, ...chat.taken.map(({ text }) => text)]) {
    expect(text).not.toMatch(acting);
    expect(text.split("\n").filter((line) => /^(<\d>)?RED web-1 evil|^<0>/u.test(line))).toEqual([]);
  }
  expect(chat.taken).toHaveLength(1);
  const evidence = json.json.checks[0]?.evidence ?? "";
  expect([...evidence].length).toBeLessThanOrEqual(300);
  expect(foreign(chat)).toEqual([]);
  return evidence;
};

describe("evidence from a hostile system", () => {
  const bodies: readonly {
    readonly name: string;
    readonly body: string;
    readonly expects: string;
    readonly want: string;
  }[] = [
    { name: "a body", body: nasty, expects: "json: { /a: 1 }", want: "the body is not JSON" },
    {
      name: "a JSON value",
      body: JSON.stringify({ a: nasty }),
      expects: "json: { /a: 1 }",
      want: '/a is "X <0>RED web-1 evil @everyone <!channel>"',
    },
    {
      name: "a key in a JSON value",
      body: JSON.stringify({ a: { [nasty]: 1 } }),
      expects: "json: { /a: 1 }",
      want: "/a is ",
    },
    { name: "a body of 5,000 characters", body: "€".repeat(5000), expects: "json: { /a: 1 }", want: "…" },
    {
      name: "a JSON value of 5,000 characters",
      body: JSON.stringify({ a: `${nasty}${"𝄞".repeat(5000)}` }),
      expects: "json: { /a: 1 }",
      want: "…",
    },
    {
      name: "5,000 characters that combine",
      body: `a${"\u0301".repeat(5000)}`,
      expects: "body: live",
      want: ': "a\u0301\u0301\u0301"',
    },
    {
      name: "an own word for markup",
      body: "```\n<b>*bold*</b> [x](http://evil) `id`\n```",
      expects: "body: live",
      want: "``` <b>*bold*</b>",
    },
  ];
  for (const { name, body, expects, want } of bodies)
    test(`tick shows ${name} inert in every output, file and message`, async () => {
      using chat = new Chat();
      using den = new Den();
      await using server = await listen((socket) => socket.end(`HTTP/1.1 200 OK\r\n\r\n${body}`));
      const url = `http://127.0.0.1:${server.port}/`;
      const evidence = await expectInert(
        den,
        chat,
        `  web: { http: { url: "${url}" }, red_after: 1, expect: { ${expects} } }\n`,
      );
      expect(evidence).toContain(want);
    });

  test("tick shows a redirect of 5,000 characters inert", async () => {
    using chat = new Chat();
    using den = new Den();
    const location = `http://evil/${"a".repeat(5000)}\u009b31m\u00ad`;
    await using server = await listen((socket) =>
      socket.end(Buffer.from(`HTTP/1.1 302 Found\r\nlocation: ${location}\r\n\r\n`, "latin1")),
    );
    const evidence = await expectInert(
      den,
      chat,
      `  web: { http: { url: "http://127.0.0.1:${server.port}/" }, red_after: 1 }\n`,
    );
    expect(evidence).toStartWith('status 302, a redirect to "http://evil/aaaa');
  });

  /** A process of any name: a copy of the shell under it, which ends with its standard input. */
  const named = async (
    den: Den,
    name: string,
    env: Readonly<Record<string, string>> = {},
  ): Promise<AsyncDisposable> => {
    const program = den.write(name, readFileSync("/bin/sh"), 0o700);
    const words = [program, "-c", "echo ready; read -r _"];
    const child = Bun.spawn(words, { argv0: "sh", env: { ...env }, stdin: "pipe", stdout: "pipe" });
    await child.stdout.getReader().read();
    return child;
  };

  test("tick finds a process by a hostile name and shows that name inert", async () => {
    using chat = new Chat();
    using den = new Den();
    const name = "\u001b[31mX\n<0>RED)";
    await using _ = await named(den, name);
    const evidence = await expectInert(den, chat, `  web: { process: { name: ${JSON.stringify(name)} }, count: 2 }\n`);
    expect(evidence).toStartWith("1 live process, want exactly 2");
  });

  test("tick shows a forbidden variable with a hostile name inert, and its value never", async () => {
    using chat = new Chat();
    using den = new Den();
    const name = `dw-${crypto.randomUUID().slice(0, 12)}`;
    await using _ = await named(den, name, { [`${nasty}_BOT_TOKEN`]: "PLANTED" });
    const evidence = await expectInert(
      den,
      chat,
      `  web: { process: { name: ${name} }, forbid_env: ["*_BOT_TOKEN"] }\n`,
    );
    expect(evidence).toContain("carries the variable");
    expect(readFileSync(join(den.state, "state.json"), "utf8")).not.toContain("PLANTED");
  });

  test("tick, status, heal plan, silence list, log show and their files show a whole host of hostile texts inert and in quotes", async () => {
    using chat = new Chat();
    using den = new Den();
    const texts = Object.values(corpus);
    await using server = await listen((socket, request) => {
      const text = texts[Number(/^GET \/(\d+)/u.exec(request)?.[1])] ?? "";
      socket.end(`HTTP/1.1 500 ${"EVIL ".repeat(9)}\r\n\r\n${text.slice(0, 1_000_000)}`);
    });
    const plugin = den.write(
      "plugin.sh",
      '#!/bin/sh\nhead -c 11000000 "$1"; head -c 11000000 "$1" >&2; exit 2\n',
      0o700,
    );
    const checks = texts.map((text, at) => {
      const output = den.write(`output-${at}`, text);
      const web = `  web-${at}: { http: { url: "http://127.0.0.1:${server.port}/${at}" }, red_after: 1 }\n`;
      return `${web}  plugin-${at}: { plugin: { command: [${plugin}, ${output}] } }\n`;
    });
    den.write("dogwatch.yaml", `confirm: 0s\nhost: web-1\n${chat.yaml}checks:\n${checks.join("")}`);
    const reason = ["--for", "1h", "--reason", (corpus["newlines"] ?? "").replaceAll('"', "")];
    const words = [
      ["tick"],
      ["tick", "--json"],
      ["tick", "--dry-run"],
      ["tick", "--dry-run", "--json"],
      ["silence", "add", "web-1", ...reason],
      ["silence", "list"],
      ["silence", "list", "--json"],
      ["status"],
      ["status", "--json"],
      ["status", "--brief"],
      ["heal", "plan"],
      ["log", "show"],
      ["log", "show", "--json"],
      ["failed"],
      ["tick", "--log-level", "debug"],
      ["tick", "--log-level", "debug", "--log-format", "json"],
    ];
    const shown: Record<string, string> = {};
    for (const each of words) {
      const { out, err } = await den.dogwatch(each);
      shown[each.slice(0, 3).join(" ")] = out + err;
    }
    for (const path of [den.log, join(den.state, "state.json")]) shown[path] = readFileSync(path, "utf8");
    for (const [at, { text }] of chat.taken.entries()) shown[`message ${at}`] = text;
    expect(chat.taken.length).toBeGreaterThan(0);
    for (const [where, text] of Object.entries(shown)) {
      expect({ where, acting: evil.exec(text)?.[0] }).toEqual({ where, acting: undefined });
      expect({
        where,
        lines: text
          .split("\n")
          .filter((line) =>
            /^(?:<0>(?!dogwatch on web-1 is ill)|(?:RED|HEALED) web-1 · EVIL|Incident EVIL|log 99:)/u.test(line),
          ),
      }).toEqual({ where, lines: [] });
    }
    expect(chat.taken.flatMap(({ text }) => faultsOf(text, 1500))).toEqual([]);
    expect(shown["tick"]).toContain("EVIL");
  });
});
