import { clock } from "../alert/compose.ts";
import { countOf, waitsSince } from "../alert/entry.ts";
import { withoutDurations } from "../config/duration.ts";
import { cleanEvidence } from "../probes/evidence.ts";
import { readIllness, readToldIllness, writeToldIllness } from "../state/illness.ts";
import { elapsedS, momentOf } from "../state/state.ts";
import { type Cli, exits, isoNow } from "./cli.ts";
import { nextCommand, withoutRemedy } from "./next-command.ts";
import { leaveIllMetrics } from "./tick-metrics.ts";

/** Reminds on the terminals as the chat would: the config's remind_every, or this when it can't be read. */
const remindEveryMs = 4 * 3_600_000;

/** Longest reason, and longest line before the next command, that are sent to terminals, in characters. */
const maxWhyLength = 700;
const maxTextLength = 900;

/** How a unit ended, where its result alone says it. Source: systemd.exec(5), SERVICE_RESULT. */
const ends: Readonly<Record<string, string>> = {
  timeout: "the tick did not end in time",
  watchdog: "a tick hung; the daemon was ended and is started anew",
  signal: "it was killed",
  "core-dump": "it crashed",
  "oom-kill": "it was killed, since memory ran out",
};

/** What ails the watchdog; `status`: an exit status, or a signal's name. */
interface Cause {
  readonly status: string;
  readonly why: string;
}

const causeOf = (cli: Cli): Cause => {
  const { env } = cli.host;
  const illness = readIllness(cli.host, cli.paths.state);
  const status = env["MONITOR_EXIT_STATUS"] ?? String(illness?.exit ?? "unknown");
  if (illness !== undefined && String(illness.exit) === status) return { status, why: illness.why };
  if (status === "243") return { status, why: `the credentials folder "${cli.paths.credentials.path}" cannot be read` };
  const result = env["MONITOR_SERVICE_RESULT"] ?? "an error";
  return { status, why: ends[result] ?? `the tick ended with ${result}` };
};

/** What the config says, or the last one that could be used: how the host is called and how often to remind. */
const known = async ({ host, paths }: Cli): Promise<{ readonly name: string; readonly remindMs: number }> => {
  const { loadKept, readLast } = await import("../load.ts");
  const loaded = await loadKept(host, paths, true);
  const config = loaded.kind === "config" ? loaded.config : readLast(host, paths);
  return { name: config?.host ?? host.hostname, remindMs: config?.remindEveryMs ?? remindEveryMs };
};

/** How long a chat has been dead, and what waits for it; empty for another illness. It changes from tick to tick, so it is no part of the cause. */
const waiting = async ({ host, paths }: Cli, status: string): Promise<string> => {
  if (status !== String(exits.stuck)) return "";
  const [{ readState }, { readChatLatch }] = await Promise.all([
    import("../state/store.ts"),
    import("../state/chat-latch.ts"),
  ]);
  const { outbox } = readState(host, paths.state, true).value;
  const oldest = waitsSince(outbox);
  const now = isoNow(host);
  const latch = readChatLatch(host, paths.state);
  if (oldest === null) return latch === undefined ? "" : ` (since ${clock(latch.at, now)})`;
  const count = countOf(outbox);
  const since = clock(oldest, now);
  return count === 1 ? ` (1 alert waits since ${since})` : ` (${count} alerts wait, the oldest since ${since})`;
};

/**
 * `dogwatch failed`, run by dogwatch-failed.service: says what ails the watchdog itself and the one next command. In the journal
 * each time (`<3>`), on every terminal once per cause and then at each reminder (`<0>`, which journald forwards). Source: sd-daemon(3).
 */
export const failedCommand = async (cli: Cli): Promise<number> => {
  const cause = causeOf(cli);
  // What the tick said itself stands there already, with what it saw.
  if (readIllness(cli.host, cli.paths.state)?.why !== cause.why)
    leaveIllMetrics(cli, /^\d+$/u.test(cause.status) ? Number(cause.status) : -1);
  return await tellIllness(cli, cause);
};

/** The same for a process that knows what ails it, where nothing may have been left to read. */
export const tellIllness = async (cli: Cli, { status, why }: Cause): Promise<number> => {
  const { host, paths } = cli;
  const moment = momentOf(host);
  // Under systemd in /run, which can be written when the disk of the state is full or read-only.
  const memory = host.env["RUNTIME_DIRECTORY"]?.split(":", 1)[0] || paths.state;
  const told = readToldIllness(host, memory);
  const cause = `${status} ${withoutDurations(why)}`;
  const { name, remindMs } = await known(cli);
  const isDue = told?.cause !== cause || elapsedS(told.moment, moment) * 1000 >= remindMs;
  const text = `dogwatch on ${name} is ill (status ${status}): ${cleanEvidence(withoutRemedy(why), maxWhyLength)}${await waiting(cli, status)}`;
  const next = `Next: ${nextCommand(status, paths, why)}`;
  host.terminal.err(`<${isDue ? 0 : 3}>${cleanEvidence(text, maxTextLength)}. ${next}\n`);
  if (isDue) writeToldIllness(host, memory, { version: 1, cause, moment });
  return exits.done;
};
