import { describe, expect, test } from "bun:test";
import { chatCommand } from "../../src/cli/chat.ts";
import type { Ran } from "../../src/host/host.ts";
import { answer } from "../fake-facts.ts";
import { configText, createTickBed, down, flags, paths, type TickBed, token } from "../tick-bed.ts";

const run = async (bed: TickBed, words: readonly string[] = ["test"], isJson = false) => {
  Object.assign(bed.host.terminal, { stdout: "", stderr: "" });
  const exit = await chatCommand({ host: bed.host, paths, words, flags: { ...flags, isJson } });
  return { exit, out: bed.host.terminal.stdout, err: bed.host.terminal.stderr };
};

describe("chat test", () => {
  test("chat test sends one message that says it is a test, and prints what the platform answered", async () => {
    const bed = createTickBed();
    expect(await run(bed)).toEqual({ exit: 0, out: "telegram: delivered (telegram answered 200)\n", err: "" });
    expect(bed.received).toEqual([
      "TEST web-1 · chat: dogwatch can reach this chat; nothing is wrong\nlog 0:0000000000000000",
    ]);
  });

  test("chat test ends with the log's head, so that the operator has a witness", async () => {
    const bed = createTickBed();
    bed.kill();
    await bed.tick();
    await run(bed);
    expect(bed.received.at(-1)).toMatch(/\nlog 7:[0-9a-f]{16}$/u);
  });

  const sick = [
    {
      name: "the chat is down",
      given: down,
      hint: "It may pass; run the command again later.",
      why: "telegram: connection refused",
    },
    {
      name: "the chat refuses",
      given: answer(401, '{"ok":false,"description":"Unauthorized"}'),
      hint: "It will not pass by itself.",
      why: 'telegram answered 401 "Unauthorized": the token is wrong or revoked',
    },
  ] as const;
  for (const { name, given, hint, why } of sick)
    test(`chat test ends with 75 and says what to do when ${name}`, async () => {
      const bed = createTickBed();
      bed.chat = () => given;
      const { exit, out, err } = await run(bed);
      expect([exit, out]).toEqual([75, ""]);
      expect(err).toStartWith(`dogwatch: cannot deliver to telegram: ${why}`);
      expect(err).toEndWith(`\n  ${hint}\n`);
      expect(err).not.toContain(token);
    });

  test("chat test contacts nobody but the chat, and leaves nothing on disk", async () => {
    const bed = createTickBed();
    const before = bed.files();
    await run(bed);
    expect(bed.host.http.sent.map((request) => request.for)).toEqual(["chat telegram"]);
    expect(bed.files()).toEqual(before);
  });

  test("chat test --json is one object", async () => {
    expect(JSON.parse((await run(createTickBed(), ["test"], true)).out)).toEqual({
      chat: "telegram",
      kind: "delivered",
      answer: "telegram answered 200",
    });
  });

  test("chat test warns when journald keeps the console's message from the terminals", async () => {
    const bed = createTickBed("chat: console\nchecks: { a: { tcp: { port: 1 } } }\n");
    bed.host.exec.script = () => ({
      kind: "exited",
      status: 0,
      stdout: "#ForwardToWall=yes\nForwardToWall=no\n",
      stderr: "",
    });
    const { exit, err } = await run(bed);
    expect(exit).toBe(0);
    expect(err).toContain("the console is mute: journald has ForwardToWall off");
  });

  const unit = "[Service]\nUser=dogwatch\nIPAddressDeny=any\n";
  const sandboxed = (ran: Partial<Ran>, config?: string): TickBed => {
    const bed = createTickBed(config);
    bed.host.exec.script = ({ argv }) =>
      argv[0] === "/usr/bin/systemctl"
        ? { kind: "exited", status: 0, stdout: unit, stderr: "" }
        : Object.assign({ kind: "exited", status: 0, stdout: "", stderr: "" } satisfies Ran, ran);
    return bed;
  };

  test("chat test as root on a system install is sent from inside the unit's sandbox, and not from here", async () => {
    const bed = sandboxed({ stdout: "telegram: delivered (telegram answered 200)\n" });
    expect(await run(bed)).toEqual({ exit: 0, out: "telegram: delivered (telegram answered 200)\n", err: "" });
    expect(bed.host.exec.ran.at(-1)?.argv).toContain("IPAddressDeny=any");
    expect(bed.received).toEqual([]);
  });

  test("chat test that hangs in the sandbox says that the IP filter may be why", async () => {
    const { exit, err } = await run(sandboxed({ status: 75, stderr: "dogwatch: no answer in 10 s\n" }));
    expect(exit).toBe(75);
    expect(err).toBe(`dogwatch: no answer in 10 s
dogwatch: it was sent from inside the sandbox of dogwatch.service, as alerts are
  its IP filter may be why; make it anew: sudo dogwatch egress --systemd --write
`);
  });

  test("chat test that is refused in the sandbox doesn't blame the filter", async () => {
    const { exit, err } = await run(sandboxed({ status: 75, stderr: "dogwatch: 401\n" }));
    expect([exit, err]).toEqual([75, "dogwatch: 401\n"]);
  });

  test("chat test names the filter that doesn't fit the config", async () => {
    const bed = sandboxed({ status: 75, stderr: "dogwatch: 401\n" }, configText.replace("127.0.0.1:8081", "10.0.0.9"));
    bed.host.files.put("/usr/local/lib/systemd/system/dogwatch-heal@.service", "");
    expect((await run(bed)).err).toContain('dogwatch.service.d/egress.conf" is missing; run: sudo dogwatch egress');
  });

  test("chat with other words says what there is, and a broken config is told with 78", async () => {
    for (const words of [[], ["send"], ["test", "x"]])
      expect(await run(createTickBed(), words)).toMatchObject({ exit: 64 });
    expect(await run(createTickBed(configText.replace("chat:", "chatt:")))).toMatchObject({ exit: 78 });
  });
});
