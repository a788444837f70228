import type { Config } from "../config/config.ts";
import { filterFault } from "../config/ip-filter.ts";
import { secretReader } from "../config/secret.ts";
import { isHelperTrouble } from "../heal/ask.ts";
import type { Head } from "../log/entry.ts";
import { readBook } from "../state/book-file.ts";
import type { TickReport } from "../tick-report.ts";
import { type Cli, exits, isoNow } from "./cli.ts";
import { nextCommand } from "./next-command.ts";

/** How a run ended. `why`: a fault of the config; other reasons are told by the status alone, since they may quote others. */
export interface Ended {
  readonly exit: number;
  readonly why?: string;
  readonly report?: TickReport;
}

/** The dead-man's switch of one run: the start is told, the end is still to be. */
export interface DeadmanSwitch {
  /** Tells the end, once all else is on disk; gives why that was not heard, as a sentence. Never throws. */
  end(ended: Ended): Promise<string | undefined>;
}

const none: DeadmanSwitch = { end: async () => undefined };

/** Our own words for an exit status; what a chat or a disk said stays on this host. */
const reasons: Readonly<Record<number, string>> = {
  [exits.bug]: "it met a bug of its own, or did not end in time",
  [exits.cannotCreate]: "its state or log cannot be opened or made, or the heal helper is gone",
  [exits.ioError]: "its state or log cannot be written, or the heal helper doesn't answer",
  [exits.stuck]: "an alert waits for longer than a tick, or is refused for good",
  [exits.config]: "its config or a recipe is invalid",
};

/** Our own words on why the helper could not be asked; a disk's and a chat's stay on this host. */
const helperTrouble = ({ report }: Ended): string => {
  const trouble = report?.troubles.at(-1) ?? "";
  return isHelperTrouble(trouble) ? trouble : "";
};

/** The log's head, asked of nobody: as this run heard of it, else as the log's writer left it. */
const headOf = ({ host, paths }: Cli, lastHead: () => Head | null): Head | null => {
  const heard = lastHead();
  if (heard !== null) return heard;
  const { seq, sha256 } = readBook(host, paths.helper);
  return { seq, sha256 };
};

const whyOf = ({ exit, why }: Ended): { readonly why?: string } => {
  const words = exit === 0 ? undefined : (why ?? reasons[exit]);
  return words === undefined ? {} : { why: words };
};

/**
 * Tells the switch of this config that a run begins, without waiting, and gives what tells its end. A dry run tells nothing. Loads what it
 * needs only where there is a switch. Must be called before the tick sets its egress list. Never throws.
 */
export const openSwitch = async (
  cli: Cli,
  config: Config,
  lastHead: () => Head | null = () => null,
): Promise<DeadmanSwitch> => {
  const { host, paths, flags } = cli;
  const { deadman } = config;
  if (deadman === null || flags.isDryRun) return none;
  const [{ openWatch, ridOf }, { pingBody }, { noteSwitch }] = await Promise.all([
    import("../alert/deadman.ts"),
    import("../alert/ping-body.ts"),
    import("../state/deadman.ts"),
  ]);
  const { clock } = host;
  const rid = ridOf(host.sha256(`${clock.bootId()}/${host.hostname}/${host.pid}/${clock.uptimeS()}/${clock.nowMs()}`));
  const secret = secretReader(host, paths.credentials);
  const watch = openWatch({ host, deadman, rid, secret }, clock.monotonicMs);
  return {
    end: async (ended) => {
      const { exit, report } = ended;
      const body = pingBody({
        ...{ host: config.host, exit, ...whyOf(ended) },
        ...(exit === 0 ? {} : { next: nextCommand(String(exit), paths, helperTrouble(ended)) }),
        ...(report === undefined ? {} : { found: report }),
        head: headOf(cli, lastHead),
      });
      const why = await watch.end(exit === 0 ? "" : "/fail", body);
      noteSwitch(host, paths.state, isoNow(host), why);
      if (why === undefined) return undefined;
      const filter = paths.socket === null ? undefined : filterFault(host, config);
      return `the dead-man's switch did not hear of this tick: ${why}${filter === undefined ? "" : `; ${filter}`}`;
    },
  };
};

/**
 * Tells the switch that a run failed before it had a config to work with: by the config as it is, where that can be read, else by the last
 * one that could be used. Never throws.
 */
export const failByLast = async (cli: Cli, ended: Ended): Promise<string | undefined> => {
  const { host, paths, flags } = cli;
  if (flags.isDryRun) return undefined;
  const { loadKept, readLast } = await import("../load.ts");
  const loaded = ended.exit === exits.config ? undefined : await loadKept(host, paths, true);
  const config = loaded?.kind === "config" ? loaded.config : readLast(host, paths);
  return config === undefined ? undefined : await (await openSwitch(cli, config)).end(ended);
};
