import { describe, expect, test } from "bun:test";
import { openIncidents } from "../src/log/open-incidents.ts";
import { readHealState } from "../src/state/store.ts";
import { type Death, mortal } from "./mortal-host.ts";
import { createTickBed, down, paths, type TickBed } from "./tick-bed.ts";

interface Scene {
  readonly name: string;
  /** Brings the host to just before the tick that is killed. */
  readonly before: (bed: TickBed) => Promise<void>;
  /** What changes between the kill and the next tick. */
  readonly after: (bed: TickBed) => void;
  /** The commands that may have run in all. */
  readonly mostRestarts: number;
}

const nothing = (): void => undefined;

const scenes: readonly Scene[] = [
  {
    name: "a gateway is found dead and healed",
    before: async (bed) => {
      await bed.tick();
      bed.kill();
    },
    after: nothing,
    mostRestarts: 1,
  },
  {
    name: "a gateway is found dead on the very first tick",
    before: async (bed) => bed.kill(),
    after: nothing,
    mostRestarts: 1,
  },
  {
    name: "a gateway can't be healed",
    before: async (bed) => {
      await bed.tick();
      bed.canRestart = false;
      bed.kill();
    },
    after: nothing,
    mostRestarts: 2,
  },
  {
    name: "a proof that outlasted its tick is concluded",
    before: async (bed) => {
      bed.startMs = 200_000;
      bed.kill();
      await bed.tick();
    },
    after: nothing,
    mostRestarts: 1,
  },
  {
    name: "a person mended it",
    before: async (bed) => {
      bed.canRestart = false;
      bed.kill();
      for (let at = 0; at < 3; at += 1) await bed.tick();
      bed.start();
    },
    after: nothing,
    mostRestarts: 1,
  },
  {
    name: "the chat is back with alerts waiting",
    before: async (bed) => {
      const { chat } = bed;
      bed.chat = () => down;
      bed.kill();
      await bed.tick();
      await bed.tick();
      bed.chat = chat;
    },
    after: nothing,
    mostRestarts: 1,
  },
];

/** Runs the scene with the process killed at step `at`; undefined when it has no such step. */
const play = async (
  scene: Scene,
  at: number,
  how: Death,
): Promise<{ readonly bed: TickBed; readonly step: string } | undefined> => {
  const bed = createTickBed();
  await scene.before(bed);
  const { host, steps, killed } = mortal(bed.host, at, how);
  const end = await Promise.race([bed.tick({}, host), killed]);
  if (end !== "killed") return undefined;
  scene.after(bed);
  for (let tick = 0; tick < 10; tick += 1) await bed.tick();
  return { bed, step: `${how} step ${at}, ${steps.at(-1) ?? ""}` };
};

const everyDeath = async (scene: Scene, check: (bed: TickBed, step: string) => void): Promise<number> => {
  let deaths = 0;
  for (const how of ["before", "torn", "after"] as const)
    for (let at = 1; ; at += 1) {
      const played = await play(scene, at, how);
      if (played === undefined) break;
      check(played.bed, played.step);
      deaths += 1;
    }
  return deaths;
};

const isDispatched = (bed: TickBed): number =>
  (bed.host.files.text(paths.logFile) ?? "").split("\n").filter((line) => line.includes('"heal.dispatched"')).length;

describe("tick() killed at any of its steps", () => {
  for (const scene of scenes)
    test(`tick() repeats no heal, loses no alert and keeps the log whole when it is killed while ${scene.name}`, async () => {
      const deaths = await everyDeath(scene, (bed, step) => {
        const { attempts } = readHealState(bed.host, paths.state, { bootId: "", uptimeS: 0 }, true).value;
        const state = bed.host.files.text(`${paths.state}/state.json`) ?? "";
        const isWell = state.includes('"verdict":"green","configSha256"');
        const lastWord = bed.received.at(-1)?.split(" web-1 ", 1)[0] ?? "nothing";
        const isExcused = !bed.canRestart || bed.received.some((text) => text.includes("Heal cut off"));
        const told = isWell ? ["HEALED", "RECOVERED"].includes(lastWord) : isExcused && lastWord.endsWith("RED");
        const seen = {
          isWhole: bed.isWhole(),
          isOverdone: bed.restarts() > scene.mostRestarts || bed.restarts() > isDispatched(bed),
          open: attempts.filter(({ outcome }) => outcome === "running" || outcome === "watching").length,
          told,
          outbox: state.includes('"outbox":[]'),
          openInLog: openIncidents(bed.host, paths.logFile).length,
        };
        const want = { isWhole: true, isOverdone: false, open: 0, told: true, outbox: true, openInLog: isWell ? 0 : 1 };
        expect({ step, lastWord, ...seen }).toEqual({ step, lastWord, ...want });
      });
      expect(deaths).toBeGreaterThan(3);
    });
});

test("tick() has the outcome of a heal on disk before it sends it, so that a kill while sending doesn't lose it", async () => {
  const untilConcluded = async (): Promise<TickBed> => {
    const bed = createTickBed();
    bed.canRestart = false;
    bed.kill();
    await bed.tick();
    return bed;
  };
  const whole = await untilConcluded();
  const { host, steps } = mortal(whole.host, 0, "before");
  await whole.tick({}, host);
  const sendAt = steps.indexOf("send chat telegram") + 1;
  expect(sendAt).toBeGreaterThan(1);
  const bed = await untilConcluded();
  const cut = mortal(bed.host, sendAt, "before");
  expect(await Promise.race([bed.tick({}, cut.host), cut.killed])).toBe("killed");
  expect(bed.received).toHaveLength(1);
  await bed.tick();
  expect(bed.received[1]).toContain("\nHeal failed: restart-unit on gateway.service: not well within 5 min");
});

test("tick() tells an incident that a kill left in the log and nowhere else, though its check is well by then", async () => {
  const bed = createTickBed();
  await bed.tick();
  bed.kill();
  const cut = mortal(bed.host, 2, "after");
  await Promise.race([bed.tick({}, cut.host), cut.killed]);
  expect(cut.steps).toEqual([`replace ${paths.helper}/incidents.json`, `append ${paths.logFile}`]);
  bed.start();
  for (let at = 0; at < 3; at += 1) await bed.tick();
  expect(bed.received.map((text) => text.split(": ", 2)[1])).toEqual([expect.stringMatching(/^well again after /u)]);
  expect(openIncidents(bed.host, paths.logFile)).toEqual([]);
});

test("tick() says nothing of an incident that a kill kept from the log", async () => {
  const bed = createTickBed();
  await bed.tick();
  bed.kill();
  const cut = mortal(bed.host, 1, "after");
  await Promise.race([bed.tick({}, cut.host), cut.killed]);
  bed.start();
  for (let at = 0; at < 3; at += 1) await bed.tick();
  expect(bed.received).toEqual([]);
  expect(bed.files()[`${paths.helper}/incidents.json`]).toContain('"open":{}');
});

test("tick() has an incident opened in the log as soon as that can be written, and only then heals it", async () => {
  const bed = createTickBed();
  await bed.tick();
  const mend = bed.host.files.fail("append", /heal\.jsonl$/u, "ENOSPC");
  bed.kill();
  await bed.tick();
  expect(bed.received[0]).toContain("RED web-1 · unit: ");
  expect([bed.restarts(), bed.host.files.text(paths.logFile)]).toEqual([0, undefined]);
  mend();
  await bed.tick();
  const events = (bed.host.files.text(paths.logFile) ?? "").match(/(?<="event":")[a-z.]+/gu) ?? [];
  expect([events[0], events.at(-1)]).toEqual(["incident.opened", "incident.resolved"]);
  expect(events.filter((event) => event === "incident.opened")).toHaveLength(1);
  expect(bed.files()[`${paths.state}/state.json`]).not.toContain("isUnlogged");
});
