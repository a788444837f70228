import { closeSync, constants, fstatSync, openSync, readSync, statSync } from "node:fs";
import type { Transform } from "node:stream";
import { attempt, failed, isFailure } from "./failure.ts";
import type { Failure } from "./host.ts";
import { isGzip, isZstd } from "./packed.ts";
import type { Packing, Unpack, Unpacked } from "./unpacked.ts";
import { isZstdWhole, type ReadAt } from "./zstd-end.ts";

const pieceBytes = 262_144;
/** Small, so that as little as may be is lost before the place where packed data is damaged. */
const unpackedBytes = 16_384;

/** Other packings that logrotate is sometimes told to use, by their first bytes. */
const foreign: readonly { readonly begin: string; readonly name: string; readonly unpack: string }[] = [
  { begin: "fd377a585a00", name: "xz", unpack: "xz -dk" },
  { begin: "425a68", name: "bzip2", unpack: "bzip2 -dk" },
  { begin: "04224d18", name: "lz4", unpack: "lz4 -dk" },
];

const packingOf = (first: Uint8Array): Packing | Failure => {
  if (isGzip(first)) return "gzip";
  if (isZstd(first)) return "zstd";
  const other = foreign.find(({ begin }) => first.toHex().startsWith(begin));
  return other === undefined
    ? "plain"
    : failed("ENOTSUP", `it is packed with ${other.name}; unpack it first: ${other.unpack} FILE`);
};

/** The file up to the size that it had when it was opened: a writer beside us is not waited for. */
const readerOf =
  (fd: number, sizeBytes: number): ReadAt =>
  (offset, length) => {
    const buffer = new Uint8Array(Math.max(0, Math.min(length, sizeBytes - offset)));
    let filled = 0;
    while (filled < buffer.length) {
      const got = readSync(fd, buffer, filled, buffer.length - filled, offset + filled);
      if (got === 0) break;
      filled += got;
    }
    return buffer.subarray(0, filled);
  };

function* piecesOf(read: ReadAt): Generator<Uint8Array, void> {
  for (let offset = 0; ; ) {
    const piece = read(offset, pieceBytes);
    if (piece.length === 0) return;
    offset += piece.length;
    yield piece;
  }
}

const unpackerOf = async (packing: "gzip" | "zstd"): Promise<Transform> => {
  const { createGunzip, createZstdDecompress } = await import("node:zlib");
  const options = { chunkSize: unpackedBytes };
  return packing === "gzip" ? createGunzip(options) : createZstdDecompress(options);
};

/** The runtime's own text for what is damaged, or a failure to read. */
const troubleOf = (packing: Packing, error: unknown): Unpacked => {
  if (!(error instanceof Error && "code" in error && typeof error.code === "string")) throw error;
  const { code, message } = error;
  return /^Z_|^ZSTD_/u.test(code) ? { kind: "damaged", packing, why: message } : failed(code, message);
};

const through = async (
  read: ReadAt,
  sizeBytes: number,
  packing: "gzip" | "zstd",
  onPiece: (bytes: Uint8Array) => void,
): Promise<Unpacked> => {
  const [{ Readable }, { pipeline }, unpacker] = await Promise.all([
    import("node:stream"),
    import("node:stream/promises"),
    unpackerOf(packing),
  ]);
  try {
    await pipeline(Readable.from(piecesOf(read)), unpacker, async (pieces: AsyncIterable<Uint8Array>) => {
      for await (const piece of pieces) onPiece(piece);
    });
  } catch (error) {
    return troubleOf(packing, error);
  }
  return packing === "gzip" || isZstdWhole(read, sizeBytes)
    ? { kind: "done", packing }
    : { kind: "damaged", packing, why: "unexpected end of file, or something behind its end" };
};

const unpackFrom = async (fd: number, onPiece: (bytes: Uint8Array) => void): Promise<Unpacked> => {
  const stat = fstatSync(fd);
  if (!stat.isFile()) return failed("EINVAL", "it is not a regular file");
  const read = readerOf(fd, stat.size);
  const first = attempt(() => read(0, 8));
  const packing = isFailure(first) ? first : packingOf(first);
  if (isFailure(packing)) return packing;
  if (packing !== "plain") return await through(read, stat.size, packing, onPiece);
  const done = attempt(() => {
    for (const piece of piecesOf(read)) onPiece(piece);
  });
  return isFailure(done) ? done : { kind: "done", packing };
};

/**
 * Reads a regular file from one end to the other in pieces, unpacked when its first bytes are those of gzip (any number of members) or zstd (any number of
 * frames), with flat memory whatever it unpacks to. It stays open meanwhile: a file that is renamed is read to its end. Never rejects for trouble of the
 * file. Source: RFC 1952, RFC 8878, nodejs.org/api/zlib.html.
 */
export const unpackFile: Unpack = async (path, onPiece) => {
  // A FIFO would have us wait, and to open a device can itself do something.
  const fd = attempt(() =>
    statSync(path).isFile()
      ? openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
      : failed(
          "EINVAL",
          `it is ${statSync(path).isDirectory() ? "a folder" : "a device, pipe or socket"}, not a regular file`,
        ),
  );
  if (isFailure(fd)) return fd;
  try {
    return await unpackFrom(fd, onPiece);
  } finally {
    closeSync(fd);
  }
};
