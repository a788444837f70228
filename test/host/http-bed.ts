import { createServer, type Server, type Socket } from "node:net";
import type { HttpAnswer, HttpMethod, HttpRequest } from "../../src/host/host.ts";
import { createHttp } from "../../src/host/http.ts";

/** A TCP server on loopback that counts its visitors; what it says is up to `on`, called with the first bytes of each. */
export interface Bed extends AsyncDisposable {
  readonly port: number;
  /** Connections so far, and those that are still open. */
  visits(): number;
  open(): number;
}

export type Talk = (socket: Socket, head: string) => void;

const portOf = (server: Server): number => {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
};

/** Serves on a free loopback port, or on a Unix socket when `path` is given. */
export const listen = async (on: Talk, path?: string): Promise<Bed> => {
  const sockets = new Set<Socket>();
  let visits = 0;
  const server = createServer((socket) => {
    visits += 1;
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
    socket.once("data", (data) => on(socket, data.toString()));
  });
  await new Promise<void>((resolve) =>
    path === undefined ? server.listen(0, "127.0.0.1", resolve) : server.listen(path, resolve),
  );
  return {
    port: portOf(server),
    visits: () => visits,
    open: () => sockets.size,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
};

/** Writes as fast as the other side reads, until it hangs up. */
export const flood = (socket: Socket, start: string, chunk: string): void => {
  socket.write(start);
  const more = (): void => {
    while (!socket.destroyed && socket.write(chunk));
    if (!socket.destroyed) socket.once("drain", more);
  };
  more();
};

/** Writes a little, again and again, until the other side hangs up. */
export const drip = (socket: Socket, start: string, chunk: string): void => {
  socket.write(start);
  const timer = setInterval(() => socket.write(chunk), 20);
  socket.on("close", () => clearInterval(timer));
};

/** Waits for a condition; the test's own time limit ends a wait in vain. */
export const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
};

/** One request through a fresh door that allows exactly it. */
export const ask = (url: string, more: Partial<HttpRequest> = {}): Promise<HttpAnswer> => {
  const http = createHttp();
  const method: HttpMethod = more.method ?? "GET";
  const { hostname, port } = new URL(url);
  const place = { host: hostname, port: Number(port === "" ? 80 : port), methods: [method], for: "chat test" };
  http.allow([more.socket === undefined ? place : { ...place, socket: more.socket }]);
  return http.request({
    for: "chat test",
    method,
    url,
    headers: {},
    timeoutMs: 5000,
    maxBodyBytes: 1024 * 1024,
    ...more,
  });
};
