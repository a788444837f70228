import { judgeLock, parseLock } from "../probes/lock-file.ts";
import type { Bench } from "./attempt.ts";
import type { Candidate, Fault } from "./choice.ts";
import type { HandFile } from "./hands.ts";
import { type KeptCopy, readKept } from "./kept.ts";
import { type FileChange, fileChangeOf, filesAs } from "./recipe.ts";

/** A file that a recipe may change, as it is now; null: there is none. `user`: who handles it. */
export interface FoundFile {
  readonly path: string;
  readonly user: string | undefined;
  readonly file: HandFile | null;
}

/** The files of a rule's recipe, read before anything is chosen. `kept`: what would be put back. */
export interface FoundFiles {
  readonly kind: "found";
  readonly files: readonly FoundFile[];
  readonly kept: KeptCopy | undefined;
}

/** What looking at files needs. */
type FileBench = Pick<Bench, "host" | "hands" | "helperFolder">;

const fault = (why: string): Fault => ({ kind: "fault", why });

const readFile = async ({ hands }: FileBench, path: string, user: string | undefined): Promise<FoundFile | Fault> => {
  const read = await hands.read(path, user);
  switch (read.kind) {
    case "failed":
      return fault(`"${path}" cannot be backed up: ${read.why}`);
    case "absent":
      return { path, user, file: null };
    case "read":
      return { path, user: user ?? read.user, file: read };
  }
};

const keptFor = ({ host, helperFolder }: FileBench, { path, file }: FoundFile): KeptCopy | Fault => {
  const kept = readKept(host, helperFolder, path);
  if (kept.kind === "none") return fault(`no copy of "${path}" that ran green has been kept yet`);
  if (kept.kind === "failed") return fault(`the kept copy of "${path}" cannot be read: ${kept.why}`);
  if (file === null) return kept;
  if (kept.sha256 === file.sha256)
    return fault(`"${path}" is the same as the copy that last ran green: it is not the cause`);
  return kept.uid === file.uid ? kept : fault(`"${path}" belongs to another user than the copy that was kept`);
};

/** Why a lock is left alone; undefined: its process is dead for sure, and the file may go. Never throws. */
export const lockFault = async (
  { host }: Pick<Bench, "host">,
  { path, file }: FoundFile,
): Promise<string | undefined> => {
  if (file === null) return `there is no lock "${path}": it is not the cause`;
  const verdict = judgeLock(parseLock(file.bytes), await host.processes.list({ argv: false, uid: false }));
  return verdict.kind === "stale" ? undefined : `the lock "${path}" stays: ${verdict.why}`;
};

const checkChange = async (
  bench: FileBench,
  change: FileChange | undefined,
  files: readonly FoundFile[],
): Promise<FoundFiles | Fault> => {
  const found = { kind: "found", files, kept: undefined } as const;
  if (change === undefined) return found;
  const file = files.find(({ path }) => path === change.path);
  if (file === undefined) return fault(`"${change.path}" is not in the recipe's backup`);
  if (change.kind === "remove-stale-lock") {
    const why = await lockFault(bench, file);
    return why === undefined ? found : fault(why);
  }
  const kept = keptFor(bench, file);
  return kept.kind === "fault" ? kept : { ...found, kept };
};

const findFiles = async (bench: FileBench, candidate: Candidate): Promise<FoundFiles | Fault | undefined> => {
  const { backup, steps, recipe, rule } = candidate;
  if ("kind" in recipe) return undefined;
  const user = filesAs(recipe, rule.with);
  const change = fileChangeOf(steps[0] ?? []);
  if (backup.length === 0 && change === undefined) return undefined;
  const files: FoundFile[] = [];
  for (const path of backup) {
    const read = await readFile(bench, path, user);
    if ("kind" in read) return read;
    files.push(read);
  }
  return await checkChange(bench, change, files);
};

/**
 * Looks at the files of every candidate whose recipe names some. What can't be backed up, and a change that would change nothing or
 * isn't safe, is a fault, so that the rule is refused before an attempt is made, and the next rule has its turn. Never throws.
 */
export const withFiles = async (bench: FileBench, candidates: readonly Candidate[]): Promise<readonly Candidate[]> =>
  await Promise.all(
    candidates.map(async (candidate) => {
      const files = await findFiles(bench, candidate);
      return files === undefined ? candidate : { ...candidate, files };
    }),
  );
