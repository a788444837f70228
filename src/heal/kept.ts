import type { Done, Failure, Host } from "../host/host.ts";
import { readSealed, writeSealed } from "../state/sealed.ts";
import { maxFileBytes } from "./hand-words.ts";
import type { HandFile } from "./hands.ts";

/** What is known of a kept copy: whose file it is of, and which start of its program read it. */
interface Manifest {
  readonly version: 1;
  readonly path: string;
  readonly sha256: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Who handles the file; null: we ourselves. */
  readonly user: string | null;
  readonly bootId: string;
  readonly startedUptimeS: number;
  /** ISO 8601 UTC. */
  readonly at: string;
}

/** A copy of a file that ran green. */
export interface KeptCopy extends Manifest {
  readonly kind: "kept";
  readonly bytes: Uint8Array;
}

const isManifest = (value: unknown): value is Manifest =>
  typeof value === "object" && value !== null && "version" in value && value.version === 1;

/** Where kept copies lie. Never throws. */
export const keptFolder = (helperFolder: string): string => `${helperFolder}/kept`;
const stemOf = (host: Host, helperFolder: string, path: string): string =>
  `${keptFolder(helperFolder)}/${host.sha256(path)}`;
/** The bytes lie under a name with their own hash, so that at any instant the manifest names whole bytes. */
const bytesPath = (stem: string, sha256: string): string => `${stem}.${sha256.slice(0, 16)}`;

/** The copy that is kept of a file, held against its hash; `none` where there is none yet. Never throws. */
export const readKept = (
  host: Host,
  helperFolder: string,
  path: string,
): KeptCopy | { readonly kind: "none" } | Failure => {
  const stem = stemOf(host, helperFolder, path);
  const manifest = readSealed(host, `${stem}.json`, isManifest, false);
  if (manifest.kind === "missing") return { kind: "none" };
  if (manifest.kind === "broken") return { kind: "failed", code: "EBADMSG", why: manifest.why };
  const read = host.files.read(bytesPath(stem, manifest.value.sha256), maxFileBytes);
  if (read.kind === "failed") return read;
  if (manifest.value.path !== path || host.sha256(read.bytes) !== manifest.value.sha256)
    return { kind: "failed", code: "EBADMSG", why: "its bytes are not those that were kept" };
  return { kind: "kept", ...manifest.value, bytes: read.bytes };
};

/** Takes away the bytes of copies that were kept before. */
const removeOlder = (host: Host, helperFolder: string, stem: string, present: string): void => {
  const names = host.files.list(keptFolder(helperFolder));
  for (const name of "kind" in names ? [] : names) {
    const path = `${keptFolder(helperFolder)}/${name}`;
    if (path.startsWith(`${stem}.`) && path !== present && path !== `${stem}.json`) host.files.remove(path);
  }
};

/** Keeps a file as the one that ran, in place of the one before it; on disk when it answers. Never throws. */
export const storeKept = (
  host: Host,
  helperFolder: string,
  path: string,
  file: HandFile,
  start: { readonly bootId: string; readonly startedUptimeS: number; readonly at: string },
): Done => {
  const stem = stemOf(host, helperFolder, path);
  const made = host.files.makeFolder(keptFolder(helperFolder), 0o700);
  if (made.kind === "failed") return made;
  const bytes = bytesPath(stem, file.sha256);
  const written = host.files.replace(bytes, file.bytes, 0o600);
  if (written.kind === "failed") return written;
  const { sha256, mode, uid, gid, user = null } = file;
  const manifest: Manifest = { version: 1, path, sha256, mode, uid, gid, user, ...start };
  const done = writeSealed(host, `${stem}.json`, manifest, 0o600);
  if (done.kind === "done") removeOlder(host, helperFolder, stem, bytes);
  return done;
};
