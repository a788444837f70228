import { filterFault } from "../config/ip-filter.ts";
import { secretReader } from "../config/secret.ts";
import { askHelper } from "../heal/ask.ts";
import { approveAll } from "../heal/context.ts";
import { helperInProcess } from "../heal/in-process.ts";
import type { RunLog } from "../host/run-log.ts";
import type { LoadedConfig } from "../load.ts";
import { lookAll, lookAsUsers } from "../looks.ts";
import type { Progress } from "../progress.ts";
import { type Run, tickDeadlineMs } from "../run.ts";
import type { Cli } from "./cli.ts";
import { journalOf, recipeReader } from "./heal-parts.ts";

/** Longest watch of one tick, and what the deadline must leave for telling it, in milliseconds. */
const maxWatchMs = 90_000;
const reserveMs = 20_000;

/** The helper of this run, and who looks at what we can't: root's side of the wall where there is one, else ourselves. */
const helperOf = (
  cli: Cli,
  { config, sha256, keepables }: LoadedConfig,
  parts: Pick<Run, "log" | "secret" | "progress"> & { isReadOnly: boolean; leftMs: () => number },
): Pick<Run, "helper" | "elsewhere"> => {
  const { host, paths } = cli;
  const { log, progress, secret, isReadOnly, leftMs } = parts;
  if (paths.socket !== null) {
    const helper = askHelper({
      ...{ host, config, configSha256: sha256, socket: paths.socket },
      isDryRun: isReadOnly,
      waitMs: leftMs,
    });
    return { helper, elsewhere: async (checks) => await helper.look(checks.map(({ name }) => name)) };
  }
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

/** Makes the run of one tick from a loaded config. */
export const runOf = (cli: Cli, loaded: LoadedConfig, log: RunLog, isDryRun: boolean, progress?: Progress): Run => {
  const { host, paths, flags } = cli;
  const startedMs = host.clock.monotonicMs();
  const secret = secretReader(host, paths.credentials);
  const isReadOnly = isDryRun || flags.isDryRun;
  const leftMs = (): number => tickDeadlineMs - reserveMs - (host.clock.monotonicMs() - startedMs);
  return {
    host,
    config: loaded.config,
    configSha256: loaded.sha256,
    keepables: loaded.keepables,
    paths,
    log,
    openChat: async () => {
      const { openChat } = await import("../alert/platforms/index.ts");
      return await openChat(loaded.config.chat);
    },
    secret,
    ...helperOf(cli, loaded, { log, progress, secret, isReadOnly, leftMs }),
    filterFault: () => (paths.socket === null ? undefined : filterFault(host, loaded.config)),
    isDryRun: isReadOnly,
    progress,
    startedMs,
  };
};
