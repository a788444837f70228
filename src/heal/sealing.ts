import { folderOf } from "../config/path.ts";
import type { Done, Failure, Host } from "../host/host.ts";
import type { Head } from "../log/entry.ts";
import { newestSeal } from "../seal/chain.ts";
import { writeNote } from "../seal/note.ts";
import { dayOfMs, type Seal, sealText } from "../seal/seal.ts";
import { keyNameFor } from "../seal/vkey.ts";
import {
  eraseSealKey,
  keyPath,
  newSealKey,
  nextKeyPath,
  publicOf,
  readSealKey,
  type SealKey,
  writeSealKey,
} from "./seal-key.ts";

/** Where seals are made, and of whose log. */
export interface SealPlace {
  /** Folder of the key. */
  readonly folder: string;
  readonly logFile: string;
  /** As the config calls this host. */
  readonly hostName: string;
}

/** The log is sealed for this day. `seal`: the newest; `made`: those of this call; `notes`: sentences for the operator. */
export interface Sealed {
  readonly kind: "sealed";
  readonly seal: number;
  readonly made: readonly Seal[];
  readonly notes: readonly string[];
}

/** Readable by the log's group, as the log is. */
const mode = 0o640;
const maxBytes: number = 64 * 1024 * 1024;

/** The file with the seals of a log, beside it. */
export const sealsPath = (logFile: string): string => `${folderOf(logFile)}/heal.seals`;

/** Reads the seals of a log; a missing file is an empty one. Never throws. */
export const readSeals = (host: Host, path: string): { readonly kind: "read"; readonly text: string } | Failure => {
  const read = host.files.read(path, maxBytes);
  if (read.kind === "read") return { kind: "read", text: new TextDecoder().decode(read.bytes) };
  return read.code === "ENOENT" ? { kind: "read", text: "" } : read;
};

/** One sealing: where it works, the seals there are, the moment, and what it has to say. */
interface Work extends SealPlace {
  readonly host: Host;
  readonly head: Head;
  readonly nowMs: number;
  text: string;
  readonly made: Seal[];
  readonly notes: string[];
}

/** A failure on the way out of any depth; caught where the work begins. */
const orFail = (done: Done): Failure | undefined => (done.kind === "failed" ? done : undefined);

/** Adds a seal to the file, whole or not at all. */
const addSeal = (work: Work, key: SealKey, seal: Seal): Failure | undefined => {
  const { host, logFile } = work;
  const text = sealText(seal);
  const note = writeNote(text, publicOf(host, key), host.signing.sign(key.seed, text));
  // What isn't ours, or was cut, stays as it is for the auditor; a whole note must be told from it.
  const gap = work.text === "" || work.text.endsWith("\n\n") ? "" : "\n\n";
  const whole = `${work.text}${gap}${note}\n`;
  const path = sealsPath(logFile);
  const first = host.files.replace(path, whole, mode);
  const isFolderMissing = first.kind === "failed" && first.code === "ENOENT";
  const done =
    isFolderMissing && host.files.makeFolder(folderOf(path), 0o750).kind === "done"
      ? host.files.replace(path, whole, mode)
      : first;
  if (done.kind === "failed") return done;
  work.text = whole;
  work.made.push(seal);
  return undefined;
};

const stampOf = ({ nowMs, head }: Work): Pick<Seal, "made" | "head"> => ({ made: new Date(nowMs).toISOString(), head });

/** Begins a chain of keys: the key first, then seal 0, which names it. */
const begin = (work: Work): SealKey | Failure => {
  const { host, folder, hostName, nowMs } = work;
  const erased = orFail(eraseSealKey(host, keyPath(folder)));
  if (erased !== undefined) return erased;
  const day = dayOfMs(nowMs);
  const key = newSealKey(host, { name: keyNameFor(hostName), day, seal: 1 });
  const first = publicOf(host, key).text;
  const written = writeSealKey(host, keyPath(folder), key);
  return orFail(written) ?? addSeal(work, key, { seal: 0, ...stampOf(work), day, next: first, first }) ?? key;
};

/** The old key goes, the next takes its place. */
const takeNext = ({ host, folder }: Work): Failure | undefined => {
  const path = keyPath(folder);
  // Gone or a link already: what counts is that the name leads to the next one.
  const wiped = "kind" in host.files.stat(path) ? undefined : orFail(host.files.wipe(path));
  if (wiped !== undefined && ["EIO", "EROFS", "ENOSPC"].includes(wiped.code)) return wiped;
  return orFail(host.files.rename(nextKeyPath(folder), path));
};

/** The next key's file, the seal that names it, and then the old key is erased: each may be the last thing that is done, {@link resume} goes on. */
const turn = (work: Work, key: SealKey): SealKey | Failure => {
  const { host, folder, nowMs } = work;
  const next = newSealKey(host, { name: key.name, day: dayOfMs(nowMs), seal: key.seal + 1 });
  const named = publicOf(host, next).text;
  const written = writeSealKey(host, nextKeyPath(folder), next);
  return (
    orFail(written) ??
    addSeal(work, key, { seal: key.seal, ...stampOf(work), day: key.day, next: named }) ??
    takeNext(work) ??
    next
  );
};

/** Ends what a kill in the middle of {@link turn} left: a next key that a seal names takes its place, any other is erased. */
const resume = (work: Work): Failure | undefined => {
  const { host, folder, text } = work;
  const path = nextKeyPath(folder);
  if ("kind" in host.files.stat(path)) return undefined;
  const next = readSealKey(host, path);
  if ("kind" in next && next.kind === "failed") return next;
  const isNamed = !("kind" in next) && newestSeal(text)?.next === publicOf(host, next).text;
  return isNamed ? takeNext(work) : orFail(eraseSealKey(host, path));
};

/** The present key, of whichever day; where there is none a new chain begins. */
const present = (work: Work): SealKey | Failure => {
  const { host, folder, text, nowMs } = work;
  const key = readSealKey(host, keyPath(folder));
  const newest = newestSeal(text);
  if ("kind" in key) {
    if (key.kind === "failed") return key;
    if (newest !== undefined || key.kind === "lost")
      work.notes.push(
        `the key that seals the heal log is lost ("${keyPath(folder)}": ${key.why}); a new chain of keys begins: give the auditor its first key (dogwatch log key)`,
      );
    return begin(work);
  }
  if (newest?.next === publicOf(host, key).text) return key;
  // Killed before its seal 0: nobody knows this key yet, and its day may be over.
  if (key.seal === 1 && key.day !== dayOfMs(nowMs)) return begin(work);
  if (key.seal === 1) {
    const first = publicOf(host, key).text;
    return addSeal(work, key, { seal: 0, ...stampOf(work), day: key.day, next: first, first }) ?? key;
  }
  work.notes.push(
    `"${sealsPath(work.logFile)}" doesn't end with seal ${key.seal - 1}: seals were cut off or changed; they go on with seal ${key.seal}, and the auditor needs a copy of those before`,
  );
  return key;
};

const work = (host: Host, place: SealPlace, head: Head, nowMs: number): Sealed | Failure => {
  const read = readSeals(host, sealsPath(place.logFile));
  if (read.kind === "failed") return read;
  const under: Work = { ...place, host, head, nowMs, text: read.text, made: [], notes: [] };
  const unresumed = resume(under);
  if (unresumed !== undefined) return unresumed;
  const key = present(under);
  if ("kind" in key) return key;
  // Where the seals don't end with the one that names this key, another says so at once.
  const isInStep = newestSeal(under.text)?.next === publicOf(host, key).text;
  const today = isInStep && key.day === dayOfMs(nowMs) ? key : turn(under, key);
  return "kind" in today ? today : { kind: "sealed", seal: today.seal - 1, made: under.made, notes: under.notes };
};

/**
 * Sees to it that all lines up to `head` are sealed before the first one of another UTC day: with the key of the day in which the last seal was made, which is then
 * erased. On the same day it reads one small file. A kill at any instant is made good by the next call. Hold the log's lock. Never throws.
 */
export const sealBefore = (host: Host, place: SealPlace, head: Head, nowMs: number): Sealed | Failure => {
  const key = readSealKey(host, keyPath(place.folder));
  const isDue =
    "kind" in key ||
    key.day !== dayOfMs(nowMs) ||
    key.seal === 1 ||
    !("kind" in host.files.stat(nextKeyPath(place.folder))) ||
    "kind" in host.files.stat(sealsPath(place.logFile));
  if (!isDue) return { kind: "sealed", seal: key.seal - 1, made: [], notes: [] };
  const done = work(host, place, head, nowMs);
  return done.kind === "failed" ? { ...done, why: `cannot seal the heal log: ${done.why}` } : done;
};
