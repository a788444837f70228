import { attempt, isFailure } from "./failure.ts";
import type { Failure } from "./host.ts";

const zlib = () => process.getBuiltinModule("node:zlib");

/** Bytes as gzip holds them; the same bytes always give the same. Source: RFC 1952. */
export const gzip = (bytes: Uint8Array): Uint8Array => zlib().gzipSync(bytes);

const startsWith = (bytes: Uint8Array, magic: readonly number[]): boolean =>
  magic.every((each, i) => bytes[i] === each);

/** Whether bytes begin as gzip does. Source: RFC 1952 section 2.3.1. */
export const isGzip = (bytes: Uint8Array): boolean => startsWith(bytes, [0x1f, 0x8b]);

/** Whether bytes begin as a Zstandard frame does. Source: RFC 8878 section 3.1.1. */
export const isZstd = (bytes: Uint8Array): boolean => startsWith(bytes, [0x28, 0xb5, 0x2f, 0xfd]);

/** What gzip or Zstandard holds, all of it; more than `maxBytes`, or bytes that aren't whole, are a failure. Never throws. */
export const unpack = (packed: Uint8Array, maxBytes: number): Uint8Array | Failure =>
  attempt(() => {
    const { gunzipSync, zstdDecompressSync } = zlib();
    return (isZstd(packed) ? zstdDecompressSync : gunzipSync)(packed, { maxOutputLength: maxBytes });
  });

/** What a start may unpack to: a few hundred bytes that were made to unpack to gigabytes are let be. */
const maxStartBytes = 16_777_216;

/** How a file begins whose first bytes these are, packed or not, as far as they tell; empty where they can't be unpacked. Never throws. */
export const startOf = (bytes: Uint8Array): Uint8Array => {
  const { constants, gunzipSync, zstdDecompressSync } = zlib();
  const limit = { maxOutputLength: maxStartBytes };
  const unpacked = attempt(() => {
    if (isGzip(bytes)) return gunzipSync(bytes, { ...limit, finishFlush: constants.Z_SYNC_FLUSH });
    return isZstd(bytes) ? zstdDecompressSync(bytes, { ...limit, finishFlush: constants.ZSTD_e_flush }) : bytes;
  });
  return isFailure(unpacked) ? new Uint8Array() : unpacked;
};
