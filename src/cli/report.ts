import type { Done, Failure } from "../host/host.ts";
import { loadKept } from "../load.ts";
import { escapeUnsafe } from "../log/bounds.ts";
import { momentOf } from "../state/state.ts";
import { readState, stateDenial, statePath } from "../state/store.ts";
import { type Cli, complain, exits } from "./cli.ts";
import { logOfNow } from "./report-log.ts";
import { gatherPage } from "./report-page.ts";
import { isWalled } from "./report-tick.ts";
import { writePage } from "./report-write.ts";
import { isStaleAt, tickerOf } from "./ticker.ts";

const childMs = 60_000;
const maxPageBytes = 64 * 1024 * 1024;
/** What a person has to mend: everything else is the disk's fault. */
const refusals: ReadonlySet<string> = new Set([
  "EEXIST",
  "EACCES",
  "EPERM",
  "EROFS",
  "ENOENT",
  "ENOTDIR",
  "ELOOP",
  "EISDIR",
]);

/** The page of now, as text. */
const pageText = async (cli: Cli): Promise<string> => {
  const { host, paths, flags } = cli;
  const loaded = await loadKept(host, paths, true);
  const state = readState(host, paths.state, true).value;
  const log = await logOfNow(cli, loaded.kind === "config" ? loaded.sha256 : state.configSha256);
  const isStale = isStaleAt(state, momentOf(host), await tickerOf(cli));
  const page = await gatherPage(cli, loaded, log, isStale);
  if (flags.isJson) return `${escapeUnsafe(JSON.stringify(page))}\n`;
  return (await import("../report/html.ts")).renderPage(page);
};

/** As root on a system install: a child becomes the watcher, whose files root doesn't touch, and makes the page; root only writes it. */
const pageOfWatcher = async ({ host, paths, flags }: Cli): Promise<string | Failure> => {
  const stat = host.files.stat(paths.state);
  if ("kind" in stat) return { ...stat, why: `"${paths.state}": ${stat.why}` };
  const user = host.userOf(stat.uid);
  if (user === undefined) return { kind: "failed", code: "ENOENT", why: `the owner of "${paths.state}" has no name` };
  const ran = await host.exec.run({
    argv: [host.binary, "report", "--config", paths.config, ...(flags.isJson ? ["--json"] : [])],
    ...{ user, timeoutMs: childMs, maxOutputBytes: maxPageBytes },
  });
  if (ran.kind === "exited" && ran.status === 0) return ran.stdout;
  const why = ran.kind === "failed" ? ran.why : ran.kind === "exited" ? ran.stderr.trim() : "it did not end in time";
  return { kind: "failed", code: "EIO", why: `the page could not be made as "${user}": ${why}` };
};

const isRootAtWall = ({ host, paths }: Cli): boolean => host.uid === 0 && isWalled(paths);

const said = ({ host }: Cli, path: string, written: Done): number => {
  if (written.kind === "done") return exits.done;
  complain(host, `cannot write "${path}": ${written.why}`, "Without -o the page goes to standard output.");
  return refusals.has(written.code) ? exits.cannotCreate : exits.ioError;
};

const toFile = async (cli: Cli, path: string): Promise<number> => {
  const { host } = cli;
  const made = isRootAtWall(cli) ? await pageOfWatcher(cli) : await pageText(cli);
  return said(cli, path, typeof made === "string" ? writePage(host, path, made) : made);
};

const misuse = ({ flags }: Cli): string | undefined => {
  if (flags.isLink !== true) return undefined;
  if (flags.output !== undefined) return "--link and -o exclude each other";
  return flags.isJson ? "--link and --json exclude each other" : undefined;
};

/**
 * `dogwatch report [-o FILE]`: one HTML page of what is known: now, the last 30 days, incidents, heals, the log's check. What can't be had is said in the
 * page, with exit status 0.
 */
export const reportCommand = async (cli: Cli): Promise<number> => {
  const { host, paths, flags } = cli;
  const wrong = misuse(cli);
  if (wrong !== undefined) {
    complain(host, wrong, "Run: dogwatch report --help");
    return exits.usage;
  }
  if (flags.isLink === true) return await (await import("./report-link.ts")).linkReport(cli);
  const denial = isRootAtWall(cli) ? undefined : stateDenial(host, paths.state);
  if (denial !== undefined) {
    complain(
      host,
      `cannot read "${statePath(paths.state)}": ${denial}`,
      'Run: sudo dogwatch report, or join the group "dogwatch".',
    );
    return exits.ioError;
  }
  if (flags.output !== undefined) return await toFile(cli, flags.output);
  host.terminal.out(await pageText(cli));
  return exits.done;
};
