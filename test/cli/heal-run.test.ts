import { describe, expect, test } from "bun:test";
import { healCommand } from "../../src/cli/heal.ts";
import type { NextLine } from "../../src/host/peers.ts";
import { emptyHealState } from "../../src/state/heal-state.ts";
import { readHealState, writeHealState } from "../../src/state/store.ts";
import { moment } from "../heal/bed.ts";
import { verifyPlain } from "../log/verify-plain.ts";
import { configText, createTickBed, paths, type TickBed } from "../tick-bed.ts";
import { cliOf } from "./cli-bed.ts";

interface Ran {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

/** A person who types these lines at the prompt, runs `heal run WORD`. */
const run = async (bed: TickBed, word: string, typed?: readonly string[]): Promise<Ran> => {
  const { host } = bed;
  const lines: NextLine[] = (typed ?? []).map((text) => ({ kind: "line", text }));
  const person = {
    next: async () => lines.shift() ?? ({ kind: "end" } as const),
    send: async () => true,
    close: () => undefined,
  };
  const machine = { ...host, peers: { ...host.peers, activated: () => person } };
  const [out, err] = [host.terminal.stdout.length, host.terminal.stderr.length];
  const exit = await healCommand({
    ...cliOf(host, { isStepped: typed !== undefined }),
    host: machine,
    words: ["run", word],
  });
  return { exit, out: host.terminal.stdout.slice(out), err: host.terminal.stderr.slice(err) };
};

const eventsIn = (bed: TickBed): readonly string[] =>
  (bed.host.files.text(paths.logFile) ?? "").split("\n").flatMap((line) => /"event":"([^"]*)"/u.exec(line)?.[1] ?? []);

const sick = (): TickBed => {
  const bed = createTickBed();
  bed.kill();
  return bed;
};

describe("heal run", () => {
  test("heal run applies a rule's recipe after two looks, says its five steps, and leaves its person in the log", async () => {
    const bed = sick();
    const { exit, out, err } = await run(bed, "restart-unit");
    expect(exit).toBe(0);
    expect(out).toMatch(/^restart-unit:gateway\.service: healed: ok 2 times in a row: /u);
    for (const step of ["archive", "create", "dry-run", "dispatch", "watch"])
      expect(err).toMatch(new RegExp(`^ {2}${step} `, "mu"));
    expect(bed.restarts()).toBe(1);
    expect(eventsIn(bed)).toEqual([
      ...["incident.opened", "heal.archived", "heal.created", "heal.planned", "heal.dispatched", "heal.proved"],
      "incident.resolved",
    ]);
    expect(
      new Set([...(bed.host.files.text(paths.logFile) ?? "").matchAll(/"by":"([^"]*)"/gu)].map(([, by]) => by)),
    ).toEqual(new Set(["uid:0"]));
    expect(verifyPlain(bed.host.files, [paths.logFile]).kind).toBe("whole");
  });

  test("heal run changes nothing where nothing is red, and says what it saw", async () => {
    const bed = createTickBed();
    const { exit, err } = await run(bed, "restart-unit:gateway.service");
    expect(exit).toBe(1);
    expect(err).toContain("nothing to heal: unit reads ok");
    expect(bed.restarts()).toBe(0);
    expect(eventsIn(bed)).toEqual([]);
  });

  test("heal run keeps to the cooldown of the last attempt, whoever made it", async () => {
    const bed = sick();
    await bed.tick();
    bed.kill();
    const { exit, out } = await run(bed, "restart-unit");
    expect(exit).toBe(1);
    expect(out).toContain("refused: in cooldown for");
    expect(bed.restarts()).toBe(1);
  });

  const second = `    - on: [gateway]
      recipe: start-unit
      with: { unit: other.service }
remind_every: 4h`;

  test("heal run leaves the latches of other rules as they are", async () => {
    const bed = createTickBed(configText.replace("remind_every: 4h", second));
    const latch = { at: "2026-11-23T02:00:00.000Z", moment: moment(), why: "the budget of 3 per 1 h is spent" };
    const latched = { "start-unit:other.service": latch };
    writeHealState(bed.host, paths.state, { ...emptyHealState, latched });
    bed.kill();
    expect((await run(bed, "restart-unit")).exit).toBe(0);
    expect(Object.keys(readHealState(bed.host, paths.state, moment(), true).value.latched)).toEqual([
      "start-unit:other.service",
    ]);
  });

  test("heal run applies the rule that is named, not the first one with its check", async () => {
    const first = "  rules:\n    - on: [unit]\n      recipe: start-unit\n      with: { unit: other.service }\n";
    const bed = createTickBed(configText.replace("  rules:\n", first));
    bed.kill();
    const { exit, out } = await run(bed, "restart-unit");
    expect({ exit, out }).toEqual({ exit: 0, out: expect.stringMatching(/^restart-unit:gateway\.service: healed: /u) });
    expect(bed.restarts()).toBe(1);
  });

  const answers = [
    { step: "archive", typed: [""] },
    { step: "create", typed: ["y", "no"] },
    { step: "dry-run", typed: ["y", "yes", "n"] },
    { step: "dispatch", typed: ["y", "y", "y", "later"] },
  ] as const;
  for (const { step, typed } of answers)
    test(`heal run --step changes nothing when the person says no before "${step}"`, async () => {
      const bed = sick();
      const { exit, out } = await run(bed, "restart-unit", typed);
      expect({ exit, out }).toEqual({
        exit: 1,
        out: `restart-unit:gateway.service: refused: called off by uid:0 before the step "${step}"\n`,
      });
      expect(bed.restarts()).toBe(0);
      expect(eventsIn(bed)).not.toContain("heal.dispatched");
      expect((await run(bed, "restart-unit")).exit).toBe(0);
    });

  test("heal run --step leaves the proof to the next tick when the person doesn't want to wait", async () => {
    const bed = sick();
    const { exit, out } = await run(bed, "restart-unit", ["y", "y", "y", "y", "n"]);
    expect({ exit, out }).toEqual({ exit: 1, out: "restart-unit:gateway.service: watching: left to the next tick\n" });
    expect(bed.restarts()).toBe(1);
    await bed.tick();
    expect(eventsIn(bed)).toContain("heal.proved");
    expect(bed.restarts()).toBe(1);
  });

  test("heal run names the rules where a word is none of theirs", async () => {
    expect(await run(sick(), "reboot")).toMatchObject({
      exit: 64,
      err: expect.stringContaining("Rules: restart-unit:gateway.service"),
    });
  });

  test("heal run says who holds the lock while another heal is running", async () => {
    const bed = sick();
    bed.host.files.lock(`${paths.state}/heal.lock`);
    const { exit, out } = await run(bed, "restart-unit");
    expect(exit).toBe(73);
    expect(out).toContain("another heal is running");
    expect(bed.restarts()).toBe(0);
  });
});
