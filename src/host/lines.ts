import { writeSync } from "node:fs";
import type { Socket } from "node:net";
import { attempt, failureOf, isFailure } from "./failure.ts";
import type { Failure } from "./host.ts";
import type { LinePeer, NextLine } from "./peers.ts";

/** How long a peer may leave what we say unread. */
const sendWithinMs = 10_000;
const againMs = 5;
/** Lines that may wait to be asked for; a peer that says more is read no further until then. */
const maxReady = 16;

/** Where bytes come from: a stream of ours, wherever it leads. */
interface Source {
  on(event: "data", take: (chunk: Uint8Array) => void): unknown;
  on(event: "end" | "close", end: () => void): unknown;
  on(event: "error", fail: (error: Error) => void): unknown;
  pause(): unknown;
  resume(): unknown;
}

/** Cuts a stream into lines, holding at most `maxLineBytes` of an unfinished one, and few that nobody has asked for yet. */
const createReader = (source: Source, maxLineBytes: number): { next(timeoutMs: number): Promise<NextLine> } => {
  const ready: NextLine[] = [];
  let rest: Uint8Array[] = [];
  let restBytes = 0;
  let wake: (() => void) | undefined;
  let last: NextLine | undefined;
  let isPaused = false;
  const put = (line: NextLine): void => {
    ready.push(line);
    wake?.();
    if (isPaused || ready.length < maxReady) return;
    isPaused = true;
    source.pause();
  };
  const finish = (line: NextLine): void => {
    last ??= line;
    wake?.();
  };
  const take = (chunk: Uint8Array): void => {
    let from = 0;
    while (last === undefined) {
      const end = chunk.indexOf(10, from);
      const part = chunk.subarray(from, end < 0 ? undefined : end);
      restBytes += part.length;
      if (restBytes > maxLineBytes) {
        finish({ kind: "too-long" });
        return;
      }
      rest.push(part);
      if (end < 0) return;
      put({ kind: "line", text: new TextDecoder().decode(Buffer.concat(rest)) });
      rest = [];
      restBytes = 0;
      from = end + 1;
    }
  };
  const takeNext = (): NextLine | undefined => {
    const line = ready.shift();
    if (isPaused && ready.length < maxReady) {
      isPaused = false;
      source.resume();
    }
    return line;
  };
  source.on("data", take);
  source.on("end", () => finish({ kind: "end" }));
  source.on("close", () => finish({ kind: "end" }));
  source.on("error", () => finish({ kind: "end" }));
  return {
    next: async (timeoutMs) => {
      if (ready.length === 0 && last === undefined) {
        const { promise, resolve } = Promise.withResolvers<void>();
        const timer = setTimeout(resolve, timeoutMs);
        wake = resolve;
        await promise;
        clearTimeout(timer);
        wake = undefined;
      }
      return takeNext() ?? last ?? { kind: "late" };
    },
  };
};

const isAgain = (code: string): boolean => code === "EAGAIN" || code === "EWOULDBLOCK";

/** Writes all to a descriptor that may be non-blocking; false when the peer is gone or doesn't read. */
const writeAll = async (fd: number, text: string): Promise<boolean> => {
  const bytes = Buffer.from(text);
  let waitedMs = 0;
  for (let written = 0; written < bytes.length; ) {
    const done = attempt(() => writeSync(fd, bytes, written, bytes.length - written));
    if (!isFailure(done)) {
      written += done;
      continue;
    }
    if (!isAgain(done.code) || waitedMs >= sendWithinMs) return false;
    await new Promise((resolve) => setTimeout(resolve, againMs));
    waitedMs += againMs;
  }
  return true;
};

/** The peer at our own standard input and output, as socket activation hands it over. Source: systemd.exec(5), StandardInput=socket. */
export const stdioPeer = (maxLineBytes: number): LinePeer => ({
  ...createReader(process.stdin, maxLineBytes),
  send: (line) => writeAll(1, `${line}\n`),
  close: () => void process.stdin.destroy(),
});

const sendTo = (socket: Socket, line: string): Promise<boolean> =>
  new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), sendWithinMs);
    socket.write(`${line}\n`, (error) => {
      clearTimeout(timer);
      resolve(error === undefined || error === null);
    });
  });

/** Connects to a Unix socket, to speak in lines. Source: unix(7). */
export const connectLines = async (
  path: string,
  timeoutMs: number,
  maxLineBytes: number,
): Promise<LinePeer | Failure> => {
  const { createConnection } = await import("node:net");
  const { promise, resolve } = Promise.withResolvers<Socket | Failure>();
  const socket = createConnection({ path });
  const timer = setTimeout(
    () => resolve({ kind: "failed", code: "TIMEOUT", why: `no connection in ${timeoutMs / 1000} s` }),
    timeoutMs,
  );
  socket.once("connect", () => resolve(socket));
  socket.once("error", (error) => resolve(failureOf(error)));
  const reader = createReader(socket, maxLineBytes);
  const connected = await promise;
  clearTimeout(timer);
  if (isFailure(connected)) {
    socket.destroy();
    return connected;
  }
  return { ...reader, send: (line) => sendTo(socket, line), close: () => void socket.destroy() };
};
