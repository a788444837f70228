import { filterFault } from "../config/ip-filter.ts";
import { secretReader } from "../config/secret.ts";
import { askHelper } from "../heal/ask.ts";
import type { RunLog } from "../host/run-log.ts";
import type { LoadedConfig } from "../load.ts";
import type { Progress } from "../progress.ts";
import { type Run, tickDeadlineMs } from "../run.ts";
import type { Cli } from "./cli.ts";
import type { HelperParts } from "./helper-here.ts";

/** What the deadline must leave for telling it all, in milliseconds. */
const reserveMs = 20_000;

/** The helper of this run, and who looks at what we can't: root's side of the wall where there is one, else ourselves, which loads all that heals. */
const helperOf = async (
  cli: Cli,
  loaded: LoadedConfig,
  parts: HelperParts,
): Promise<Pick<Run, "helper" | "elsewhere">> => {
  const { host, paths } = cli;
  if (paths.socket !== null) {
    const helper = askHelper({
      ...{ host, config: loaded.config, configSha256: loaded.sha256, socket: paths.socket },
      isDryRun: parts.isReadOnly,
      waitMs: parts.leftMs,
    });
    return { helper, elsewhere: async (checks) => await helper.look(checks.map(({ name }) => name)) };
  }
  const { helperHere } = await import("./helper-here.ts");
  return helperHere(cli, loaded, parts);
};

/** Makes the run of one tick from a loaded config. */
export const runOf = async (
  cli: Cli,
  loaded: LoadedConfig,
  log: RunLog,
  isDryRun: boolean,
  progress?: Progress,
): Promise<Run> => {
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
    ...(await helperOf(cli, loaded, { log, progress, secret, isReadOnly, leftMs })),
    filterFault: () => (paths.socket === null ? undefined : filterFault(host, loaded.config)),
    isDryRun: isReadOnly,
    progress,
    startedMs,
  };
};
