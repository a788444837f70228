import { type Fault, printFault, tellingFault } from "../config/fault.ts";
import type { Failure, Terminal } from "../host/host.ts";
import type { RunLog } from "../host/run-log.ts";
import { clearIllness, type Illness, writeIllness } from "../state/illness.ts";
import type { TickReport } from "../tick-report.ts";
import { type Cli, complain, exits, isoNow } from "./cli.ts";
import { inertLines, inLocale } from "./paint.ts";
import { failByLast } from "./tick-ping.ts";
import { tickJson, tickLine, tickTable } from "./tick-text.ts";

/** How the config calls this host, or the last one that could be used. */
const nameOf = async ({ host, paths }: Cli): Promise<string> => {
  const { loadKept, readLast } = await import("../load.ts");
  const loaded = await loadKept(host, paths, true);
  return (loaded.kind === "config" ? loaded.config : readLast(host, paths))?.host ?? host.hostname;
};

const busy = (name: string, at: string): TickReport & { readonly why: string } => ({
  host: name,
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

/** Another tick holds the lock: this one does nothing. Gives the exit status. */
export const sayBusy = async (cli: Cli, log: RunLog, holder: string): Promise<number> => {
  const { host, flags } = cli;
  const at = isoNow(host);
  log.log("info", `another tick is running (${holder}); this one does nothing`);
  if (flags.isJson) {
    const { why, ...report } = busy(await nameOf(cli), at);
    host.terminal.out(`${JSON.stringify({ ...JSON.parse(tickJson(report)), why })}\n`);
  }
  return exits.done;
};

/** The tick as one line of the run log, as urgent as what it found. `isWarned`: something is wrong that neither verdict nor exit status tells. */
export const sayLine = (log: RunLog, done: TickReport, isWarned: boolean): void => {
  const level = done.exit !== 0 ? "error" : done.verdict === "red" || isWarned ? "warn" : "info";
  log.log(level, tickLine(done), { verdict: done.verdict, exit: done.exit, duration_ms: done.durationMs });
};

/** A terminal gets nothing that would move it, in its own letters; a pipe gets the text as it is. */
const shownTable = (done: TickReport, terminal: Terminal): string => {
  const table = tickTable(done, terminal);
  return terminal.isOutTerminal ? inLocale(inertLines(table, terminal), terminal) : table;
};

/** What a tick found and did, for whoever started it: JSON, a table, or one line. */
export const report = ({ host, flags }: Cli, log: RunLog, done: TickReport, isWarned: boolean): void => {
  const { terminal } = host;
  if (flags.isJson) terminal.out(`${tickJson(done)}\n`);
  if (!flags.isJson && !terminal.isErrJournal && flags.logFormat === "text") terminal.out(shownTable(done, terminal));
  else if (terminal.isErrJournal || flags.logFormat === "json") sayLine(log, done, isWarned);
};

/** The dead-man's switch didn't hear, where that is so. */
export const sayDeaf = (log: RunLog, why: string | undefined): void => {
  if (why !== undefined) log.log("warn", why);
};

/** Notes what ails the watchdog itself for the unit that tells it, and gives it back. */
export const fallIll = ({ host, paths, flags }: Cli, exit: number, why: string): Illness => {
  if (!flags.isDryRun) writeIllness(host, paths.state, { exit, why });
  return { exit, why };
};

/** What a tick leaves of its own health; undefined: it is well. */
export const settle = (cli: Cli, done: TickReport): Illness | undefined => {
  const stuck = `an alert cannot be delivered: ${done.alerts.findLast(({ delivered }) => !delivered)?.why ?? "the chat asked to wait"}`;
  if (done.exit !== 0) return fallIll(cli, done.exit, done.troubles.at(-1) ?? stuck);
  if (!cli.flags.isDryRun) clearIllness(cli.host, cli.paths.state);
  return undefined;
};

/** Tells each fault of a config that can't be used, and falls ill of it. */
export const sayFaults = (cli: Cli, log: RunLog, faults: readonly Fault[]): Illness => {
  const { host, paths, flags } = cli;
  for (const fault of faults) host.terminal.err(`${host.terminal.isErrJournal ? "<3>" : ""}${printFault(fault)}\n`);
  const what = `cannot use the config "${paths.config}": ${faults.length === 1 ? "1 fault" : `${faults.length} faults`}`;
  if (host.terminal.isErrJournal || flags.logFormat === "json") log.log("error", `${what}; run: dogwatch validate`);
  else complain(host, what, "Run: dogwatch validate");
  return fallIll(cli, exits.config, tellingFault(faults));
};

/** The same where nothing is watched any longer for it, which the dead-man's switch hears too. */
export const failOnFaults = async (cli: Cli, log: RunLog, faults: readonly Fault[]): Promise<Illness> => {
  const illness = sayFaults(cli, log, faults);
  sayDeaf(log, await failByLast(cli, illness));
  return illness;
};

/** Says that the state folder can't be used. */
export const sayNoState = async (cli: Cli, log: RunLog, { code, why }: Failure): Promise<Illness> => {
  const { host, paths } = cli;
  const hint = ["ELOOP", "EINVAL", "EMLINK"].includes(code)
    ? `Somebody has put something else in place of its lock; look at it, then remove it: ls -l ${paths.state}/tick.lock`
    : "Run it as root, or name a folder with --state-dir.";
  const what = `cannot use the state folder "${paths.state}": ${why}`;
  complain(host, what, hint);
  sayDeaf(log, await failByLast(cli, { exit: exits.cannotCreate }));
  return { exit: exits.cannotCreate, why: what };
};
