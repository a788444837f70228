import { clock } from "../alert/compose.ts";
import { readLast } from "../load.ts";
import { type DeafSwitch, readDeafSwitch } from "../state/deadman.ts";
import type { Cli } from "./cli.ts";
import { below, paint } from "./paint.ts";

/** What the last ping left, unless the switch was taken out of the config since. */
const deafOf = ({ host, paths }: Cli): DeafSwitch | undefined => {
  const deaf = readDeafSwitch(host, paths.state);
  return deaf === undefined || readLast(host, paths)?.deadman === null ? undefined : deaf;
};

/** That the dead-man's switch doesn't hear us, for `status`; nothing while it does, or there is none. Never throws. */
export const deafLines = (cli: Cli, now: string): readonly string[] => {
  const { host, paths } = cli;
  const deaf = deafOf(cli);
  if (deaf === undefined) return [];
  const sudo = paths.install === "system" ? "sudo " : "";
  const text = `the dead-man's switch has heard of no tick since ${clock(deaf.since, now)}: ${deaf.why}`;
  return [
    ...below(text, host.terminal.columns, 0).map((line) => paint(host.terminal, "amber", line)),
    `  run: ${sudo}dogwatch deadman test`,
  ];
};

/** The same for `status --json`. Never throws. */
export const deafJson = (cli: Cli): { readonly deadman_failing?: Pick<DeafSwitch, "since" | "why"> } => {
  const deaf = deafOf(cli);
  return deaf === undefined ? {} : { deadman_failing: { since: deaf.since, why: deaf.why } };
};
