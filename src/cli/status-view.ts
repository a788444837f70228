import type { Check } from "../config/config.ts";
import type { NextTick } from "../host/host.ts";
import { loadKept } from "../load.ts";
import { type ChatLatch, readChatLatch } from "../state/chat-latch.ts";
import { hourOf } from "../state/day.ts";
import type { DeafSwitch } from "../state/deadman.ts";
import type { HealState } from "../state/heal-state.ts";
import { type Illness, readIllness } from "../state/illness.ts";
import { elapsedS, type Moment, momentOf, type State } from "../state/state.ts";
import { readHealState, statePath } from "../state/store.ts";
import type { Cli } from "./cli.ts";
import { nextOfDaemon } from "./daemon-note.ts";
import { deafOf } from "./deaf.ts";
import { filterLimits, limitsOf } from "./limits.ts";
import { quietJson, quietLines } from "./quiet-lines.ts";
import { type Ticker, tickerOf } from "./ticker.ts";

/** The shipped timer's period, where the installed one doesn't tell its own. A watchdog is stale after two without a finished tick. */
const usualPeriodS = 300;

/** What takes a program or a config to find out, and stays so until the next tick. */
export interface Surroundings {
  readonly next: NextTick | undefined;
  /** Whether a systemd runs this host; not asked where a timer is set. */
  readonly hasSystemd: boolean;
  readonly ticker: Ticker;
  readonly limits: readonly string[];
  /** The config's checks; none where all is green, or where it can't be read. */
  readonly checks: readonly Check[];
}

/** All that `status` tells. `now`: ISO 8601 UTC. */
export interface View extends Surroundings {
  readonly state: State;
  readonly isStale: boolean;
  readonly moment: Moment;
  readonly now: string;
  readonly heal: HealState;
  readonly illness: Illness | undefined;
  readonly chatLatch: ChatLatch | undefined;
  /** The dead-man's switch doesn't hear us. */
  readonly deaf: DeafSwitch | undefined;
  /** What is quiet now or will be within a day: a line each, and for a program. */
  readonly quiet: { readonly lines: readonly string[]; readonly json: object };
  /** The newest hour of the spark lines: the last tick's, or, when it is stale, the present one. */
  readonly lastHour: number;
  /** Who runs a tick right now; undefined when nobody does. */
  readonly underWay: string | undefined;
}

/** Asks systemd and the config what `status` needs of them. Never throws. */
export const lookAround = async (cli: Cli, { checks }: State): Promise<Surroundings> => {
  const { host, paths } = cli;
  const isWell = Object.values(checks).every(({ verdict }) => verdict === "green");
  const next = (await nextOfDaemon(host, paths.state)) ?? (await host.systemd.nextTick());
  const loaded = isWell ? undefined : await loadKept(host, paths, true);
  return {
    next,
    hasSystemd: next !== undefined || (await host.systemd.systemState()) !== "absent",
    ticker: tickerOf(cli),
    limits: [...(await filterLimits(cli)), ...limitsOf(cli)],
    checks: loaded?.kind === "config" ? loaded.config.checks : [],
  };
};

/** Whether no tick has finished for two periods of the timer. Pure. */
export const isStaleAt = (state: State, moment: Moment, next: NextTick | undefined): boolean =>
  elapsedS(state.moment, moment) > 2 * (next?.periodS ?? usualPeriodS);

/** Puts together what there is to tell now. Never throws. */
export const viewOf = (cli: Cli, state: State, around: Surroundings): View => {
  const { host, paths } = cli;
  const moment = momentOf(host);
  const now = new Date(host.clock.nowMs()).toISOString();
  const isStale = isStaleAt(state, moment, around.next);
  return {
    ...around,
    ...{ state, moment, now, isStale },
    heal: readHealState(host, paths.helper, moment, true).value,
    illness: readIllness(host, paths.state),
    chatLatch: readChatLatch(host, paths.state),
    deaf: deafOf(cli),
    quiet: { lines: quietLines(cli, state.configSha256, now), json: quietJson(cli, state.configSha256) },
    lastHour: Math.max(hourOf(state.at), isStale ? hourOf(now) : 0),
    underWay: host.files.holder(`${paths.state}/tick.lock`),
  };
};

/** What changes when a tick has finished: the state file's own stamp. Never throws. */
export const stampOf = ({ host, paths }: Cli): string => {
  const stat = host.files.stat(statePath(paths.state));
  return "kind" in stat ? stat.code : `${stat.modifiedMs}/${stat.sizeBytes}`;
};
