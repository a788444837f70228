import { describe, expect, test } from "bun:test";
import type { Flags } from "../../src/cli/cli.ts";
import { silenceCommand } from "../../src/cli/silence.ts";
import { verifyPlain } from "../log/verify-plain.ts";
import { configText, createTickBed, paths, type TickBed } from "../tick-bed.ts";
import { cliOf } from "./cli-bed.ts";

const run = async (bed: TickBed, words: string, flags: Partial<Flags> = {}) => {
  const { terminal } = bed.host;
  const [out, err] = [terminal.stdout.length, terminal.stderr.length];
  const exit = await silenceCommand({ ...cliOf(bed.host, flags), words: words.split(" ") });
  return { exit, out: terminal.stdout.slice(out), err: terminal.stderr.slice(err) };
};
const forAnHour = { forText: "1h", reason: "moving house" };
const wordsOf = (bed: TickBed): readonly string[] => bed.received.map((text) => text.split(" ", 1)[0] ?? "");

describe("silence", () => {
  test("silence add keeps a red check from healing and from the chat until it ends, and both come then", async () => {
    const bed = createTickBed();
    await bed.tick();
    expect(await run(bed, "add unit", forAnHour)).toEqual({
      exit: 0,
      out: '"unit" is silenced until 2026-11-23 03:10 UTC by uid:0: moving house\n',
      err: "",
    });
    bed.kill();
    const { out } = await bed.tick({ isJson: true });
    expect(JSON.parse(out).heal).toMatchObject({ outcome: "refused", why: expect.stringContaining("moving house") });
    for (let at = 0; at < 10; at += 1) await bed.tick();
    expect([wordsOf(bed), bed.restarts()]).toEqual([[], 0]);
    for (let at = 0; at < 3; at += 1) await bed.tick();
    expect([wordsOf(bed), bed.restarts()]).toEqual([["HEALED"], 1]);
  });

  test("silence list tells what is silenced, silence remove ends it, and both ends are in the log", async () => {
    const bed = createTickBed();
    await bed.tick();
    await run(bed, "add all", forAnHour);
    expect((await run(bed, "list")).out).toBe(
      '"all" is silenced until 2026-11-23 03:10 UTC by uid:0, 1 h left: moving house\n',
    );
    expect(JSON.parse((await run(bed, "list", { isJson: true })).out)).toMatchObject([
      { check: "all", by: "uid:0", remaining_s: 3600 },
    ]);
    expect((await run(bed, "remove all")).out).toBe('"all": no longer silenced\n');
    expect((await run(bed, "list")).out).toBe("nothing is silenced\n");
    const log = bed.host.files.text(paths.logFile) ?? "";
    expect([...log.matchAll(/"event":"(silence[^"]*)"/gu)].map(([, event]) => event)).toEqual([
      "silence.added",
      "silence.removed",
    ]);
    expect(verifyPlain(bed.host.files, [paths.logFile]).kind).toBe("whole");
  });

  test("silence add of a check that is silenced already sets it anew", async () => {
    const bed = createTickBed();
    await bed.tick();
    await run(bed, "add unit", forAnHour);
    await run(bed, "add unit", { forText: "2h", reason: "still moving" });
    expect((await run(bed, "list")).out).toBe(
      '"unit" is silenced until 2026-11-23 04:10 UTC by uid:0, 2 h left: still moving\n',
    );
  });

  test("silence add of a preset's name silences all its checks, and silence remove ends them", async () => {
    const bed = createTickBed("chat: console\nchecks: { openclaw: { preset: openclaw } }\n");
    const { exit, out } = await run(bed, "add openclaw", forAnHour);
    expect(exit).toBe(0);
    expect(out).toContain('"openclaw-unit" is silenced until');
    const count = out.trim().split("\n").length;
    expect(count).toBeGreaterThan(2);
    await run(bed, "remove openclaw-unit");
    expect((await run(bed, "remove openclaw")).out.trim().split("\n")).toHaveLength(count - 1);
    expect((await run(bed, "list")).out).toBe("nothing is silenced\n");
  });

  test("silence add and remove take several checks at once, with a line in the log for each", async () => {
    const bed = createTickBed();
    await bed.tick();
    expect((await run(bed, "add unit gateway", forAnHour)).out.trim().split("\n")).toHaveLength(2);
    expect((await run(bed, "add unit nobody", forAnHour)).exit).toBe(64);
    expect((await run(bed, "remove unit gateway")).out).toBe(
      '"unit": no longer silenced\n"gateway": no longer silenced\n',
    );
    const log = bed.host.files.text(paths.logFile) ?? "";
    const told = [...log.matchAll(/"event":"silence\.(\w+)".*?"check":"(\w+)"/gu)].map(([, ...words]) =>
      words.join(" "),
    );
    expect(told).toEqual(["added unit", "added gateway", "removed unit", "removed gateway"]);
  });

  test("silence add takes as long as the config allows, and says the key where that is too long", async () => {
    const bed = createTickBed(`${configText}silence: { max: 7d }\n`);
    await bed.tick();
    expect((await run(bed, "add unit", { forText: "7d", reason: "x" })).exit).toBe(0);
    const { err } = await run(bed, "add unit", { forText: "8d", reason: "x" });
    expect(err).toContain("--for is at most 7d");
    expect(err).toContain("silence: { max: 8d }");
  });

  test("silence shows a user by name where the host knows it, and the log keeps the number", async () => {
    const bed = createTickBed();
    const host = { ...bed.host, userOf: (uid: number) => (uid === 0 ? "root" : undefined) };
    const cli = { ...cliOf(bed.host, forAnHour), host };
    await silenceCommand({ ...cli, words: ["add", "unit"] });
    expect((await run(bed, "list")).out).toContain("by root, 1 h left: moving house");
    expect(bed.host.files.text(paths.logFile)).toContain('"by":"uid:0"');
  });

  const misuses: readonly { readonly words: string; readonly flags?: Partial<Flags>; readonly want: string }[] = [
    { words: "add unit", flags: { reason: "x" }, want: "a silence always ends" },
    { words: "add unit", flags: { forText: "soon", reason: "x" }, want: "say how long" },
    { words: "add unit", flags: { forText: "25h", reason: "x" }, want: "--for is at most 1d" },
    { words: "add unit", flags: { forText: "0s", reason: "x" }, want: "--for is at least 1s" },
    { words: "add unit", flags: { forText: "1h" }, want: "say why" },
    { words: "add unti", flags: forAnHour, want: 'there is no check "unti"' },
    { words: "remove unit", want: '"unit" is not silenced' },
    { words: "add", want: "it is not complete" },
    { words: "hush", want: "There is: silence add" },
  ];
  for (const { words, flags, want } of misuses)
    test(`silence ${words} ${JSON.stringify(flags ?? {})} is refused, and changes nothing`, async () => {
      const bed = createTickBed();
      await bed.tick();
      const before = bed.files();
      expect(await run(bed, words, flags)).toMatchObject({ exit: 64, out: "", err: expect.stringContaining(want) });
      expect(bed.files()).toEqual(before);
    });
});
