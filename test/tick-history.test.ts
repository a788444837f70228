import { describe, expect, test } from "bun:test";
import { hourOf } from "../src/state/day.ts";
import { type CheckHour, type HourSums, maxHours } from "../src/state/history.ts";
import { historyPath } from "../src/state/history-file.ts";
import { readHistory } from "../src/state/history-read.ts";
import { readState } from "../src/state/store.ts";
import { type Death, mortal } from "./mortal-host.ts";
import { configText, createTickBed, paths, type TickBed } from "./tick-bed.ts";

const hourMs = 3_600_000;
const file = historyPath(paths.state);
const stateOf = ({ host }: TickBed) => readState(host, paths.state, true).value;

/** All hours that are known, each once. */
const hoursOf = (bed: TickBed): readonly HourSums[] => [
  ...new Map(
    [...readHistory(bed.host, paths.state).hours, ...(stateOf(bed).history ?? [])].map((each) => [each.from, each]),
  ).values(),
];

const ticksIn = (seen: number | CheckHour | undefined): number =>
  typeof seen === "object" ? seen.ticks.reduce((a, b) => a + b, 0) : (seen ?? 0);

/** Ticks that the history counts of a check. */
const counted = (bed: TickBed, check: string): number =>
  hoursOf(bed).reduce((sum, { checks }) => sum + ticksIn(checks[check]), 0);

const lines = ({ host }: TickBed): readonly string[] => (host.files.text(file) ?? "").split("\n").filter(Boolean);

describe("tick and the history", () => {
  test("tick() counts the present hour in its state, and appends it when it is over", async () => {
    const bed = createTickBed();
    for (let at = 0; at < 11; at += 1) await bed.tick();
    expect(lines(bed)).toEqual([
      '{"from":"2026-11-23T02:10:00.000Z","checks":{"unit":10,"gateway":{"ticks":[10],"ms":[10,0,0]}}}',
    ]);
    expect(stateOf(bed).history).toEqual([
      { from: "2026-11-23T03:00:00.000Z", checks: { unit: 1, gateway: { ticks: [1], ms: [1, 0, 0] } } },
    ]);
    expect(bed.host.files.stat(file)).toMatchObject({ mode: 0o640 });
  });

  test("tick() counts a red that it heals as red", async () => {
    const bed = createTickBed();
    bed.kill();
    await bed.tick();
    expect(stateOf(bed).checks["unit"]?.verdict).toBe("green");
    expect(stateOf(bed).history?.[0]?.checks["unit"]).toEqual({ ticks: [0, 0, 0, 1] });
  });

  test("tick() changes nothing of it in a dry run", async () => {
    const bed = createTickBed();
    await bed.tick();
    bed.host.clock.advance(hourMs);
    const before = bed.files();
    await bed.tick({ isDryRun: true });
    expect(bed.files()).toEqual(before);
  });

  test("tick() leaves nothing for the days in which the host was off", async () => {
    const bed = createTickBed();
    await bed.tick();
    bed.host.clock.advance(5 * 24 * hourMs);
    bed.host.clock.reboot("boot-2");
    await bed.tick();
    await bed.tick();
    expect(hoursOf(bed).map(({ from }) => from)).toEqual(["2026-11-23T02:10:00.000Z", "2026-11-28T02:15:00.000Z"]);
    expect(counted(bed, "unit")).toBe(3);
  });

  test("tick() forgets a renamed check only with its hours", async () => {
    const bed = createTickBed();
    await bed.tick();
    bed.host.files.put(
      paths.config,
      configText.replace("  gateway:\n", "  door:\n").replace("[unit, gateway]", "[unit]"),
    );
    await bed.tick();
    expect([counted(bed, "gateway"), counted(bed, "door"), counted(bed, "unit")]).toEqual([1, 1, 2]);
  });

  const clocks = [
    { name: "back by an hour", wall: Date.UTC(2026, 10, 23, 1, 7), hours: 2 },
    { name: "back within the hour", wall: Date.UTC(2026, 10, 23, 2, 1), hours: 1 },
    { name: "forward by a year", wall: Date.UTC(2027, 10, 23, 2, 5), hours: 2 },
    { name: "to 1970", wall: 5000, hours: 2 },
  ] as const;
  for (const { name, wall, hours } of clocks)
    test(`tick() loses and doubles nothing when the clock is set ${name}, and then right again`, async () => {
      const bed = createTickBed();
      for (let at = 0; at < 3; at += 1) await bed.tick();
      const right = bed.host.clock.nowMs();
      bed.host.clock.setWall(wall);
      for (let at = 0; at < 3; at += 1) await bed.tick();
      expect(hoursOf(bed)).toHaveLength(hours);
      bed.host.clock.setWall(right + 15 * 60_000);
      for (let at = 0; at < 30; at += 1) await bed.tick();
      expect(counted(bed, "unit")).toBe(36);
      expect(counted(bed, "unit")).toBe(stateOf(bed).tick);
    });

  test("tick() keeps an hour that the disk doesn't take in its state, says so with exit 0, and writes it later", async () => {
    const bed = createTickBed();
    await bed.tick();
    const mend = bed.host.files.fail("append", /history/u, "ENOSPC");
    bed.host.clock.advance(hourMs);
    const { exit, out } = await bed.tick();
    expect(exit).toBe(0);
    expect(out).toContain("cannot write the history of the checks: no space left on device");
    bed.host.clock.advance(hourMs);
    await bed.tick();
    expect(stateOf(bed).history).toHaveLength(3);
    mend();
    await bed.tick();
    expect([lines(bed).length, stateOf(bed).history?.length]).toEqual([2, 1]);
    expect(counted(bed, "unit")).toBe(4);
  });

  test("tick() writes no history through something that stands in its place, and goes on", async () => {
    const bed = createTickBed();
    await bed.tick();
    bed.host.files.putPipe(file);
    bed.host.files.fail("append", /history/u, "EINVAL");
    bed.host.clock.advance(hourMs);
    expect(await bed.tick()).toMatchObject({ exit: 0 });
  });
});

describe("tick() killed at any of its steps in a new hour", () => {
  const play = async (
    at: number,
    how: Death,
  ): Promise<{ readonly bed: TickBed; readonly step: string } | undefined> => {
    const bed = createTickBed();
    bed.host.clock.setWall(Date.UTC(2026, 10, 23, 2, 50));
    await bed.tick();
    bed.kill();
    const { host, steps, killed } = mortal(bed.host, at, how);
    if ((await Promise.race([bed.tick({}, host), killed])) !== "killed") return undefined;
    await bed.tick();
    bed.host.clock.advance(hourMs);
    await bed.tick();
    return { bed, step: `${how} step ${at}, ${steps.at(-1) ?? ""}` };
  };
  for (const how of ["before", "torn", "after"] as const)
    test(`tick() counts every tick that its state knows once, killed ${how} a step`, async () => {
      const steps: string[] = [];
      for (let at = 1; ; at += 1) {
        const played = await play(at, how);
        if (played === undefined) break;
        const { bed, step } = played;
        steps.push(step);
        const { tick } = stateOf(bed);
        const known = tick === 3 || tick === 4 ? tick : -1;
        expect({ step, unit: counted(bed, "unit"), gateway: counted(bed, "gateway") }).toEqual({
          step,
          unit: known,
          gateway: known,
        });
      }
      expect(steps.some((each) => each.includes("history.jsonl"))).toBe(true);
    }, 20_000);
});

describe("compactHistory() in tick()", () => {
  const put = ({ host }: TickBed, count: number, checks: object): void => {
    const end = hourOf(new Date(host.clock.nowMs()).toISOString());
    const all = Array.from({ length: count }, (_, at) =>
      JSON.stringify({ from: new Date((end - count + at) * hourMs + 1).toISOString(), checks }),
    );
    host.files.put(file, `${all.join("\n")}\n`);
  };

  test("tick() cuts it to 35 days once a day, as a whole", async () => {
    const bed = createTickBed();
    put(bed, maxHours + 10, { old: 12 });
    const cuts: number[] = [];
    for (let hour = 0; hour < 60; hour += 1) {
      bed.host.files.onChange = (method, path) => {
        if (path === file && method === "replace") cuts.push(hour);
      };
      await bed.tick();
      bed.host.clock.advance(hourMs);
    }
    expect(cuts).toEqual([15, 40]);
    expect(lines(bed).length).toBeLessThanOrEqual(maxHours + 24);
    expect([...readHistory(bed.host, paths.state).hours]).toHaveLength(maxHours);
  });

  test("tick() forgets nothing by a clock that is years ahead", async () => {
    const bed = createTickBed();
    put(bed, 800, { unit: 12 });
    bed.host.clock.setWall(Date.UTC(2040, 0, 1));
    for (let hour = 0; hour < 30; hour += 1) {
      await bed.tick();
      bed.host.clock.advance(hourMs);
    }
    expect(counted(bed, "unit")).toBe(800 * 12 + 30);
  });

  test("readHistory() passes over torn and foreign lines, and takes the last of two about one hour", () => {
    const { host } = createTickBed();
    const from = "2026-11-23T01:00:00.000Z";
    host.files.put(
      file,
      `{"from":"${from}","checks":{"a":1}}\n{"from":"x","checks":{}}\n[]\n\n{"from":"${from}","checks":{"a":2}}\n{"from":"2026-11-23T02`,
    );
    expect([...readHistory(host, paths.state).hours]).toEqual([{ from, checks: { a: 2 } }]);
  });

  test("readHistory() says why it can't read one, and nothing where there is none yet", () => {
    const { host } = createTickBed();
    expect([...readHistory(host, paths.state).hours]).toEqual([]);
    host.files.put(file, "");
    host.files.fail("read", /history/u, "EACCES");
    const { hours, why } = readHistory(host, paths.state);
    expect([[...hours], why]).toEqual([[], "permission denied"]);
  });

  test("tick() counts a thousand checks and no more", async () => {
    const many = Array.from(
      { length: 1003 },
      (_, at) => `  c${at}: { tcp: { host: 127.0.0.1, port: ${1000 + at} } }\n`,
    );
    const bed = createTickBed(`chat: console\nchecks:\n${many.join("")}`);
    await bed.tick();
    await bed.tick();
    expect(Object.keys(stateOf(bed).history?.[0]?.checks ?? {})).toHaveLength(1000);
    bed.host.clock.advance(hourMs);
    await bed.tick();
    expect(lines(bed)).toHaveLength(1);
  });
});
