import { formatDuration } from "./config/duration.ts";
import { lookAll } from "./looks.ts";
import type { Memory, Reading } from "./probes/probe.ts";
import { nowOf, type Run } from "./run.ts";
import type { CheckState } from "./state/state.ts";
import { type Judged, judge, turningRed } from "./verdict/judge.ts";
import { withSecondLook } from "./verdict/second-look.ts";

type Before = Readonly<Record<string, CheckState>>;
type Readings = ReadonlyMap<string, Reading>;

const judgeNow = (run: Run, readings: Readings, before: Before): readonly Judged[] => {
  const { at, moment } = nowOf(run);
  return judge(run.config.checks, readings, before, { at, ...moment });
};

/** Looks at these checks, with what the last tick left them. */
const lookAt = async (run: Run, names: (name: string) => boolean, before: Before): Promise<Readings> => {
  const checks = run.config.checks.filter(({ name }) => names(name));
  const memory = (name: string): Memory | undefined => before[name]?.memory;
  const { secret, paths, progress } = run;
  const options = { secret, memory, beats: paths.beats, onReading: progress?.reading };
  progress?.looking(checks.map(({ name }) => name));
  return await lookAll(run.host, checks, options, run.elsewhere);
};

/** Probes and judges; what would turn red is looked at once more before it counts (law 4). */
export const judgeTwice = async (run: Run, before: Before): Promise<readonly Judged[]> => {
  const first = await lookAt(run, () => true, before);
  const judged = judgeNow(run, first, before);
  for (const { name, verdict, evidence, durationMs } of judged)
    run.log.log("debug", `check ${name}: ${verdict}: ${evidence} (${durationMs} ms)`, { check: name, verdict });
  run.progress?.judged(judged);
  const turning = turningRed(judged, before);
  const { confirmMs } = run.config;
  if (turning.size === 0 || confirmMs === 0) return judged;
  run.log.log("debug", `looking again in ${formatDuration(confirmMs)} at ${[...turning].join(", ")}`);
  run.progress?.again([...turning], formatDuration(confirmMs));
  run.helper.suspect([...turning]);
  await run.host.clock.sleep(confirmMs);
  const second = await lookAt(run, (name) => turning.has(name), before);
  const confirmed = judgeNow(run, withSecondLook(first, second, formatDuration(confirmMs)), before);
  run.progress?.judged(confirmed);
  return confirmed;
};
