import type { Failure } from "../host/host.ts";
import type { Attempt, BackedUp } from "../state/heal-state.ts";
import type { Bench } from "./attempt.ts";
import { backupFolder } from "./backup.ts";
import { maxFileBytes } from "./hand-words.ts";
import type { HandFile } from "./hands.ts";

type RestoreBench = Pick<Bench, "host" | "hands">;
type Was = NonNullable<BackedUp["was"]>;

/** How one file came out: as it was, verified; left alone, for a reason; or neither, which is said loudly. */
type End =
  | { readonly kind: "verified"; readonly file: BackedUp }
  | { readonly kind: "left" | "failed"; readonly why: string };

/** What a failed attempt's restore came to. `why`: for the log and the message; undefined where there was nothing to restore. */
export interface Restored {
  readonly verified: readonly BackedUp[];
  /** No file failed. */
  readonly isWhole: boolean;
  readonly why: string | undefined;
}

const left = (file: BackedUp, why: string): End => ({
  kind: "left",
  why: `"${file.path}" ${why}, and was left as it is`,
});
const failed = (file: BackedUp, { why }: Pick<Failure, "why">): End => ({
  kind: "failed",
  why: `"${file.path}": ${why}`,
});
const userOf = ({ user }: BackedUp): string | undefined => user ?? undefined;

const isAsItWas = (now: HandFile, was: Was): boolean =>
  now.sha256 === was.sha256 && now.mode === was.mode && now.gid === was.gid && now.uid === was.uid;

/** A file that wasn't there before goes again, if it is the one that the steps left. */
const restoreAbsence = async ({ hands }: RestoreBench, file: BackedUp, now: HandFile | null): Promise<End> => {
  if (now === null) return { kind: "verified", file };
  if (now.sha256 !== file.left) return left(file, "was not there before, has been written since the steps ended");
  const removed = await hands.remove(file.path, now.sha256, userOf(file));
  return removed.kind === "failed" ? failed(file, removed) : { kind: "verified", file };
};

/** What somebody wrote after the steps isn't lost: it is put beside the copy. */
const setAside = ({ host }: RestoreBench, file: BackedUp, was: Was, now: HandFile | null): Failure | undefined => {
  if (now === null || now.sha256 === file.left || now.sha256 === was.sha256) return undefined;
  const done = host.files.replace(`${was.copy}.found`, now.bytes, 0o600);
  return done.kind === "failed" ? done : undefined;
};

const putBack = async (bench: RestoreBench, file: BackedUp, was: Was, now: HandFile | null): Promise<End> => {
  const { host, hands } = bench;
  const copy = host.files.read(was.copy, maxFileBytes);
  if (copy.kind === "failed") return failed(file, { why: `its copy cannot be read: ${copy.why}` });
  if (host.sha256(copy.bytes) !== was.sha256) return failed(file, { why: "its copy is not what was copied" });
  const trouble = setAside(bench, file, was, now);
  if (trouble !== undefined) return failed(file, trouble);
  const how = { mode: was.mode, gid: was.gid, expect: now?.sha256 ?? null };
  const written = await hands.write(file.path, copy.bytes, how, userOf(file));
  if (written.kind === "failed") return failed(file, written);
  const after = await hands.read(file.path, userOf(file));
  return after.kind === "read" && isAsItWas(after, was)
    ? { kind: "verified", file }
    : failed(file, { why: "read back, it is not what was there before" });
};

const restoreOne = async (bench: RestoreBench, file: BackedUp): Promise<End> => {
  const { was } = file;
  const read = await bench.hands.read(file.path, userOf(file));
  if (read.kind === "failed") return failed(file, read);
  const now = read.kind === "read" ? read : null;
  if (was === null) return await restoreAbsence(bench, file, now);
  if (now !== null && now.uid !== was.uid) return failed(file, { why: "it belongs to another user now" });
  if (now !== null && isAsItWas(now, was)) return { kind: "verified", file };
  // A new lock is a new holder's: the old one in its place would lie.
  if (now !== null && file.change === "remove-stale-lock") return left(file, "is a new lock");
  return await putBack(bench, file, was, now);
};

const wordsFor = (attempt: Attempt, ends: readonly End[], verified: readonly BackedUp[]): string => {
  const names = verified.map(({ path }) => `"${path}"`).join(", ");
  const troubles = ends.flatMap((end) => (end.kind === "failed" ? [end.why] : []));
  const notes = ends.flatMap((end) => (end.kind === "left" ? [end.why] : []));
  const folder = backupFolder(attempt);
  return [
    ...(troubles.length === 0
      ? []
      : [`NOT RESTORED: ${troubles.join("; ")}${folder === undefined ? "" : `; the backup lies in "${folder}"`}`]),
    ...(verified.length === 0 ? [] : [`restored and verified: ${names}`]),
    ...notes,
  ].join("; ");
};

/**
 * Puts every file of a failed attempt back as it was before it, and reads it back to be sure. Run twice, it does nothing more. What
 * fails stops nothing else. Never throws for expected trouble.
 */
export const restoreBackup = async (bench: RestoreBench, attempt: Attempt): Promise<Restored> => {
  const { backup = [] } = attempt;
  if (backup.length === 0) return { verified: [], isWhole: true, why: undefined };
  const ends: End[] = [];
  for (const file of backup) ends.push(await restoreOne(bench, file));
  const verified = ends.flatMap((end) => (end.kind === "verified" ? [end.file] : []));
  return { verified, isWhole: ends.every(({ kind }) => kind !== "failed"), why: wordsFor(attempt, ends, verified) };
};

/** Notes what the steps left of each file: what differs from it later was written by somebody else. Never throws. */
export const withLeft = async ({ hands }: Pick<Bench, "hands">, attempt: Attempt): Promise<Attempt> => {
  if (attempt.backup === undefined) return attempt;
  const backup: BackedUp[] = [];
  for (const file of attempt.backup) {
    const read = await hands.read(file.path, userOf(file));
    if (read.kind === "failed") backup.push(file);
    else backup.push({ ...file, left: read.kind === "read" ? read.sha256 : null });
  }
  return { ...attempt, backup };
};
