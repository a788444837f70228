import { openRunLog, type RunLog } from "../host/run-log.ts";
import { type Loaded, type LoadedConfig, loadKept } from "../load.ts";
import { type Run, tickDeadlineMs } from "../run.ts";
import { tick } from "../tick.ts";
import type { TickReport } from "../tick-report.ts";
import { type Cli, exits } from "./cli.ts";
import { sayHead } from "./say-head.ts";
import type { Live } from "./tick-live.ts";
import { leaveIllMetrics, leaveMetrics } from "./tick-metrics.ts";
import { type DeadmanSwitch, openSwitch } from "./tick-ping.ts";
import { runOf } from "./tick-run.ts";
import { failOnFaults, fallIll, report, sayBusy, sayDeaf, sayNoState, settle } from "./tick-say.ts";

/** How one run of the tick ended. `why`: what ails the watchdog; `report`: where it reached its end; `isLate`: it was given up, and may still hang in this process. */
export interface Ended {
  readonly exit: number;
  readonly why?: string;
  readonly report?: TickReport;
  readonly isLate?: true;
}

/** What differs between a tick that a timer starts and one of a daemon. */
export interface TickWays {
  readonly load: () => Promise<Loaded>;
  /** What else the tick has to tell, asked for when the config is loaded. */
  readonly notes: () => readonly string[];
  /** A person may see its checks as they finish. */
  readonly isSeen: boolean;
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
const tickOrTell = async (cli: Cli, run: Run, deadman: DeadmanSwitch): Promise<TickReport | undefined> => {
  let hasEnded = false;
  try {
    const done = await withDeadline(run);
    hasEnded = true;
    return done;
  } finally {
    if (!hasEnded) {
      leaveIllMetrics(cli, exits.bug);
      await deadman.end({ exit: exits.bug });
    }
  }
};

/** Where a line would not fit, it could not be drawn over. */
const leastColumns = 40;

/** A person sees the checks as they finish; a pipe, a log and `--json` get what they always got. */
const watchedBy = async ({ host, flags }: Cli): Promise<Live | undefined> => {
  const { canRedraw, columns, isErrJournal } = host.terminal;
  const isQuiet = flags.logFormat === "text" && flags.logLevel !== "debug";
  if (!canRedraw || columns < leastColumns || isErrJournal || flags.isJson || !isQuiet) return undefined;
  const { openLive } = await import("./tick-live.ts");
  return openLive(host);
};

/** The run of this tick, on a terminal in sight of a person. */
const inSight = async (cli: Cli, loaded: LoadedConfig, log: RunLog, live: Live | undefined): Promise<Run> => {
  if (live === undefined) return await runOf(cli, loaded, log, false);
  const { logLevel: level, logFormat: format } = cli.flags;
  const above = await openRunLog(live.host.terminal, { level, format });
  return await runOf({ ...cli, host: live.host }, loaded, above, false, live.progress);
};

/** Looks, judges, heals and tells; the switch hears the beginning and is still to hear the end. Undefined: given up. */
const ticked = async (
  cli: Cli,
  loaded: LoadedConfig,
  log: RunLog,
  live: Live | undefined,
): Promise<{ readonly found: TickReport | undefined; readonly deadman: DeadmanSwitch }> => {
  try {
    const run = await inSight(cli, loaded, log, live);
    const deadman = await openSwitch(cli, loaded.config, run.helper.lastHead);
    const found = await tickOrTell(cli, run, deadman);
    sayHead(cli, log, run.helper.grownTo());
    return { found, deadman };
  } finally {
    live?.close();
  }
};

/** The page, where the config asks for one, when everybody has been told; gives why there is none. A bug in it is no reason to fail a tick that is over. */
const pageOf = async (cli: Cli, loaded: LoadedConfig): Promise<string | undefined> => {
  if (loaded.config.report === null || cli.flags.isDryRun) return undefined;
  try {
    const { writeTickPage } = await import("./report-tick.ts");
    return await writeTickPage(cli, loaded);
  } catch (error) {
    return `cannot make the report, this is a bug: ${error instanceof Error ? error.message : String(error)}`;
  }
};

const locked = async (cli: Cli, log: RunLog, ways: TickWays): Promise<Ended> => {
  const loaded = await ways.load();
  if (loaded.kind === "faults") {
    leaveIllMetrics(cli, exits.config);
    return await failOnFaults(cli, log, loaded.faults);
  }
  const live = ways.isSeen ? await watchedBy(cli) : undefined;
  const { found, deadman } = await ticked(cli, loaded, log, live);
  if (found === undefined) {
    log.log("error", `the tick did not end within ${tickDeadlineMs / 1000} s and was given up`);
    const late = fallIll(cli, exits.bug, `a tick did not end within ${tickDeadlineMs / 1000} s`);
    leaveIllMetrics(cli, late.exit);
    sayDeaf(log, await deadman.end({ exit: late.exit }));
    return { ...late, isLate: true };
  }
  const health = settle(cli, found) ?? { exit: exits.done };
  const { exit } = health;
  const deaf = await deadman.end({ exit, report: found });
  const pageless = await pageOf(cli, loaded);
  const own = [deaf, pageless].flatMap((each) => (each === undefined ? [] : [each]));
  const troubles = [...ways.notes(), ...own, ...found.troubles];
  const done = { ...found, ...(deaf === undefined ? {} : { isDeaf: true as const }), troubles };
  ways.say(cli, log, done, own.length > 0);
  leaveMetrics(cli, done);
  return { ...health, report: done };
};

/** One tick under the host-wide lock: who finds another one running does nothing. A dry run takes no lock, since it changes nothing. */
export const runTick = async (cli: Cli, log: RunLog, ways: TickWays): Promise<Ended> => {
  const { host, paths, flags } = cli;
  if (flags.isDryRun) return await locked(cli, log, ways);
  const made = host.files.makeFolder(paths.state, 0o750);
  const lock = host.files.lock(`${paths.state}/tick.lock`);
  if (lock.kind === "busy") return { exit: await sayBusy(cli, log, lock.holder) };
  // A disk that turned read-only: nothing can be healed, since nothing can be written down, but a person must hear of a red. Exits 73.
  if (lock.kind === "failed" && lock.code === "EROFS") return await locked(cli, log, ways);
  if (lock.kind === "failed")
    return await sayNoState(cli, log, made.kind === "failed" ? { ...lock, why: made.why } : lock);
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
  return (await runTick(cli, log, { load, notes: () => [], isSeen: true, say: report })).exit;
};
