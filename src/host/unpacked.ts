import type { Failure } from "./host.ts";

/** How a file is packed, told by its first bytes and not by its name. Source: RFC 1952 section 2.3, RFC 8878 section 3.1. */
export type Packing = "plain" | "gzip" | "zstd";

/**
 * What became of reading a file as it was before it was packed. `damaged`: what was packed ends early or doesn't fit its own checksum; what came before
 * that has been given. A failure: it can't be read at all, or not to its end.
 */
export type Unpacked =
  | { readonly kind: "done"; readonly packing: Packing }
  | { readonly kind: "damaged"; readonly packing: Packing; readonly why: string }
  | Failure;

/** Reads a file in pieces, unpacked; a piece is valid only inside `onPiece`. */
export type Unpack = (path: string, onPiece: (bytes: Uint8Array) => void) => Promise<Unpacked>;
