import { printFault } from "../config/fault.ts";
import { filterFault } from "../config/ip-filter.ts";
import { secretReader } from "../config/secret.ts";
import { askHelper } from "../heal/ask.ts";
import { approveAll } from "../heal/context.ts";
import { helperInProcess } from "../heal/in-process.ts";
import type { Host } from "../host/host.ts";
import { openRunLog, type RunLog } from "../host/run-log.ts";
import { type Loaded, loadKept } from "../load.ts";
import { lookAll, lookAsUsers } from "../looks.ts";
import type { TickReport } from "../report.ts";
import { type Run, tickDeadlineMs } from "../run.ts";
import { clearIllness, writeIllness } from "../state/illness.ts";
import { tick } from "../tick.ts";
import { type Cli, complain, exits } from "./cli.ts";
import { journalOf, recipeReader } from "./heal-parts.ts";
import { tickJson, tickLine, tickTable } from "./tick-text.ts";

type Config = Extract<Loaded, { readonly kind: "config" }>;

/** Longest watch of one tick, and what the deadline must leave for telling it, in milliseconds. */
const maxWatchMs = 90_000;
const reserveMs = 20_000;

/** The helper of this run, and who looks at what we can't: root's side of the wall where there is one, else ourselves. */
const helperOf = (
  cli: Cli,
  { config, sha256, keepables }: Config,
  { log, secret, isReadOnly, leftMs }: Pick<Run, "log" | "secret"> & { isReadOnly: boolean; leftMs: () => number },
): Pick<Run, "helper" | "elsewhere"> => {
  const { host, paths } = cli;
  if (paths.socket !== null) {
    const helper = askHelper({
      ...{ host, config, configSha256: sha256, socket: paths.socket },
      isDryRun: isReadOnly,
      waitMs: leftMs,
    });
    return { helper, elsewhere: async (checks) => await helper.look(checks.map(({ name }) => name)) };
  }
  const elsewhere = lookAsUsers(host, null);
  const { beats } = paths;
  const helper = helperInProcess({
    ...{ host, config, isReadOnly },
    configSha256: sha256,
    folder: paths.helper,
    journal: journalOf(cli, config.host, isReadOnly),
    readRecipe: recipeReader(cli),
    by: "helper",
    keepables,
    look: async (checks, memory) => await lookAll(host, checks, { secret, memory, beats }, elsewhere),
    elsewhere: async (checks, memory) => await elsewhere(checks, { secret, memory, beats }),
    watchMs: () => Math.min(maxWatchMs, leftMs()),
    onStep: (text) => log.log("debug", `heal: ${text}`),
    approve: approveAll,
  });
  return { helper, elsewhere };
};

/** Makes the run of one tick from a loaded config. */
export const runOf = (cli: Cli, loaded: Config, log: RunLog, isDryRun: boolean): Run => {
  const { host, paths, flags } = cli;
  const startedMs = host.clock.monotonicMs();
  const secret = secretReader(host, paths.credentials);
  const isReadOnly = isDryRun || flags.isDryRun;
  const leftMs = (): number => tickDeadlineMs - reserveMs - (host.clock.monotonicMs() - startedMs);
  return {
    host,
    config: loaded.config,
    configSha256: loaded.sha256,
    keepables: loaded.keepables,
    paths,
    log,
    openChat: async () => {
      const { openChat } = await import("../alert/platforms/index.ts");
      return await openChat(loaded.config.chat);
    },
    secret,
    ...helperOf(cli, loaded, { log, secret, isReadOnly, leftMs }),
    filterFault: () => (paths.socket === null ? undefined : filterFault(host, loaded.config)),
    isDryRun: isReadOnly,
    startedMs,
  };
};

const busy = (host: Host, at: string): TickReport & { readonly why: string } => ({
  host: host.hostname,
  at,
  verdict: "unknown",
  checks: [],
  heal: null,
  alerts: [],
  outbox: 0,
  durationMs: 0,
  silences: [],
  troubles: [],
  exit: 0,
  wouldSend: [],
  why: "another tick is running",
});

const sayBusy = ({ host, flags }: Cli, log: RunLog, holder: string): number => {
  const at = new Date(host.clock.nowMs()).toISOString();
  log.log("info", `another tick is running (${holder}); this one does nothing`);
  if (flags.isJson) {
    const { why, ...report } = busy(host, at);
    host.terminal.out(`${JSON.stringify({ ...JSON.parse(tickJson(report)), why })}\n`);
  }
  return exits.done;
};

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

const report = ({ host, flags }: Cli, log: RunLog, done: TickReport): void => {
  const { terminal } = host;
  const level = done.exit !== 0 ? "error" : done.verdict === "red" ? "warn" : "info";
  if (flags.isJson) terminal.out(`${tickJson(done)}\n`);
  if (!flags.isJson && !terminal.isErrJournal && flags.logFormat === "text") terminal.out(tickTable(done, terminal));
  else if (terminal.isErrJournal || flags.logFormat === "json")
    log.log(level, tickLine(done), { verdict: done.verdict, exit: done.exit, duration_ms: done.durationMs });
};

/** Notes what ails the watchdog itself for the unit that tells it, and gives the exit status. */
const fallIll = ({ host, paths, flags }: Cli, exit: number, why: string): number => {
  if (!flags.isDryRun) writeIllness(host, paths.state, { exit, why });
  return exit;
};

const sayFaults = (cli: Cli, log: RunLog, faults: Extract<Loaded, { readonly kind: "faults" }>["faults"]): number => {
  const { host, paths, flags } = cli;
  for (const fault of faults) host.terminal.err(`${host.terminal.isErrJournal ? "<3>" : ""}${printFault(fault)}\n`);
  const what = `cannot use the config "${paths.config}": ${faults.length === 1 ? "1 fault" : `${faults.length} faults`}`;
  if (host.terminal.isErrJournal || flags.logFormat === "json") log.log("error", `${what}; run: dogwatch validate`);
  else complain(host, what, "Run: dogwatch validate");
  // A fault of the whole file often follows from one that has a place: the missing checks from the misspelt key.
  const first = faults.find(({ line, col }) => line > 1 || col > 1) ?? faults[0];
  return fallIll(cli, exits.config, first === undefined ? "the config is invalid" : printFault(first));
};

const locked = async (cli: Cli, log: RunLog): Promise<number> => {
  const { host, paths, flags } = cli;
  const loaded = await loadKept(host, paths, flags.isDryRun);
  if (loaded.kind === "faults") return sayFaults(cli, log, loaded.faults);
  const done = await withDeadline(runOf(cli, loaded, log, false));
  if (done === undefined) {
    log.log("error", `the tick did not end within ${tickDeadlineMs / 1000} s and was given up`);
    return fallIll(cli, exits.bug, `a tick did not end within ${tickDeadlineMs / 1000} s`);
  }
  report(cli, log, done);
  const stuck = `an alert cannot be delivered: ${done.alerts.findLast(({ delivered }) => !delivered)?.why ?? "the chat asked to wait"}`;
  if (done.exit !== 0) return fallIll(cli, done.exit, done.troubles.at(-1) ?? stuck);
  if (!flags.isDryRun) clearIllness(host, paths.state);
  return exits.done;
};

/** `dogwatch tick`: the main job, under a host-wide lock. A dry run takes no lock, since it changes nothing. */
export const tickCommand = async (cli: Cli): Promise<number> => {
  const { host, paths, flags } = cli;
  const log = await openRunLog(host.terminal, { level: flags.logLevel, format: flags.logFormat });
  if (flags.isDryRun) return await locked(cli, log);
  const made = host.files.makeFolder(paths.state, 0o750);
  const lock = host.files.lock(`${paths.state}/tick.lock`);
  if (lock.kind === "busy") return sayBusy(cli, log, lock.holder);
  // A disk that turned read-only: nothing can be healed, since nothing can be written down, but a person must hear of a red. Exits 73.
  if (lock.kind === "failed" && lock.code === "EROFS") return await locked(cli, log);
  if (lock.kind === "failed") {
    const why = made.kind === "failed" ? made.why : lock.why;
    const hint = ["ELOOP", "EINVAL", "EMLINK"].includes(lock.code)
      ? `Somebody has put something else in place of its lock; look at it, then remove it: ls -l ${paths.state}/tick.lock`
      : "Run it as root, or name a folder with --state-dir.";
    complain(host, `cannot use the state folder "${paths.state}": ${why}`, hint);
    return exits.cannotCreate;
  }
  try {
    host.files.sweep(paths.state);
    return await locked(cli, log);
  } finally {
    lock.release();
  }
};
