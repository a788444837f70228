import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { Chat, Den, nextSecond } from "./hostile-bed.ts";

/** A process of its own that sleeps, known by an argument that no other has. */
class Sleeper implements Disposable {
  readonly seconds: string = `86399.${process.pid}${Math.floor(Math.random() * 1e6)}`;
  #child: ReturnType<typeof Bun.spawn> | undefined;

  start(): void {
    this.#child = Bun.spawn(["/bin/sleep", this.seconds], { stdout: "ignore", stderr: "ignore" });
  }

  signal(name: "SIGSTOP" | "SIGCONT"): void {
    this.#child?.kill(name);
  }

  async end(): Promise<void> {
    this.#child?.kill("SIGKILL");
    await this.#child?.exited;
  }

  [Symbol.dispose](): void {
    this.#child?.kill("SIGKILL");
  }
}

const configure = (den: Den, chat: Chat, { seconds }: Sleeper, heal = ""): void => {
  const check = `{ process: { command: "sleep ${seconds.replace(".", "[.]")}$" } }`;
  den.write("dogwatch.yaml", `host: web-1\nconfirm: 0s\n${chat.yaml}checks:\n  worker: ${check}\n${heal}`);
};

const words = (chat: Chat): readonly string[] => chat.heads().map((head) => head.split(" web-1", 1)[0] ?? "");

const cureIn = (chat: Chat): string | undefined => /^Cure: (.*)$/mu.exec(chat.taken.at(-1)?.text ?? "")?.[1];

describe("a process that comes and goes", () => {
  test("tick tells its ups and downs four times, then says nothing and keeps one incident open", async () => {
    using chat = new Chat();
    using den = new Den();
    using worker = new Sleeper();
    configure(den, chat, worker);
    worker.start();
    expect((await den.tick()).status).toBe(0);
    for (let at = 0; at < 10; at += 1) {
      await nextSecond();
      if (at % 2 === 0) await worker.end();
      else worker.start();
      expect((await den.tick()).status).toBe(0);
    }
    expect(words(chat)).toEqual(["RED", "RECOVERED", "RED", "FLAPPING"]);
    expect(chat.heads()[3]).toMatch(
      /^FLAPPING web-1 · worker: comes and goes \(red 2 times since \d\d:\d\d UTC\), now well: /u,
    );
    const opened = den.entries().filter(({ event }) => event === "incident.opened");
    const resolved = den.entries().filter(({ event }) => event === "incident.resolved");
    expect([opened.length, resolved.length, await den.verify()]).toEqual([2, 1, "0 ok"]);
    expect(chat.taken[3]?.text).toContain(`\nIncident ${opened[1]?.incident}\n`);
    await worker.end();
    const dry = await den.dogwatch(["tick", "--dry-run"]);
    expect(dry.out).toContain(
      "says nothing of worker: flapping-goes-on: it was told as flapping, and its reminder isn't due\n",
    );
  }, 60_000);

  test("tick says that a process was started anew by somebody, and that one went on by itself", async () => {
    using chat = new Chat();
    using den = new Den();
    using worker = new Sleeper();
    configure(den, chat, worker);
    worker.start();
    await den.tick();
    await worker.end();
    await den.tick();
    worker.start();
    await nextSecond();
    await den.tick();
    expect(cureIn(chat)).toMatch(/^its process was started anew at \d\d:\d\d UTC, not by dogwatch$/u);
    worker.signal("SIGSTOP");
    await den.tick();
    worker.signal("SIGCONT");
    await den.tick();
    expect(words(chat).slice(2)).toEqual(["RED", "FLAPPING"]);
  }, 60_000);

  test("tick says that the process which was stopped is the same as before", async () => {
    using chat = new Chat();
    using den = new Den();
    using worker = new Sleeper();
    configure(den, chat, worker);
    worker.start();
    await den.tick();
    worker.signal("SIGSTOP");
    await den.tick();
    worker.signal("SIGCONT");
    await den.tick();
    expect(words(chat)).toEqual(["RED", "RECOVERED"]);
    expect(cureIn(chat)).toBe("by itself: its process is the same as before, nobody started it anew");
  }, 60_000);

  test("tick says by whom and with what it was healed by hand", async () => {
    using chat = new Chat();
    using den = new Den();
    using worker = new Sleeper();
    const pidFile = den.at("pid");
    den.recipe("mine", `/bin/sleep ${worker.seconds} >/dev/null 2>&1 </dev/null &\necho $! >${pidFile}`);
    configure(den, chat, worker, "heal: { mode: observe, rules: [{ on: [worker], recipe: mine }] }\n");
    await den.tick();
    const healed = await den.dogwatch(["heal", "run", "mine"]);
    try {
      expect([healed.status, healed.out]).toEqual([0, expect.stringContaining("healed")]);
      await den.tick();
      expect(words(chat)).toEqual(["RED", "RECOVERED"]);
      expect(cureIn(chat)).toMatch(/^mine at \d\d:\d\d UTC, run by hand by uid:\d+$/u);
    } finally {
      if (existsSync(pidFile)) process.kill(Number(readFileSync(pidFile, "utf8")), "SIGKILL");
    }
  }, 60_000);
});
