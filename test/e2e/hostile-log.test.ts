import { describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Chat, Den, mkfifo, unprivileged } from "./hostile-bed.ts";

/** A check that is red or green as `count` wants it, and a rule whose recipe notes that it ran and fails. */
const config = (chat: Chat, count = ">= 1"): string =>
  `confirm: 0s\n${chat.yaml}checks: { gone: { process: { name: no-such-gw }, count: "${count}" } }\n` +
  "heal: { mode: apply, rules: [{ on: [gone], recipe: mine }] }\n";

const prepare = (chat: Chat): Den => {
  const den = new Den();
  den.recipe("mine", "exit 1");
  den.write("dogwatch.yaml", config(chat));
  return den;
};

describe("a torn heal log", () => {
  test("tick seals a last line that was cut at any place and goes on; log verify says ok before and after", async () => {
    using chat = new Chat();
    using den = prepare(chat);
    await den.tick();
    const remembered = ["state.json", "incidents.json"].map((name) => join(den.state, name));
    const [log, before] = [readFileSync(den.log), remembered.map((path) => readFileSync(path))];
    const start = log.subarray(0, -1).lastIndexOf(10) + 1;
    den.write("dogwatch.yaml", config(chat, "0"));
    for (let bytes = start + 1; bytes < log.length; bytes += 29) {
      for (const [i, path] of remembered.entries()) writeFileSync(path, before[i] ?? "");
      writeFileSync(den.log, log.subarray(0, bytes));
      expect({ bytes, verify: await den.verify() }).toEqual({ bytes, verify: "0 ok" });
      expect((await den.tick()).status).toBe(0);
      expect({ bytes, verify: await den.verify() }).toEqual({ bytes, verify: "0 ok" });
      const added = readFileSync(den.log, "utf8").trim().split("\n").slice(-3);
      expect(added.map((line) => /"event":"([^"]*)"/u.exec(line)?.[1])).toEqual([
        "log.torn",
        "config.changed",
        "incident.resolved",
      ]);
    }
  });
});

/** What can stand in the place of the log or of its folder, so that nothing can be written; `given` finds the path free. */
const blocked: readonly {
  readonly name: string;
  readonly place: "logs" | "log";
  readonly given: (path: string) => void;
  readonly exit: number;
}[] = [
  { name: "a file", place: "logs", given: (path) => writeFileSync(path, ""), exit: 73 },
  { name: "a link that leads nowhere", place: "logs", given: (path) => symlinkSync("/nonexistent/x", path), exit: 73 },
  { name: "a folder", place: "log", given: (path) => mkdirSync(path), exit: 74 },
  { name: "a FIFO", place: "log", given: mkfifo, exit: 74 },
  { name: "a link to a file", place: "log", given: (path) => symlinkSync("/etc/hostname", path), exit: 73 },
  { name: "another text", place: "log", given: (path) => writeFileSync(path, "not ours\n".repeat(9000)), exit: 74 },
];

describe("a heal log that can't be written", () => {
  for (const { name, place, given, exit } of blocked)
    test(`tick finds ${name} in the place of the ${place}: it alerts, heals nothing, ends with ${exit}, recovers`, async () => {
      using chat = new Chat();
      using den = prepare(chat);
      if (place === "log") mkdirSync(den.logs);
      given(den[place]);
      const { status, json } = await den.tick();
      expect({ status, exit: json.exit }).toEqual({ status: exit, exit });
      expect(chat.heads()).toEqual([expect.stringMatching(/^RED .* · gone: /u)]);
      expect(chat.taken[0]?.text).toContain("Not healed");
      expect(json.troubles).toEqual([expect.stringContaining("cannot write the heal log")]);
      expect([json.heal.outcome, den.runs()]).toEqual(["refused", 0]);
      rmSync(den.logs, { recursive: true });
      mkdirSync(den.logs);
      const after = await den.tick();
      expect(after.status).toBe(0);
      expect(den.runs()).toBe(1);
      expect(await den.verify()).toBe("0 ok");
    });

  test("tick makes a missing log folder anew", async () => {
    using chat = new Chat();
    using den = prepare(chat);
    await den.tick();
    rmSync(den.logs, { recursive: true });
    den.write("dogwatch.yaml", config(chat, "0"));
    expect((await den.tick()).status).toBe(0);
    expect(await den.verify()).toBe("0 ok");
  });

  test("tick as a user who may not write the log folder alerts, heals nothing, ends with 73", async () => {
    using chat = new Chat();
    using den = prepare(chat);
    for (const path of [den.path, den.at("heal-recipes")]) chmodSync(path, 0o755);
    for (const path of [den.config, den.at("heal-recipes/mine.yaml")]) chmodSync(path, 0o644);
    mkdirSync(den.state);
    chmodSync(den.state, 0o777);
    mkdirSync(den.logs);
    chmodSync(den.logs, 0o555);
    const { status, json } = await den.tick({ through: unprivileged });
    expect(status).toBe(73);
    expect(json.troubles).toEqual(["cannot write the heal log: permission denied"]);
    expect([chat.heads().length, den.runs()]).toEqual([1, 0]);
  });
});
