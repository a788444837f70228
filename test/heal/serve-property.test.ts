import { describe, expect, test } from "bun:test";
import type { Reading } from "../../src/probes/probe.ts";
import { recipe, seeded } from "./bed.ts";
import { createServeBed, incidentOf, type Said, type ServeBed } from "./serve-bed.ts";

const checks = ["unit", "gateway", "board", "other"] as const;
const kinds: readonly Reading["kind"][] = ["ok", "ok", "bad", "bad", "bad", "unknown"];

/** What a story saw of one run of the recipe. */
interface Run {
  readonly atMs: number;
  /** The looks of its connection before it, oldest first: by check what it read. */
  readonly looks: readonly { readonly atMs: number; readonly read: Readonly<Record<string, string>> }[];
}

interface Story {
  readonly bed: ServeBed;
  readonly runs: readonly Run[];
  /** Runs in each connection that asked for one heal. */
  readonly perHeal: readonly number[];
}

type Below = (below: number) => number;

const pick = <Item>(below: Below, items: readonly Item[]): Item => {
  const item = items[below(items.length)];
  if (item === undefined) throw new Error("nothing to pick from");
  return item;
};

const some = (below: Below): readonly string[] => checks.filter(() => below(2) === 0);

/** One connection of a watcher that says what it likes, in any order, with at most one heal in it. */
const connection = (below: Below): readonly Said[] => {
  const red = some(below);
  const enter = {
    do: "enter",
    events: some(below).map((check) =>
      below(3) === 0
        ? { event: "incident.resolved", incident: incidentOf(check), check, why: "it says so" }
        : { event: "incident.opened", incident: incidentOf(check), check, evidence: "it says so" },
    ),
  };
  const incidents = red.map((check) => ({ check, incident: incidentOf(pick(below, checks)) }));
  const before = [enter, { do: "suspect", checks: some(below) }, { do: "tidy", notGreen: some(below) }];
  return [...before.filter(() => below(3) > 0), { do: "heal", red, incidents, dryRun: below(8) === 0 }];
};

const roll = (bed: ServeBed, below: Below): void => {
  for (const name of checks) if (below(3) === 0) bed.world[name] = pick(below, kinds);
};

/** A captured watcher and a restless host, over many connections. */
const live = async (seed: number, connections: number): Promise<Story> => {
  const below = seeded(seed);
  const bed = createServeBed();
  bed.recipe = recipe({ proof: { withinMs: 20_000, everyMs: 2000 } });
  const [runs, perHeal]: [Run[], number[]] = [[], []];
  let looks: Run["looks"][number][] = [];
  const { host } = bed;
  const { script } = host.exec;
  host.exec.script = (command) => {
    runs.push({ atMs: host.clock.monotonicMs(), looks: [...looks] });
    bed.isCure = below(2) === 0;
    const ran = script(command);
    return below(6) === 0 ? { ...ran, kind: "exited", status: 1, stdout: "", stderr: "no" } : ran;
  };
  bed.onLook = () => {
    if (below(4) === 0) roll(bed, below);
    const read = Object.fromEntries(checks.map((name) => [name, String(bed.world[name] ?? "ok")]));
    looks.push({ atMs: host.clock.monotonicMs(), read });
  };
  for (let at = 0; at < connections; at += 1) {
    roll(bed, below);
    looks = [];
    const before = runs.length;
    await bed.say(...connection(below));
    perHeal.push(runs.length - before);
    host.clock.advance(below(4) === 0 ? 1_200_000 : below(400_000));
  }
  return { bed, runs, perHeal };
};

describe("serve(), whatever a captured watcher says", () => {
  const seeds = Array.from({ length: 25 }, (_, at) => at + 1);
  const stories = Promise.all(seeds.map((seed) => live(seed, 80)));

  test("serve() runs a recipe now and then, so that these stories say something", async () => {
    expect((await stories).flatMap(({ runs }) => runs).length).toBeGreaterThan(50);
  });

  test("serve() applies at most one recipe for a request to heal", async () => {
    for (const { perHeal } of await stories) expect(Math.max(...perHeal)).toBeLessThanOrEqual(1);
  });

  test("serve() applies it only to what was bad in two looks of its own, `confirm` apart, and never on unknown", async () => {
    for (const { runs } of await stories)
      for (const { looks } of runs) {
        const isSick = (name: string): boolean => {
          const last = looks.at(-1);
          return (
            last?.read[name] === "bad" &&
            looks.some(({ atMs, read }) => last.atMs - atMs >= 10_000 && read[name] === "bad")
          );
        };
        expect(["unit", "gateway"].some(isSick)).toBeTrue();
      }
  });

  test("serve() applies nothing within the cooldown of the last, and never more than its budget", async () => {
    for (const { runs } of await stories)
      for (const [at, run] of runs.entries()) {
        const [last, fourth] = [runs[at - 1], runs[at - 3]];
        if (last !== undefined) expect(run.atMs - last.atMs).toBeGreaterThanOrEqual(900_000);
        if (fourth !== undefined) expect(run.atMs - fourth.atMs).toBeGreaterThanOrEqual(3_600_000);
      }
  });

  test("serve() tries an incident at most twice, and the log holds every run, whole", async () => {
    for (const { bed, runs } of await stories) {
      expect(bed.events().filter((event) => event === "heal.dispatched")).toHaveLength(runs.length);
      expect(bed.isWhole()).toBeTrue();
      const keys = bed.saved().attempts.map(({ key }) => key);
      for (const key of new Set(keys)) expect(keys.filter((each) => each === key).length).toBeLessThanOrEqual(2);
    }
  });
});
