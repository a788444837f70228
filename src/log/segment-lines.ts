import type { Failure, Files } from "../host/host.ts";
import { isGzip, isZstd, unpack } from "../host/packed.ts";
import { maxTorn } from "./chain-state.ts";
import { eachLine, type RawLine, splitLines } from "./lines.ts";
import { noLog, readTail, type Tail, tailOf, untouched } from "./tail.ts";

/** A packed file of a log is unpacked at once up to this size; our own are smaller. */
export const maxPackedBytes: number = 64 * 1024 * 1024;

/** What a packed file holds; undefined for one that isn't packed, which is better read a piece at a time. */
const unpacked = (files: Files, path: string): Uint8Array | Failure | undefined => {
  const start = files.readAt(path, 0, 4);
  if (start.kind === "failed") return start;
  if (!isGzip(start.bytes) && !isZstd(start.bytes)) return undefined;
  const read = files.read(path, maxPackedBytes);
  return read.kind === "failed" ? read : unpack(read.bytes, maxPackedBytes);
};

const isBytes = (value: Uint8Array | Failure): value is Uint8Array => value instanceof Uint8Array;

/** Reads one file of a log line by line, packed or not; `bytes` are valid only inside `onLine`. Never throws by itself. */
export const eachSegmentLine = (
  files: Files,
  path: string,
  onLine: (line: RawLine) => void,
): { readonly kind: "done" } | Failure => {
  const bytes = unpacked(files, path);
  if (bytes === undefined) return eachLine(files, path, onLine);
  if (!isBytes(bytes)) return bytes;
  for (const line of splitLines(bytes, 0)) onLine(line);
  return { kind: "done" };
};

/** Finds how one rotated file of a log ends, packed or not. Never throws. */
export const readSegmentTail = (files: Files, path: string): Tail | Failure => {
  const bytes = unpacked(files, path);
  if (bytes === undefined) return readTail(files, path);
  if (!isBytes(bytes)) return bytes;
  const tail = tailOf(splitLines(bytes, 0), true, untouched);
  return tail === undefined || tail.torn.length > maxTorn ? noLog : tail;
};
