import type { Destination, Failure } from "./host.ts";

/** An address to touch; refused unless `for`, `host` and `port` equal those of a {@link Destination}. */
export interface TcpRequest {
  readonly for: string;
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: number;
}

/** Whether somebody listens there. `elapsedMs`: until the connection stood, or failed. */
export type Touched =
  | { readonly kind: "connected"; readonly elapsedMs: number }
  | (Failure & { readonly elapsedMs: number });

/** The way out over bare TCP, with an egress list of its own. */
export interface Tcp {
  /** Sets the egress list; until then every request is refused. */
  allow(destinations: readonly Destination[]): void;
  /** Connects and hangs up, without a byte sent. Never throws. */
  touch(request: TcpRequest): Promise<Touched>;
}
