import { describe, expect, test } from "bun:test";
import { configText, createTickBed, paths, type TickBed, type Ticked } from "./tick-bed.ts";

const statePath = `${paths.state}/state.json`;
const healPath = `${paths.state}/heal.json`;

const report = ({ out }: Ticked) => JSON.parse(out);

/** A host with one healthy tick behind it, whose gateway just died. */
const sick = async (): Promise<TickBed> => {
  const bed = createTickBed();
  await bed.tick();
  bed.kill();
  return bed;
};

describe("tick() that can't write down what it does", () => {
  const cases = [
    {
      name: "the disk is full for the state",
      given: ["replace", /./u, "ENOSPC"],
      want: { exit: 74, why: "cannot write the state: no space left on device" },
    },
    {
      name: "the disk is full for the log",
      given: ["append", /./u, "ENOSPC"],
      want: { exit: 74, why: "cannot write the heal log: no space left on device" },
    },
    {
      name: "the state may not be written",
      given: ["replace", /./u, "EACCES"],
      want: { exit: 73, why: "cannot write the state: permission denied" },
    },
    {
      name: "the log is on a read-only file system",
      given: ["append", /./u, "EROFS"],
      want: { exit: 73, why: "cannot write the heal log: read-only file system" },
    },
    {
      name: "the state has an i/o error",
      given: ["replace", /state\.json/u, "EIO"],
      want: { exit: 74, why: "cannot write the state: i/o error" },
    },
    {
      name: "the log can't be read",
      given: ["readAt", /heal\.jsonl/u, "EIO"],
      want: { exit: 74, why: "cannot write the heal log: i/o error" },
    },
  ] as const;
  for (const { name, given, want } of cases)
    test(`tick() still alerts, heals nothing and ends with ${want.exit} when ${name}`, async () => {
      const bed = await sick();
      bed.host.files.put(paths.logFile, given[0] === "readAt" ? "{" : "");
      bed.host.files.fail(given[0], given[1], given[2]);
      const ticked = await bed.tick({ isJson: true });
      expect(ticked.exit).toBe(want.exit);
      expect(report(ticked)).toMatchObject({ heal: { outcome: "refused" }, troubles: [want.why], exit: want.exit });
      expect(bed.restarts()).toBe(0);
      expect(bed.received).toHaveLength(1);
      expect(bed.received[0]).toContain(`\nNot healed: ${want.why}; nothing is changed without a record\n`);
    });

  test("tick() ends with 74 on a quiet tick too, when the state can't be written", async () => {
    const bed = createTickBed();
    bed.host.files.fail("replace", /state\.json/u, "ENOSPC");
    expect(await bed.tick()).toMatchObject({ exit: 74 });
    expect(bed.received).toEqual([]);
  });

  test("tick() heals once the disk has room again", async () => {
    const bed = await sick();
    const mend = bed.host.files.fail("append", /./u, "ENOSPC");
    await bed.tick();
    mend();
    expect(await bed.tick()).toMatchObject({ exit: 0 });
    expect(bed.restarts()).toBe(1);
    expect(bed.isWhole()).toBeTrue();
  });

  test("tick() repeats an alert rather than lose it when only the state can't be written", async () => {
    const bed = await sick();
    const mend = bed.host.files.fail("replace", /state\.json/u, "ENOSPC");
    await bed.tick();
    mend();
    await bed.tick();
    expect(bed.received.map((text) => text.split(" ", 1)[0])).toEqual(["RED", "HEALED"]);
  });

  test("tick() leaves a file that is no heal log as it is, alerts, and says what to do", async () => {
    const bed = await sick();
    bed.host.files.put(paths.logFile, `${"x".repeat(6_000_000)}\n`);
    const ticked = await bed.tick({ isJson: true });
    expect(report(ticked)).toMatchObject({
      exit: 74,
      troubles: [expect.stringContaining("move the file away, and the log goes on in a new one")],
    });
    expect(bed.host.files.text(paths.logFile)).toBe(`${"x".repeat(6_000_000)}\n`);
    expect([bed.received.length, bed.restarts()]).toEqual([1, 0]);
  });

  test("tick() closes a line that a kill tore in mid-write, and goes on", async () => {
    const bed = await sick();
    await bed.tick();
    const text = bed.host.files.text(paths.logFile) ?? "";
    bed.host.files.put(paths.logFile, text.slice(0, -40));
    bed.kill();
    for (let at = 0; at < 4; at += 1) await bed.tick();
    expect(bed.host.files.text(paths.logFile)).toContain('"event":"log.torn"');
    expect(bed.isWhole()).toBeTrue();
  });
});

describe("tick() on a state that is broken", () => {
  const breaks: readonly { readonly name: string; readonly given: (text: string) => string; readonly why: string }[] = [
    { name: "cut in the middle", given: (text) => text.slice(0, text.length / 2), why: "it is not whole JSON" },
    { name: "empty", given: () => "", why: "it is not whole JSON" },
    {
      name: "changed in one digit",
      given: (text) => text.replace('"tick":1', '"tick":7'),
      why: "its seal does not fit: it was changed or cut",
    },
    { name: "a list", given: () => "[]", why: "it is not whole JSON" },
  ];
  for (const { name, given, why } of breaks)
    test(`tick() sets a state that is ${name} aside, says so, and goes on`, async () => {
      const bed = createTickBed();
      await bed.tick();
      const broken = given(bed.host.files.text(statePath) ?? "");
      bed.host.files.put(statePath, broken);
      const ticked = await bed.tick({ isJson: true });
      const aside = bed.host.files.paths().find((path) => path.startsWith(`${statePath}.broken-`)) ?? "";
      expect(ticked.exit).toBe(0);
      expect(report(ticked).troubles).toHaveLength(1);
      expect(report(ticked).troubles[0]).toStartWith(`"${statePath}" is broken (${why})`);
      expect(report(ticked).troubles[0]).toEndWith(`kept as "${aside}"`);
      expect(bed.host.files.text(aside)).toBe(broken);
      expect(report(await bed.tick({ isJson: true })).troubles).toEqual([]);
    });

  test("tick() sets a pipe in the state's place aside and doesn't hang on it", async () => {
    const bed = createTickBed();
    bed.host.files.putPipe(statePath);
    expect(await bed.tick()).toMatchObject({ exit: 0 });
    expect(bed.host.files.text(statePath)).toContain('"tick":1');
  });

  test("tick() takes an open incident up again from the log under its own id, and opens no second one", async () => {
    const bed = await sick();
    bed.canRestart = false;
    await bed.tick();
    await bed.tick();
    bed.host.files.put(statePath, "{");
    bed.host.files.put(healPath, "{");
    for (let at = 0; at < 3; at += 1) await bed.tick();
    const log = bed.host.files.text(paths.logFile) ?? "";
    expect(log.split('"incident.opened"')).toHaveLength(2);
    expect(bed.host.files.text(statePath)).toContain('"id":"unit-20261123T021510Z"');
    expect(bed.restarts()).toBe(1);
  });

  test("tick() makes no third attempt though both state files are lost again and again", async () => {
    const bed = await sick();
    bed.canRestart = false;
    for (let at = 0; at < 40; at += 1) {
      await bed.tick();
      if (at % 5 === 4) {
        bed.host.files.remove(statePath);
        bed.host.files.remove(healPath);
      }
    }
    expect(bed.restarts()).toBeLessThanOrEqual(2);
    expect(bed.isWhole()).toBeTrue();
  });

  test("tick() lets every rule cool down when the heal state was lost", async () => {
    const bed = await sick();
    bed.host.files.put(healPath, '{"version":1');
    await bed.tick();
    expect(bed.restarts()).toBe(0);
    expect(bed.received[0]).toContain("Not healed (restart-unit): in cooldown for 15 min more");
    for (let at = 0; at < 3; at += 1) await bed.tick();
    expect(bed.restarts()).toBe(1);
  });
});

describe("tick() on a clock that jumps", () => {
  test("tick() keeps its cooldown and its reminders when the wall clock is set back or forward", async () => {
    for (const jumpMs of [-400 * 86_400_000, 400 * 86_400_000]) {
      const bed = await sick();
      bed.canRestart = false;
      await bed.tick();
      await bed.tick();
      const before = bed.received.length;
      bed.host.clock.setWall(bed.host.clock.nowMs() + jumpMs);
      for (let at = 0; at < 2; at += 1) await bed.tick();
      expect([bed.restarts(), bed.received.length - before]).toEqual([1, 0]);
      expect(bed.isWhole()).toBeTrue();
    }
  });

  test("tick() heals nothing while the host boots", async () => {
    const bed = createTickBed(configText);
    await bed.tick();
    bed.host.clock.reboot("boot-2");
    bed.kill();
    bed.host.systemd.state = "starting";
    await bed.tick();
    expect(bed.restarts()).toBe(0);
    expect(bed.received[0]).toContain("Not healed (restart-unit): the host is starting");
    bed.host.systemd.state = "running";
    await bed.tick();
    expect(bed.restarts()).toBe(1);
  });
});
