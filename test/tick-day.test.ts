import { describe, expect, test } from "bun:test";
import { dayOf, hourOf } from "../src/state/day.ts";
import { readState } from "../src/state/store.ts";
import { shownOn } from "./shown-on.ts";
import { createTickBed, paths, type TickBed } from "./tick-bed.ts";

const stateOf = ({ host }: TickBed) => readState(host, paths.state, true).value;

/** The last hours of a check, as the state has them. */
const hoursOf = (bed: TickBed, check: string, count: number): string => {
  const { day, at } = stateOf(bed);
  return dayOf(day, check, hourOf(at), count).join("");
};

describe("tick and the last day", () => {
  test("tick() keeps one line for all checks while all are green", async () => {
    const bed = createTickBed();
    await bed.tick();
    expect(stateOf(bed).day).toEqual({ last: hourOf(stateOf(bed).at), ticked: "g", worst: {} });
  });

  test("tick() leaves the hour red in which it healed, though all is green at its end", async () => {
    const bed = createTickBed();
    await bed.tick();
    bed.kill();
    await bed.tick();
    expect(stateOf(bed).checks["unit"]?.verdict).toBe("green");
    expect(hoursOf(bed, "unit", 1)).toBe("r");
    await bed.tick();
    expect(hoursOf(bed, "unit", 1)).toBe("r");
    bed.host.clock.advance(3_600_000);
    await bed.tick();
    expect(hoursOf(bed, "unit", 2)).toBe("rg");
  });

  test("tick() leaves the hours in which the host was off as gaps, over a reboot too", async () => {
    const bed = createTickBed();
    await bed.tick();
    bed.host.clock.advance(3 * 3_600_000);
    bed.host.clock.reboot("boot-2");
    await bed.tick();
    expect(hoursOf(bed, "gateway", 5)).toBe("-g--g");
  });

  test("tick() changes nothing of it in a dry run", async () => {
    const bed = createTickBed();
    await bed.tick();
    const before = bed.files();
    bed.kill();
    await bed.tick({ isDryRun: true });
    expect(bed.files()).toEqual(before);
  });
});

describe("tick on a terminal", () => {
  const onTerminal = (bed: TickBed) => ({
    ...bed.host,
    terminal: { ...bed.host.terminal, isOutTerminal: true, canRedraw: true },
  });

  test("tickCommand() ends with the very table that a pipe gets, after all that it showed meanwhile", async () => {
    const [bed, piped] = [createTickBed(), createTickBed()];
    for (const each of [bed, piped]) {
      await each.tick();
      each.kill();
    }
    const shown = await bed.tick({}, onTerminal(bed));
    const told = await piped.tick();
    expect(shown.out).toContain("looking again in 10 s at unit\u001b[K\n");
    expect(shown.out).toContain("  red     unit     failed (signal, signal 9)");
    expect(shown.out).toContain("heal: watching until unit, gateway are ok twice in a row");
    expect(shownOn(shown.out).join("\n")).toBe(told.out.trimEnd());
    expect(told.out).not.toContain("\u001b");
  });

  for (const [name, change] of [
    ["--json", { isJson: true }],
    ["--log-format json", { logFormat: "json" }],
    ["--log-level debug", { logLevel: "debug" }],
  ] as const)
    test(`tickCommand() shows no list with ${name}`, async () => {
      const bed = createTickBed();
      await bed.tick();
      bed.kill();
      expect((await bed.tick(change, onTerminal(bed))).out).not.toContain("\u001b");
    });
});
