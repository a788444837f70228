import type { Done, Failure, Host } from "../host/host.ts";
import { fromBase64, toBase64, type VKey, vkeyOf } from "../seal/vkey.ts";

/** The key of a day: it signs one seal, and is erased. */
export interface SealKey {
  /** As a verifier key calls it. */
  readonly name: string;
  /** UTC day in which it was made. */
  readonly day: string;
  /** The seal that it is to sign; the first key of a chain signs seal 0 besides. */
  readonly seal: number;
  /** 32 bytes. */
  readonly seed: Uint8Array;
}

const mode = 0o600;
const maxBytes = 4096;

/** The file with the present key, in the folder of the log's writer. */
export const keyPath = (folder: string): string => `${folder}/seal.key`;
/** The next one, while a seal is being made. */
export const nextKeyPath = (folder: string): string => `${folder}/seal.key.next`;

const form = /^dogwatch seal key v1\nname (\S+)\nday (\d{4}-\d\d-\d\d)\nseal (\d{1,9})\nseed (\S{44})\n$/u;

const textOf = ({ name, day, seal, seed }: SealKey): string =>
  `dogwatch seal key v1\nname ${name}\nday ${day}\nseal ${seal}\nseed ${toBase64(seed)}\n`;

const parse = (text: string): SealKey | undefined => {
  const [, name, day, seal, base64] = form.exec(text) ?? [];
  const seed = fromBase64(base64 ?? "");
  return name === undefined || day === undefined || seed?.length !== 32
    ? undefined
    : { name, day, seal: Number(seal), seed };
};

/** Why there is no key. `lost`: what is there is none, or others could have read it. */
export interface NoKey {
  readonly kind: "missing" | "lost";
  readonly why: string;
}

/** Reads a key; what can't be read for now (EIO, EACCES) is a failure, and no reason to make another. Never throws. */
export const readSealKey = (host: Host, path: string): SealKey | NoKey | Failure => {
  const read = host.files.read(path, maxBytes);
  if (read.kind === "failed") {
    if (read.code === "ENOENT") return { kind: "missing", why: "it is gone" };
    return ["EFBIG", "EINVAL", "ELOOP"].includes(read.code) ? { kind: "lost", why: read.why } : read;
  }
  if (read.stat.uid !== host.uid) return { kind: "lost", why: `it belongs to uid ${read.stat.uid}` };
  return parse(new TextDecoder().decode(read.bytes)) ?? { kind: "lost", why: "it is no whole key" };
};

/** Writes a key, on disk when it answers, for its owner alone. Never throws. */
export const writeSealKey = (host: Host, path: string, key: SealKey): Done =>
  host.files.replace(path, textOf(key), mode);

/** Overwrites a key and removes it; one that isn't there is fine. Never throws. */
export const eraseSealKey = (host: Host, path: string): Done => {
  if ("kind" in host.files.stat(path)) return { kind: "done" };
  const wiped = host.files.wipe(path);
  // A link, or somebody else's file, is no key of ours: it only has to go.
  return wiped.kind === "failed" && ["EIO", "EROFS", "ENOSPC"].includes(wiped.code) ? wiped : host.files.remove(path);
};

/** The public side of a key. Never throws. */
export const publicOf = ({ signing }: Host, { name, seed }: SealKey): VKey => vkeyOf(name, signing.publicKey(seed));

/** Makes a key that nobody has seen. Never throws. */
export const newSealKey = ({ signing }: Host, rest: Omit<SealKey, "seed">): SealKey => ({
  ...rest,
  seed: signing.newSeed(),
});
