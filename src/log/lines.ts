import type { Failure, Files } from "../host/host.ts";
import { maxLineBytes } from "./bounds.ts";

/** A line's bytes without its newline. */
export interface RawLine {
  readonly bytes: Uint8Array;
  /** Byte offset in the file. */
  readonly offset: number;
  /** False for a last line without its newline. */
  readonly isClosed: boolean;
  /** True when it is longer than {@link maxLineBytes}: then only its beginning is in `bytes`. */
  readonly isTooLong: boolean;
}

const pieceBytes = 262_144;
const newline = 10;

const join = (left: Uint8Array, right: Uint8Array): Uint8Array => {
  if (left.length === 0) return right;
  const both = new Uint8Array(left.length + right.length);
  both.set(left);
  both.set(right, left.length);
  return both;
};

/** Turns pieces of a file into lines. Holds at most one line. */
const splitter = (onLine: (line: RawLine) => void) => {
  let rest: Uint8Array = new Uint8Array();
  let restOffset = 0;
  /** Bytes of a too long line that were dropped. */
  let dropped = 0;
  const emit = (bytes: Uint8Array, isClosed: boolean): void => {
    onLine({ bytes, offset: restOffset, isClosed, isTooLong: dropped > 0 || bytes.length > maxLineBytes });
    restOffset += dropped + bytes.length + 1;
    dropped = 0;
  };
  return {
    take(piece: Uint8Array): void {
      const bytes = join(rest, piece);
      let start = 0;
      for (let end = bytes.indexOf(newline, rest.length); end !== -1; end = bytes.indexOf(newline, start)) {
        emit(bytes.subarray(start, end), true);
        start = end + 1;
      }
      rest = bytes.subarray(start);
      if (rest.length > maxLineBytes) {
        dropped += rest.length - maxLineBytes;
        rest = rest.slice(0, maxLineBytes);
      }
    },
    end(): void {
      if (rest.length > 0) emit(rest, false);
    },
  };
};

/** Splits bytes that are held already. `offset`: of the first byte in the file. Never throws. */
export const splitLines = (bytes: Uint8Array, offset: number): readonly RawLine[] => {
  const lines: RawLine[] = [];
  const split = splitter((line) => lines.push({ ...line, offset: line.offset + offset }));
  split.take(bytes);
  split.end();
  return lines;
};

/**
 * Reads a file line by line with flat memory, up to the size it had at the start: a writer beside us is not waited for. `bytes`
 * are valid only inside `onLine`. Never throws by itself.
 */
export const eachLine = (
  files: Files,
  path: string,
  onLine: (line: RawLine) => void,
): { readonly kind: "done" } | Failure => {
  const split = splitter(onLine);
  let offset = 0;
  let sizeBytes = Number.POSITIVE_INFINITY;
  while (offset < sizeBytes) {
    const read = files.readAt(path, offset, Math.min(pieceBytes, sizeBytes - offset));
    if (read.kind === "failed") return read;
    if (sizeBytes === Number.POSITIVE_INFINITY) sizeBytes = read.stat.sizeBytes;
    if (read.bytes.length === 0) break;
    split.take(offset + read.bytes.length > sizeBytes ? read.bytes.subarray(0, sizeBytes - offset) : read.bytes);
    offset += read.bytes.length;
  }
  split.end();
  return { kind: "done" };
};
