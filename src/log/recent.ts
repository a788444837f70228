import type { Failure, Host } from "../host/host.ts";
import { isGzip, isZstd } from "../host/packed.ts";
import { parseLine } from "./line.ts";
import { type RawLine, readLines, splitLines } from "./lines.ts";
import { isSeenEntry, type SeenEntry } from "./seen-entry.ts";

/** The newest part of a log. `isCut`: there are older entries of that time, beyond the bounds. */
export interface Recent {
  /** Oldest first. */
  readonly entries: readonly SeenEntry[];
  readonly isCut: boolean;
}

const maxEntries = 2000;
const maxBytes = 4 * 1024 * 1024;

/** What is read of a packed file at most, unpacked; a rotated part of a log has a few MiB. */
const maxUnpackedBytes = 64 * 1024 * 1024;
const magicBytes = 4;

type Lines = readonly Pick<RawLine, "bytes" | "isTooLong">[];

/** A packed file has no end that could be read alone: all of it is, and the last lines are kept. */
const lastUnpacked = async (host: Pick<Host, "unpack">, path: string, length: number): Promise<Lines> => {
  const kept: Uint8Array[] = [];
  let [keptBytes, allBytes] = [0, 0];
  await readLines(host, path, ({ bytes, isTooLong }) => {
    allBytes += bytes.length;
    if (isTooLong || allBytes > maxUnpackedBytes) return;
    kept.push(bytes.slice());
    keptBytes += bytes.length + 1;
    while (keptBytes > length) keptBytes -= (kept.shift()?.length ?? length) + 1;
  });
  return kept.map((bytes) => ({ bytes, isTooLong: false }));
};

/** The lines at a file's end that fit into `length` bytes. */
const lastLines = async (
  host: Pick<Host, "files" | "unpack">,
  path: string,
  length: number,
): Promise<Lines | Failure> => {
  const { files } = host;
  const start = files.readAt(path, 0, magicBytes);
  if (start.kind === "failed") return start;
  if (isGzip(start.bytes) || isZstd(start.bytes)) return await lastUnpacked(host, path, length);
  const offset = Math.max(0, start.stat.sizeBytes - length);
  const read = files.readAt(path, offset, length);
  if (read.kind === "failed") return read;
  const first = offset === 0 ? 0 : read.bytes.indexOf(10) + 1;
  return splitLines(read.bytes.subarray(first), offset + first);
};

/** A tear's proof is a list of hashes of any length, for `log verify` alone. */
const withoutHashes = ({ proof: _, ...entry }: SeenEntry): SeenEntry => entry;

const entryOf = ({ bytes, isTooLong }: Lines[number]): SeenEntry | undefined => {
  const value = isTooLong ? undefined : parseLine(bytes);
  if (!isSeenEntry(value)) return undefined;
  return value.event === "log.torn" ? withoutHashes(value) : value;
};

/** Goes back from the newest line until a bound is met. */
const goBack = (sinceMs: number) => {
  const newestFirst: SeenEntry[] = [];
  let leftBytes = maxBytes;
  let [isCut, isDone] = [false, false];
  const take = (raw: Lines[number]): void => {
    const entry = isDone ? undefined : entryOf(raw);
    leftBytes -= raw.bytes.length + 1;
    if (entry === undefined) return;
    if (Date.parse(entry.at) < sinceMs) {
      isDone = true;
    } else if (newestFirst.length === maxEntries || leftBytes < 0) {
      [isCut, isDone] = [true, true];
    } else newestFirst.push(entry);
  };
  return {
    take,
    leftBytes: () => leftBytes,
    isDone: () => isDone,
    end: (): Recent => ({ entries: newestFirst.toReversed(), isCut }),
  };
};

/**
 * Reads the newest entries of a log, back to `sinceMs` (milliseconds since 1970) or its bounds, 2,000 lines and 4 MiB. `paths`: its files, oldest
 * first. Torn and foreign lines are passed over. Of an older file that can't be read, nothing is told. Never throws.
 */
export const readRecent = async (
  host: Pick<Host, "files" | "unpack">,
  paths: readonly string[],
  sinceMs: number,
): Promise<Recent | Failure> => {
  const back = goBack(sinceMs);
  for (const path of paths.toReversed()) {
    if (back.isDone() || back.leftBytes() <= 0) break;
    const lines = await lastLines(host, path, back.leftBytes());
    if ("kind" in lines && path === paths.at(-1)) return lines;
    if ("kind" in lines) break;
    for (const line of lines.toReversed()) back.take(line);
  }
  return back.end();
};
