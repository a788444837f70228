import { failed } from "./failure.ts";
import type { Failure } from "./host.ts";

type Decoded = { readonly kind: "decoded"; readonly bytes: Uint8Array } | Failure;
type Inflate = (bytes: Uint8Array, options: { readonly maxOutputLength: number }) => Uint8Array;

/** RFC 9110 names: `deflate` is the zlib format, but some servers send it raw. Source: RFC 9110, 8.4.1; RFC 1950, 2.2. */
const inflaterFor = async (encoding: string, bytes: Uint8Array): Promise<Inflate | undefined> => {
  const zlib = await import("node:zlib");
  switch (encoding) {
    case "gzip":
    case "x-gzip":
      return zlib.gunzipSync;
    case "deflate":
      return ((bytes[0] ?? 0) & 0x0f) === 8 ? zlib.inflateSync : zlib.inflateRawSync;
    case "br":
      return zlib.brotliDecompressSync;
    case "zstd":
      return zlib.zstdDecompressSync;
    default:
      return undefined;
  }
};

const codeOf = (cause: unknown): string => (cause instanceof Error && "code" in cause ? String(cause.code) : "");

/**
 * Undoes the content encoding of a whole body, though none was asked for. At most `maxBytes` come out, so a compression
 * bomb costs no memory and fails with `EFBIG`; an unknown or stacked encoding fails with `ENCODING`. Never throws.
 */
export const decodeBody = async (bytes: Uint8Array, encoding: string, maxBytes: number): Promise<Decoded> => {
  const inflate = await inflaterFor(encoding, bytes);
  if (inflate === undefined) return failed("ENCODING", "answer is in a content encoding that was not asked for");
  try {
    return { kind: "decoded", bytes: inflate(bytes, { maxOutputLength: Math.max(1, maxBytes) }) };
  } catch (cause) {
    return codeOf(cause) === "ERR_BUFFER_TOO_LARGE"
      ? failed("EFBIG", `answer unpacks to more than ${maxBytes} bytes`)
      : failed("ENCODING", `answer is not the ${encoding} that it says it is`);
  }
};
