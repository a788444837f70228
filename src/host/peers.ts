import type { Failure } from "./host.ts";

/** What a peer said next. `late`: nothing whole in the time given; what came of it is kept. `too-long`: a line beyond the bound, after which nothing more is read. */
export type NextLine =
  | { readonly kind: "line"; readonly text: string }
  | { readonly kind: "end" }
  | { readonly kind: "late" }
  | { readonly kind: "too-long" };

/** A peer with whom we speak in lines of UTF-8. */
export interface LinePeer {
  /** The next line, without its newline. */
  next(timeoutMs: number): Promise<NextLine>;
  /** False when the peer is gone or doesn't read: no trouble of ours (EPIPE). */
  send(line: string): Promise<boolean>;
  close(): void;
}

/** Peers on this machine: one behind a Unix socket, or the one that socket activation hands over as standard input and output. */
export interface Peers {
  connect(path: string, timeoutMs: number, maxLineBytes: number): Promise<LinePeer | Failure>;
  activated(maxLineBytes: number): LinePeer;
}
