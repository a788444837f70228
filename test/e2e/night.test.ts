import { expect, test } from "bun:test";
import { busyS, children, kept, Night, solos, type Told } from "./night-bed.ts";

/** A window that has opened in this minute, and outlasts the night. */
const openNow = (): string => {
  const now = new Date();
  const cron = `${now.getUTCMinutes()} ${now.getUTCHours()} * * *`;
  return `maintenance:\n  - { cron: "${cron}", for: 10m, timezone: UTC, checks: [${kept.join(", ")}], reason: new disks }\n`;
};
const silenceS = 3;
const storm = solos.slice(8, 20);
const inWords = (word: string, names: readonly string[]): readonly string[] => names.map((name) => `${word} ${name}`);

/** One act of the night: what happens before its tick, and what that tick must show. */
interface Act {
  readonly name: string;
  readonly before: (night: Night) => unknown;
  readonly exit: 0 | 75;
  /** What the operator hears by it, in order, as `WORD check`. */
  readonly hears: readonly string[];
  /** Messages that it tries to send. */
  readonly tries: number;
}

const acts: readonly Act[] = [
  { name: "all is well", before: () => undefined, exit: 0, hears: [], tries: 0 },
  {
    name: "the parent falls with its children, and with what is in the window",
    before: (night) => night.sicken("parent", ...children, ...kept),
    exit: 0,
    hears: ["RED parent"],
    tries: 1,
  },
  {
    name: "one more falls while the chat is busy",
    before: (night) => {
      night.mood("busy");
      night.sicken("solo-1");
    },
    exit: 0,
    hears: [],
    tries: 1,
  },
  {
    name: "the wait that the chat asked for outlasts the tick",
    before: (night) => night.sicken("solo-2"),
    exit: 75,
    hears: [],
    tries: 0,
  },
  {
    name: "after the wait it answers 500",
    before: async (night) => {
      await Bun.sleep(busyS * 1000);
      night.mood("broken");
      night.sicken("solo-3");
    },
    exit: 75,
    hears: [],
    tries: 1,
  },
  {
    name: "it hangs, and one is well again",
    before: (night) => {
      night.mood("hanging");
      night.cure("solo-1");
    },
    exit: 75,
    hears: [],
    tries: 1,
  },
  {
    name: "it is well: what was held back comes as one and in order, then the news",
    before: (night) => {
      night.mood("well");
      night.sicken("solo-4");
    },
    exit: 0,
    hears: ["RED solo-1", "RED solo-2", "RED solo-3", "RECOVERED solo-1", "RED solo-4"],
    tries: 2,
  },
  {
    name: "a silenced one falls",
    before: async (night) => {
      night.sicken("solo-5");
      await night.silence("solo-5", silenceS);
    },
    exit: 0,
    hears: [],
    tries: 0,
  },
  {
    name: "its silence expires",
    before: () => Bun.sleep(silenceS * 1000),
    exit: 0,
    hears: ["RED solo-5"],
    tries: 1,
  },
  {
    name: "a child stays ill when the parent is well",
    before: (night) => night.cure("parent", ...children.slice(1)),
    exit: 0,
    hears: ["RECOVERED parent", "RED child-1"],
    tries: 2,
  },
  {
    name: "many fall at once",
    before: (night) => night.sicken(...storm),
    exit: 0,
    hears: inWords("RED", storm),
    tries: 1,
  },
  { name: "nothing is new", before: () => undefined, exit: 0, hears: [], tries: 0 },
  {
    name: "all is well again, in the window too",
    before: (night) => night.cure("child-1", ...solos, ...kept),
    exit: 0,
    hears: inWords("RECOVERED", ["child-1", "solo-2", "solo-3", "solo-4", "solo-5", ...storm]),
    tries: 1,
  },
];

const inOrder = (told: readonly Told[]): readonly string[] => told.map(({ word, check }) => `${word} ${check}`);
/** Whoever is told in one message stands there in the config's order, whatever order a table names. */
const sorted = (words: readonly string[]): readonly string[] => [...words].sort();

test("a night of 40 checks: every incident is told once and in order, children are folded, the window and the silence keep quiet", async () => {
  using night = new Night(openNow());
  expect(night.size).toBe(40);
  for (const { name, before, exit, hears, tries } of acts) {
    const [heard, tried] = [night.told().length, night.tries];
    await before(night);
    const tick = await night.tick();
    const news = inOrder(night.told().slice(heard));
    expect({ name, exit: tick.exit, news: sorted(news), tries: night.tries - tried }).toEqual({
      ...{ name, exit, news: sorted(hears) },
      tries,
    });
    if (hears.length <= 5) expect(news).toEqual(hears);
  }
  const all = night.told().map(({ check }) => check);
  expect(all.filter((check) => kept.includes(check) || children.slice(1).includes(check))).toEqual([]);
  expect(await night.den.verify()).toBe("0 ok");
}, 120_000);

test("the same night, killed at random instants of every tick: every incident is told at least once, ends after it began, and none is missing", async () => {
  using night = new Night(openNow());
  const startedMs = performance.now();
  await night.tick();
  const wholeMs = performance.now() - startedMs;
  for (const { before } of acts) {
    await before(night);
    for (let kill = 0; kill < 3; kill += 1) await night.killedTick(Math.random() * wholeMs);
    // The hanging chat is left to the killed ones: it only costs time.
    if (!night.isHanging) await night.tick();
  }
  await night.tick();
  const told = night.told();
  const missing = night
    .openedInLog()
    .filter((check) => !told.some((each) => each.word === "RED" && each.check === check));
  expect(missing).toEqual([]);
  const endless = night.openedInLog().filter((check) => {
    const ends = told.findLastIndex((each) => each.check === check && each.word === "RECOVERED");
    const begins = told.findLastIndex((each) => each.check === check && each.word === "RED");
    return ends < begins;
  });
  expect(endless).toEqual([]);
  const quiet = [...kept, ...children.slice(1)];
  expect(told.filter(({ check }) => quiet.includes(check))).toEqual([]);
  expect((await night.tick()).outbox).toBe(0);
  expect(await night.den.verify()).toBe("0 ok");
}, 180_000);
