import { readSync } from "node:fs";
import { attempt, failed, isFailure } from "./failure.ts";
import type { Failure } from "./host.ts";

const chunkBytes = 64 * 1024;

/** All of our standard input as text; more than `maxBytes` fails with `EFBIG`. Waits for its end. Never throws. */
export const readInput = (maxBytes: number): string | Failure => {
  const chunks: Uint8Array[] = [];
  for (let bytes = 0; bytes <= maxBytes; ) {
    const chunk = new Uint8Array(chunkBytes);
    const got = attempt(() => readSync(0, chunk, 0, chunkBytes, null));
    if (isFailure(got)) return got;
    if (got === 0) return new TextDecoder().decode(Buffer.concat(chunks));
    chunks.push(chunk.subarray(0, got));
    bytes += got;
  }
  return failed("EFBIG", `more than ${maxBytes} bytes`);
};
