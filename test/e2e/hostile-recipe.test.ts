import { describe, expect, test } from "bun:test";
import { appendFileSync, chmodSync, readFileSync, rmSync } from "node:fs";
import { dataText } from "../../src/alert/data-line.ts";
import { Chat, Den, mkfifo } from "./hostile-bed.ts";

const timing = "timeout: 1s\nproof: { within: 1s, every: 100ms }\ncooldown: 15m";
const file = "heal-recipes/mine.yaml";

const config = (chat: Chat): string =>
  `confirm: 0s\n${chat.yaml}checks: { gone: { process: { name: no-such-gw } } }\n` +
  "heal: { mode: apply, rules: [{ on: [gone], recipe: mine }] }\n";

const prepare = (chat: Chat, script: string): Den => {
  const den = new Den();
  den.recipe("mine", script, timing);
  den.write("dogwatch.yaml", config(chat));
  return den;
};

describe("a recipe's command that misbehaves", () => {
  const commands: readonly { readonly name: string; readonly script: string; readonly want: RegExp }[] = [
    { name: "never ends", script: "sleep 600", want: /ended with timeout: it did not end in time$/u },
    {
      name: "ignores every signal it can",
      script: 'trap "" TERM INT HUP; while :; do sleep 1; done',
      want: /ended with timeout/u,
    },
    { name: "talks without end", script: "exec yes $(printf '\\033[31mX\\a')", want: /ended with timeout/u },
    {
      name: "fails with escapes",
      script: "printf '\\033]0;t\\007\\n<0>RED web-1 evil\\n' >&2; exit 3",
      want: /ended with 3: "<0>RED web-1 evil"$/u,
    },
    { name: "kills itself", script: "kill -SEGV $$", want: /ended with SIGSEGV$/u },
    { name: "is gone", script: 'rm "$0"; exit 1', want: /ended with 1$/u },
  ];
  for (const { name, script, want } of commands)
    test(`tick takes a command that ${name} for a failed heal, in little memory, and tells it on a line of its own`, async () => {
      using chat = new Chat();
      using den = prepare(chat, script);
      const ran = await den.tick();
      expect(ran.json).toMatchObject({ exit: 0, heal: { outcome: "failed", why: expect.stringMatching(want) } });
      expect(ran.peakMiB).toBeLessThan(150);
      const lines = chat.taken[0]?.text.split("\n").filter((line) => line !== dataText);
      expect(lines?.map((line) => line.split(/[ :]/u, 1)[0])).toEqual(["RED", "Heal", "Next", "Incident", "log"]);
      expect(chat.taken[0]?.text).not.toMatch(/[^\P{Cc}\n]/u);
      expect(den.events().slice(-1)).toEqual(["heal.failed"]);
      expect([den.runs(), await den.verify()]).toEqual([1, "0 ok"]);
    });

  test("tick does not wait for what a command leaves behind with its streams open", async () => {
    using chat = new Chat();
    using den = prepare(chat, `sleep 600 & echo $! >"$(dirname "$0")/pid"; exit 1`);
    expect((await den.tick()).json.heal.why).toMatch(/ended with 1$/u);
    const pid = Number(readFileSync(den.at("pid"), "utf8"));
    expect(process.kill(pid, "SIGKILL")).toBe(true);
  });
});

describe("a recipe that changes under a config that was read before", () => {
  const changes: readonly { readonly name: string; readonly given: (den: Den) => void; readonly want: string }[] = [
    { name: "has gone", given: (den) => rmSync(den.at(file)), want: 'there is no recipe "mine"' },
    { name: "others can write now", given: (den) => chmodSync(den.at(file), 0o666), want: "others can write the file" },
    {
      name: "is a FIFO now",
      given: (den) => {
        rmSync(den.at(file));
        mkfifo(den.at(file));
      },
      want: "cannot read the file",
    },
    {
      name: "runs a shell now",
      given: (den) => den.write(file, readFileSync(den.at(file), "utf8").replace(/\[.*\]/u, '[/bin/sh, -c, "id"]')),
      want: 'never through "/bin/sh"',
    },
    {
      name: "is cut off",
      given: (den) => den.write(file, readFileSync(den.at(file), "utf8").slice(0, 40)),
      want: "mine.yaml:",
    },
    {
      name: "no longer has the pinned hash",
      given: (den) => appendFileSync(den.at(file), "# a word more\n"),
      want: "was changed: its SHA-256 is",
    },
  ];
  for (const { name, given, want } of changes)
    test(`tick refuses a recipe that ${name}, tells why, and heals nothing`, async () => {
      using chat = new Chat();
      using den = new Den();
      let status = 200;
      using server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("", { status }) });
      den.recipe("mine", "exit 1", timing);
      const sha256 = new Bun.CryptoHasher("sha256").update(readFileSync(den.at(file))).digest("hex");
      den.write(
        "dogwatch.yaml",
        `confirm: 0s\n${chat.yaml}checks: { web: { http: { url: "http://127.0.0.1:${server.port}/" }, red_after: 1 } }\n` +
          `heal: { mode: apply, rules: [{ on: [web], recipe: mine, sha256: ${sha256} }] }\n`,
      );
      expect((await den.tick()).json.verdict).toBe("green");
      status = 500;
      given(den);
      expect((await den.tick()).json).toMatchObject({
        exit: 0,
        heal: { outcome: "refused", recipe: "mine", why: expect.stringContaining(want) },
        alerts: [{ kind: "red", delivered: true }],
      });
      expect(chat.taken[0]?.text).toContain("Not healed (mine): ");
      expect(den.runs()).toBe(0);
    });
});
