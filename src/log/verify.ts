import type { Failure, Host } from "../host/host.ts";
import type { Packing } from "../host/unpacked.ts";
import type { Line } from "./line.ts";
import { type RawLine, readLines } from "./lines.ts";
import { inOrder } from "./order.ts";
import { segmentsOf } from "./segments.ts";
import { createVerifier, type Verdict } from "./verifier.ts";
import type { Witness } from "./witness.ts";

/** What `log verify` found. `unreadable`: `path` can't be read, so nothing is known. */
export type Verified = Verdict | { readonly kind: "unreadable"; readonly path: string; readonly failure: Failure };

/** What a log is held against. `onLine`: told of each line that follows the ones before it, in order. */
export interface VerifyOptions {
  readonly witnesses?: readonly Witness[];
  readonly onLine?: (line: Line, raw: RawLine) => void;
}

/** A file that is read while somebody rotates may be in the next list under another name. */
const maxTurns = 4;

/** Tells of a fault in a packed file that its offset counts unpacked bytes, and of one in an empty log which file that is. */
const withFile = (verdict: Verdict, paths: readonly string[], packings: ReadonlyMap<string, Packing>): Verdict => {
  if (verdict.kind !== "faulty") return verdict;
  const file = verdict.fault.file === "" ? (paths.at(-1) ?? "") : verdict.fault.file;
  const packing = packings.get(file) ?? "plain";
  return { ...verdict, fault: { ...verdict.fault, file, ...(packing === "plain" ? {} : { packing }) } };
};

/** A file without a line, between those that have some, is where lost lines were. */
const withEmpty = (verdict: Verdict, empty: readonly string[]): Verdict => {
  if (verdict.kind !== "faulty" || verdict.fault.kind !== "lost" || empty.length === 0) return verdict;
  const what = `${verdict.fault.what}; ${empty.map((path) => `"${path}"`).join(", ")} ${empty.length === 1 ? "is" : "are"} empty`;
  return { ...verdict, fault: { ...verdict.fault, what } };
};

const verifyInOrder = async (
  host: Pick<Host, "unpack">,
  paths: readonly string[],
  { witnesses, onLine }: VerifyOptions,
): Promise<Verified> => {
  const verifier = createVerifier(witnesses, onLine);
  const packings = new Map<string, Packing>();
  const empty: string[] = [];
  for (const path of paths) {
    let isEmpty = true;
    const read = await readLines(host, path, (raw) => {
      isEmpty = false;
      verifier.take(raw, path);
    });
    if (read.kind === "failed") return { kind: "unreadable", path, failure: read };
    packings.set(path, read.packing);
    if (isEmpty) empty.push(path);
    if (read.kind === "done") continue;
    verifier.stop(path, read.offset, `the ${read.packing} data can't be unpacked there (${read.why})`);
    break;
  }
  return withEmpty(withFile(verifier.end(), paths, packings), empty);
};

/**
 * Verifies files, plain or packed and in whatever order they are given, as one chain, with flat memory. A cut tail or a change to the very last line
 * can't be seen without a witness. Never rejects.
 */
export const verifyLog = async (
  host: Pick<Host, "files" | "unpack">,
  paths: readonly string[],
  options: VerifyOptions = {},
): Promise<Verified> => await verifyInOrder(host, inOrder(host.files, paths), options);

const isSame = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((path, i) => path === b[i]);

/**
 * Verifies all files of a log, the rotated ones too; undefined where there is none. Where it doesn't come out whole and its files have meanwhile become
 * others, it begins anew, since it was rotated beside us: then `optionsOf` is asked again. Never rejects.
 */
export const verifyAll = async (
  host: Pick<Host, "files" | "unpack">,
  logFile: string,
  optionsOf: () => VerifyOptions = () => ({}),
): Promise<{ readonly verified: Verified; readonly paths: readonly string[] } | undefined> => {
  let paths = segmentsOf(host.files, logFile);
  for (let turn = 1; paths.length > 0; turn++) {
    const verified = await verifyInOrder(host, paths, optionsOf());
    const now = segmentsOf(host.files, logFile);
    if (verified.kind === "whole" || turn >= maxTurns || isSame(paths, now)) return { verified, paths };
    paths = now;
  }
  return undefined;
};
