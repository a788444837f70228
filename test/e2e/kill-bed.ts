import {
  array,
  boolean,
  type GenericSchema,
  looseObject,
  nullable,
  number,
  parse,
  picklist,
  record,
  string,
  union,
} from "valibot";
import { Bed, nodePath } from "./bed.ts";
import { type Entry, readEntry } from "./hostile-bed.ts";
import { unpack, unpacked } from "./watched.ts";

/** Who is killed: the watcher or the helper of a system install, both at one moment of the helper, or the one process that is both. */
export const victims = ["watcher", "helper", "both", "alone"] as const;
export type Victim = (typeof victims)[number];

/**
 * What happens around the kill. `cures`: the recipe cures, the next tick follows at once, while a helper may still be at work. `stubborn`: nothing but a
 * person cures, two ticks later. `well`: the patient is well again before the next tick. `relapse`: it falls ill again before
 * the next tick, whether or not it was cured.
 */
export const stories = ["cures", "stubborn", "well", "relapse"] as const;
export type Story = (typeof stories)[number];

/** A kill: as the victim enters this system call for the n-th time in one of its threads, or at a moment of the recipe's step. */
export interface Point {
  readonly victim: Victim;
  readonly call: string;
  readonly n: number;
  readonly story: Story;
}

interface RanTick {
  readonly status: string | number;
  readonly verdict: string | null;
  readonly heal: string | null;
  readonly why: string;
  readonly outbox: number;
  readonly troubles: readonly string[];
}

/** What a kill left. */
export interface Run extends Point {
  /** The victim was killed, and didn't end before that call. */
  readonly dead: boolean;
  /** The killed tick, two more, and two after a person has cured what was still sick. */
  readonly ticks: readonly RanTick[];
  /** The log's last line at each run of the recipe's step. */
  readonly ran: readonly string[];
  /** The lines of the heal log that this run has added. */
  readonly log: readonly string[];
  readonly strangeHeads: readonly string[];
  readonly told: readonly string[];
  /** Exit status of `log verify`. */
  readonly verify: number;
  readonly names: readonly string[];
  /** Lines of /proc/locks about our lock files. */
  readonly locked: readonly string[];
}

const text = string();
const texts = array(text);
const RunShape: GenericSchema<unknown, Run> = looseObject({
  victim: picklist(victims),
  call: text,
  n: number(),
  story: picklist(stories),
  dead: boolean(),
  ticks: array(
    looseObject({
      status: union([text, number()]),
      verdict: nullable(text),
      heal: nullable(text),
      why: text,
      outbox: number(),
      troubles: texts,
    }),
  ),
  ran: texts,
  log: texts,
  strangeHeads: texts,
  told: texts,
  verify: number(),
  names: texts,
  locked: texts,
});
const CountShape: GenericSchema<unknown, { readonly heal: string | null; readonly calls: Record<string, number> }> =
  looseObject({
    heal: nullable(text),
    calls: record(text, number()),
  });

const ended = ["heal.proved", "heal.failed", "heal.indeterminate"];
const keyOf = ({ key, attempt }: Entry): string => `${key} ${attempt}`;
const keysOf = (entries: readonly Entry[], ...events: readonly string[]): readonly string[] =>
  entries.filter(({ event }) => events.includes(event)).map(keyOf);
const incidentsOf = (entries: readonly Entry[], wanted: string): readonly string[] =>
  entries.flatMap(({ event, incident }) => (event === wanted ? [incident ?? ""] : []));
const twice = (all: readonly string[]): readonly string[] => all.filter((each, at) => all.indexOf(each) !== at);

/** What is wrong with the heals of a run: one that was repeated, or has no end, or follows on anything but a failure. */
const healFaults = ({ ran, story, victim }: Run, log: readonly Entry[]): readonly string[] => {
  const runs = ran.map(readEntry);
  const dispatched = keysOf(log, "heal.dispatched");
  const ends = keysOf(log, ...ended);
  const failed = keysOf(log, "heal.failed");
  // A helper outlives its watcher: it finishes, and writes down how it ended.
  const cutOff = victim === "watcher" ? keysOf(log, "heal.indeterminate") : [];
  const seconds = log.filter(({ event, attempt }) => event === "heal.dispatched" && attempt !== 1);
  return [
    ...runs.filter(({ event }) => event !== "heal.dispatched").map(({ event }) => `the step ran after "${event}"`),
    ...twice(runs.map(keyOf)).map((key) => `attempt ${key} ran twice`),
    ...twice(dispatched).map((key) => `attempt ${key} was dispatched twice`),
    ...twice(ends).map((key) => `attempt ${key} ended twice`),
    ...dispatched.filter((key) => !ends.includes(key)).map((key) => `attempt ${key} has no end`),
    ...cutOff.map((key) => `attempt ${key} was cut off with the watcher`),
    ...seconds.filter(({ key }) => !failed.includes(`${key} 1`)).map((each) => `${keyOf(each)} follows on no failure`),
    ...(story !== "stubborn" && runs.length > (story === "relapse" ? 2 : 1)
      ? [`the step ran ${runs.length} times`]
      : []),
  ];
};

/** What is wrong with what people heard: an incident that was never told, or whose end wasn't. */
const alertFaults = ({ told, strangeHeads, story }: Run, log: readonly Entry[]): readonly string[] => {
  const opened = incidentsOf(log, "incident.opened");
  const resolved = incidentsOf(log, "incident.resolved");
  const named = told.flatMap((each) => /^Incident (\S+)$/mu.exec(each)?.[1] ?? []);
  const last = told.at(-1) ?? "";
  // Three reds within seconds, as kills may make of a relapse, are flapping: its incident stays open, and FLAPPING is the last word for now.
  const flaps = story === "relapse" && last.startsWith("FLAPPING ") ? /^Incident (\S+)$/mu.exec(last)?.[1] : undefined;
  return [
    ...(opened.length > (story === "relapse" ? 2 : 1) || (opened.length === 0 && story !== "well")
      ? [`${opened.length} incidents were opened`]
      : []),
    ...opened.filter((id) => !named.includes(id)).map((id) => `incident ${id} was never told`),
    ...opened
      .filter((id) => id !== flaps && resolved.filter((each) => each === id).length !== 1)
      .map((id) => `incident ${id} has no one end`),
    ...named.filter((id) => !opened.includes(id)).map((id) => `incident ${id} was told and is not in the log`),
    ...(named.length > 0 && flaps === undefined && !/^(?:HEALED|RECOVERED) /u.test(last)
      ? [`the last message is: ${last.split("\n")[0]}`]
      : []),
    ...strangeHeads.map((head) => `the log has no line for "${head}"`),
  ];
};

const files = [
  "config.json",
  "dogwatch.prom",
  "heal.json",
  "heal.jsonl",
  "heal.lock",
  "heal.seals",
  "incidents.json",
  "log.lock",
  "looks.json",
  "seal.key",
  "state.json",
  "tick.lock",
];

const tickFaults = ({ ticks, names, locked, verify }: Run): readonly string[] => [
  ...ticks
    .slice(1)
    .flatMap(({ status, troubles, outbox }, at) =>
      status === 0 && troubles.length === 0 && outbox === 0
        ? []
        : [`tick ${at + 1} after it: ${status}, outbox ${outbox}: ${troubles.join("; ")}`],
    ),
  ...(ticks.at(-1)?.verdict === "green" ? [] : [`the last tick is ${ticks.at(-1)?.verdict}`]),
  ...names.filter((name) => !files.includes(name)).map((name) => `"${name}" is left`),
  ...locked.map((line) => `a lock is held: ${line}`),
  ...(verify === 0 ? [] : [`log verify: ${verify}`]),
];

/** Everything that is wrong with a run. Pure. */
export const faultsOf = (run: Run): readonly string[] => {
  const log = run.log.map(readEntry);
  return [...tickFaults(run), ...healFaults(run, log), ...alertFaults(run, log)];
};

/** Moments of the recipe's step: the victim's child is what makes their system calls, so the step itself kills its parent. */
const moments: Readonly<Record<string, number>> = { "step-begins": 1, "step-ends": 1 };

const pointsOf = (victim: Victim, calls: Readonly<Record<string, number>>): readonly Point[] => {
  const all = Object.entries(victim === "watcher" ? calls : { ...calls, ...moments });
  return stories.flatMap((story) =>
    all.flatMap(([call, most]) => Array.from({ length: most }, (_, at) => ({ victim, call, n: at + 1, story }))),
  );
};

/** A bed in which kills can be ordered. */
export interface Killing extends AsyncDisposable {
  /** Every point of these victims, by what they call in a whole red tick: victim by victim, story by story. */
  points(victims: readonly Victim[]): Promise<readonly Point[]>;
  kill(points: readonly Point[]): Promise<readonly Run[]>;
}

/** Boots a bed with dogwatch in it, and a patient, a chat and a helper's door of its own. */
export const startKilling = async (): Promise<Killing> => {
  const bed = await Bed.up("kill");
  await unpack(bed);
  await bed.run([`${unpacked}/install.sh`], { timeoutMs: 120_000 });
  await bed.cp(`${import.meta.dir}/kill-runs.mjs`, "/opt/kill-runs.mjs");
  const order = async (orders: readonly object[]): Promise<readonly unknown[]> => {
    const stdin = orders.map((each) => `${JSON.stringify(each)}\n`).join("");
    const out = await bed.run([nodePath(), "/opt/kill-runs.mjs"], {
      stdin,
      timeoutMs: 60_000 + 30_000 * orders.length,
    });
    return out
      .trim()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
  };
  return {
    points: async (wanted) => {
      // Who dies with the helper dies at the helper's calls.
      const answers = await order(
        wanted.map((victim) => ({ count: victim === "both" ? "helper" : victim, story: "cures" })),
      );
      const counted = answers.map((each) => parse(CountShape, each));
      const strange = counted.find(({ heal }) => heal !== "healed");
      if (strange !== undefined) throw new Error(`the tick that was counted ended "${strange.heal}"`);
      return wanted.flatMap((victim, at) => pointsOf(victim, counted[at]?.calls ?? {}));
    },
    kill: async (points) => (await order(points)).map((each) => parse(RunShape, each)),
    [Symbol.asyncDispose]: () => bed.down(),
  };
};
