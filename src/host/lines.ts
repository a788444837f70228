import type { Socket } from "node:net";
import { failureOf, isFailure } from "./failure.ts";
import type { Failure } from "./host.ts";
import type { LinePeer, NextLine } from "./peers.ts";

/** How long a peer may leave what we say unread. */
const sendWithinMs = 10_000;
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

/** Where lines go: a stream of ours, wherever it leads. */
interface Sink {
  write(text: string, done: (error?: Error | null) => void): unknown;
}

/** False when the peer is gone, or leaves for too long unread what we say. */
const sendTo = (sink: Sink, line: string): Promise<boolean> =>
  new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), sendWithinMs);
    sink.write(`${line}\n`, (error) => {
      clearTimeout(timer);
      resolve(error === undefined || error === null);
    });
  });

/** The peer at our own standard input and output, as socket activation hands it over. Source: systemd.exec(5), StandardInput=socket. */
export const stdioPeer = (maxLineBytes: number): LinePeer => {
  let isHeard = false;
  return {
    ...createReader(process.stdin, maxLineBytes),
    // systemd hands the socket over blocking: a write(2) of our own would stand still, with all else, for a peer that doesn't read.
    send: async (line) => {
      if (!isHeard) process.stdout.on("error", () => undefined);
      isHeard = true;
      return await sendTo(process.stdout, line);
    },
    close: () => void process.stdin.destroy(),
  };
};

/** The runtime's own text names call and path, which the caller says better. Source: connect(2). */
const words: Readonly<Record<string, string>> = {
  ENOENT: "no such file or directory",
  ECONNREFUSED: "connection refused",
  EACCES: "permission denied",
};

const inWords = (failure: Failure): Failure => ({ ...failure, why: words[failure.code] ?? failure.why });

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
  socket.once("error", (error) => resolve(inWords(failureOf(error))));
  const reader = createReader(socket, maxLineBytes);
  const connected = await promise;
  clearTimeout(timer);
  if (isFailure(connected)) {
    socket.destroy();
    return connected;
  }
  return { ...reader, send: (line) => sendTo(socket, line), close: () => void socket.destroy() };
};
