import { closeSync, constants, openSync, readSync, statSync } from "node:fs";
import { attempt, failed, isFailure } from "./failure.ts";

interface Hash {
  update(data: string | Uint8Array): unknown;
  digest(form: "hex"): string;
}

const chunkBytes = 1024 * 1024;

/** Bun's own hasher where it is there: to load node:crypto costs two milliseconds of every start. */
const newHash = (): Hash =>
  typeof Bun === "undefined"
    ? process.getBuiltinModule("node:crypto").createHash("sha256")
    : new Bun.CryptoHasher("sha256");

/** SHA-256 in lower-case hex. Never throws. Source: FIPS 180-4. */
export const sha256 = (data: string | Uint8Array): string => {
  // In one call, since a heal log has a million lines to be hashed.
  if (typeof Bun !== "undefined") return Bun.SHA256.hash(data, "hex");
  const hash = newHash();
  hash.update(data);
  return hash.digest("hex");
};

/** HMAC-SHA-256 of a text in lower-case hex, key and text as UTF-8. Never throws. Source: RFC 2104, FIPS 198-1. */
export const hmacSha256 = (key: string, text: string): string =>
  process.getBuiltinModule("node:crypto").createHmac("sha256", key).update(text).digest("hex");

/**
 * SHA-256 of a file of any size, a piece at a time with room for other work in between; undefined when it can't be
 * read. Never rejects.
 */
export const sha256File = async (path: string): Promise<string | undefined> => {
  // A FIFO would have us wait for a writer.
  const fd = attempt(() =>
    statSync(path).isFile()
      ? openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
      : failed("EINVAL", "it is not a regular file"),
  );
  if (isFailure(fd)) return undefined;
  try {
    const hash = newHash();
    const chunk = new Uint8Array(chunkBytes);
    for (;;) {
      const got = attempt(() => readSync(fd, chunk, 0, chunkBytes, null));
      if (isFailure(got)) return undefined;
      if (got === 0) return hash.digest("hex");
      hash.update(chunk.subarray(0, got));
      await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    closeSync(fd);
  }
};
