import { fstatSync, writeSync } from "node:fs";
import { attempt, isFailure } from "./failure.ts";
import type { Terminal } from "./host.ts";

type Env = Readonly<Record<string, string | undefined>>;

const defaultSize = { columns: 80, rows: 24 };
/** How long a reader that doesn't read may hold us up; what is left then is dropped. */
const stuckMs = 2000;
const pauseMs = 5;
/** Source: null(4); the device that every unattended job writes to, and no terminal. */
const devNull = 0x103;

/** node:tty costs milliseconds to load, so a pipe, a file and /dev/null are told apart without it. */
const isTerminal = (fd: number): boolean => {
  const stat = attempt(() => fstatSync(fd));
  return (
    !isFailure(stat) &&
    stat.isCharacterDevice() &&
    stat.rdev !== devNull &&
    process.getBuiltinModule("node:tty").isatty(fd)
  );
};

/** Writes a text to a stream at once; gives whether all of it was written. Never throws. */
export const writeAll = (fd: number, text: string): boolean => {
  const bytes = Buffer.from(text);
  let written = 0;
  let waitedMs = 0;
  while (written < bytes.length && waitedMs <= stuckMs) {
    const got = attempt(() => writeSync(fd, bytes, written, bytes.length - written));
    if (!isFailure(got)) {
      written += got;
    } else if (got.code === "EAGAIN") {
      // A pipe that somebody made non-blocking, and full.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs);
      waitedMs += pauseMs;
    } else if (got.code !== "EINTR") {
      return false;
    }
  }
  return written === bytes.length;
};

/**
 * True when the stream is the very one that systemd connected to the journal and named in JOURNAL_STREAM,
 * `device:inode`. Source: systemd.exec(5).
 */
const isJournal = (fd: number, stream: string | undefined): boolean => {
  if (!stream) return false;
  const stat = attempt(() => fstatSync(fd, { bigint: true }));
  return !isFailure(stat) && stream === `${stat.dev}:${stat.ino}`;
};

interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** A width that was told as COLUMNS counts before the terminal's own. Source: environ(7). */
const sizeOf = (told: string | undefined): Size => {
  const { WriteStream } = process.getBuiltinModule("node:tty");
  const size = attempt(() => new WriteStream(1));
  const { columns, rows } = isFailure(size) ? defaultSize : size;
  const wanted = Number(told);
  const own = columns > 0 ? columns : defaultSize.columns;
  return {
    columns: Number.isInteger(wanted) && wanted > 0 ? wanted : own,
    rows: rows > 0 ? rows : defaultSize.rows,
  };
};

/** The first that is set and not empty decides. Source: locale(7), environment variables; setlocale(3). */
const isUtf8 = ({ LC_ALL, LC_CTYPE, LANG }: Env): boolean => /utf-?8/iu.test(LC_ALL || LC_CTYPE || LANG || "");

/**
 * stdout and stderr, written at once: nothing is lost when the program ends. A closed or stuck reader is no error of
 * ours: it ends the write. Never throws.
 */
export const createTerminal = (env: Env): Terminal => {
  const { COLUMNS, JOURNAL_STREAM, NO_COLOR, TERM } = env;
  const isOutTerminal = isTerminal(1);
  return {
    out: (text) => void writeAll(1, text),
    err: (text) => writeAll(2, text),
    isOutTerminal,
    isErrTerminal: isTerminal(2),
    isErrJournal: isJournal(2, JOURNAL_STREAM),
    ...(isOutTerminal ? sizeOf(COLUMNS) : defaultSize),
    // Source: no-color.org (set and not empty).
    hasColour: isOutTerminal && !NO_COLOR && TERM !== "dumb",
    canRedraw: isOutTerminal && TERM !== undefined && TERM !== "" && TERM !== "dumb",
    isUtf8: isUtf8(env),
  };
};
