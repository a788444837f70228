import type { Check } from "../config/config.ts";
import { loadKept } from "../load.ts";
import { type ChatLatch, readChatLatch } from "../state/chat-latch.ts";
import { hourOf } from "../state/day.ts";
import type { DeafSwitch } from "../state/deadman.ts";
import type { HealState } from "../state/heal-state.ts";
import { type Illness, readIllness } from "../state/illness.ts";
import { type Moment, momentOf, type State } from "../state/state.ts";
import { readHealState, statePath } from "../state/store.ts";
import { type Cli, isoNow } from "./cli.ts";
import { deafOf } from "./deaf.ts";
import { filterLimits, limitsOf } from "./limits.ts";
import { quietJson, quietLines } from "./quiet-lines.ts";
import { isStaleAt, type Ticker, tickerOf } from "./ticker.ts";

/** What takes a program or a config to find out, and stays so until the next tick. */
export interface Surroundings extends Ticker {
  /** Whether a systemd runs this host; not asked where a timer is set. */
  readonly hasSystemd: boolean;
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
  const ticker = await tickerOf(cli);
  const loaded = isWell ? undefined : await loadKept(host, paths, true);
  return {
    ...ticker,
    hasSystemd: ticker.next !== undefined || (await host.systemd.systemState()) !== "absent",
    limits: [...(await filterLimits(cli)), ...limitsOf(cli)],
    checks: loaded?.kind === "config" ? loaded.config.checks : [],
  };
};

/** Puts together what there is to tell now. Never throws. */
export const viewOf = (cli: Cli, state: State, around: Surroundings): View => {
  const { host, paths } = cli;
  const moment = momentOf(host);
  const now = isoNow(host);
  const isStale = isStaleAt(state, moment, around);
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
