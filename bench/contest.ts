import { type Spread, spread } from "./figures.ts";
import { type Memory, type Program, type Run, runOnce, watchMemory } from "./measure.ts";
import type { Monit } from "./monit.ts";

/** What is run side by side. `before` brings its world into the state that it needs. */
export interface Contender {
  readonly name: string;
  readonly program: Program;
  readonly before?: () => Promise<unknown>;
}

/** The figures of one contender; null where there is none to tell. */
export interface Result {
  readonly name: string;
  readonly wallMs: Spread | null;
  readonly cpuMs: Spread;
  readonly memory: Memory;
}

const warmUps = 3;
const memoryRuns = 3;

const largest = (seen: readonly Memory[]): Memory => ({
  peakMiB: Math.max(...seen.map(({ peakMiB }) => peakMiB)),
  anonymousMiB: Math.max(...seen.map(({ anonymousMiB }) => anonymousMiB)),
});

const memoryOf = async ({ program, before }: Contender): Promise<Memory> => {
  const seen: Memory[] = [];
  for (let i = 0; i < memoryRuns; i += 1) {
    await before?.();
    seen.push(await watchMemory(program));
  }
  return largest(seen);
};

/** One round: each contender once, beginning with another one each time, and one cycle of Monit. */
const playRound = async (
  contenders: readonly Contender[],
  monit: Monit | undefined,
  first: number,
  note: (name: string, run: Run) => void,
): Promise<void> => {
  const turn = first % contenders.length;
  for (const contender of [...contenders.slice(turn), ...contenders.slice(0, turn)]) {
    await contender.before?.();
    note(contender.name, runOnce(contender.program));
  }
  if (monit !== undefined) note(monit.name, { wallMs: Number.NaN, cpuMs: await monit.cycle() });
};

/** Runs all contenders in turn, round after round, after a few rounds that don't count; then each for its memory. */
export const contest = async (
  contenders: readonly Contender[],
  monit: Monit | undefined,
  rounds: number,
): Promise<readonly Result[]> => {
  const runs = new Map<string, Run[]>();
  for (let round = 0; round < warmUps + rounds; round += 1) {
    await playRound(contenders, monit, round, (name, run) => {
      if (round >= warmUps) runs.set(name, [...(runs.get(name) ?? []), run]);
    });
  }
  const cpuMs = (name: string): Spread => spread((runs.get(name) ?? []).map((run) => run.cpuMs));
  const results: Result[] = [];
  for (const contender of contenders) {
    const { name } = contender;
    const wallMs = spread((runs.get(name) ?? []).map((run) => run.wallMs));
    results.push({ name, wallMs, cpuMs: cpuMs(name), memory: await memoryOf(contender) });
  }
  if (monit === undefined) return results;
  return [...results, { name: monit.name, wallMs: null, cpuMs: cpuMs(monit.name), memory: monit.memory() }];
};
