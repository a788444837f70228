import type { Done } from "../host/host.ts";
import type { BackedUp } from "../state/heal-state.ts";
import type { Bench } from "./attempt.ts";
import type { Candidate } from "./choice.ts";
import { type FoundFile, type FoundFiles, lockFault } from "./files.ts";
import type { FileChange } from "./recipe.ts";

type ChangeBench = Pick<Bench, "host" | "hands">;

const failed = (code: string, why: string): Done => ({ kind: "failed", code, why });

/** Where the file that was replaced is kept for its owner. */
const badPath = (path: string): string => `${path}.dogwatch-bad`;

const restoreKept = async (
  { hands }: ChangeBench,
  { path, user, file }: FoundFile,
  { kept }: FoundFiles,
): Promise<Done> => {
  if (kept === undefined) return failed("ENOENT", "there is no kept copy");
  const as = user ?? kept.user ?? undefined;
  if (file !== null) {
    const bad = await hands.write(badPath(path), file.bytes, { mode: file.mode, gid: file.gid }, as);
    if (bad.kind === "failed") return failed(bad.code, `"${badPath(path)}" cannot be written: ${bad.why}`);
  }
  const { mode, gid } = kept;
  const written = await hands.write(path, kept.bytes, { mode, gid, expect: file?.sha256 ?? null }, as);
  if (written.kind === "failed") return written;
  const after = await hands.read(path, as);
  return after.kind === "read" && after.sha256 === kept.sha256
    ? { kind: "done" }
    : failed("EIO", "read back, it is not the kept copy");
};

/** Looked at once more, since its program may have been started meanwhile. */
const removeLock = async (bench: ChangeBench, found: FoundFile): Promise<Done> => {
  const why = await lockFault(bench, found);
  if (why !== undefined || found.file === null) return failed("EBUSY", why ?? "there is no lock");
  return await bench.hands.remove(found.path, found.file.sha256, found.user);
};

/** Makes a recipe's own change to a file, as its owner, if the file still is what was backed up. Never throws for expected trouble. */
export const changeFile = async (bench: ChangeBench, { files }: Candidate, change: FileChange): Promise<Done> => {
  const found = files?.kind === "found" ? files.files.find(({ path }) => path === change.path) : undefined;
  if (found === undefined || files?.kind !== "found") return failed("ENOENT", "it was not looked at before");
  return change.kind === "restore-kept" ? await restoreKept(bench, found, files) : await removeLock(bench, found);
};

/** Clears away the half-written files that an attempt which was cut off may have left beside its own. Never throws for expected trouble. */
export const tidyFiles = async ({ hands }: Pick<Bench, "hands">, backup: readonly BackedUp[] = []): Promise<void> => {
  for (const { path, user, change } of backup) {
    await hands.tidy(path, user ?? undefined);
    if (change === "restore-kept") await hands.tidy(badPath(path), user ?? undefined);
  }
};

/** Where the file that a change replaced can be found, for the message; empty where none was replaced. Never throws. */
export const badFileNote = (backup: readonly BackedUp[] = []): string => {
  const replaced = backup.find(({ change, was }) => change === "restore-kept" && was !== null);
  return replaced === undefined ? "" : `; the file as it was before is kept as "${badPath(replaced.path)}"`;
};
