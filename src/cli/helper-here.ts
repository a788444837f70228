import { approveAll } from "../heal/context.ts";
import { helperInProcess } from "../heal/in-process.ts";
import type { LoadedConfig } from "../load.ts";
import { lookAll, lookAsUsers } from "../looks.ts";
import type { Run } from "../run.ts";
import type { Cli } from "./cli.ts";
import { journalOf, recipeReader } from "./heal-parts.ts";

/** Longest watch of one tick, in milliseconds. */
const maxWatchMs = 90_000;

/** What a tick's helper is given beyond the config. */
export interface HelperParts extends Pick<Run, "log" | "secret" | "progress"> {
  /** Nothing at all is to be changed. */
  readonly isReadOnly: boolean;
  /** Milliseconds that a heal may take now. */
  readonly leftMs: () => number;
}

/** The helper in the tick's own process, and who looks as other users there. Never throws. */
export const helperHere = (
  cli: Cli,
  { config, sha256, keepables }: LoadedConfig,
  { log, progress, secret, isReadOnly, leftMs }: HelperParts,
): Pick<Run, "helper" | "elsewhere"> => {
  const { host, paths } = cli;
  const elsewhere = lookAsUsers(host, null);
  const { beats } = paths;
  const helper = helperInProcess({
    ...{ host, config, isReadOnly },
    configSha256: sha256,
    folder: paths.helper,
    journal: journalOf(cli, config, isReadOnly),
    readRecipe: recipeReader(cli),
    by: "helper",
    keepables,
    look: async (checks, memory) => await lookAll(host, checks, { secret, memory, beats }, elsewhere),
    elsewhere: async (checks, memory) => await elsewhere(checks, { secret, memory, beats }),
    watchMs: () => Math.min(maxWatchMs, leftMs()),
    onStep: (text) => {
      log.log("debug", `heal: ${text}`);
      progress?.stage(`heal: ${text}`);
    },
    approve: approveAll,
  });
  return { helper, elsewhere };
};
