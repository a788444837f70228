import type { Failure, Host } from "../host/host.ts";
import { appendAfter } from "./append.ts";
import { emptyHead } from "./chain.ts";
import { type ChainEnd, isClosing, readEnd } from "./chain-end.ts";
import type { NewEntry } from "./entry.ts";
import { type Beginning, lookFirst, segmentPath } from "./segments.ts";

/** When a log goes on in a new file, and how long the old ones are kept; the config's `log`. */
export interface Rotation {
  /** At least this large. */
  readonly rotateBytes: number;
  /** Its first line at least this old. */
  readonly rotateEveryMs: number;
  /** A rotated file whose last change is older goes, one at each rotation; 0: none ever. */
  readonly keepMs: number;
}

/** What a rotation came to. `end`: how the log ends now. `note`: why it could not be, for the operator. */
export interface Rotated {
  readonly end: ChainEnd | Failure;
  readonly isRotated: boolean;
  readonly note?: string;
}

const isDue = ({ sizeBytes, at }: Beginning, { rotateBytes, rotateEveryMs }: Rotation, nowMs: number): boolean =>
  sizeBytes >= rotateBytes || nowMs - Date.parse(at) >= rotateEveryMs;

const closing: NewEntry = { event: "log.rotated", by: "helper", why: "closed: it goes on in the next file" };

const noteOf = ({ why }: Failure): string => `heal log: cannot begin a new file: ${why}; it goes on in the old one`;

/** Nothing that we remember is behind what was just read. */
const endNow = ({ files }: Host, logFile: string): ChainEnd | Failure => readEnd(files, logFile, emptyHead);

const failure = (code: string, why: string): Failure => ({ kind: "failed", code, why });

/** Where the file goes: a name that nothing has, packed or not. */
const placeFor = ({ files }: Host, logFile: string, firstSeq: number): string | Failure => {
  const path = segmentPath(logFile, firstSeq);
  for (const each of [path, `${path}.gz`]) {
    const stat = files.stat(each);
    if (!("kind" in stat)) return failure("EEXIST", `"${each}" is in the way; move it elsewhere`);
    if (stat.code !== "ENOENT") return stat;
  }
  return path;
};

/**
 * Closes the active log and gives it its place among the rotated files, where it is large or old enough. Killed anywhere, the next call goes on: a
 * log whose last line closes it is renamed, and one that isn't there is begun by the next entry. Call it under the log's lock, with what was
 * read there. Never throws.
 */
export const rotate = (host: Host, logFile: string, end: ChainEnd, rotation: Rotation, hostName: string): Rotated => {
  const { tail, active, lost } = end;
  const isWhole = active === "begun" && tail.last !== undefined && lost === undefined;
  const first = isWhole ? lookFirst(host.files, logFile) : undefined;
  if (first === undefined || !(isClosing(tail) || isDue(first, rotation, host.clock.nowMs())))
    return { end, isRotated: false };
  const to = placeFor(host, logFile, first.firstSeq);
  if (typeof to !== "string") return { end, isRotated: false, note: noteOf(to) };
  const closed = isClosing(tail) ? undefined : appendAfter(host, logFile, end, [closing], hostName);
  const moved = closed?.kind === "failed" ? closed : host.files.rename(logFile, to);
  const now = endNow(host, logFile);
  return moved.kind === "failed" ? { end: now, isRotated: false, note: noteOf(moved) } : { end: now, isRotated: true };
};
