import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Bed, emptyOf, openBed, redTickOf, type Size, scriptOf, tickOf } from "./bed.ts";
import { type Contender, contest, type Result } from "./contest.ts";
import { figure, ratio, spreadText, table } from "./figures.ts";
import { measuredLogs } from "./log.ts";
import { machine } from "./machine.ts";
import type { Program } from "./measure.ts";
import { startMonit } from "./monit.ts";
import { report } from "./report.ts";

/** What must hold at this stage. */
const limits = { wallMs: 60, peakMiB: 60 } as const;

const { values } = parseArgs({
  options: {
    write: { type: "boolean" },
    rounds: { type: "string", default: "30" },
    lines: { type: "string", default: "1000000" },
    binary: { type: "string", default: "dist/dogwatch" },
  },
});
const rounds = Math.max(1, Number(values.rounds) || 30);
const fewer = Math.ceil(rounds / 3);
const lines = Math.max(1000, Number(values.lines) || 1_000_000);
const binary = join(process.cwd(), values.binary);

/** A tick that finds its config changed since the last one: the YAML is read and checked afresh. */
const afterChange = (bed: Bed, tick: Contender): Contender => ({
  name: "dogwatch, first green tick after a config change",
  program: tick.program,
  before: async () => rmSync(join(bed.folder, "tick-10", "state", "config.json"), { force: true }),
});

const redTick = (bed: Bed): Contender => ({
  name: "dogwatch, red tick: healed, proved after 0.2 s, told",
  program: redTickOf(bed, binary),
  before: async () => {
    // A gateway that dies at every tick flaps, and isn't healed: each of these is to be the first.
    for (const name of ["incidents.json", "state.json"])
      rmSync(join(bed.folder, "red", "state", name), { force: true });
    await bed.ask("/break");
  },
});

const inBed = async (targets: number, work: (bed: Bed) => Promise<readonly Result[]>): Promise<readonly Result[]> => {
  const bed = await openBed(targets);
  try {
    return await work(bed);
  } finally {
    bed.close();
  }
};

const withMonit = async (
  bed: Bed,
  size: Size,
  contenders: readonly Contender[],
  some: number,
): Promise<readonly Result[]> => {
  const monit = await startMonit(bed, size);
  try {
    return await contest(contenders, monit, some);
  } finally {
    await monit?.end();
  }
};

/** Red ticks that were refused would be quick and worthless: the heal log must tell of as many proved heals as there were ticks. */
const measuredHeals = async (bed: Bed): Promise<readonly Result[]> => {
  const results = await contest([redTick(bed)], undefined, fewer);
  const log = readFileSync(join(bed.folder, "red", "log", "heal.jsonl"), "utf8");
  const proved = log.split('"event":"heal.proved"').length - 1;
  const opened = log.split('"event":"incident.opened"').length - 1;
  if (proved < fewer || proved !== opened)
    throw new Error(`${opened} red ticks, but ${proved} proved heals: nothing to measure`);
  return results;
};

const ten = async (bed: Bed): Promise<readonly Result[]> => {
  const size = { processes: 5, addresses: 5 };
  const tick: Contender = { name: "**dogwatch, green tick**", program: tickOf(bed, binary, size) };
  const noJit: Program = { ...tick.program, env: { BUN_JSC_useJIT: "0" } };
  const contenders: readonly Contender[] = [
    tick,
    { name: "dogwatch, as in its unit (no JIT)", program: noJit },
    { name: "bash + ps + curl, a curl an address", program: scriptOf(bed, size, "each") },
    { name: "bash + ps + curl, one curl for all", program: scriptOf(bed, size, "once") },
    { name: "an empty program of the same compiler", program: emptyOf(bed) },
  ];
  return [
    ...(await withMonit(bed, size, contenders, rounds)),
    ...(await contest([afterChange(bed, tick)], undefined, fewer)),
    ...(await measuredHeals(bed)),
  ];
};

const many = async (bed: Bed, count: number): Promise<readonly Result[]> => {
  const size = { processes: count / 2, addresses: count / 2 };
  const contenders: readonly Contender[] = [
    { name: `dogwatch, green tick of ${count} checks`, program: tickOf(bed, binary, size) },
    { name: `bash + ps + curl, one curl for all, ${count} checks`, program: scriptOf(bed, size, "once") },
  ];
  return await withMonit(bed, size, contenders, fewer);
};

const row = ({ name, wallMs, cpuMs, memory }: Result): readonly string[] => [
  name,
  wallMs === null ? "-" : spreadText(wallMs),
  spreadText(cpuMs),
  figure(memory.peakMiB),
  figure(memory.anonymousMiB),
];

const resultTable = (results: readonly Result[]): string =>
  table(["", "wall ms: median (min to max)", "CPU ms", "peak RSS MiB", "of it anonymous"], results.map(row));

const median = (result: Result | undefined, what: "wallMs" | "cpuMs"): number => result?.[what]?.median ?? Number.NaN;

interface Goal {
  readonly name: string;
  readonly value: number;
  readonly atMost: number;
  readonly unit: "x" | "ms" | "MiB";
}

const goalRow = ({ name, value, atMost, unit }: Goal): readonly string[] => {
  const text = (each: number): string => (unit === "x" ? ratio(each) : `${figure(each)} ${unit}`);
  return [
    name,
    Number.isNaN(value) ? "not measured" : text(value),
    text(atMost),
    Number.isNaN(value) ? "-" : value <= atMost ? "yes" : "**no**",
  ];
};

const find = (results: readonly Result[], part: string): Result | undefined =>
  results.find(({ name }) => name.includes(part));

const logGoals = ([long, sum, short]: readonly Result[]): readonly Goal[] => [
  {
    name: `log verify of ${lines} lines, wall against sha256sum`,
    value: median(long, "wallMs") / median(sum, "wallMs"),
    atMost: 4,
    unit: "x",
  },
  {
    name: "the same, peak RSS against that of a log a tenth as long",
    value: (long?.memory.peakMiB ?? Number.NaN) / (short?.memory.peakMiB ?? Number.NaN),
    atMost: 1.25,
    unit: "x",
  },
];

const goals = (small: readonly Result[], large: readonly Result[]): readonly Goal[] => {
  const tick = small[0];
  const monit = find(small, "Monit");
  const [thousand, , monitThousand] = large;
  return [
    {
      name: "green tick, CPU against one Monit cycle",
      value: median(tick, "cpuMs") / median(monit, "cpuMs"),
      atMost: 1,
      unit: "x",
    },
    {
      name: "green tick, wall against the script",
      value: median(tick, "wallMs") / median(find(small, "a curl an"), "wallMs"),
      atMost: 0.3,
      unit: "x",
    },
    {
      name: "green tick in its unit, peak RSS",
      value: find(small, "no JIT")?.memory.peakMiB ?? Number.NaN,
      atMost: 45,
      unit: "MiB",
    },
    {
      name: "green tick in its unit, anonymous",
      value: find(small, "no JIT")?.memory.anonymousMiB ?? Number.NaN,
      atMost: 6,
      unit: "MiB",
    },
    { name: "1,000 checks, wall", value: median(thousand, "wallMs"), atMost: 200, unit: "ms" },
    {
      name: "1,000 checks, CPU against one Monit cycle",
      value: median(thousand, "cpuMs") / median(monitThousand, "cpuMs"),
      atMost: 1.5,
      unit: "x",
    },
  ];
};

const missed = (tick: Result | undefined): readonly string[] => {
  const wallMs = median(tick, "wallMs");
  const peakMiB = tick?.memory.peakMiB ?? Number.NaN;
  return [
    ...(wallMs <= limits.wallMs ? [] : [`green tick: ${figure(wallMs)} ms, at most ${limits.wallMs} ms`]),
    ...(peakMiB <= limits.peakMiB ? [] : [`green tick: ${figure(peakMiB)} MiB, at most ${limits.peakMiB} MiB`]),
  ];
};

const where = machine();
const small = await inBed(5, ten);
const hundred = await inBed(50, (bed) => many(bed, 100));
const thousand = await inBed(500, (bed) => many(bed, 1000));
const logs = await measuredLogs(binary, lines, Math.ceil(rounds / 10));
const text = report({
  machine: where,
  rounds,
  lines,
  results: resultTable([...small, ...hundred, ...thousand, ...logs]),
  goals: table(["goal", "now", "at most", "reached"], [...goals(small, thousand), ...logGoals(logs)].map(goalRow)),
  limits,
});
process.stdout.write(text);
if (values.write) writeFileSync(join(import.meta.dir, "..", "docs", "performance.md"), text);
const faults = missed(small[0]);
for (const fault of faults) process.stderr.write(`bench: missed: ${fault}\n`);
process.exitCode = faults.length === 0 ? 0 : 1;
