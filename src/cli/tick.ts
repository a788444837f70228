import { openRunLog, type RunLog } from "../host/run-log.ts";
import { type Loaded, loadKept } from "../load.ts";
import type { TickReport } from "../report.ts";
import { type Run, tickDeadlineMs } from "../run.ts";
import { tick } from "../tick.ts";
import { type Cli, exits } from "./cli.ts";
import { type DeadmanSwitch, openSwitch } from "./tick-ping.ts";
import { runOf } from "./tick-run.ts";
import { failOnFaults, fallIll, report, sayBusy, sayDeaf, sayNoState, settle } from "./tick-say.ts";

/** How one run of the tick ended. `report`: where it reached its end; `isLate`: it was given up, and may still hang in this process. */
export interface Ended {
  readonly exit: number;
  readonly report?: TickReport;
  readonly isLate?: true;
}

/** What differs between a tick that a timer starts and one of a daemon. */
export interface TickWays {
  readonly load: () => Promise<Loaded>;
  /** What else the tick has to tell, asked for when the config is loaded. */
  readonly notes: () => readonly string[];
  /** `isWarned`: something is wrong that neither verdict nor exit status tells. */
  readonly say: (cli: Cli, log: RunLog, done: TickReport, isWarned: boolean) => void;
}

/** Ends a tick that outlasts its deadline, though each part has its own: then that part is our bug, and a person must hear of it. */
const withDeadline = async (run: Run): Promise<TickReport | undefined> => {
  const done = new AbortController();
  const late = run.host.clock.sleep(tickDeadlineMs, done.signal).then(() => undefined);
  try {
    return await Promise.race([tick(run), late]);
  } finally {
    done.abort();
    run.helper.close();
  }
};

/** Ticks once; a bug of ours is told to the dead-man's switch on its way to `main`. */
const tickOrTell = async (run: Run, deadman: DeadmanSwitch): Promise<TickReport | undefined> => {
  let hasEnded = false;
  try {
    const done = await withDeadline(run);
    hasEnded = true;
    return done;
  } finally {
    if (!hasEnded) await deadman.end({ exit: exits.bug });
  }
};

const locked = async (cli: Cli, log: RunLog, ways: TickWays): Promise<Ended> => {
  const loaded = await ways.load();
  if (loaded.kind === "faults") return { exit: await failOnFaults(cli, log, loaded.faults) };
  const run = runOf(cli, loaded, log, false);
  const deadman = await openSwitch(cli, loaded.config, run.helper.lastHead);
  const ticked = await tickOrTell(run, deadman);
  if (ticked === undefined) {
    log.log("error", `the tick did not end within ${tickDeadlineMs / 1000} s and was given up`);
    const exit = fallIll(cli, exits.bug, `a tick did not end within ${tickDeadlineMs / 1000} s`);
    sayDeaf(log, await deadman.end({ exit }));
    return { exit, isLate: true };
  }
  const exit = settle(cli, ticked);
  const deaf = await deadman.end({ exit, report: ticked });
  const done = { ...ticked, troubles: [...ways.notes(), ...(deaf === undefined ? [] : [deaf]), ...ticked.troubles] };
  ways.say(cli, log, done, deaf !== undefined);
  return { exit, report: done };
};

/** One tick under the host-wide lock: who finds another one running does nothing. A dry run takes no lock, since it changes nothing. */
export const runTick = async (cli: Cli, log: RunLog, ways: TickWays): Promise<Ended> => {
  const { host, paths, flags } = cli;
  if (flags.isDryRun) return await locked(cli, log, ways);
  const made = host.files.makeFolder(paths.state, 0o750);
  const lock = host.files.lock(`${paths.state}/tick.lock`);
  if (lock.kind === "busy") return { exit: sayBusy(cli, log, lock.holder) };
  // A disk that turned read-only: nothing can be healed, since nothing can be written down, but a person must hear of a red. Exits 73.
  if (lock.kind === "failed" && lock.code === "EROFS") return await locked(cli, log, ways);
  if (lock.kind === "failed")
    return { exit: await sayNoState(cli, log, made.kind === "failed" ? { ...lock, why: made.why } : lock) };
  try {
    host.files.sweep(paths.state);
    return await locked(cli, log, ways);
  } finally {
    lock.release();
  }
};

/** `dogwatch tick`: the main job, once. */
export const tickCommand = async (cli: Cli): Promise<number> => {
  const { host, paths, flags } = cli;
  const log = await openRunLog(host.terminal, { level: flags.logLevel, format: flags.logFormat });
  const load = async (): Promise<Loaded> => await loadKept(host, paths, flags.isDryRun);
  return (await runTick(cli, log, { load, notes: () => [], say: report })).exit;
};
