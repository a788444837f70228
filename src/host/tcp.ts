import type { Destination } from "./host.ts";
import { isNameLost, nameLost } from "./resolve.ts";
import type { Tcp, TcpRequest, Touched } from "./touch.ts";

const why = (code: string, timeoutMs: number): string =>
  code === "ECONNREFUSED"
    ? "connection refused"
    : code === "TIMEOUT"
      ? `no connection in ${timeoutMs / 1000} s`
      : `cannot connect: ${code}`;

const isAllowed = (allowed: readonly Destination[], request: TcpRequest): boolean =>
  allowed.some((each) => each.for === request.for && each.host === request.host && each.port === request.port);

/** Opens a connection and closes it again, without a byte sent. */
const touch = async (request: TcpRequest): Promise<Touched> => {
  const net = await import("node:net");
  const startedMs = performance.now();
  return await new Promise((resolve) => {
    const socket = net.connect({ host: request.host, port: request.port });
    const end = (code: string | undefined): void => {
      clearTimeout(timer);
      socket.destroy();
      const elapsedMs = performance.now() - startedMs;
      resolve(
        code === undefined
          ? { kind: "connected", elapsedMs }
          : { kind: "failed", code, why: why(code, request.timeoutMs), elapsedMs },
      );
    };
    const timer = setTimeout(() => end("TIMEOUT"), request.timeoutMs);
    socket.once("connect", () => end(undefined));
    socket.on("error", (error: Error & { code?: string }) => end(error.code ?? "EIO"));
  });
};

/** The TCP door: connects to a listed address and hangs up. Never throws. */
export const createTcp = (): Tcp => {
  let allowed: readonly Destination[] = [];
  return {
    allow: (destinations) => {
      allowed = destinations;
    },
    touch: async (request) => {
      if (!isAllowed(allowed, request))
        return { kind: "failed", code: "REFUSED", why: "refused: not in the egress list", elapsedMs: 0 };
      const touched = await touch(request);
      const isSilent = touched.kind === "failed" && touched.code === "TIMEOUT";
      return isSilent && (await isNameLost(request.host))
        ? { ...touched, code: "EAI_AGAIN", why: nameLost(request.host) }
        : touched;
    },
  };
};
