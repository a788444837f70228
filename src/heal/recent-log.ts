import type { Failure, Host } from "../host/host.ts";
import { readHead } from "../log/append.ts";
import { checkLog, type LogCheck } from "../log/checked.ts";
import type { Head } from "../log/entry.ts";
import { type Recent, readRecent } from "../log/recent.ts";
import { segmentsOf } from "../log/segments.ts";
import { readSealed, writeSealed } from "../state/sealed.ts";

/** What the report shows of the heal log: its entries of the last 35 days, and whether its chain is whole. */
export interface RecentLog extends Recent {
  readonly check: LogCheck;
}

/** Where the log lies, and the folder in which its last check is kept; null: it is checked now, whatever was known. */
export interface RecentPlace {
  readonly logFile: string;
  readonly folder: string | null;
  /** This check isn't kept. */
  readonly isReadOnly: boolean;
}

const spanMs = 35 * 86_400_000;
/** A longer log is checked once a day, however often it grows. */
const quickBytes = 16 * 1024 * 1024;
const mode = 0o640;

interface Kept {
  readonly version: 1;
  readonly head: Head;
  readonly check: LogCheck;
  /** UTC. */
  readonly day: string;
}

const isKept = (value: unknown): value is Kept =>
  typeof value === "object" && value !== null && "version" in value && value.version === 1 && "check" in value;

const keptPath = (folder: string): string => `${folder}/log-checked.json`;

const sizeOf = ({ files }: Host, paths: readonly string[]): number =>
  paths.reduce((sum, path) => {
    const stat = files.stat(path);
    return sum + ("kind" in stat ? 0 : stat.sizeBytes);
  }, 0);

/** The last check, where it still tells of the present log. */
const stillGood = (host: Host, { folder, logFile }: RecentPlace, head: Head, day: string): LogCheck | undefined => {
  if (folder === null) return undefined;
  const read = readSealed(host, keptPath(folder), isKept, false);
  if (read.kind !== "read" || read.value.day !== day) return undefined;
  const { head: then, check } = read.value;
  const isSame = then.seq === head.seq && then.sha256 === head.sha256;
  return isSame || sizeOf(host, segmentsOf(host.files, logFile)) > quickBytes ? check : undefined;
};

const checked = async (host: Host, place: RecentPlace, at: string): Promise<LogCheck | Failure> => {
  const head = readHead(host, place.logFile);
  if ("kind" in head) return head.code === "EBADMSG" ? await checkLog(host, place.logFile, at) : head;
  const day = at.slice(0, 10);
  const known = stillGood(host, place, head, day);
  if (known !== undefined) return known;
  const check = await checkLog(host, place.logFile, at);
  if (place.folder !== null && check.kind !== "failed" && !place.isReadOnly)
    writeSealed(host, keptPath(place.folder), { version: 1, head, check, day }, mode);
  return check;
};

/**
 * Reads the log for the report, and verifies its chain: where a folder is given, at most once for one head and day, and a log of more than 16 MiB once
 * a day. `at`: RFC 3339 UTC, the present. A failure where the log can't be read. Never throws.
 */
export const recentLog = async (host: Host, place: RecentPlace, at: string): Promise<RecentLog | Failure> => {
  const check = await checked(host, place, at);
  if (check.kind === "failed") return check;
  const recent = await readRecent(host, segmentsOf(host.files, place.logFile), Date.parse(at) - spanMs);
  return "kind" in recent ? recent : { ...recent, check };
};
