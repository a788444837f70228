import { describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { Chat, Den } from "./hostile-bed.ts";

const config = (chat: Chat): string =>
  `confirm: 0s\n${chat.yaml}checks: { gone: { process: { name: no-such-gw }, count: "0" } }\n` +
  "log: { rotate_size: 16K, keep: 0s }\n";

const prepare = (chat: Chat): Den => {
  const den = new Den();
  den.write("dogwatch.yaml", config(chat));
  return den;
};

const add = (den: Den, number: number): readonly string[] =>
  den.argv(["silence", "add", "gone", "--for", "1h", "--reason", `${number} ${"x".repeat(180)}`]);

const rotatedIn = (den: Den): number =>
  readdirSync(den.logs).filter((name) => /^heal-\d{10}\.jsonl/u.test(name)).length;

describe("writers of a log that rotates often", () => {
  test("eight at a time lose no line, and the chain is whole over all files", async () => {
    using chat = new Chat();
    using den = prepare(chat);
    await den.tick();
    let next = 0;
    const writer = async (): Promise<void> => {
      while (next < 80) {
        next += 1;
        const ran = Bun.spawn([...add(den, next)], { env: { ...den.env }, stdout: "ignore", stderr: "pipe" });
        expect([await ran.stderr.text(), await ran.exited]).toEqual(["", 0]);
      }
    };
    await Promise.all(Array.from({ length: 8 }, writer));
    expect(rotatedIn(den)).toBeGreaterThanOrEqual(2);
    const verified = await den.dogwatch(["log", "verify", "--json"]);
    expect(JSON.parse(verified.out)).toMatchObject({ result: "ok", lines: 80 + 2 * rotatedIn(den) });
  });

  test("one that is killed at any moment, again and again, leaves a log that goes on and is whole", async () => {
    using chat = new Chat();
    using den = prepare(chat);
    await den.tick();
    const started = performance.now();
    await Bun.spawn([...add(den, 0)], { env: { ...den.env }, stdout: "ignore" }).exited;
    const usualMs = performance.now() - started;
    let told = 1;
    for (let number = 1; number <= 60; number += 1) {
      const child = Bun.spawn([...add(den, number)], { env: { ...den.env }, stdout: "ignore", stderr: "ignore" });
      const timer = setTimeout(() => child.kill("SIGKILL"), usualMs * (0.4 + (number % 12) / 12));
      told += (await child.exited) === 0 ? 1 : 0;
      clearTimeout(timer);
    }
    const last = await den.dogwatch(["silence", "add", "gone", "--for", "1h", "--reason", "last"]);
    expect([last.err, last.status]).toEqual(["", 0]);
    const verified = JSON.parse((await den.dogwatch(["log", "verify", "--json"])).out);
    expect(verified).toMatchObject({ result: "ok" });
    expect(verified.lines).toBeGreaterThan(told);
  });
});
