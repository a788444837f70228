import { describe, expect, test } from "bun:test";
import { openIncidents } from "../src/log/open-incidents.ts";
import { writeSilences } from "../src/state/silence.ts";
import { configText, createTickBed, paths, type TickBed } from "./tick-bed.ts";

const day = 288;
/** More quiet ticks than the window of a history has states. */
const quiet = 24;

const ruleless = configText.replace(/heal:[\s\S]*?remind/u, "remind");

/** The word and the check of each message. */
const heads = (bed: TickBed): readonly string[] =>
  bed.received.map((text) => (text.split(":", 1)[0] ?? "").replace(" web-1 ·", ""));

const events = (bed: TickBed, name: string): number =>
  (bed.host.files.text(paths.logFile) ?? "").split("\n").filter((line) => line.includes(`"${name}"`)).length;

/** Ticks in which the gateway dies and comes again, by turns, beginning with a death. */
const comeAndGo = async (bed: TickBed, ticks: number): Promise<void> => {
  for (let at = 0; at < ticks; at += 1) {
    if (at % 2 === 0) bed.kill();
    else bed.start();
    await bed.tick();
  }
};

const live = async (bed: TickBed, ticks: number): Promise<void> => {
  for (let at = 0; at < ticks; at += 1) await bed.tick();
};

describe("tick() on a check that comes and goes", () => {
  test("tick() tells a day of ups and downs in ten messages: four at its begin, five reminders and one end", async () => {
    const bed = createTickBed(ruleless);
    await bed.tick();
    await comeAndGo(bed, day - 44);
    await live(bed, quiet);
    expect(heads(bed)).toEqual([
      ...["RED unit", "RECOVERED unit", "RED unit", "FLAPPING unit"],
      ...Array.from({ length: 5 }, () => "FLAPPING unit"),
      "RECOVERED unit",
    ]);
    expect(bed.received.at(-1)).toContain("steady again");
    expect(openIncidents(bed.host, paths.logFile)).toEqual([]);
    expect([events(bed, "incident.opened"), events(bed, "incident.resolved"), bed.isWhole()]).toEqual([2, 2, true]);
  });

  test("tick() keeps the one incident open in state and log while it flaps", async () => {
    const bed = createTickBed(ruleless);
    await bed.tick();
    await comeAndGo(bed, 12);
    const [open, ...more] = openIncidents(bed.host, paths.logFile);
    expect(more).toEqual([]);
    const { incidents, flaps } = JSON.parse(bed.host.files.text(`${paths.state}/state.json`) ?? "{}");
    expect(incidents.unit.id).toBe(open?.incident ?? "");
    expect(flaps.unit).toMatchObject({ isFlapping: true, isTold: true, reds: 6 });
  });

  test("tick() says that it stays red when it no longer comes and goes", async () => {
    const bed = createTickBed(ruleless);
    await bed.tick();
    await comeAndGo(bed, 21);
    await live(bed, quiet);
    // Told once as well, and once as red when it stays so: a real outage isn't hidden by its past.
    expect(heads(bed).slice(3)).toEqual(["FLAPPING unit", "FLAPPING unit", "STILL RED unit"]);
    expect(bed.received.at(-2)).toContain(", now red: ");
    expect(bed.received.at(-1)).toContain("\nIt no longer comes and goes: it stays red\n");
    bed.start();
    await bed.tick();
    expect(heads(bed).slice(6)).toEqual(["RECOVERED unit"]);
  });

  test("tick() goes on as before over a reboot, and tells once that it still flaps", async () => {
    const bed = createTickBed(ruleless);
    await bed.tick();
    await comeAndGo(bed, 8);
    bed.host.clock.reboot("boot-2");
    await comeAndGo(bed, 8);
    expect(heads(bed).slice(3)).toEqual(["FLAPPING unit", "FLAPPING unit"]);
  });

  test("tick() keeps nothing of a check that has been well for a day", async () => {
    const bed = createTickBed(ruleless);
    await bed.tick();
    await comeAndGo(bed, 8);
    await live(bed, day);
    expect(bed.host.files.text(`${paths.state}/state.json`)).not.toContain("flaps");
  });
});

describe("tick() on a check that a heal cures over and over", () => {
  test("tick() heals it within its budget until twelve states are known, then tells that it flaps and leaves it to a person", async () => {
    const bed = createTickBed();
    await bed.tick();
    for (let at = 0; at < day; at += 1) {
      bed.kill();
      await bed.tick();
    }
    const healed = ["HEALED unit", "RED unit", "HEALED unit", "RED unit", "HEALED unit", "FLAPPING unit"];
    expect(heads(bed).slice(0, 6)).toEqual(healed);
    expect(heads(bed).slice(6)).toEqual(Array.from({ length: 5 }, () => "FLAPPING unit"));
    expect([bed.restarts(), openIncidents(bed.host, paths.logFile).length, bed.isWhole()]).toEqual([3, 1, true]);
    bed.start();
    await bed.tick();
    expect(heads(bed).at(-1)).toBe("RECOVERED unit");
  });

  test("tick() tells a person who mended what the recipe couldn't that it is well again", async () => {
    const bed = createTickBed();
    await bed.tick();
    bed.kill();
    await live(bed, 5);
    bed.canRestart = false;
    bed.kill();
    await live(bed, 3);
    bed.start();
    await live(bed, 3);
    expect(heads(bed)).toEqual(["HEALED unit", "RED unit", "STILL RED unit", "RECOVERED unit"]);
    bed.kill();
    await bed.tick();
    expect(heads(bed).at(-1)).toBe("FLAPPING unit");
  });

  test("tick() heals nothing while a check flaps, and again once it is steady", async () => {
    const bed = createTickBed(configText.replace("mode: apply", "mode: observe"));
    await bed.tick();
    await comeAndGo(bed, 20);
    bed.host.files.put(paths.config, configText);
    bed.kill();
    const { out } = await bed.tick({ isJson: true });
    expect(JSON.parse(out).heal).toMatchObject({
      ...{ outcome: "refused", check: "unit", recipe: "restart-unit" },
      why: '"unit" is flapping: it comes and goes, and a restart would join in',
    });
    await live(bed, quiet);
    expect(bed.restarts()).toBe(1);
    expect(heads(bed).at(-1)).toBe("HEALED unit");
  });
});

describe("tick() on checks that need one that comes and goes", () => {
  const config = `${ruleless.replace("red_after: 2", "red_after: 1").replace("    expect:", "    red_after: 1\n    expect:")}`;

  test("tick() says nothing of a red child while its parent flaps, and tells it once it has been red all the while", async () => {
    const bed = createTickBed(config);
    await bed.tick();
    for (let at = 0; at < 20; at += 1) {
      if (at % 2 === 0) bed.kill();
      else {
        bed.start();
        bed.stun();
      }
      await bed.tick();
    }
    const before = heads(bed);
    expect(before.slice(before.indexOf("FLAPPING unit"))).toEqual(["FLAPPING unit"]);
    await live(bed, quiet);
    expect(heads(bed).slice(before.length)).toEqual(["RED gateway", "RECOVERED unit"]);
  });

  test("tick() tells a child that is red all the while, though its parent never gets steady, and heals it not", async () => {
    const bed = createTickBed(
      config.replace(
        "remind",
        "heal:\n  mode: apply\n  rules:\n    - { on: [gateway], recipe: restart-unit, with: { unit: gateway.service } }\nremind",
      ),
    );
    await bed.tick();
    const hour = async (): Promise<void> => {
      for (let at = 0; at < 12; at += 1) {
        if (at === 0) bed.kill();
        else {
          bed.start();
          bed.stun();
        }
        await bed.tick();
      }
    };
    await comeAndGo(bed, 8);
    const [before, restarts] = [heads(bed).length, bed.restarts()];
    for (let at = 0; at < 9; at += 1) await hour();
    const since = heads(bed).slice(before);
    expect(since.filter((head) => head.endsWith("gateway"))).toEqual(["RED gateway", "STILL RED gateway"]);
    expect(since.filter((head) => head.endsWith("unit"))).toEqual(["FLAPPING unit", "FLAPPING unit"]);
    expect(bed.received.findLast((text) => text.startsWith("RED web-1 · gateway"))).toContain(
      'Not healed (restart-unit): "unit" is flapping: it comes and goes, and a restart would join in',
    );
    expect(bed.restarts()).toBe(restarts);
    bed.start();
    await bed.tick();
    expect(heads(bed).at(-1)).toBe("RECOVERED gateway");
    expect(bed.isWhole()).toBe(true);
  });
});

describe("tick() on its reasons", () => {
  test("tick --log-level debug says of each check what is told and why", async () => {
    const bed = createTickBed();
    bed.kill();
    const { err } = await bed.tick({ logLevel: "debug" });
    expect(err).toContain("debug: alert unit: red: first: it turned red\n");
    expect(err).toContain('debug: alert gateway: nothing: folded: a red check that it needs speaks for it ("unit")\n');
  });

  test("tick --dry-run --json says them too, and a tick for real doesn't", async () => {
    const bed = createTickBed();
    bed.kill();
    const dry = await bed.tick({ isJson: true, isDryRun: true });
    expect(JSON.parse(dry.out).reasons).toEqual([
      { check: "unit", tells: "red", why: "first: it turned red" },
      { check: "gateway", tells: null, why: 'folded: a red check that it needs speaks for it ("unit")' },
    ]);
    expect(JSON.parse((await bed.tick({ isJson: true })).out).reasons).toBeUndefined();
  });

  test("tick --dry-run says whose silence it is", async () => {
    const bed = createTickBed();
    bed.kill();
    const silence = { check: "unit", from: "2026-11-23T02:00:00.000Z", until: "2026-11-23T06:00:00.000Z" };
    const silences = [{ ...silence, reason: "we move it", by: "uid:0" }];
    writeSilences(bed.host, paths.helper, silences);
    const { out } = await bed.tick({ isDryRun: true });
    expect(out).toContain(
      'says nothing of unit: silenced: "unit" is silenced until 2026-11-23 06:00 UTC by uid:0: we move it\n',
    );
  });
});
