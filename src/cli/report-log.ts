import { isMap } from "../config/json.ts";
import { askStory } from "../heal/ask-story.ts";
import { type RecentLog, recentLog } from "../heal/recent-log.ts";
import type { Failure } from "../host/host.ts";
import { readHead } from "../log/append.ts";
import type { LogCheck } from "../log/checked.ts";
import { isSeenEntry } from "../log/seen-entry.ts";
import { readBook } from "../state/book-file.ts";
import { readSealed, writeSealed } from "../state/sealed.ts";
import { type Cli, isoNow } from "./cli.ts";

/** The heal log as a page shows it, and what a reader should know of how it was had. */
export interface KnownLog extends RecentLog {
  readonly notes: readonly string[];
}

interface Kept {
  readonly version: 1;
  /** The head and the UTC day that it belongs to. */
  readonly key: string;
  readonly log: RecentLog;
}

const checks: ReadonlySet<unknown> = new Set(["whole", "faulty", "none", "unchecked"]);

/** Others than the watcher read it too, so it is looked at before it is believed. */
const isLog = (value: unknown): value is RecentLog =>
  isMap(value) &&
  Array.isArray(value["entries"]) &&
  value["entries"].every(isSeenEntry) &&
  isMap(value["check"]) &&
  checks.has(value["check"]["kind"]);

const isKept = (value: unknown): value is Kept => isMap(value) && value["version"] === 1 && isLog(value["log"]);

const keptPath = (folder: string): string => `${folder}/story.json`;
const mode = 0o640;

const helpersWord =
  "The root helper checked it; this page has that by way of the watcher, who can't read the log. Your own check: sudo dogwatch log verify";

/** Who found this out: a reader must know whose word it is. */
const checkedBy = (check: LogCheck, who: string): LogCheck =>
  check.kind === "whole" ? { ...check, notes: [...check.notes, who] } : check;

const known = (log: RecentLog, who: string, notes: readonly string[] = []): KnownLog => ({
  ...log,
  check: checkedBy(log.check, who),
  notes: log.check.kind === "faulty" ? [`heal log: ${who}`, ...notes] : notes,
});

const unknown = ({ why }: Failure): KnownLog => ({
  entries: [],
  isCut: false,
  check: { kind: "unchecked", why, head: null },
  notes: [`incidents and heals are not shown: ${why}`],
});

const readKept = ({ host, paths }: Cli): Kept | undefined => {
  const read = readSealed(host, keptPath(paths.state), isKept, false);
  return read.kind === "read" ? read.value : undefined;
};

/** The log as root's side of the wall or this process reads it now. */
const fresh = async (
  { host, paths }: Cli,
  configSha256: string,
  how: { readonly isReadOnly: boolean; readonly isAnew: boolean },
): Promise<RecentLog | Failure> => {
  if (paths.socket !== null) return await askStory(host, paths.socket, configSha256, how.isReadOnly);
  const folder = how.isAnew ? null : paths.helper;
  return await recentLog(host, { logFile: paths.logFile, folder, isReadOnly: how.isReadOnly }, isoNow(host));
};

const whoChecked = ({ host, paths }: Cli): string => {
  if (paths.socket !== null) return helpersWord;
  return `"${host.userOf(host.uid) ?? `uid ${host.uid}`}" checked it, who made this page`;
};

/** What the watcher was told last, where the log itself is out of reach. */
const older = (kept: Kept | undefined, failure: Failure): KnownLog =>
  kept === undefined
    ? unknown(failure)
    : known(kept.log, helpersWord, [`the heal log is shown as it was told last, not as it is: ${failure.why}`]);

/** What the log's present head is, without reading the log. */
const headOf = ({ host, paths }: Cli): string => {
  if (paths.socket !== null) {
    const { seq, sha256 } = readBook(host, paths.helper);
    return `${seq}:${sha256}`;
  }
  const head = readHead(host, paths.logFile);
  return "kind" in head ? head.code : `${head.seq}:${head.sha256}`;
};

/**
 * The log for a tick's page: as it was told last while its head and the day are the same, else read or asked for anew, and kept beside the state.
 * Never throws.
 */
export const logOfTick = async (cli: Cli, configSha256: string): Promise<KnownLog> => {
  const { host, paths } = cli;
  const key = `${headOf(cli)} ${isoNow(host).slice(0, 10)}`;
  const kept = readKept(cli);
  if (kept?.key === key) return known(kept.log, whoChecked(cli));
  const log = await fresh(cli, configSha256, { isReadOnly: false, isAnew: false });
  if ("kind" in log) return older(kept, log);
  const value: Kept = { version: 1, key, log };
  writeSealed(host, keptPath(paths.state), value, mode);
  return known(log, whoChecked(cli));
};

/** The log for a person's page: read and verified now where this user may, else as the watcher was told it last. Writes nothing. Never throws. */
export const logOfNow = async (cli: Cli, configSha256: string): Promise<KnownLog> => {
  const log = await fresh(cli, configSha256, { isReadOnly: true, isAnew: true });
  return "kind" in log ? older(readKept(cli), log) : known(log, whoChecked(cli));
};
