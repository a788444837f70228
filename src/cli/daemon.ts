import { openRunLog, type RunLog } from "../host/run-log.ts";
import { loadKept } from "../load.ts";
import { type Cli, complain, exits } from "./cli.ts";
import { runDaemon } from "./daemon-loop.ts";
import { removeNote, wasCutShort, writeNote } from "./daemon-note.ts";
import { usualCron } from "./daemon-words.ts";
import { failOnFaults, sayNoState } from "./tick-say.ts";

/** How long the last words to the service manager may take, in milliseconds. */
const lastWordsMs = 5000;

/** What a whole container may not know of its first process. Source: pid_namespaces(7). */
const sayFirst = ({ host }: Cli, log: RunLog): void => {
  if (host.pid === 1)
    log.log(
      "info",
      "this is process 1: what plugins leave behind stays as zombies; start the container with an init (--init)",
    );
};

const serve = async (cli: Cli, log: RunLog, cron: string): Promise<number> => {
  const { host, paths } = cli;
  const start = await loadKept(host, paths, false);
  if (start.kind === "faults") return (await failOnFaults(cli, log, start.faults)).exit;
  const [{ openSchedule }, { openNotify }, { dieOf, hearSignals }] = await Promise.all([
    import("../host/schedule.ts"),
    import("../host/notify.ts"),
    import("../host/signals.ts"),
  ]);
  const notify = openNotify(host, (why) => log.log("warn", `cannot tell the service manager: ${why}`));
  sayFirst(cli, log);
  if (wasCutShort(host, paths.state))
    log.log("warn", "the daemon before this one was cut short: killed, or the host went down");
  log.log("info", `looking now, then by the schedule "${cron}"`);
  writeNote(host, paths.state, cron);
  const open = (bells: Parameters<typeof openSchedule>[1]) => openSchedule(cron, bells);
  const exit = await runDaemon({ cli, log, start, open, hear: hearSignals, dieOf, notify });
  removeNote(host, paths.state);
  await Promise.race([notify.told(), host.clock.sleep(lastWordsMs)]);
  return exit;
};

/**
 * `dogwatch daemon`: the same tick in one process that stays, for hosts and containers without systemd timers. First tick at once, then by node-cron. Ends
 * with 78 on a config that can't be used at its start, 73 where another daemon keeps this state.
 */
export const daemonCommand = async (cli: Cli): Promise<number> => {
  const { host, paths, flags } = cli;
  const log = await openRunLog(host.terminal, { level: flags.logLevel, format: flags.logFormat });
  const cron = flags.cron ?? usualCron(host.sha256(host.hostname));
  const { scheduleFault } = await import("../host/schedule.ts");
  const fault = scheduleFault(cron);
  if (fault !== undefined) {
    complain(host, `cannot use the schedule "${cron}": ${fault}`, 'Give five or six cron fields: --cron "*/5 * * * *"');
    return exits.usage;
  }
  const made = host.files.makeFolder(paths.state, 0o750);
  const lock = host.files.lock(`${paths.state}/daemon.lock`);
  if (lock.kind === "busy") {
    complain(
      host,
      `another daemon keeps "${paths.state}": ${lock.holder}`,
      "End that one first, or name a folder with --state-dir.",
    );
    return exits.cannotCreate;
  }
  // A disk that turned read-only: each tick says so (73), and reds are told all the same.
  if (lock.kind === "failed" && lock.code !== "EROFS")
    return (await sayNoState(cli, log, made.kind === "failed" ? { ...lock, why: made.why } : lock)).exit;
  try {
    return await serve(cli, log, cron);
  } finally {
    if (lock.kind === "held") lock.release();
  }
};
