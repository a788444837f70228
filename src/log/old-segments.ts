import { printDuration } from "../config/duration.ts";
import { baseNameOf } from "../config/path.ts";
import type { Done, Failure, Host } from "../host/host.ts";
import { gzip, unpack } from "../host/packed.ts";
import type { NewEntry } from "./entry.ts";
import { linesOf } from "./goes-on.ts";
import { maxPackedBytes, readSegmentTail } from "./segment-lines.ts";
import { firstSeqOfName, lookFirst, segmentsOf } from "./segments.ts";
import { lastNumber } from "./tail.ts";

const mode = 0o640;
/** A larger file stays plain: it is held twice while it is packed, and whoever does that is to stay below 150 MiB. */
export const maxToPackBytes: number = 32 * 1024 * 1024;
/** Files packed at one rotation: one, and one that an earlier rotation left. */
const packedAtOnce = 2;
/** Never removed, whatever the clock says. */
const keptFiles = 2;

const failure = (code: string, why: string): Failure => ({ kind: "failed", code, why });

const rotatedOf = ({ files }: Host, logFile: string): readonly string[] =>
  segmentsOf(files, logFile).filter((path) => path !== logFile);

/** Packs a file beside itself, and holds what then lies on disk against it, before it goes. One that was packed before a kill is only held against it. */
const pack = ({ files, sha256 }: Host, path: string, bytes: Uint8Array): Done => {
  const packedPath = `${path}.gz`;
  const there = files.stat(packedPath);
  const written = "kind" in there ? files.replace(packedPath, gzip(bytes), mode) : undefined;
  if (written?.kind === "failed") return written;
  const read = files.read(packedPath, maxPackedBytes);
  const unpacked = read.kind === "failed" ? read : unpack(read.bytes, bytes.length);
  if (!(unpacked instanceof Uint8Array)) return unpacked;
  if (sha256(unpacked) !== sha256(bytes)) return failure("EBADMSG", `"${packedPath}" holds something else`);
  return files.remove(path);
};

/**
 * Packs the rotated files of our own, all but the newest, whose bytes are read back before the plain one goes. What is larger than 32 MiB stays as it
 * is; so does what can't be packed, with a note. Call it under the log's lock. Never throws.
 */
export const packOlder = (host: Host, logFile: string): readonly string[] => {
  const { files } = host;
  const plain = rotatedOf(host, logFile)
    .slice(0, -1)
    .filter((path) => path.endsWith(".jsonl") && firstSeqOfName(logFile, baseNameOf(path)) !== undefined)
    .filter((path) => {
      const stat = files.stat(path);
      return !("kind" in stat) && stat.isFile && stat.sizeBytes <= maxToPackBytes;
    });
  return plain.slice(0, packedAtOnce).flatMap((path) => {
    const read = files.read(path, maxToPackBytes);
    const done = read.kind === "failed" ? read : pack(host, path, read.bytes);
    return done.kind === "failed" ? [`heal log: cannot pack "${path}": ${done.why}; it stays as it is`] : [];
  });
};

/** The oldest rotated file, where its time has come: the line that says so, to be written before it is removed; or why it has to stay. */
export type Retiring = { readonly path: string; readonly entry: NewEntry } | { readonly note: string } | undefined;

/** What keeps old files. */
export interface Keeping {
  /** 0: for ever. */
  readonly keepMs: number;
  /** When the log's line before the rotation was written, RFC 3339: a clock that leapt since then removes nothing yet, since no age can be believed. */
  readonly lastAt: string;
  /** When incidents that are still open were opened, RFC 3339: their lines stay. */
  readonly openSince: readonly string[];
}

/** Looks whether the oldest file's last change is too long ago. Call it under the log's lock. Never throws. */
export const retiring = (host: Host, logFile: string, { keepMs, lastAt, openSince }: Keeping): Retiring => {
  const { files, clock } = host;
  const rotated = rotatedOf(host, logFile);
  const path = rotated[0];
  const hasLeapt = !(Math.abs(clock.nowMs() - Date.parse(lastAt)) <= keepMs);
  if (keepMs === 0 || path === undefined || rotated.length <= keptFiles || hasLeapt) return undefined;
  const stat = files.stat(path);
  if ("kind" in stat || !stat.isFile || clock.nowMs() - stat.modifiedMs <= keepMs) return undefined;
  const tail = readSegmentTail(files, path);
  if ("kind" in tail) return { note: `heal log: cannot read "${path}": ${tail.why}; it is kept` };
  if (openSince.some((at) => at <= (tail.last?.at ?? ""))) return undefined;
  const firstSeq = firstSeqOfName(logFile, baseNameOf(path)) ?? lookFirst(files, path)?.firstSeq;
  const lines = linesOf(firstSeq ?? tail.head.seq, lastNumber(tail));
  const why = `removed ${baseNameOf(path)} (${lines}), older than ${printDuration(keepMs)}`;
  const { seq, sha256 } = tail.torn.at(-1) ?? tail.head;
  return { path, entry: { event: "log.rotated", by: "helper", why, proof: `${seq}:${sha256}` } };
};
