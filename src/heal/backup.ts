import { baseNameOf } from "../config/path.ts";
import type { Done, Failure, Host } from "../host/host.ts";
import type { NewEntry } from "../log/entry.ts";
import type { Attempt, BackedUp } from "../state/heal-state.ts";
import { writeSealed } from "../state/sealed.ts";
import type { Bench } from "./attempt.ts";
import type { FoundFile } from "./files.ts";
import { keptFolder } from "./kept.ts";
import type { FileChange } from "./recipe.ts";

const dayMs = 86_400_000;
const keptMs = 30 * dayMs;

const rootOf = (helperFolder: string): string => `${helperFolder}/backup`;

/** An incident's id names its folder, unless it could lead elsewhere. */
const folderFor = (host: Host, helperFolder: string, incident: string): string =>
  `${rootOf(helperFolder)}/${/^[\w][\w.-]{0,120}$/u.test(incident) ? incident : host.sha256(incident)}`;

/** `2-gateway.yaml`: told by its number, recognised by its name. */
const nameFor = (at: number, path: string): string =>
  `${at}-${baseNameOf(path)
    .replaceAll(/[^\w.-]/gu, "_")
    .slice(0, 100)}`;

/** What the log tells of a backup. */
export const loggedBackup = (
  files: readonly { readonly path: string; readonly sha256: string | null }[],
): Pick<NewEntry, "backup"> =>
  files.length === 0 ? {} : { backup: files.map(({ path, sha256 }) => ({ path, sha256: sha256 ?? "absent" })) };

/** The same of an attempt's own list. */
export const loggedBackedUp = (files: readonly BackedUp[] = []): Pick<NewEntry, "backup"> =>
  loggedBackup(files.map(({ path, was }) => ({ path, sha256: was?.sha256 ?? null })));

const copyOne = (
  host: Host,
  { path, user, file }: FoundFile,
  copy: string,
  change: FileChange | undefined,
): BackedUp | Failure => {
  const common = { path, user: user ?? null, ...(change?.path === path ? { change: change.kind } : {}) };
  if (file === null) return { ...common, was: null };
  const written = host.files.replace(copy, file.bytes, 0o600);
  if (written.kind === "failed") return written;
  const { sha256, mode, uid, gid } = file;
  return { ...common, was: { sha256, mode, uid, gid, copy } };
};

/**
 * Copies the files that a recipe may change into the helper's folder, with a list of them for a person; on disk when it answers.
 * Never throws.
 */
export const takeBackup = (
  { host, helperFolder, now }: Pick<Bench, "host" | "helperFolder" | "now">,
  attempt: Attempt,
  files: readonly FoundFile[],
  change: FileChange | undefined,
): { readonly kind: "taken"; readonly files: readonly BackedUp[] } | Failure => {
  if (files.length === 0) return { kind: "taken", files: [] };
  const folder = folderFor(host, helperFolder, attempt.incident);
  const made = host.files.makeFolder(folder, 0o700);
  if (made.kind === "failed") return made;
  const stem = `${folder}/${attempt.recipe}-${attempt.number}`;
  const taken: BackedUp[] = [];
  for (const [at, file] of files.entries()) {
    const copied = copyOne(host, file, `${stem}-${nameFor(at + 1, file.path)}`, change);
    if ("kind" in copied) return copied;
    taken.push(copied);
  }
  const { incident, recipe, number } = attempt;
  const manifest = { version: 1, at: now().at, incident, recipe, attempt: number, files: taken };
  const done = writeSealed(host, `${stem}-manifest.json`, manifest, 0o600);
  return done.kind === "failed" ? done : { kind: "taken", files: taken };
};

/** Where the copies of an attempt lie, for a person; undefined where it has none. Never throws. */
export const backupFolder = ({ backup = [] }: Attempt): string | undefined => {
  const copy = backup.find(({ was }) => was !== null)?.was?.copy;
  return copy?.slice(0, copy.lastIndexOf("/"));
};

/** Whether a backup of this age is no longer kept. Times in ms, wall clock. Pure. */
export const isBackupDue = (modifiedMs: number, nowMs: number): boolean => nowMs - modifiedMs >= keptMs;

const removeFolder = (host: Host, folder: string): Done => {
  const names = host.files.list(folder);
  if ("kind" in names) return names;
  for (const name of names) {
    const removed = host.files.remove(`${folder}/${name}`);
    if (removed.kind === "failed") return removed;
  }
  return host.files.removeFolder(folder);
};

/** Removes what a kill left of a file that was being written, in a folder of our own. */
const removeHalves = (host: Host, folder: string): void => {
  const names = host.files.list(folder);
  for (const name of "kind" in names ? [] : names)
    if (/^\..+\.\d+\.tmp$/u.test(name)) host.files.remove(`${folder}/${name}`);
};

const isFolder = (host: Host, path: string): boolean => {
  const stat = host.files.stat(path);
  return !("kind" in stat) && stat.isFolder;
};

const sweepOne = (host: Host, folder: string, nowMs: number): readonly Failure[] => {
  const stat = host.files.stat(folder);
  if ("kind" in stat || !stat.isFolder) return [];
  removeHalves(host, folder);
  const removed = isBackupDue(stat.modifiedMs, nowMs) ? removeFolder(host, folder) : undefined;
  return removed?.kind === "failed" ? [removed] : [];
};

/**
 * Removes the backups of incidents older than 30 days, and what a kill left half written among backups and kept copies: to be called
 * by whoever holds the lock on heals. A link is taken for what it is, and left alone. What can't be removed is told. Never throws.
 */
export const sweepBackups = (host: Host, helperFolder: string, nowMs: number): readonly Failure[] => {
  const [backups, kept] = [rootOf(helperFolder), keptFolder(helperFolder)];
  if (isFolder(host, kept)) removeHalves(host, kept);
  const names = isFolder(host, backups) ? host.files.list(backups) : [];
  return "kind" in names ? [names] : names.flatMap((name) => sweepOne(host, `${backups}/${name}`, nowMs));
};
