import { cleanEvidence } from "../probes/evidence.ts";
import { readIllness, readToldIllness, writeToldIllness } from "../state/illness.ts";
import { elapsedS } from "../state/state.ts";
import { type Cli, exits } from "./cli.ts";

/** Reminds on the terminals as the chat would: the config's remind_every, or this when it can't be read. */
const remindEveryMs = 4 * 3_600_000;

/** Longest line that is sent to terminals, in characters. */
const maxTextLength = 1000;

/** The one next command for an exit status of the tick's unit. Source: sysexits(3), systemd.exec(5) "Process Exit Codes". */
const nextFor = (status: string, { paths }: Cli): string => {
  switch (status) {
    case "78":
      return "dogwatch validate";
    case "75":
      return "dogwatch chat test";
    case "73":
    case "74":
      return `df -h ${paths.state} ${paths.logFile.replace(/\/[^/]*$/u, "")}`;
    case "243":
      return `ls -ld ${paths.credentials.path}`;
    default:
      return `journalctl ${paths.install === "user" ? "--user " : ""}-u dogwatch -n 50`;
  }
};

const causeOf = (cli: Cli): { readonly status: string; readonly why: string } => {
  const { env } = cli.host;
  const illness = readIllness(cli.host, cli.paths.state);
  const status = env["MONITOR_EXIT_STATUS"] ?? String(illness?.exit ?? "unknown");
  if (illness !== undefined && String(illness.exit) === status) return { status, why: illness.why };
  if (status === "243") return { status, why: `the credentials folder "${cli.paths.credentials.path}" cannot be read` };
  const result = env["MONITOR_SERVICE_RESULT"];
  return {
    status,
    why: result === "timeout" ? "the tick did not end in time" : `the tick ended with ${result ?? "an error"}`,
  };
};

const remindMs = async (cli: Cli): Promise<number> => {
  const { loadKept } = await import("../load.ts");
  const loaded = await loadKept(cli.host, cli.paths, true);
  return loaded.kind === "config" ? loaded.config.remindEveryMs : remindEveryMs;
};

/**
 * `dogwatch failed`, run by dogwatch-failed.service: says what ails the watchdog itself and the one next command. In the journal
 * each time (`<3>`), on every terminal once per cause and then at each reminder (`<0>`, which journald forwards). Source: sd-daemon(3).
 */
export const failedCommand = async (cli: Cli): Promise<number> => {
  const { host, paths } = cli;
  const { status, why } = causeOf(cli);
  const moment = { bootId: host.clock.bootId(), uptimeS: host.clock.uptimeS() };
  // Under systemd in /run, which can be written when the disk of the state is full or read-only.
  const memory = host.env["RUNTIME_DIRECTORY"]?.split(":", 1)[0] || paths.state;
  const told = readToldIllness(host, memory);
  const cause = `${status} ${why.split(/\d/u, 1)[0] ?? ""}`;
  const isDue = told?.cause !== cause || elapsedS(told.moment, moment) * 1000 >= (await remindMs(cli));
  const text = `dogwatch on ${host.hostname} is ill (status ${status}): ${why}. Next: ${nextFor(status, cli)}`;
  host.terminal.err(`<${isDue ? 0 : 3}>${cleanEvidence(text, maxTextLength)}\n`);
  if (isDue) writeToldIllness(host, memory, { version: 1, cause, moment });
  return exits.done;
};
