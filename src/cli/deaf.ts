import { clock } from "../alert/compose.ts";
import { readLast } from "../load.ts";
import { type DeafSwitch, readDeafSwitch } from "../state/deadman.ts";
import type { Cli } from "./cli.ts";

/** What the last ping left, unless the switch was taken out of the config since. Never throws. */
export const deafOf = ({ host, paths }: Cli): DeafSwitch | undefined => {
  const deaf = readDeafSwitch(host, paths.state);
  return deaf === undefined || readLast(host, paths)?.deadman === null ? undefined : deaf;
};

/** That the dead-man's switch doesn't hear us, for `status`. `now`: ISO 8601 UTC. Pure. */
export const deafText = ({ since, why }: DeafSwitch, now: string): string =>
  `the dead-man's switch has heard of no tick since ${clock(since, now)}: ${why}`;

/** The same for `status --json`. Pure. */
export const deafJson = (
  deaf: DeafSwitch | undefined,
): { readonly deadman_failing?: Pick<DeafSwitch, "since" | "why"> } =>
  deaf === undefined ? {} : { deadman_failing: { since: deaf.since, why: deaf.why } };
