import { describe, expect, test } from "bun:test";
import { lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Chat, Den, mkfifo, nextSecond } from "./hostile-bed.ts";

/** A check that is red, and a rule whose recipe notes that it ran and fails; `count: 0` makes the same check green. */
const config = (chat: Chat, count = ">= 1"): string =>
  `confirm: 0s\n${chat.yaml}checks: { gone: { process: { name: no-such-gw }, count: "${count}" } }\n` +
  "heal: { mode: apply, rules: [{ on: [gone], recipe: mine }] }\n";

const prepare = (chat: Chat): Den => {
  const den = new Den();
  den.recipe("mine", "exit 1");
  den.write("dogwatch.yaml", config(chat));
  return den;
};

/** What can stand in a state file's place: `given` finds the path free, and gets the last good bytes. */
const instead: readonly { readonly name: string; readonly given: (path: string, good: Buffer) => void }[] = [
  { name: "an empty file", given: (path) => writeFileSync(path, "") },
  { name: "a folder", given: (path) => mkdirSync(path) },
  { name: "a folder that is not empty", given: (path) => mkdirSync(join(path, "x"), { recursive: true }) },
  { name: "a FIFO", given: mkfifo },
  { name: "a link that leads nowhere", given: (path) => symlinkSync("/nonexistent/state", path) },
  { name: "a link to itself", given: (path) => symlinkSync(path, path) },
  { name: "a link to an endless device", given: (path) => symlinkSync("/dev/zero", path) },
  { name: "a link to a secret", given: (path) => symlinkSync("/etc/shadow", path) },
  { name: "NULs", given: (path, good) => writeFileSync(path, new Uint8Array(good.length)) },
  { name: "another version", given: (path) => writeFileSync(path, '{"version":2}\n') },
  { name: "a list", given: (path) => writeFileSync(path, "[]\n") },
  { name: "a million brackets", given: (path) => writeFileSync(path, "[".repeat(1e6)) },
  {
    name: "one digit more",
    given: (path, good) => writeFileSync(path, good.toString().replace(/":\d/u, "$&1")),
  },
];

const swap = (path: string, given: (path: string, good: Buffer) => void): void => {
  const good = readFileSync(path);
  rmSync(path);
  given(path, good);
};

const opened = (den: Den): number => den.events().filter((event) => event === "incident.opened").length;
const broken = (path: string) => [expect.stringContaining(`"${path}" is broken`)];

describe("state.json in pieces", () => {
  for (const { name, given } of instead)
    test(`tick finds ${name} in the place of state.json, says so, and goes on with the same incident`, async () => {
      using chat = new Chat();
      using den = prepare(chat);
      const path = join(den.state, "state.json");
      await den.tick();
      swap(path, given);
      const { status, json } = await den.tick();
      expect({ status, troubles: json.troubles }).toEqual({ status: 0, troubles: broken(path) });
      expect(lstatSync(path).isFile()).toBe(true);
      expect([opened(den), den.runs()]).toEqual([1, 1]);
      expect(await den.verify()).toBe("0 ok");
      expect((await den.tick()).json.troubles).toEqual([]);
    });

  test("tick takes a state.json that was cut at any place for lost, never for another state", async () => {
    using chat = new Chat();
    using den = prepare(chat);
    const path = join(den.state, "state.json");
    await den.tick();
    const good = readFileSync(path);
    // The last byte is the newline: without it the state is whole.
    for (let bytes = 0; bytes < good.length - 1; bytes += 100) {
      writeFileSync(path, good.subarray(0, bytes));
      const { status, json } = await den.tick();
      expect({ bytes, status, troubles: json.troubles }).toEqual({ bytes, status: 0, troubles: broken(path) });
    }
    expect([opened(den), den.runs()]).toEqual([1, 1]);
    expect(await den.verify()).toBe("0 ok");
  });

  test("tick that has lost its state ends the log's open incidents whose checks are green, and tells it", async () => {
    using chat = new Chat();
    using den = prepare(chat);
    await den.tick();
    writeFileSync(join(den.state, "state.json"), "");
    den.write("dogwatch.yaml", config(chat, "0"));
    await den.tick();
    expect(den.events().at(-1)).toBe("incident.resolved");
    expect(chat.heads().at(-1)).toStartWith("RECOVERED ");
    await nextSecond();
    den.write("dogwatch.yaml", config(chat));
    await den.tick();
    expect(opened(den)).toBe(2);
    expect(new Set(den.entries().flatMap(({ incident }) => incident ?? [])).size).toBe(2);
  });
});

describe("heal.json in pieces", () => {
  for (const { name, given } of instead)
    for (const isQuiet of [false, true])
      test(`tick finds ${name} in the place of heal.json ${isQuiet ? "while all is green" : "while red"}: no heal inside the cooldown`, async () => {
        using chat = new Chat();
        using den = prepare(chat);
        const path = join(den.state, "heal.json");
        await den.tick();
        expect(den.runs()).toBe(1);
        if (isQuiet) {
          den.write("dogwatch.yaml", config(chat, "0"));
          await den.tick();
        }
        swap(path, given);
        expect((await den.tick()).json.troubles).toEqual(broken(path));
        den.write("dogwatch.yaml", config(chat));
        for (const _ of "12")
          expect((await den.tick()).json).toMatchObject({ troubles: [], heal: { outcome: "refused" } });
        expect(den.runs()).toBe(1);
        expect(await den.verify()).toBe("0 ok");
      });

  test("tick takes a heal.json that was cut at any place for lost, and heals nothing inside the cooldown", async () => {
    using chat = new Chat();
    using den = prepare(chat);
    const path = join(den.state, "heal.json");
    await den.tick();
    const good = readFileSync(path);
    // The last byte is the newline: without it the state is whole.
    for (let bytes = 0; bytes < good.length - 1; bytes += 100) {
      writeFileSync(path, good.subarray(0, bytes));
      const { json } = await den.tick();
      expect({ bytes, ...json }).toMatchObject({ bytes, troubles: broken(path), heal: { outcome: "refused" } });
    }
    expect(den.runs()).toBe(1);
  });
});

describe("config.json, the kept config", () => {
  /** The config in the cache looks for another process; if it were believed, the check would be green. */
  const lies: readonly { readonly name: string; readonly given: (path: string, good: Buffer) => void }[] = [
    ...instead,
    {
      name: "another config",
      given: (path, good) => writeFileSync(path, good.toString().replace('"min":1,"max":null', '"min":0,"max":null')),
    },
  ];
  for (const { name, given } of lies)
    test(`tick reads the config afresh when ${name} stands in its cache's place`, async () => {
      using chat = new Chat();
      using den = prepare(chat);
      const path = join(den.state, "config.json");
      await den.tick();
      swap(path, given);
      const { status, json } = await den.tick();
      expect({ status, verdict: json.verdict }).toEqual({ status: 0, verdict: "red" });
    });

  test("tick ignores a config.json that was cut at any place", async () => {
    using chat = new Chat();
    using den = prepare(chat);
    const path = join(den.state, "config.json");
    await den.tick();
    const good = readFileSync(path);
    // The last byte is the newline: without it the state is whole.
    for (let bytes = 0; bytes < good.length - 1; bytes += 100) {
      writeFileSync(path, good.subarray(0, bytes));
      expect({ bytes, ...(await den.tick()).json }).toMatchObject({ bytes, verdict: "red", exit: 0 });
    }
    expect(readFileSync(path)).toEqual(good);
  });

  test("tick ignores the cache of an older config", async () => {
    using chat = new Chat();
    using den = prepare(chat);
    const path = join(den.state, "config.json");
    await den.tick();
    const old = readFileSync(path);
    den.write("dogwatch.yaml", config(chat, "0"));
    expect((await den.tick()).json.verdict).toBe("green");
    writeFileSync(path, old);
    expect((await den.tick()).json.verdict).toBe("green");
  });
});
