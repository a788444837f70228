import type { Notify } from "../host/notify.ts";
import type { RunLog } from "../host/run-log.ts";
import type { Bells, Schedule } from "../host/schedule.ts";
import type { Signal } from "../host/signals.ts";
import type { LoadedConfig } from "../load.ts";
import { tickDeadlineMs } from "../run.ts";
import type { Illness } from "../state/illness.ts";
import { type Cli, exits } from "./cli.ts";
import { type Bell, createBell, type Rung } from "./daemon-bell.ts";
import { type HeldConfig, holdConfig } from "./daemon-config.ts";
import { illnessAfter } from "./daemon-illness.ts";
import { missedNotes, statusLine } from "./daemon-words.ts";
import { plural } from "./paint.ts";
import { type Ended, runTick, type TickWays } from "./tick.ts";
import { leaveMetrics } from "./tick-metrics.ts";
import { fallIll, sayFaults, sayLine } from "./tick-say.ts";
import { tickJson } from "./tick-text.ts";

/** What the loop works with; the doors that only a process which stays needs are handed in. */
export interface DaemonParts {
  readonly cli: Cli;
  readonly log: RunLog;
  readonly start: LoadedConfig;
  readonly open: (bells: Bells) => Schedule;
  readonly hear: (hear: (signal: Signal) => void) => () => void;
  readonly dieOf: (signal: Signal) => void;
  readonly notify: Notify;
}

/** After so many ticks in a row that threw, a bug of ours may have spoilt this process: a new one starts clean. */
const maxBugs = 3;

interface Bug extends Illness {
  readonly isBug: true;
}

/** How a tick went, as the loop has to know it. */
interface Went extends Ended {
  readonly isBug?: true;
  readonly illness?: Illness;
}

/** What one daemon is at, from its start to its end. */
interface Life {
  /** Milliseconds on the monotonic clock when the tick in hand began; undefined between ticks. */
  inHandSinceMs: number | undefined;
  /** The last tick reached its end. */
  isWell: boolean;
  isEnding: boolean;
  /** What `systemctl status` shows. */
  status: string;
}

/**
 * A bug of ours in one tick must not be the end of the watch, as it isn't under the timer: it is told with its stack, and the next tick comes in its time.
 * The one place beside main.ts that catches everything.
 */
const orBug = async <T>({ cli }: DaemonParts, work: () => Promise<T>): Promise<T | Bug> => {
  try {
    return await work();
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    cli.host.terminal.err(`dogwatch: this is a bug, please report it: ${text}\n`);
    const why = `a bug: ${error instanceof Error ? error.message : String(error)}`;
    return { ...fallIll(cli, exits.bug, why), isBug: true };
  }
};

/** Says what ails dogwatch as dogwatch-failed.service does for a unit that failed: a daemon's unit doesn't. */
const tell = async ({ cli }: DaemonParts, { exit, why }: Illness): Promise<void> => {
  const { host } = cli;
  const { tellIllness } = await import("./failed.ts");
  const plain = { ...host.terminal, err: (text: string): boolean => host.terminal.err(text.replace(/^<\d>/u, "")) };
  const mine = host.terminal.isErrJournal ? cli : { ...cli, host: { ...host, terminal: plain } };
  await tellIllness(mine, { status: String(exit), why });
};

const lookOnce = async (parts: DaemonParts, held: HeldConfig, notes: readonly string[]): Promise<Went> => {
  const { cli, log } = parts;
  const ways: TickWays = {
    load: () => held.load(),
    notes: () => [...notes, ...held.notes()],
    isSeen: false,
    say: (_, to, done, isWarned) =>
      cli.flags.isJson ? cli.host.terminal.out(`${tickJson(done)}\n`) : sayLine(to, done, isWarned),
  };
  const ended = await orBug(parts, () => runTick(cli, log, ways));
  const illness = illnessAfter(ended, held);
  if (illness === undefined) return ended;
  if (illness.why !== ended.why) {
    fallIll(cli, illness.exit, illness.why);
    if ("report" in ended && ended.report !== undefined) leaveMetrics(cli, { ...ended.report, exit: illness.exit });
  }
  await orBug(parts, () => tell(parts, illness));
  return { ...ended, illness };
};

const sayStatus = ({ cli: { host }, notify }: DaemonParts, life: Life, bell: Bell, went: Went): void => {
  const nowMs = host.clock.nowMs();
  const nextAt = new Date(nowMs + bell.msToNext()).toISOString();
  life.status = statusLine(went, went.illness?.why, nextAt, new Date(nowMs).toISOString());
  notify.status(life.status);
};

const reload = async (parts: DaemonParts, held: HeldConfig, life: Life): Promise<void> => {
  const { cli, log, notify } = parts;
  notify.reloading();
  const loaded = await held.reload();
  if (loaded.kind === "faults") {
    const illness = sayFaults(cli, log, loaded.faults);
    log.log("error", "the config that was read before goes on");
    await tell(parts, illness);
  } else {
    log.log(
      "info",
      `the config was read again: ${plural(loaded.config.checks.length, "check")}; the next tick goes by it`,
    );
  }
  notify.ready(life.status);
};

/** Answers the signals. The first that ends lets the tick in hand come to its end; a second one doesn't. */
const answer = (parts: DaemonParts, held: HeldConfig, life: Life, bell: Bell): ((signal: Signal) => void) => {
  let reloads: Promise<unknown> = Promise.resolve();
  return (signal) => {
    if (signal === "SIGHUP") {
      reloads = reloads.then(() => orBug(parts, () => reload(parts, held, life)));
      return;
    }
    if (life.isEnding) {
      parts.log.log("warn", `a second ${signal}: ended in the middle of a tick`);
      return parts.dieOf(signal);
    }
    life.isEnding = true;
    const how = life.inHandSinceMs === undefined ? "" : " when the tick in hand has";
    parts.log.log("info", `${signal}: it ends${how}`);
    parts.notify.stopping("ending");
    bell.close();
  };
};

/** A sign of life as long as ticks finish: none while one is over its deadline, and none after one that didn't reach its end. */
const pulse = async ({ cli, notify }: DaemonParts, life: Life, end: AbortSignal): Promise<void> => {
  const { clock } = cli.host;
  while (notify.watchdogMs !== undefined && !end.aborted) {
    await clock.sleep(notify.watchdogMs / 2, end);
    const { inHandSinceMs } = life;
    const isInTime = inHandSinceMs === undefined || clock.monotonicMs() - inHandSinceMs <= tickDeadlineMs;
    if (life.isWell && isInTime && !end.aborted) notify.keepAlive();
  }
};

const loop = async (parts: DaemonParts, held: HeldConfig, life: Life, bell: Bell): Promise<number> => {
  const { clock } = parts.cli.host;
  let bugs = 0;
  let lastedMs = 0;
  let rung: Rung | undefined = { busy: 0, stood: 0, isClockBack: false };
  while (rung !== undefined) {
    const startedMs = clock.monotonicMs();
    life.inHandSinceMs = startedMs;
    const went = await lookOnce(parts, held, missedNotes(rung, lastedMs));
    life.inHandSinceMs = undefined;
    lastedMs = clock.monotonicMs() - startedMs;
    life.isWell = went.isBug === undefined && went.isLate === undefined;
    bugs = went.isBug ? bugs + 1 : 0;
    // What hangs in this process can't be ended otherwise, and who supervises it starts it anew.
    if (went.isLate || bugs === maxBugs) return exits.bug;
    if (!life.isEnding) sayStatus(parts, life, bell, went);
    rung = await bell.wait();
  }
  return exits.done;
};

/** The daemon's life, from the first tick, at once, to the last. Gives the exit status: 0 ended by a signal, 70 a tick hung or threw three times in a row. */
export const runDaemon = async (parts: DaemonParts): Promise<number> => {
  const { cli, notify } = parts;
  const held = holdConfig(cli.host, cli.paths, parts.start);
  const bell = createBell(cli.host.clock, parts.open);
  const life: Life = { inHandSinceMs: undefined, isWell: true, isEnding: false, status: "the first look is running" };
  const unhear = parts.hear(answer(parts, held, life, bell));
  const end = new AbortController();
  notify.ready(life.status);
  const beating = pulse(parts, life, end.signal);
  const exit = await loop(parts, held, life, bell);
  bell.close();
  end.abort();
  await beating;
  unhear();
  return exit;
};
