import { describe, expect, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { listen } from "../host/http-bed.ts";
import { until } from "../host/until.ts";
import { Chat, Den, mkfifo, stateFiles } from "./hostile-bed.ts";

const gone = "  gone: { process: { name: no-such-gw } }\n";
const start = (den: Den, words = ["tick", "--json"]) =>
  Bun.spawn([...den.argv(words)], { env: { ...den.env }, stdin: "ignore", stdout: "pipe", stderr: "pipe" });

describe("two ticks at once", () => {
  test("tick that finds another one running says so, touches nothing and ends with 0", async () => {
    using chat = new Chat();
    using den = new Den();
    let isFree = false;
    await using server = await listen((socket) => {
      const answer = setInterval(() => isFree && socket.end("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"), 10);
      socket.on("close", () => clearInterval(answer));
    });
    den.write(
      "dogwatch.yaml",
      `confirm: 0s\n${chat.yaml}checks:\n${gone}  web: { http: { url: "http://127.0.0.1:${server.port}/", timeout: 20s } }\n`,
    );
    const first = start(den);
    await until("the first look", () => server.visits() === 1);
    const second = await den.dogwatch(["tick", "--json"]);
    expect(second.status).toBe(0);
    expect(second.err).toMatch(/^another tick is running \(process \d+ \(\w+\)\); this one does nothing\n$/u);
    expect(second.err).toContain(`(process ${first.pid} `);
    expect(JSON.parse(second.out)).toMatchObject({
      verdict: "unknown",
      checks: [],
      heal: { outcome: "none" },
      alerts: [],
      outbox: 0,
      exit: 0,
      why: "another tick is running",
    });
    expect(server.visits()).toBe(1);
    const plain = await den.dogwatch(["tick"]);
    expect([plain.status, plain.out]).toEqual([0, ""]);
    isFree = true;
    expect(await first.exited).toBe(0);
    expect(chat.heads()).toHaveLength(1);
    expect((await den.tick()).json.checks).toMatchObject([{ ticks: 2 }, { verdict: "green" }]);
  });

  test("ten ticks at once send one message and heal once", async () => {
    using chat = new Chat();
    using den = new Den();
    den.recipe("mine", "exit 1");
    den.write(
      "dogwatch.yaml",
      `confirm: 0s\n${chat.yaml}checks:\n${gone}heal: { mode: apply, rules: [{ on: [gone], recipe: mine }] }\n`,
    );
    const ended = await Promise.all(Array.from({ length: 10 }, () => den.dogwatch(["tick", "--json"])));
    expect(ended.map(({ status }) => status)).toEqual(Array(10).fill(0));
    expect([chat.taken.length, den.runs()]).toEqual([1, 1]);
    expect(await den.verify()).toBe("0 ok");
  });

  const locks: readonly { readonly name: string; readonly given: (path: string) => void; readonly want: string }[] = [
    { name: "a FIFO", given: mkfifo, want: "it is not a regular file" },
    { name: "a folder", given: (path) => Bun.spawnSync(["mkdir", path]), want: "it is not a regular file" },
    {
      name: "a link",
      given: (path) => Bun.spawnSync(["ln", "-s", "/etc/hostname", path]),
      want: "it is a symbolic link",
    },
  ];
  for (const { name, given, want } of locks)
    test(`tick that finds ${name} in its lock's place does nothing and ends with 73`, async () => {
      using den = new Den();
      den.write("dogwatch.yaml", `chat: console\nchecks:\n${gone}`);
      Bun.spawnSync(["mkdir", den.state]);
      given(join(den.state, "tick.lock"));
      const { status, out, err } = await den.dogwatch(["tick"]);
      expect([status, out, err.split("\n")[0]]).toEqual([
        73,
        "",
        `dogwatch: cannot use the state folder "${den.state}": ${want}`,
      ]);
    });

  test("tick takes a lock file with something else in it for a lock that nobody holds", async () => {
    using chat = new Chat();
    using den = new Den();
    den.write("dogwatch.yaml", `confirm: 0s\n${chat.yaml}checks:\n${gone}`);
    Bun.spawnSync(["mkdir", den.state]);
    writeFileSync(join(den.state, "tick.lock"), "4711\n".repeat(500));
    expect(await den.tick()).toMatchObject({ status: 0, json: { verdict: "red" } });
  });
});

describe("SIGTERM in mid-tick", () => {
  test("tick ended while it probes leaves no lock and no trace behind", async () => {
    using chat = new Chat();
    using den = new Den();
    await using server = await listen(() => undefined);
    const config = (timeout: string): string =>
      `confirm: 0s\n${chat.yaml}checks:\n${gone}  web: { http: { url: "http://127.0.0.1:${server.port}/", timeout: ${timeout} } }\n`;
    den.write("dogwatch.yaml", config("20s"));
    const child = start(den);
    await until("the first look", () => server.visits() === 1);
    child.kill("SIGTERM");
    await child.exited;
    expect(child.signalCode).toBe("SIGTERM");
    den.write("dogwatch.yaml", config("50ms"));
    expect(await den.tick()).toMatchObject({
      status: 0,
      json: { verdict: "red", troubles: [], checks: [{ ticks: 1 }, {}] },
    });
    expect(chat.heads()).toHaveLength(1);
    expect(stateFiles).toEqual(expect.arrayContaining([...den.names()]));
  });

  test("tick ended while a recipe runs tells that it was cut off and never repeats it", async () => {
    using chat = new Chat();
    using den = new Den();
    den.recipe("mine", `touch ${den.at("begun")}; sleep 0.5`, "proof: { within: 1s, every: 100ms }\ncooldown: 0s");
    den.write(
      "dogwatch.yaml",
      `confirm: 0s\n${chat.yaml}checks:\n${gone}heal: { mode: apply, rules: [{ on: [gone], recipe: mine }] }\n`,
    );
    const child = start(den);
    await until("the recipe's command", () => existsSync(den.at("begun")));
    child.kill("SIGTERM");
    await child.exited;
    const next = await den.tick();
    expect(next).toMatchObject({ status: 0, json: { heal: { outcome: "indeterminate" } } });
    expect(chat.taken.map(({ text }) => text).join("\n")).toContain("Heal cut off: mine");
    for (const _ of "123") expect((await den.tick()).json.heal.outcome).toBe("refused");
    expect(den.runs()).toBe(1);
    expect(den.events().filter((event) => event.startsWith("heal."))).toEqual([
      "heal.archived",
      "heal.created",
      "heal.planned",
      "heal.dispatched",
      "heal.indeterminate",
      "heal.refused",
    ]);
    expect(await den.verify()).toBe("0 ok");
  });
});
