import type { Failure, Files, Host } from "../host/host.ts";
import type { Unpacked } from "../host/unpacked.ts";
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

const join = (parts: readonly Uint8Array[], lengthBytes: number): Uint8Array => {
  const whole = new Uint8Array(lengthBytes);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
};

/** Turns pieces of a file into lines. Holds at most {@link maxLineBytes} of one, and copies each byte of it once. */
const splitter = (onLine: (line: RawLine) => void) => {
  /** The line that no newline has ended yet. */
  let parts: Uint8Array[] = [];
  let heldBytes = 0;
  /** Bytes of it that were dropped, since it is too long. */
  let dropped = 0;
  let offset = 0;
  const emit = (bytes: Uint8Array, isClosed: boolean): void => {
    const isTooLong = dropped > 0 || bytes.length > maxLineBytes;
    onLine({ bytes: isTooLong ? bytes.subarray(0, maxLineBytes) : bytes, offset, isClosed, isTooLong });
    offset += bytes.length + dropped + 1;
  };
  const hold = (part: Uint8Array): void => {
    const kept = part.slice(0, Math.max(0, maxLineBytes - heldBytes));
    if (kept.length > 0) parts.push(kept);
    heldBytes += kept.length;
    dropped += part.length - kept.length;
  };
  const flush = (isClosed: boolean): void => {
    emit(join(parts, heldBytes), isClosed);
    [parts, heldBytes, dropped] = [[], 0, 0];
  };
  return {
    take(piece: Uint8Array): void {
      let start = 0;
      for (let end = piece.indexOf(newline); end !== -1; end = piece.indexOf(newline, start)) {
        if (heldBytes === 0) emit(piece.subarray(start, end), true);
        else {
          hold(piece.subarray(start, end));
          flush(true);
        }
        start = end + 1;
      }
      if (start < piece.length) hold(piece.subarray(start));
    },
    end(): void {
      if (heldBytes > 0) flush(false);
    },
    offset: () => offset,
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

/** How a file was read: with the offset of the line that damage cut off, in the unpacked text. */
export type ReadLines =
  | Exclude<Unpacked, { kind: "damaged" }>
  | (Extract<Unpacked, { kind: "damaged" }> & { readonly offset: number });

/**
 * Reads a file line by line with flat memory, plain or packed, to the end that it had at the start. `bytes` are valid only inside `onLine`. Offsets are
 * those of the unpacked text. The line in which damage begins is not given. Never rejects by itself.
 */
export const readLines = async (
  { unpack }: Pick<Host, "unpack">,
  path: string,
  onLine: (line: RawLine) => void,
): Promise<ReadLines> => {
  const split = splitter(onLine);
  const read = await unpack(path, split.take);
  if (read.kind === "damaged") return { ...read, offset: split.offset() };
  if (read.kind === "done") split.end();
  return read;
};
